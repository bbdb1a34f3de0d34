"""A request as the emulator sees it: what was on the wire, and which bucket and object it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import unquote_to_bytes

from .errors import invalid_object_name, invalid_uri

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_VIRTUAL_HOST = ".localhost"
#: ``BUCKET.oss-REGION[-internal].aliyuncs.com`` and ``BUCKET.REGION.oss.aliyuncs.com``, or without a bucket.
_VENDOR_HOST = re.compile(
    r"(?:(?P<bucket>[a-z0-9-]+)\.)?"
    r"(?:oss-(?P<region>[a-z0-9-]+?)(?:-internal)?|(?P<dual_stack>[a-z0-9-]+)\.oss)\.aliyuncs\.com"
)
_EVERY_REGION = frozenset({"accelerate", "accelerate-overseas"})
#: Of UTF-8; OSS refuses longer keys.
MAX_KEY_BYTES = 1023

Query = tuple[tuple[str, str | None], ...]


class RequestBody(Protocol):
    """The bytes that follow the headers; read once."""

    @property
    def length(self) -> int:
        """Bytes announced."""

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; ``b""`` at the end."""

    def spool(self) -> bytes:
        """The whole body: for the small ones (XML, JSON, STS parameters)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, parsed and addressed but not yet believed.

    :ivar raw_path: as on the wire, still percent-encoded, without the query.
    :ivar raw_query: as on the wire.
    :ivar query: decoded pairs in their order; None for a bare name without ``=``.
    :ivar headers: lower-case names; values stripped, as text.
    :ivar bucket: by virtual host, custom domain or path; None for a request to the service.
    :ivar key: decoded; None for a request to the bucket or to the service.
    """

    method: str
    scheme: str
    host: str
    raw_path: str
    raw_query: str
    query: Query
    headers: Mapping[str, str]
    bucket: str | None
    key: str | None
    remote_addr: str
    body: RequestBody

    def param(self, name: str, default: str | None = None) -> str | None:
        """The first value of a query parameter: "" for a bare name, ``default`` where there is none."""
        for given, value in self.query:
            if given == name:
                return value or ""
        return default

    def has(self, name: str) -> bool:
        """Whether the query has the parameter, bare or with a value."""
        return any(given == name for given, _ in self.query)


def parse_query(raw_query: str) -> Query:
    """The decoded pairs of a query; ``+`` is a space there, as OSS has it.

    :raises OSSError: 400 InvalidURI, where an escape is broken or is not UTF-8.
    """
    return tuple(_pair(part) for part in raw_query.split("&") if part)


def addressed(host: str, raw_path: str, *, cnames: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The bucket and the (decoded) key that a request is about.

    ``bucket.localhost``, the custom domains in ``cnames`` (lower case, without port) and, for clients whose name
    resolution was bent, the vendor's own endpoints name the bucket by the host. An IP address, ``localhost`` or another
    name without a dot takes the bucket from the path. Any other host is a custom domain that nobody bound; like OSS we
    take it for a bucket, which then does not exist.

    :raises OSSError: 400 InvalidURI or InvalidObjectName, where the path cannot be decoded.
    """
    if not raw_path.startswith("/"):
        raise invalid_uri(raw_path)
    name = hostname(host)
    if name in cnames:
        return cnames[name], _key(raw_path[1:])
    if name.endswith(_VIRTUAL_HOST):
        return name.removesuffix(_VIRTUAL_HOST), _key(raw_path[1:])
    vendor = _VENDOR_HOST.fullmatch(name)
    if vendor and vendor["bucket"]:
        return vendor["bucket"], _key(raw_path[1:])
    if "." in name and not _is_address(name) and not vendor:
        return name, _key(raw_path[1:])
    bucket, _, key = raw_path[1:].partition("/")
    return _decode(bucket) or None, _key(key) if bucket else None


def endpoint_region(host: str) -> str | None:
    """The region that one of the vendor's endpoints is for; None for another host, or an endpoint of every region."""
    vendor = _VENDOR_HOST.fullmatch(hostname(host))
    region = (vendor["region"] or vendor["dual_stack"]) if vendor else None
    return None if region in _EVERY_REGION else region


def hostname(host: str) -> str:
    """The Host header in lower case, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")


def check_key(raw: bytes) -> str:
    """A key from its bytes; "" where there are none.

    :raises OSSError: 400 InvalidObjectName: over 1,023 bytes, beginning with a slash or backslash, or not UTF-8.
    """
    if len(raw) > MAX_KEY_BYTES or raw.startswith((b"/", b"\\")):
        raise invalid_object_name(raw.decode(errors="replace"))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise invalid_object_name(raw.decode(errors="replace")) from None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _pair(part: str) -> tuple[str, str | None]:
    name, equals, value = part.replace("+", " ").partition("=")
    return _decode(name), _decode(value) if equals else None


def _key(encoded: str) -> str | None:
    return check_key(_unquote(encoded)) or None


def _decode(encoded: str) -> str:
    try:
        return _unquote(encoded).decode()
    except UnicodeDecodeError:
        raise invalid_uri(encoded) from None


def _unquote(encoded: str) -> bytes:
    if _BAD_ESCAPE.search(encoded):
        raise invalid_uri(encoded)
    # The wire is read as Latin-1, so that every byte arrives; an unescaped one stands for itself.
    return unquote_to_bytes(encoded.encode("latin-1"))
