"""Signature V4, checked: what the client must have hashed, as the vendor's page "Signature Version 4" defines it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import quote

from ..accounts import Accounts, Identity
from ..errors import (
    OSSError,
    malformed_authorization,
    missing_date,
    request_expired,
    request_time_too_skewed,
    signature_mismatch,
)
from ..request import Request
from .scope import ECs, Scope, of_link, read_scope, read_time

ALGORITHM = "OSS4-HMAC-SHA256"
#: Seven days: longer than a V4 link may live.
MAX_EXPIRES = 604_800
MAX_SKEW = timedelta(minutes=15)

_UNSIGNED = "UNSIGNED-PAYLOAD"
_SIGNATURE = "x-oss-signature"
_MARKS = frozenset({_SIGNATURE, "x-oss-signature-version", "x-oss-credential"})
_NUMBER = re.compile("[0-9]{1,10}")
_LINK_ECS = ECs(malformed="", date="0002-00000223", region="0002-00000226")
_HEADER_ECS = ECs(malformed="0002-00000213", date="0002-00000212", region="0002-00000228")
#: Of the parameters a link cannot do without: OSS's codes for one that is missing and for one that is empty.
_REQUIRED = {
    "x-oss-signature-version": ("", ""),
    "x-oss-credential": ("0002-00000217", ""),
    "x-oss-date": ("", ""),
    "x-oss-expires": ("0002-00000215", "0002-00000216"),
    _SIGNATURE: ("0002-00000219", "0002-00000220"),
}
_EC_VERSION = "0002-00000066"
_EC_EXPIRES = "0002-00000070"
_EC_PAYLOAD = "0002-00000214"
_EC_FUTURE = "0002-00000235"
_EC_MISMATCH = "0002-00000201"
_EC_DATE_FORMAT = "0002-00000502"


def is_link(request: Request) -> bool:
    """Whether the query tries to sign by V4."""
    return any(request.has(mark) for mark in _MARKS)


def verify_link(request: Request, accounts: Accounts, now: datetime) -> Identity:
    """Who signed the query.

    :raises OSSError: nobody whom we believe.
    """
    given = {name: _parameter(request, name) for name in _REQUIRED}
    if given["x-oss-signature-version"] != ALGORITHM:
        raise _malformed("x-oss-signature-version", given["x-oss-signature-version"], _EC_VERSION)
    signed_at = read_time(given["x-oss-date"], _malformed("x-oss-date", given["x-oss-date"], _EC_DATE_FORMAT))
    expires = _read_expires(given["x-oss-expires"])
    scope = read_scope(given["x-oss-credential"], signed_at, accounts, name="x-oss-credential", ecs=_LINK_ECS)
    signatory = accounts.signatory(scope.access_key_id, request.param("x-oss-security-token"), now)
    if signed_at - now > MAX_SKEW:
        raise request_time_too_skewed(signed_at, now, _EC_FUTURE)
    if now > signed_at + timedelta(seconds=expires):
        raise request_expired(signed_at + timedelta(seconds=expires), now)
    additional = _additional(request.param("x-oss-additional-headers", "") or "")
    _check(scope, given["x-oss-date"], request, additional, signatory.access_key_secret, given[_SIGNATURE])
    return of_link(signatory.identity)


def verify_header(text: str, request: Request, accounts: Accounts, now: datetime) -> Identity:
    """Who signed the header.

    :param text: what follows the algorithm in Authorization.
    :raises OSSError: nobody whom we believe.
    """
    parts = _authorization_parts(text)
    signed_at = _header_time(request.headers)
    scope = read_scope(parts["Credential"], signed_at, accounts, name="Authorization header", ecs=_HEADER_ECS)
    if request.headers.get("x-oss-content-sha256") != _UNSIGNED:
        raise _malformed("x-oss-content-sha256", request.headers.get("x-oss-content-sha256", ""), _EC_PAYLOAD)
    signatory = accounts.signatory(scope.access_key_id, request.headers.get("x-oss-security-token"), now)
    if abs(now - signed_at) > MAX_SKEW:
        raise request_time_too_skewed(signed_at, now)
    additional = _additional(parts.get("AdditionalHeaders", ""))
    when = f"{signed_at:%Y%m%dT%H%M%SZ}"
    _check(scope, when, request, additional, signatory.access_key_secret, parts["Signature"])
    return signatory.identity


def canonical_request(request: Request, additional: Sequence[str]) -> str:
    """What the client must have hashed.

    :param additional: lower-case names of the headers signed beyond those always signed, sorted.
    """
    path = f"/{request.bucket}/{request.key or ''}" if request.bucket is not None else "/"
    lines = (
        request.method,
        quote(path, safe="/"),
        _canonical_query(request),
        _canonical_headers(request.headers, additional),
        ";".join(additional),
        _UNSIGNED,
    )
    return "\n".join(lines)


def _check(scope: Scope, when: str, request: Request, additional: Sequence[str], secret: str, provided: str) -> None:
    canonical = canonical_request(request, additional)
    text = "\n".join((ALGORITHM, when, str(scope), sha256(canonical.encode()).hexdigest()))
    if not compare_digest(scope.sign(secret, text).encode(), provided.encode()):
        raise signature_mismatch(scope.access_key_id, provided, text, canonical, ec=_EC_MISMATCH)


def _canonical_query(request: Request) -> str:
    pairs = sorted(
        (quote(name, safe=""), quote(value or "", safe="")) for name, value in request.query if name != _SIGNATURE
    )
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


def _canonical_headers(headers: Mapping[str, str], additional: Sequence[str]) -> str:
    names = sorted(name for name in headers if _always_signed(name) or name in additional)
    return "".join(f"{name}:{headers[name]}\n" for name in names)


def _always_signed(name: str) -> bool:
    return name in ("content-type", "content-md5") or name.startswith("x-oss-")


def _additional(text: str) -> list[str]:
    return sorted({name.strip().lower() for name in text.split(";") if name.strip()})


def _parameter(request: Request, name: str) -> str:
    values = [value or "" for given, value in request.query if given == name]
    missing, empty = _REQUIRED[name]
    if not values:
        raise malformed_authorization(f"Missing {name} in the query.", name, "", missing)
    if len(values) > 1:
        raise malformed_authorization(f"{name} is given more than once.", name, ", ".join(values))
    if not values[0]:
        raise malformed_authorization(f"Empty {name} in the query.", name, "", empty)
    return values[0]


def _read_expires(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_EXPIRES:
        raise malformed_authorization(
            f"x-oss-expires must be a number of seconds from 1 to {MAX_EXPIRES}.", "x-oss-expires", text, _EC_EXPIRES
        )
    return int(text)


def _authorization_parts(text: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in text.split(",")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs) or not {"Credential", "Signature"} <= parts.keys():
        raise malformed_authorization("Authorization header is invalid.", "Authorization", "", _HEADER_ECS.malformed)
    return parts


def _header_time(headers: Mapping[str, str]) -> datetime:
    if "x-oss-date" in headers:
        return read_time(headers["x-oss-date"], missing_date(_EC_DATE_FORMAT))
    if "date" not in headers:
        raise missing_date()
    return read_http_date(headers["date"])


def read_http_date(text: str) -> datetime:
    """``Tue, 24 Nov 2026 22:05:09 GMT`` as aware UTC.

    :raises OSSError: it is no such date.
    """
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        raise missing_date(_EC_DATE_FORMAT) from None
    if moment.utcoffset() != timedelta():
        raise missing_date(_EC_DATE_FORMAT)
    return moment


def _malformed(name: str, value: str, ec: str) -> OSSError:
    return malformed_authorization(f"Invalid {name}.", name, value, ec)
