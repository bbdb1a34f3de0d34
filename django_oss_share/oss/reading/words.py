"""What each parameter of a link means, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

from .link import Link, masked

_MEANINGS: Mapping[str, str] = {
    "x-oss-signature-version": "The way it was signed: Signature V4.",
    "x-oss-credential": "Who signed, on which day, for which region.",
    "x-oss-date": "When it was signed.",
    "x-oss-expires": "How many seconds it lives from then on, unless the security token ends sooner.",
    "x-oss-signature": "The signature: it covers the method, the bucket, the key and every other parameter.",
    "x-oss-security-token": "The STS token of temporary credentials; the link ends with it, whatever it says itself.",
    "x-oss-additional-headers": "Headers that were signed too, so that whoever opens the link must send them.",
    "OSSAccessKeyId": "Who signed.",
    "Expires": "Until when it lives, in Unix time, unless the security token ends sooner.",
    "Signature": "The signature: it covers the method, the end, the bucket, the key and OSS's own parameters.",
    "security-token": "The STS token of temporary credentials; the link ends with it, whatever it says itself.",
    "versionId": "The version of the object; without it, the latest.",
    "x-oss-process": "What OSS makes of a picture, a video or a document on its way out.",
    "x-oss-traffic-limit": "The speed that OSS holds the download to, in bit/s.",
    "x-oss-ac-source-ip": "The address that may use it.",
    "x-oss-ac-subnet-mask": "How many bits of that address count.",
    "x-oss-ac-vpc-id": "The VPC that may use it.",
    "x-oss-ac-forward-allow": "Whether requests that were forwarded may use it.",
    "x-oss-request-payer": "Who asks pays for it.",
    "response-content-type": "The Content-Type that OSS answers with, instead of the object's own.",
    "response-content-disposition": "Whether browsers save it or show it, and under which name.",
    "response-content-language": "The Content-Language that OSS answers with.",
    "response-content-encoding": "The Content-Encoding that OSS answers with.",
    "response-cache-control": "How long caches may keep the answer.",
    "response-expires": "The Expires header that OSS answers with.",
    "acl": "Asks for the access rights instead of the content.",
    "tagging": "Asks for the tags instead of the content.",
    "symlink": "Asks where a symbolic link leads instead of for the content.",
    "uploads": "Begins a multipart upload.",
    "uploadId": "The multipart upload that a part belongs to.",
    "partNumber": "The number of a part of an upload.",
    "append": "Appends to the object.",
    "position": "Where to append.",
    "callback": "Has OSS tell a server of an upload.",
    "callback-var": "What OSS is to tell along.",
    "restore": "Has an archived object restored.",
    "Authorization": "Signs a request in its header; in a link it signs nothing.",
    "auth_key": "The CDN's signature (type A): time, a random part, a user, a hash.",
    "sign": "The CDN's signature (type F).",
    "time": "The time of the CDN's signature (type F).",
    "KEY1": "The CDN's signature (type C).",
    "KEY2": "The time of the CDN's signature (type C).",
}
_FOREIGN = "Not one of OSS's: somebody added it. V4 signs it along; V1 does not."
_TRACKING = "Added by whoever passed the link on, to follow it; with V4 that breaks the signature."
_TRACKERS = ("utm_", "fbclid", "gclid", "msclkid", "mc_", "_hs", "spm", "igshid", "yclid", "from", "isappinstalled")


def parameters(link: Link) -> list[dict[str, str]]:
    """``name``, ``value`` (masked) and ``meaning`` of each parameter, in their order."""
    return [{"name": name, "value": masked(name, value), "meaning": meaning(name, value)} for name, value in link.pairs]


def meaning(name: str, value: str) -> str:
    """One parameter in words."""
    known = _MEANINGS.get(name)
    if known is None:
        return _TRACKING if name.startswith(_TRACKERS) else _FOREIGN
    detail = _DETAILS[name](value) if name in _DETAILS else ""
    return f"{known} {detail}".rstrip()


def moment(at: datetime) -> str:
    """``2026-01-02 03:04:05 UTC``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def span(seconds: float) -> str:
    """``90 seconds``, ``15 minutes``, ``9 hours``, ``7 days``: two units at most."""
    left, parts = int(abs(seconds)), []
    for name, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count:,} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"


def _v4_date(value: str) -> str:
    try:
        return f"{moment(datetime.strptime(value, '%Y%m%dT%H%M%SZ').replace(tzinfo=UTC))}."
    except ValueError:
        return ""


def _seconds(value: str) -> str:
    return f"That is {span(int(value))}." if value.isascii() and value.isdecimal() and len(value) < 12 else ""


def _unix(value: str) -> str:
    if not (value.isascii() and value.isdecimal() and len(value) <= 11):
        return ""
    return f"{moment(datetime.fromtimestamp(int(value), UTC))}."


def _credential(value: str) -> str:
    parts = value.split("/")
    if len(parts) != 5:
        return ""
    kind = "temporary credentials of STS" if parts[0].startswith("STS.") else "an access key"
    return f"Signed with {kind} for {parts[2]}."


def _disposition(value: str) -> str:
    if value.lower().startswith("inline"):
        return "It asks browsers to show it."
    name = value.rpartition("filename*=")[2].rpartition("''")[2] if "filename*=" in value else ""
    name = name or (value.partition("filename=")[2].partition(";")[0].strip('"') if "filename=" in value else "")
    return f"It asks browsers to save it as {unquote(name)!r}." if name else "It asks browsers to save it."


_DETAILS: Mapping[str, Callable[[str], str]] = {
    "x-oss-date": _v4_date,
    "x-oss-expires": _seconds,
    "Expires": _unix,
    "x-oss-credential": _credential,
    "response-content-disposition": _disposition,
}
