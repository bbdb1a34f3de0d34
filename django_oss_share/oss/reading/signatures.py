"""What the query of a presigned link says of itself, V4 or V1, right or wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ..validate import MAX_V4_SECONDS

Pairs = tuple[tuple[str, str], ...]

V4_NAMES = ("x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature")
V1_NAMES = ("OSSAccessKeyId", "Expires", "Signature")
_OURS = (*V4_NAMES, *V1_NAMES, "x-oss-security-token", "security-token", "x-oss-additional-headers")
# In any case: something on the way may have changed that.
_SPELT = {name.lower(): name for name in _OURS}
#: Names that only one of the two versions has, and no other parameter.
_V4_MARKS = frozenset({"x-oss-signature-version", "x-oss-credential", "x-oss-signature", "x-oss-expires", "x-oss-date"})
_V1_MARKS = frozenset({"OSSAccessKeyId", "Signature"})
_ALGORITHM = "OSS4-HMAC-SHA256"
_CREDENTIAL = re.compile(r"(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<product>[^/]+)/aliyun_v4_request")
_HEX = re.compile(r"[0-9a-f]{64}").fullmatch
_SHA1 = re.compile(r"[A-Za-z0-9+/]{27}=").fullmatch
# Unix seconds of the year 9999.
_MILLISECONDS = 13  # digits of such a time
_LAST_SECOND = 253_402_300_799


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """:ivar version: ``V4`` or ``V1``.
    :ivar access_key_id: "" where there is none. :ivar region: V4's own, "" where it cannot be read.
    :ivar signed_at: V4's; V1 does not tell. :ivar expires_in: seconds, V4's.
    :ivar expires_at: by the link itself; None: it cannot be read.
    :ivar additional: names of headers that were signed along, which the client must send.
    :ivar missing: names of parameters that it cannot do without. :ivar problems: what else is wrong, in sentences.
    """

    version: str
    access_key_id: str = ""
    signature: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    region: str = ""
    signed_at: datetime | None = None
    expires_in: int | None = None
    expires_at: datetime | None = None
    additional: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_temporary(self) -> bool:
        """Whether an STS token goes with it, or must."""
        return bool(self.token) or self.access_key_id.startswith("STS.")

    @property
    def is_too_long(self) -> bool:
        """Whether it lives longer than V4 allows."""
        return self.version == "V4" and self.expires_in is not None and self.expires_in > MAX_V4_SECONDS


def read_signature(pairs: Pairs) -> Signature | None:
    """The signature in a query of decoded ``pairs``; None: there is none."""
    given: dict[str, str] = {}
    problems, miswritten = [], []
    for name, value in pairs:
        spelt = _SPELT.get(name.lower())
        if spelt is None:
            continue
        if spelt != name:
            miswritten.append(name)
        if spelt in given and given[spelt] != value:
            problems.append(f"{spelt} is given more than once")
        given.setdefault(spelt, value)
    if miswritten:
        problems.append(f"upper and lower case matter in {', '.join(miswritten)}")
    if _V4_MARKS & given.keys():
        return _v4(given, problems)
    if _V1_MARKS & given.keys():
        return _v1(given, problems)
    return None


def _v4(given: Mapping[str, str], problems: list[str]) -> Signature:
    credential = _CREDENTIAL.fullmatch(given.get("x-oss-credential", ""))
    signed_at = _moment(given.get("x-oss-date", ""))
    seconds = _seconds(given.get("x-oss-expires", ""))
    problems += [
        problem
        for name, value, is_bad, problem in (
            (
                "x-oss-signature-version",
                None,
                given.get("x-oss-signature-version") != _ALGORITHM,
                f"is not {_ALGORITHM}",
            ),
            ("x-oss-credential", credential, credential is None, "is not KEY/DATE/REGION/oss/aliyun_v4_request"),
            ("x-oss-date", signed_at, signed_at is None, "is not a time such as 20260102T030405Z"),
            ("x-oss-expires", seconds, not seconds, "is not a number of seconds of at least 1"),
            ("x-oss-signature", None, not _HEX(given.get("x-oss-signature", "")), "is not 64 digits of 0-9 and a-f"),
        )
        if is_bad and given.get(name)
        for problem in [f"{name} {problem}"]
    ]
    if credential and signed_at and credential["date"] != f"{signed_at:%Y%m%d}":
        problems.append("x-oss-date is of another day than x-oss-credential")
    if credential and credential["product"] != "oss":
        problems.append(f"x-oss-credential names the product {credential['product']!r} instead of 'oss'")
    return Signature(
        version="V4",
        access_key_id=credential["key"] if credential else given.get("x-oss-credential", "").partition("/")[0],
        signature=given.get("x-oss-signature", ""),
        token=given.get("x-oss-security-token", ""),
        region=credential["region"] if credential else "",
        signed_at=signed_at,
        expires_in=seconds,
        expires_at=_end(signed_at, seconds),
        additional=tuple(name for name in given.get("x-oss-additional-headers", "").lower().split(";") if name),
        missing=tuple(name for name in V4_NAMES if not given.get(name)),
        problems=tuple(problems),
    )


def _v1(given: Mapping[str, str], problems: list[str]) -> Signature:
    end = _unix(given.get("Expires", ""))
    if given.get("Expires") and end is None:
        unit = " but in milliseconds" if len(given["Expires"]) == _MILLISECONDS else ""
        problems.append(f"Expires is not Unix time in seconds{unit}")
    if given.get("Signature") and not _SHA1(given["Signature"].replace(" ", "+")):
        problems.append("Signature is not 28 characters of base64")
    elif " " in given.get("Signature", ""):
        problems.append("a '+' in Signature is not written %2B, so it arrives as a space")
    return Signature(
        version="V1",
        access_key_id=given.get("OSSAccessKeyId", ""),
        signature=given.get("Signature", ""),
        token=given.get("security-token", ""),
        expires_at=end,
        missing=tuple(name for name in V1_NAMES if not given.get(name)),
        problems=tuple(problems),
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if f"{found:%Y%m%dT%H%M%SZ}" == text else None


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None


def _end(signed_at: datetime | None, seconds: int | None) -> datetime | None:
    if signed_at is None or seconds is None:
        return None
    try:
        return signed_at + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _unix(text: str) -> datetime | None:
    seconds = _seconds(text) if len(text) <= 18 else None
    if seconds is None:
        return None
    return datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC)
