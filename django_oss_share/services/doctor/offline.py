"""What a link shows by itself, held against the keys and buckets of the project; nobody is asked.

In the order in which OSS looks: what it cannot read, the clock, the end, the token, then the signature.
"""

from __future__ import annotations

from collections.abc import Callable

from ...oss import InvalidBucketName
from ...oss.credentials import mask
from ...oss.reading.keys import is_encoded_twice
from ...oss.reading.link import MISPLACED
from ...oss.reading.text import SHORTENED
from ...oss.reading.words import moment
from ...oss.validate import check_bucket
from . import cdn, lifetimes
from .case import Case
from .causes import Cause, Judgement

_COPY_AGAIN = "Copy the whole link again from where it was made."
_ENCODE = "Percent-encode the key once, as UTF-8, before it is signed: storage.url(name) does."


def judge(case: Case) -> Judgement:
    """The first thing that is wrong, or that nothing is to be seen."""
    judges = _SIGNED if case.link.signature else _UNSIGNED
    return next((found for each in judges if (found := each(case))), None) or _nothing(case)


def _unreadable_key(case: Case) -> Judgement | None:
    if problem := case.link.key_problem:
        return Judgement(Cause.KEY_ENCODING, f"{problem[:1].upper()}{problem[1:]}.", _ENCODE)
    return None


def _no_key(case: Case) -> Judgement | None:
    if case.link.key:
        return None
    return Judgement(
        Cause.NOT_FOUND, "The link names a bucket at most, but no object.", "Add the object's key behind the host."
    )


def _no_bucket(case: Case) -> Judgement | None:
    try:
        check_bucket(case.link.bucket or "none")
    except InvalidBucketName as error:
        return Judgement(Cause.NOT_FOUND, f"The {error}", "Correct the bucket's name in the host.")
    return None


def _incomplete(case: Case) -> Judgement | None:
    signature = case.link.signature
    assert signature is not None  # noqa: S101 - only links with one come here
    if signature.missing:
        missing = ", ".join(signature.missing)
        return Judgement(Cause.TAMPERED, f"The link was cut off or changed; missing: {missing}.", _COPY_AGAIN)
    readable = [each for each in signature.problems if not each.startswith(("x-oss-signature is", "Signature is"))]
    if readable:
        return Judgement(Cause.TAMPERED, f"The link was changed: {'; '.join(readable)}.", _COPY_AGAIN)
    if signature.access_key_id.startswith("STS.") and not signature.token:
        name = "x-oss-security-token" if signature.version == "V4" else "security-token"
        explanation = f"It was signed with temporary credentials, but their token, {name}, is missing."
        return Judgement(Cause.TAMPERED, explanation, f"{_COPY_AGAIN} If it was made like that, sign with the token.")
    return None


def _path_style(case: Case) -> Judgement | None:
    place = case.link.place
    if not place.is_native or place.addressing != "path":
        return None
    bucket = case.link.bucket or "BUCKET"
    return Judgement(
        Cause.WRONG_ENDPOINT,
        "The host names no bucket: OSS wants it in front of the host, not in the path.",
        f"Use https://{bucket}.{place.netloc}/…; the signature is the same for both.",
    )


def _wrong_region(case: Case) -> Judgement | None:
    signature, region = case.link.signature, case.region
    if not signature or not signature.region or not region or signature.region == region:
        return None
    hint = " A region is written without 'oss-'." if signature.region == f"oss-{region}" else ""
    return Judgement(
        Cause.WRONG_REGION,
        f"It was signed for the region {signature.region!r}, but the bucket is in {region!r}.{hint}",
        f"Sign with region_name={region!r}.",
    )


def _wrong_endpoint(case: Case) -> Judgement | None:
    place = case.link.place
    if not case.storage or not place.is_native or not place.region or place.region == case.region:
        return None
    return Judgement(
        Cause.WRONG_ENDPOINT,
        f"The host is of the region {place.region!r}, but the bucket {case.bucket!r} is in {case.region!r}.",
        f"Use the host {case.bucket}.oss-{case.region}.aliyuncs.com.",
    )


def _mismatch(case: Case) -> Judgement | None:
    signature, finding = case.link.signature, case.finding
    assert signature is not None  # noqa: S101 - only links with one come here
    malformed = [each for each in signature.problems if each.startswith(("x-oss-signature is", "Signature is"))]
    if finding is None and malformed:
        return Judgement(Cause.TAMPERED, f"The signature was cut or changed: {malformed[0]}.", _COPY_AGAIN)
    if finding is None or finding.matches:
        return None
    if finding.part == "key":
        return Judgement(
            Cause.KEY_ENCODING,
            f"The signature is for the key {finding.signed_for!r}, but the link asks for {case.link.key!r}: "
            f"{finding.words}.",
            _ENCODE,
        )
    if finding.part:
        return Judgement(
            Cause.TAMPERED,
            f"The signature is good, but not for this link: {finding.words}.",
            "Take the link as it was made; what is to be changed has to be signed anew.",
        )
    named = f": {malformed[0]}" if malformed else ""
    return Judgement(
        Cause.TAMPERED,
        f"The signature is not that of this link{named}. A parameter, the key or the signature itself was changed, or "
        "another secret than that of this access key signed it, or a header was signed along.",
        f"{_COPY_AGAIN} If it was like that from the start, check the secret, and what stands between.",
    )


def _inline_on_native(case: Case) -> Judgement | None:
    wish = case.link.parameter("response-content-disposition") or ""
    if not wish.lower().startswith("inline") or not case.link.place.is_native:
        return None
    return needs_domain()


def needs_domain() -> Judgement:
    """What is to be said where a link wants to be shown, on a domain that does not show."""
    return Judgement(
        Cause.NEEDS_CUSTOM_DOMAIN,
        "It asks browsers to show the file, but from its own domains OSS sends files to be saved.",
        "Bind a domain of your own to the bucket and set the storage's custom_domain, or preview by a share's page.",
    )


def _encoded_twice(case: Case) -> Judgement | None:
    if (case.finding and case.finding.matches) or not is_encoded_twice(case.key):
        return None
    return Judgement(
        Cause.KEY_ENCODING,
        f"The link asks for the key {case.key!r}, which holds escapes itself: it was encoded twice, most likely.",
        _ENCODE,
    )


def _shortened(case: Case) -> Judgement | None:
    if SHORTENED not in case.link.repairs:
        return None
    return Judgement(Cause.TAMPERED, "The link was shortened where it was shown: its end is missing.", _COPY_AGAIN)


def _misplaced(case: Case) -> Judgement | None:
    return Judgement(Cause.TAMPERED, MISPLACED, _COPY_AGAIN) if MISPLACED in case.link.repairs else None


def _remains(case: Case) -> Judgement | None:
    """Response overrides go with a signature alone."""
    overrides = [name for name, _ in case.link.pairs if name.startswith("response-")]
    if not overrides:
        return None
    explanation = f"It has {overrides[0]}, which OSS takes in signed links alone, but no signature: that was lost."
    return Judgement(Cause.TAMPERED, explanation, _COPY_AGAIN)


def _unsigned(case: Case) -> Judgement | None:
    if not case.storage or case.cdn_signature or is_public(case):
        return None
    what = "no signature of the CDN" if case.cdn else "no signature"
    return Judgement(
        Cause.NO_PERMISSION,
        f"It has {what}, and nothing in STORAGES[{case.alias!r}] says that the object is public: OSS answers 403 then.",
        "Sign it, as storage.url(name) does. If its end was lost, copy it again. --fetch asks OSS for the truth.",
    )


def is_public(case: Case) -> bool:
    """Whether the storage is set up as one whose objects everybody may read."""
    storage = case.storage
    return bool(storage and (not storage.querystring_auth or str(storage.default_acl).startswith("public")))


def _nothing(case: Case) -> Judgement:
    signature, finding = case.link.signature, case.finding
    if case.cdn_signature:
        return cdn.nothing(case, case.cdn_signature)
    if signature is None:
        how = "The storage says that its objects are public." if case.storage else "It opens if the object is public."
        return Judgement(Cause.OK, f"A plain link, without a signature and without an end. {how}")
    until = f"until {moment(signature.expires_at)}" if signature.expires_at else ""
    if finding is None:
        why = (
            f"the header {', '.join(signature.additional)} was signed along, which the link does not hold"
            if signature.additional
            else f"the secret of the access key {mask(signature.access_key_id)} is not known here"
        )
        explanation = f"Nothing wrong is to be seen, and it lasts {until}. Its signature was not checked: {why}."
        return Judgement(Cause.OK, explanation, "To have OSS check it, fetch it (--fetch).")
    along = f" {finding.words}" if finding.words else ""
    what = "" if finding.method == "GET" else f" It is for {finding.method}{along} alone: no browser can open it."
    return Judgement(Cause.OK, f"The signature is right, and the link is good {until}.{what}")


_Judge = Callable[[Case], Judgement | None]
_SIGNED: tuple[_Judge, ...] = (
    *(_no_bucket, _unreadable_key, _incomplete, lifetimes.from_the_future, lifetimes.expired, lifetimes.token_expired),
    *(_path_style, _wrong_region, _mismatch, lifetimes.too_long, _no_key, _wrong_endpoint),
    *(lifetimes.outlives_token, _inline_on_native, _encoded_twice),
)
_UNSIGNED: tuple[_Judge, ...] = (
    *(_misplaced, _no_bucket, _unreadable_key, _shortened, _remains, _no_key, _path_style, cdn.judge, _wrong_endpoint),
    *(_encoded_twice, _unsigned),
)
