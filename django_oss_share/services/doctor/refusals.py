"""Why OSS, or a CDN, refused a link: by the code of the answer, its words, and what the link shows by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ...oss.links import mask_url
from ...oss.reading.words import moment, span
from . import refused_objects as objects
from . import refused_signatures as signatures
from .case import Case
from .causes import Cause, Judgement
from .clocks import SET_CLOCK, clock_difference
from .fetching import Answer

# Seconds that may pass between our look at the link and OSS's.
_A_MOMENT = 10
_TENGINE = re.compile(r"denied by (?P<what>req auth|http_referer|[\w ]+)(?::\s*(?P<detail>[\w ]+))?")


def judge_refusal(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    """Why it was refused.

    :param seen: what the link shows by itself, which may be more precise than what OSS says.
    """
    if (answer.status >= 500 or answer.status == 429) and error.get("Code") != "NotImplemented":
        explanation = f"The service answers {answer.status} ({error.get('Code') or 'no code'}): overloaded, or broken."
        return Judgement(Cause.UNREACHABLE, explanation, "Try again a little later.")
    if answer.status in range(300, 400):
        return _redirected(answer)
    code = error.get("Code", "")
    if found := _BY_CODE.get(code):
        return found(case, answer, error, seen)
    if not code:
        return _without_document(case, answer, seen)
    return objects.unknown(code, error, seen, answer)


_Refused = Callable[[Case, Answer, Mapping[str, str], Judgement], Judgement]


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


_ALLOW_EMPTY = "Open it from an allowed page, or have the rule allow an empty Referer, as mails and apps send it."
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
    cure = _ALLOW_EMPTY if empty else _ALLOW_REFERER
    return Judgement(Cause.REFERER_DENIED, f"The bucket's Referer rule refuses {what}.", cure)


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
        if seen.cause in (Cause.KEY_ENCODING, Cause.TAMPERED) or not case.key:
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
    "SignatureDoesNotMatch": signatures.mismatch,
    "InvalidAccessKeyId": signatures.unknown_key,
    "SecurityTokenExpired": signatures.token_expired,
    "InvalidSecurityToken": signatures.bad_token,
    "AccessKeyIdAndSecurityTokenNotMatch": signatures.bad_token,
    "RequestTimeTooSkewed": signatures.skewed,
    "NoSuchKey": objects.not_found,
    "SymlinkTargetNotExist": objects.not_found,
    "NoSuchBucket": objects.no_bucket,
    "NoSuchCname": objects.no_bucket,
    "NoSuchVersion": objects.version_gone,
    "MethodNotAllowed": objects.not_allowed,
    "InvalidObjectName": objects.bad_name,
    "InvalidURI": objects.bad_name,
    "InvalidArgument": objects.argument,
    "InvalidRequest": objects.argument,
    "NotImplemented": objects.argument,
    "InvalidBucketName": objects.no_bucket,
    "SecondLevelDomainForbidden": _path_style,
    "InvalidObjectState": objects.archived,
    "UserDisable": objects.account,
}
