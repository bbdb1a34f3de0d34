"""Links that Alibaba Cloud CDN checks (URL authentication, types A, B, C and F), read and verified.

By the vendor's formulas, apart from :mod:`..cdn`, which makes them: what one gets wrong, the other is to notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from hashlib import md5
from hmac import compare_digest

from ..cdn import DEFAULT_VALIDITY, Scheme
from .signatures import Pairs

_BEIJING = timezone(timedelta(hours=8))
_AUTH_KEY = re.compile(
    r"(?P<time>\d{10})-(?P<rand>[0-9A-Za-z]+)-(?P<uid>[0-9A-Za-z]+)-(?P<hash>[0-9A-Fa-f]{32})"
).fullmatch
_TYPE_B = re.compile(r"/(?P<time>20\d{10})/(?P<hash>[0-9A-Fa-f]{32})(?P<path>/.+)").fullmatch
_TYPE_C = re.compile(r"/(?P<hash>[0-9A-Fa-f]{32})/(?P<time>[0-9A-Fa-f]{8})(?P<path>/.+)").fullmatch
_HASH = re.compile(r"[0-9A-Fa-f]{32}").fullmatch
_DECIMAL = re.compile(r"\d{10}").fullmatch
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{8}").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class CDNSignature:
    """:ivar type: ``A``, ``B``, ``C`` or ``F``. :ivar path: of the file, without what the signature put in front.
    :ivar signed_at: the time that it names; the CDN adds its validity. :ivar names: of the parameters that it has.
    :ivar signed: what is hashed, with ``{key}`` where the key stands.
    """

    type: str
    path: str
    signed_at: datetime
    names: tuple[str, ...] = ()
    digest: str = field(repr=False)
    signed: tuple[str, str] = field(repr=False)

    def expires_at(self, validity: int = DEFAULT_VALIDITY) -> datetime:
        """:param validity: seconds, as set at the CDN."""
        return self.signed_at + timedelta(seconds=validity)

    def is_of(self, key: str) -> bool:
        """Whether the hash was made with ``key``."""
        before, after = self.signed
        made = md5(f"{before}{key}{after}".encode(), usedforsecurity=False).hexdigest()
        return compare_digest(made, self.digest.lower())


def read_cdn_signature(path: str, pairs: Pairs, scheme: Scheme | None = None) -> CDNSignature | None:
    """What a CDN would check; None: nothing.

    :param path: percent-encoded, with its slash.
    :param scheme: as the CDN of that domain is set up, where that is known; else its default names are looked for.
    """
    if scheme is not None:
        found = (each for each in _candidates(path, pairs, scheme) if each.type == scheme.type)
        return next(found, None) or next(_candidates(path, pairs, scheme), None)
    return next(_candidates(path, pairs, Scheme()), None)


def _candidates(path: str, pairs: Pairs, scheme: Scheme) -> Iterator[CDNSignature]:
    yield from _in_the_query(path, dict(pairs), scheme)
    yield from _in_the_path(path)


def _in_the_query(path: str, given: dict[str, str], scheme: Scheme) -> Iterator[CDNSignature]:
    if found := _AUTH_KEY(given.get("auth_key", "")):
        signed = (f"{path}-{found['time']}-{found['rand']}-{found['uid']}-", "")
        yield _made("A", path, _unix(found["time"]), found["hash"], signed, "auth_key")
    for type_, name, moment in (("F", "sign", "time"), ("C", "KEY1", "KEY2")):
        if type_ == scheme.type:
            name, moment = scheme.sign_name or name, scheme.time_name or moment
        when = given.get(moment, "")
        if _HASH(given.get(name, "")) and (_DECIMAL(when) or _HEXADECIMAL(when)):
            signed_at = _unix(when) if _DECIMAL(when) else _unix(when, 16)
            yield _made(type_, path, signed_at, given[name], ("", path + when), name, moment)


def _in_the_path(path: str) -> Iterator[CDNSignature]:
    if found := _TYPE_B(path):
        try:
            moment = datetime.strptime(found["time"], "%Y%m%d%H%M").replace(tzinfo=_BEIJING).astimezone(UTC)
        except ValueError:
            return
        yield _made("B", found["path"], moment, found["hash"], ("", found["time"] + found["path"]))
    elif found := _TYPE_C(path):
        yield _made("C", found["path"], _unix(found["time"], 16), found["hash"], ("", found["path"] + found["time"]))


def _made(
    type_: str, path: str, signed_at: datetime, digest: str, signed: tuple[str, str], *names: str
) -> CDNSignature:
    return CDNSignature(type=type_, path=path, signed_at=signed_at, names=names, digest=digest, signed=signed)


def _unix(text: str, base: int = 10) -> datetime:
    return datetime.fromtimestamp(int(text, base), UTC)
