"""Why OSS, or a CDN, refused a link: by the code of the answer, its words, and what the link shows by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ...oss.links import mask_url
from ...oss.reading.words import moment, span
from .case import Case
from .causes import Cause, Judgement
from .clocks import SET_CLOCK, WARN_SKEW, clock_difference
from .differences import compared, difference
from .fetching import Answer

# Seconds that may pass between our look at the link and OSS's.
_A_MOMENT = 10
_TENGINE = re.compile(r"denied by (?P<what>req auth|http_referer|[\w ]+)(?::\s*(?P<detail>[\w ]+))?")


def judge_refusal(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    """Why it was refused.

    :param seen: what the link shows by itself, which may be more precise than what OSS says.
    """
    if answer.status >= 500 or answer.status == 429:
        explanation = f"The service answers {answer.status} ({error.get('Code') or 'no code'}): overloaded, or broken."
        return Judgement(Cause.UNREACHABLE, explanation, "Try again a little later.")
    if answer.status in range(300, 400):
        return _redirected(answer)
    code = error.get("Code", "")
    if found := _BY_CODE.get(code):
        return found(case, answer, error, seen)
    if not code:
        return _without_document(case, answer, seen)
    return _unknown(code, error, seen, answer)


_Refused = Callable[[Case, Answer, Mapping[str, str], Judgement], Judgement]


def _unknown(code: str, error: Mapping[str, str], seen: Judgement, answer: Answer) -> Judgement:
    if seen.cause is not Cause.OK:
        return seen
    cause = Cause.NO_PERMISSION if answer.status == 403 else Cause.TAMPERED
    cure = f"Look {error.get('EC') or code} up in OSS's self-service diagnosis."
    return Judgement(cause, f"OSS refuses it: {code}, {mask_url(error.get('Message', ''))}", cure)


def _redirected(answer: Answer) -> Judgement:
    to = mask_url(answer.headers.get("location", "elsewhere")).partition("?")[0]
    return Judgement(
        Cause.WRONG_ENDPOINT,
        f"The host sends on to {to} ({answer.status}), which was not followed.",
        "Link to where it sends on to, such as by https at once; a signature holds for all hosts of the bucket.",
    )


def _without_document(case: Case, answer: Answer, seen: Judgement) -> Judgement:
    """A CDN's refusal has a page for people, and says why in a header."""
    why = _TENGINE.search(answer.headers.get("x-tengine-error", ""))
    if why and "referer" in why["what"]:
        return Judgement(Cause.REFERER_DENIED, "The CDN refuses the page that it was opened from.", _ALLOW_REFERER)
    if why and why["what"] == "req auth":
        if "expired" in (why["detail"] or ""):
            return Judgement(Cause.LINK_EXPIRED, "The CDN says that its signature has expired.", "Make a new link.")
        detail = f" ({why['detail']})" if why["detail"] else ""
        cure = "Copy the link again; else compare type and key with the CDN's console."
        return Judgement(Cause.TAMPERED, f"The CDN refuses its signature{detail}.", cure)
    if seen.cause is not Cause.OK:
        return seen
    if answer.status == 404:
        return Judgement(Cause.NOT_FOUND, "The host answers 404.", "Look for the key with the bucket browser.")
    cure = "If it stands in front of OSS, look at its own rules; else it is no link to OSS."
    return Judgement(Cause.NO_PERMISSION, f"The host answers {answer.status}, and not as OSS does.", cure)


_ALLOW_REFERER = "Open it from an allowed page, or put that page's address on the allow list of the Referer rule."


def _access_denied(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    message, ec = error.get("Message", ""), error.get("EC", "")
    for words, judge in _BY_MESSAGE:
        if words in message.lower():
            return judge(case, answer, error, seen)
    if ec in _EXPLICIT_DENY:
        return _policy(case, answer, error, seen)
    return _no_permission(case, answer, error, seen)


_EXPLICIT_DENY = frozenset({"0003-00000101", "0003-00000201"})


def _request_expired(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause in (Cause.LINK_EXPIRED, Cause.TOKEN_EXPIRED, Cause.TAMPERED):
        return seen
    end = case.link.signature.expires_at if case.link.signature else None
    difference = clock_difference(answer, case.now)
    if end is None or difference is None or abs(difference) < _A_MOMENT:
        return Judgement(Cause.LINK_EXPIRED, "OSS says that it has expired.", "Make a new link.")
    return Judgement(
        Cause.CLOCK_SKEW,
        f"OSS says that it has expired, though by this machine's clock it lasts until {moment(end)}: OSS's clock is "
        f"{span(difference)} {'ahead' if difference > 0 else 'behind'}.",
        SET_CLOCK,
    )


def _invalid_expires(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause is not Cause.OK:
        return seen
    return Judgement(Cause.TAMPERED, f"OSS cannot read its end: {error.get('Message', '')}", "Copy the link again.")


def _referer(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    empty = error.get("EC", "").endswith("501")
    what = "requests without a Referer, as from an address bar or an app" if empty else "the page it was opened from"
    return Judgement(Cause.REFERER_DENIED, f"The bucket's Referer rule refuses {what}.", _ALLOW_REFERER)


def _policy(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if error.get("EC") == "0003-00000201":
        whose, where = "A RAM policy of whoever signed it", "RAM's console"
    else:
        whose, where = "The bucket's policy", "the bucket's policy"
    return Judgement(
        Cause.POLICY_DENIED,
        f"{whose} denies it explicitly, which counts more than any permission.",
        f"Take the Deny out of {where}, or keep this object, address or user out of it.",
    )


def _no_permission(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    message = error.get("Message", "")
    if case.link.signature is None:
        if seen.cause is Cause.KEY_ENCODING:
            return seen
        cure = "Sign it, as storage.url(name) does, or make the object public-read if it may be everybody's."
        return Judgement(Cause.NO_PERMISSION, f"It is not signed, and the object is not public: {message}", cure)
    right = "oss:GetObjectVersion" if case.link.parameter("versionId") else "oss:GetObject"
    who = "the role (and the session policy) of the token" if case.link.signature.is_temporary else "the key's RAM user"
    return Judgement(
        Cause.NO_PERMISSION,
        f"The signature is right, but whoever signed it may not read the object: {message}",
        f"Allow {right} on acs:oss:*:*:{case.bucket}/{case.key} to {who}.",
    )


def _specified_endpoint(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    endpoint = error.get("Endpoint") or f"oss-{case.region}.aliyuncs.com"
    return Judgement(
        Cause.WRONG_ENDPOINT,
        f"The bucket {case.bucket!r} is not in the region of {case.link.place.netloc}; OSS names {endpoint}.",
        f"Use the host {case.bucket}.{endpoint}, and sign for its region.",
    )


def _path_style(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    cure = f"Use https://{case.bucket}.{case.link.place.netloc}/…; the signature is the same for both."
    return Judgement(Cause.WRONG_ENDPOINT, "OSS wants the bucket in front of the host, not in the path.", cure)


def _mismatch(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause in (Cause.TAMPERED, Cause.KEY_ENCODING, Cause.WRONG_REGION):
        return seen
    signature = case.link.signature
    method = case.finding.method if case.finding and case.finding.matches else "GET"
    if method not in ("GET", "HEAD"):
        return seen
    differing = difference(compared(case, error))
    place = case.link.place
    if any(each["part"] == "bucket and key" and each["oss"].startswith(f"/{place.host}/") for each in differing):
        return Judgement(
            Cause.WRONG_ENDPOINT,
            f"OSS takes {place.netloc} for a bucket: no bucket has that domain bound to it.",
            f"Bind the domain to the bucket{f' {case.bucket}' if case.bucket else ''} in OSS's console.",
        )
    if differing:
        parts = " and ".join(dict.fromkeys(each["part"] for each in differing))
        return Judgement(
            Cause.TAMPERED,
            f"The request was changed on its way, by a proxy or a gateway: OSS received other {parts} than were sent.",
            "Have what stands between pass requests on unchanged, headers and query too.",
        )
    if signature and signature.additional:
        names = ", ".join(signature.additional)
        explanation = f"The header {names} was signed along; whoever opens the link must send it as it was then."
        return Judgement(Cause.TAMPERED, explanation, "For links that browsers open, sign no headers.")
    known = "though it is right by the secret known here, " if case.finding and case.finding.matches else ""
    return Judgement(
        Cause.TAMPERED,
        f"OSS computed another signature, {known}for the very request that was sent: the link was changed before, or "
        "was signed with another secret than OSS has of that access key.",
        "Copy the whole link again. If it was like that from the start, look at the secret that signs.",
    )


def _unknown_key(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    signature = case.link.signature
    if signature and signature.is_temporary and not signature.token:
        return seen
    if signature and signature.is_temporary:
        explanation = "STS does not know the temporary access key that signed it."
        return Judgement(
            Cause.UNKNOWN_ACCESS_KEY, explanation, "Sign with credentials that STS gave out, all three parts."
        )
    return Judgement(
        Cause.UNKNOWN_ACCESS_KEY,
        "OSS does not know the access key that signed it: it was deleted or disabled, or is of another account.",
        "Sign with a key that RAM's console lists as active, and make the links anew that the old one signed.",
    )


def _token_expired(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause in (Cause.LINK_EXPIRED, Cause.TOKEN_EXPIRED):
        return seen
    end = case.link.signature.expires_at if case.link.signature else None
    until = f", though the link promises until {moment(end)}" if end else ""
    return Judgement(
        Cause.TOKEN_EXPIRED,
        f"OSS says that the security token which signed it has expired{until}.",
        "Make a new link, for less than the token lives; a share signs anew at each visit.",
    )


def _bad_token(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    explanation = f"The security token in it is not whole, or another key's: {error.get('Message', '')}"
    return Judgement(Cause.TAMPERED, explanation, "Copy the whole link again; sign with all three parts that STS gave.")


def _skewed(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause is Cause.CLOCK_SKEW:
        return seen
    behind = clock_difference(answer, case.now)
    by = f" by {span(behind)}" if behind is not None and abs(behind) > WARN_SKEW else ""
    return Judgement(Cause.CLOCK_SKEW, f"It is dated ahead of OSS's clock{by}; OSS takes 15 minutes.", SET_CLOCK)


def _not_found(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if answer.headers.get("x-oss-delete-marker") == "true":
        return Judgement(
            Cause.VERSION_GONE,
            f"The object {case.key!r} was deleted in a bucket with versioning: a delete marker hides its versions.",
            "Remove the delete marker, or link to a version by its id (version_id=…).",
        )
    if case.key and seen.cause is Cause.KEY_ENCODING:
        return seen
    explanation = f"There is no object {case.key!r} in the bucket {case.bucket!r}."
    return Judgement(Cause.NOT_FOUND, explanation, "Look for the key with the bucket browser: it may have been moved.")


def _no_bucket(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause in (Cause.WRONG_ENDPOINT, Cause.TAMPERED):
        return seen
    name = error.get("BucketName") or case.bucket
    if case.link.place.network == "custom":
        explanation = f"No bucket has the domain {case.link.place.netloc} bound to it."
        return Judgement(Cause.WRONG_ENDPOINT, explanation, "Bind the domain to the bucket in OSS's console.")
    return Judgement(Cause.NOT_FOUND, f"There is no bucket {name!r}.", "Correct the bucket's name in the host.")


def _version_gone(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    version = case.link.parameter("versionId")
    return Judgement(
        Cause.VERSION_GONE,
        f"The version {version!r} of {case.key!r} is not there any more.",
        "Link to a version that is kept (the bucket browser lists them), or to the latest, without versionId.",
    )


def _not_allowed(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if answer.headers.get("x-oss-delete-marker") == "true":
        explanation = f"The version {case.link.parameter('versionId')!r} is a delete marker, which has no content."
        return Judgement(Cause.VERSION_GONE, explanation, "Link to a version that has content.")
    return _unknown("MethodNotAllowed", error, seen, answer)


def _bad_name(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause is not Cause.OK:
        return seen
    return Judgement(
        Cause.KEY_ENCODING,
        f"OSS does not take {case.key!r} for a key: {error.get('Message', '')}",
        "Percent-encode the key once, as UTF-8, before it is signed: storage.url(name) does.",
    )


def _argument(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause is not Cause.OK:
        return seen
    message = error.get("Message", "")
    if "region" in message.lower():
        explanation = f"OSS says that it was signed for another region: {message}"
        cure = f"Sign with the bucket's region{f', {case.region!r}' if case.region else ''}."
        return Judgement(Cause.WRONG_REGION, explanation, cure)
    if case.link.parameter("x-oss-process") and error.get("ArgumentName", "") in ("", "x-oss-process"):
        explanation = f"OSS cannot process the object as x-oss-process asks: {message}"
        return Judgement(Cause.CONTENT_TYPE, explanation, "Ask for what fits the file: pictures alone can be resized.")
    return Judgement(Cause.TAMPERED, f"OSS cannot read a parameter: {mask_url(message)}", "Copy the whole link again.")


def _archived(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    return Judgement(
        Cause.NO_PERMISSION,
        "The object is archived, and cannot be read before it is restored.",
        "Restore it in OSS's console; that takes minutes (Archive) or hours (Cold Archive).",
    )


def _account(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    explanation = f"The account that owns the bucket is not served: {error.get('Message', '')}"
    return Judgement(Cause.NO_PERMISSION, explanation, "Look at the account: a payment may be overdue.")


_BY_MESSAGE: tuple[tuple[str, _Refused], ...] = (
    ("request has expired", _request_expired),
    ("invalid date", _invalid_expires),
    ("seconds since epoch", _invalid_expires),
    ("referer", _referer),
    ("specified endpoint", _specified_endpoint),
    ("bucket policy", _policy),
    ("query-string authentication requires", _invalid_expires),
)
_BY_CODE: Mapping[str, _Refused] = {
    "AccessDenied": _access_denied,
    "SignatureDoesNotMatch": _mismatch,
    "InvalidAccessKeyId": _unknown_key,
    "SecurityTokenExpired": _token_expired,
    "InvalidSecurityToken": _bad_token,
    "AccessKeyIdAndSecurityTokenNotMatch": _bad_token,
    "RequestTimeTooSkewed": _skewed,
    "NoSuchKey": _not_found,
    "SymlinkTargetNotExist": _not_found,
    "NoSuchBucket": _no_bucket,
    "NoSuchCname": _no_bucket,
    "NoSuchVersion": _version_gone,
    "MethodNotAllowed": _not_allowed,
    "InvalidObjectName": _bad_name,
    "InvalidURI": _bad_name,
    "InvalidArgument": _argument,
    "InvalidRequest": _argument,
    "InvalidBucketName": _no_bucket,
    "SecondLevelDomainForbidden": _path_style,
    "InvalidObjectState": _archived,
    "UserDisable": _account,
}
