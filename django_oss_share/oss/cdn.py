"""Links signed for Alibaba Cloud CDN (URL authentication, types A, B, C and F), in front of a private bucket.

The CDN checks a hash of the path, the time and a key that both sides hold; it then fetches from the bucket by itself
(private back-to-origin). Its links name the moment of signing, and the CDN adds the validity that was set on its side:
to make a link end when it should, that moment is shifted.

Source of the rules: the vendor's pages "Configure URL signing", whose worked cases the tests hold.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from secrets import token_hex
from typing import Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

from .credentials import as_utc
from .errors import InvalidArgument, InvalidEndpoint, InvalidExpiry, MissingCredentials
from .links import PresignedURL
from .validate import lifetime

#: Seconds that the CDN adds to a link's time unless it was configured otherwise.
DEFAULT_VALIDITY = 1800

CDNType = Literal["A", "B", "C", "F"]
_BEIJING = timezone(timedelta(hours=8))
_ENCODED = re.compile(r"[\x21-\x7e]+").fullmatch
_NAME = re.compile(r"[A-Za-z0-9_-]*").fullmatch
_YEAR_9999 = 253_370_764_800  # Unix time at which it begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How the CDN was configured to check links.

    :param type: ``A`` (``?auth_key=``), ``B`` (time and hash before the path), ``C`` (hash and time before the path,
        or in the query) or ``F`` (``?sign=&time=``).
    :param validity: seconds that the CDN adds to a link's time, as set in its console.
    :param query: for type C, whether hash and time stand in the query instead of the path.
    :param sign_name, time_name: names of the query parameters of types C and F; by default ``sign`` and ``time``
        for F, ``KEY1`` and ``KEY2`` for C.
    :param hexadecimal: for type F, whether the time is written in hexadecimal.
    :raises InvalidArgument: an unknown type, a validity under one second, or names that no query can have.
    """

    type: CDNType = "A"
    validity: int = DEFAULT_VALIDITY
    query: bool = False
    sign_name: str = ""
    time_name: str = ""
    hexadecimal: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.type, str) or self.type not in _BUILDERS:
            raise InvalidArgument(
                f"CDN type {self.type!r} is unknown; allowed are {', '.join(_BUILDERS)}.", field="type", value=self.type
            )
        if not isinstance(self.validity, int) or isinstance(self.validity, bool) or self.validity < 1:
            raise InvalidArgument(
                f"CDN validity={self.validity!r} is not a number of seconds of at least 1.",
                field="validity",
                value=self.validity,
            )
        for field in ("sign_name", "time_name"):
            if not isinstance(name := getattr(self, field), str) or _NAME(name) is None:
                raise InvalidArgument(
                    f"CDN {field}={name!r} is no name of letters, digits, '_' and '-'.", field=field, value=name
                )
        if self.sign_name and self.sign_name == self.time_name:
            raise InvalidArgument(
                f"CDN sign_name and time_name are both {self.sign_name!r}.", field="time_name", value=self.time_name
            )


class CDNLink(PresignedURL):
    """As any link; its ``repr`` keeps the path to itself too, where types B and C have their signature."""

    def __repr__(self) -> str:
        parts = urlsplit(self.url)
        return f"CDNLink(url='{parts.scheme}://{parts.netloc}/***', expires_at={self.expires_at:%Y-%m-%dT%H:%M:%SZ})"


def sign(
    url: str,
    key: str,
    type: CDNType | Scheme = "A",
    expires_in: int | timedelta = DEFAULT_VALIDITY,
    *,
    now: datetime | None = None,
    nonce: str | None = None,
    uid: str = "0",
) -> CDNLink:
    """``url`` with the CDN's signature: valid for GET and HEAD until :attr:`PresignedURL.expires_at`.

    ``sign("https://cdn.example.com/video/a.mp4", key, "A", expires_in=3600)``

    :param url: on the CDN's domain, percent-encoded; its query, such as ``x-oss-process``, is kept and not signed.
        Type F takes none.
    :param key: the primary or secondary key of the domain's URL authentication.
    :param type: ``A``, ``B``, ``C``, ``F``, or a :class:`Scheme` for what differs from the CDN's defaults.
    :param expires_in: seconds or a timedelta. Type B counts in minutes: its links end at the next full one.
    :param now: aware datetime to sign at; the system's clock by default.
    :param nonce, uid: type A's ``rand`` (random unless given) and ``uid``.
    :raises MissingCredentials: no key. :raises InvalidEndpoint: not an http(s) URL with a path, or not encoded.
    :raises InvalidExpiry, InvalidArgument: a bad lifetime, type, nonce or uid, or a query with type F.
    """
    if not key:
        raise MissingCredentials("The CDN's authentication key is empty; an empty key never signs.")
    scheme = type if isinstance(type, Scheme) else Scheme(type=type)
    parts = _split(url)
    if scheme.type == "F" and parts.query:
        raise InvalidArgument(
            f"url {url!r} has a query, which the CDN does not take with links of type F; use type A or C.",
            field="url",
            value=url,
        )
    for field, value in (("nonce", nonce or "0"), ("uid", uid)):
        if not (value.isascii() and value.isalnum()):
            raise InvalidArgument(f"{field} {value!r} must be letters and digits.", field=field, value=value)
    second = int((as_utc("now", now) if now is not None else datetime.now(UTC)).timestamp())
    moment = _moment(second, lifetime(expires_in, maximum=None)) - scheme.validity
    if scheme.type == "B":
        moment += -moment % 60
    path, query = _BUILDERS[scheme.type](scheme, parts.path, key, moment, nonce or token_hex(16), uid)
    joined = "&".join(part for part in (parts.query, query) if part)
    signed = urlunsplit((parts.scheme, parts.netloc, path, joined, ""))
    return CDNLink(signed, "GET", datetime.fromtimestamp(moment + scheme.validity, UTC), {}, False)


def _split(url: str) -> SplitResult:
    # urlsplit() would drop a newline in silence, and the CDN hashes what the browser sends: the encoded path.
    if not isinstance(url, str) or _ENCODED(url) is None:
        raise InvalidEndpoint(f"url {url!r} is not percent-encoded.", field="url", value=url)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or not parts.path.startswith("/"):
        raise InvalidEndpoint(f"url {url!r} is not an http(s) URL with a path.", field="url", value=url)
    return parts


def _moment(second: int, expires_in: int) -> int:
    if second + expires_in >= _YEAR_9999:
        raise InvalidExpiry(
            f"expires_in={expires_in} seconds ends after the year 9998, which no date can name; ask for less.",
            field="expires_in",
            value=expires_in,
        )
    return second + expires_in


def _md5(text: str) -> str:
    # What the CDN computes; the key in the text is what keeps it from being forged.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _type_a(_: Scheme, path: str, key: str, moment: int, nonce: str, uid: str) -> tuple[str, str]:
    digest = _md5(f"{path}-{moment}-{nonce}-{uid}-{key}")
    return path, f"auth_key={moment}-{nonce}-{uid}-{digest}"


def _type_b(_: Scheme, path: str, key: str, moment: int, *__: str) -> tuple[str, str]:
    minute = f"{datetime.fromtimestamp(moment, _BEIJING):%Y%m%d%H%M}"
    return f"/{minute}/{_md5(key + minute + path)}{path}", ""


def _type_c(scheme: Scheme, path: str, key: str, moment: int, *_: str) -> tuple[str, str]:
    when = f"{moment:X}"
    digest = _md5(key + path + when)
    if scheme.query:
        return path, f"{scheme.sign_name or 'KEY1'}={digest}&{scheme.time_name or 'KEY2'}={when}"
    return f"/{digest}/{when}{path}", ""


def _type_f(scheme: Scheme, path: str, key: str, moment: int, *_: str) -> tuple[str, str]:
    when = f"{moment:x}" if scheme.hexadecimal else str(moment)
    digest = _md5(key + path + when)
    return path, f"{scheme.sign_name or 'sign'}={digest}&{scheme.time_name or 'time'}={when}"


_BUILDERS: dict[str, Callable[..., tuple[str, str]]] = {"A": _type_a, "B": _type_b, "C": _type_c, "F": _type_f}
