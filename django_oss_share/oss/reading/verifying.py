"""Whether a signature is that of its link; if not, of what else it is: which part was changed since.

The steps of signing are those of :mod:`..signing`. The right signature is never told: that would make a signer of it.
"""

from __future__ import annotations

import hmac
import mimetypes
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha1
from urllib.parse import quote, unquote

from ..signing import v1, v4
from ..signing.hmac_state import HMACState
from .keys import other_spellings
from .link import Link
from .signatures import Pairs, Signature

_V4_SIGNATURE = "x-oss-signature"
_V4_LENGTH = 64
# By V1, parameters that are none of OSS's may be added: what is left out are OSS's own.
_AS_THE_SDK = ", which was added since, or left out by the vendor's Python SDK v2 (as it does by V1, and OSS does not)"
# Parameters of one link that are looked into: real ones have a handful.
_MOST_TRIED = 24
_NO_HEADERS: Mapping[str, str] = {}
_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
# What clients send with an upload, unless told otherwise.
_UPLOAD_TYPES = ("application/octet-stream", "text/plain", "application/x-www-form-urlencoded")
# Seconds that links are usually made for: the tools' defaults, round numbers, the limits.
_USUAL_LIFETIMES = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 32_400, 43_200, 86_400, 604_800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a signature is good for.

    :ivar matches: it is that of the link as it stands, for :attr:`method`.
    :ivar part: ``""``, or what was changed: ``key``, ``parameter``, ``lifetime``, ``bucket``, ``signature``.
    :ivar words: that, in a sentence; "" where it was not found out, or what else the client must send.
    :ivar signed_for: the key, bucket or the like that it is the signature of.
    """

    matches: bool
    method: str = ""
    part: str = ""
    words: str = ""
    signed_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is signed, but for the method."""

    bucket: str
    key: str
    pairs: Pairs
    signature: Signature
    host: str


def verify(link: Link, *, bucket: str, secret: str, buckets: tuple[str, ...] = ()) -> Finding:
    """Compute the signature anew.

    :param bucket: which the host does not always tell. :param buckets: others that may have been meant.
    :raises ValueError: the link has no signature, or one that lacks a part.
    """
    if link.signature is None or link.signature.missing:
        raise ValueError("Only a whole signature can be verified.")
    asked = _asked(link, bucket, link.signature)
    if method := _method_of(asked, secret):
        return Finding(matches=True, method=method)
    if kind := _upload_type(asked, secret):
        return Finding(matches=True, method="PUT", words=f"with the header Content-Type: {kind}")
    for part, words, signed_for, changed in _changes(asked, link, buckets):
        if method := _method_of(changed, secret):
            return Finding(matches=False, method=method, part=part, words=words, signed_for=signed_for)
    return Finding(matches=False)


def canonical_request(link: Link, bucket: str, method: str = "GET") -> str:
    """What a client signs, as the link has it: V4's canonical request, V1's string to sign. It may hold the token."""
    if link.signature is None:
        raise ValueError("There is no signature.")
    return _text(_asked(link, bucket, link.signature), method)


def _asked(link: Link, bucket: str, signature: Signature) -> _Asked:
    return _Asked(bucket=bucket, key=link.key, pairs=link.pairs, signature=signature, host=link.place.netloc)


def _method_of(asked: _Asked, secret: str) -> str:
    """The method that the signature is for; "": none."""
    given = (
        asked.signature.signature.replace(" ", "+") if asked.signature.version == "V1" else asked.signature.signature
    )
    return next((m for m in _METHODS if hmac.compare_digest(_made(asked, m, secret).encode(), given.encode())), "")


def _upload_type(asked: _Asked, secret: str) -> str:
    """The Content-Type that was signed along with an upload; "": none of the likely ones."""
    likely = {mimetypes.guess_type(asked.key)[0], *_UPLOAD_TYPES}
    given = asked.signature.signature.replace(" ", "+").encode()
    for kind in filter(None, likely):
        if hmac.compare_digest(_made(asked, "PUT", secret, {"content-type": kind}).encode(), given):
            return kind
    return ""


def _made(asked: _Asked, method: str, secret: str, headers: Mapping[str, str] = _NO_HEADERS) -> str:
    text = _text(asked, method, headers)
    signature = asked.signature
    if signature.version == "V1":
        return b64encode(HMACState(secret.encode(), sha1).digest(text.encode())).decode()
    when = next((value for name, value in asked.pairs if name == "x-oss-date"), "")
    scope = v4.scope(when[:8], signature.region)
    key = v4.signing_key(secret, when[:8], signature.region)
    return hmac.digest(key, v4.string_to_sign(when, scope, text).encode(), "sha256").hex()


def _text(asked: _Asked, method: str, headers: Mapping[str, str] = _NO_HEADERS) -> str:
    if asked.signature.version == "V1":
        expires = next((value for name, value in asked.pairs if name == "Expires"), "")
        return v1.string_to_sign(method, expires, headers, v1.canonical_resource(asked.bucket, asked.key, asked.pairs))
    query = v4.canonical_query(pair for pair in asked.pairs if pair[0] != _V4_SIGNATURE)
    additional = asked.signature.additional
    if "host" in additional:
        headers = {**headers, "host": asked.host}
    return v4.canonical_request(method, v4.canonical_uri(asked.bucket, asked.key), query, headers, additional)


_Change = tuple[str, str, str, _Asked]


def _changes(asked: _Asked, link: Link, buckets: tuple[str, ...]) -> Iterator[_Change]:
    yield from _key_changes(asked, link)
    yield from _signature_changes(asked)
    yield from _parameter_changes(asked)
    yield from _lifetime_changes(asked)
    for bucket in buckets:
        if bucket != asked.bucket:
            yield "bucket", f"it was signed for the bucket {bucket!r}", bucket, replace(asked, bucket=bucket)
    if asked.key.startswith(f"{asked.bucket}/"):
        key = asked.key.removeprefix(f"{asked.bucket}/")
        yield "bucket", "the host names the bucket, and the path names it once more", key, replace(asked, key=key)


def _key_changes(asked: _Asked, link: Link) -> Iterator[_Change]:
    for key, how in other_spellings(asked.key, link.key_path):
        yield "key", how, key, replace(asked, key=key)
    for end in ("/", ".", ")", "%"):
        yield "key", f"{end!r} at the end of the key was lost", asked.key + end, replace(asked, key=asked.key + end)


def _signature_changes(asked: _Asked) -> Iterator[_Change]:
    given = asked.signature.signature
    whole = given[:_V4_LENGTH] if asked.signature.version == "V4" else f"{given.partition('=')[0]}="
    for other, words in ((given.lower(), "its letters were put into capitals"), (whole, "something hung at its end")):
        if other != given:
            yield "signature", words, "", replace(asked, signature=replace(asked.signature, signature=other))


def _parameter_changes(asked: _Asked) -> Iterator[_Change]:
    brought = {name.lower() for name in (*v4.RESERVED, *v1.RESERVED)}
    foreign = [pair for pair in asked.pairs if pair[0].lower() not in brought]
    groups = [{pair} for pair in foreign[:_MOST_TRIED]]
    if len(foreign) > 1:
        groups += [{pair for pair in foreign if not _is_of_oss(pair[0])}, set(foreign)]
    for group in groups:
        left = tuple(pair for pair in asked.pairs if pair not in group)
        names = ", ".join(name for name, _ in foreign if (name, _) in group)
        words = f"{names} was added" if asked.signature.version == "V4" else f"it leaves {names} out{_AS_THE_SDK}"
        yield "parameter", words, names, replace(asked, pairs=left)
    for name, value in foreign[:_MOST_TRIED]:
        for other in (value.replace(" ", "+"), value.strip(), value.rstrip(".,;)"), unquote(value), _encoded(value)):
            pairs = tuple((n, other if (n, v) == (name, value) else v) for n, v in asked.pairs)
            yield "parameter", f"the value of {name} was changed", name, replace(asked, pairs=pairs)


def _encoded(value: str) -> str:
    """With what is not ASCII as escapes, as a file name within a header may have it."""
    return "".join(each if each.isascii() else quote(each) for each in value)


def _is_of_oss(name: str) -> bool:
    return name.startswith("x-oss-") or name in v1.SUB_RESOURCES


def _lifetime_changes(asked: _Asked) -> Iterator[_Change]:
    if asked.signature.version != "V4":
        return
    for seconds in _USUAL_LIFETIMES:
        pairs = tuple((n, str(seconds) if n == "x-oss-expires" else v) for n, v in asked.pairs)
        words = f"x-oss-expires was {seconds} when it was signed"
        yield "lifetime", words, str(seconds), replace(asked, pairs=pairs)
