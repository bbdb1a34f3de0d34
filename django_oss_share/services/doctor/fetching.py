"""One request, to a host that may be asked: bounded in time and size, never redirected, to an address that was checked.

By the standard library, on a connection of its own and by no proxy: what comes back is what OSS or the CDN said.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from ...oss import OSSShareError
from ...oss.endpoints import is_allowed_address
from ...oss.reading import Link
from .known import Known

#: Seconds: for the connection and for each answer of it; for the whole.
TIMEOUT = 5
GIVE_UP = 15
#: Bytes: enough to see the charset of a text.
MOST_BYTES = 64 * 1024


class Forbidden(OSSShareError, PermissionError):
    """The host, or the address that it has, is not one to send requests to."""


class NoAnswer(OSSShareError, ConnectionError):
    """:ivar hint: what may be done, or ""."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Answer:
    """:ivar headers: lower-case names. :ivar body: its beginning. :ivar is_whole: whether that is all."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    is_whole: bool


def fetch(
    link: Link, known: Known, *, allow_hosts: Iterable[str] = (), method: str = "GET", headers: Mapping[str, str]
) -> Answer:
    """:param allow_hosts: hosts that may be asked, besides those of the project's buckets.
    :raises Forbidden: the link's is none of them. :raises NoAnswer: there was none, or none in time.
    """
    parts = urlsplit(link.url)
    trusted = _is_our_server(link, known)
    if not (trusted or _is_of_our_bucket(link, known) or is_listed(link, allow_hosts)):
        raise Forbidden(
            f"{link.place.netloc} was not asked: it is no host of a bucket in STORAGES. "
            f"To ask it all the same: --allow-host {link.place.netloc}."
        )
    address = _address_of(parts, allow_private=trusted, allow_loopback=trusted or is_listed(link, allow_hosts))
    return _ask(parts, address, method, headers)


def _is_our_server(link: Link, known: Known) -> bool:
    """Whether it is an endpoint of ``STORAGES``, whichever bucket is asked for there (by path, or below localhost)."""
    ours = {place.netloc for place in known.places}
    bucket, _, rest = link.place.netloc.partition(".")
    return link.place.netloc in ours or (bucket == link.bucket and rest.startswith("localhost") and rest in ours)


def _is_of_our_bucket(link: Link, known: Known) -> bool:
    """Whether it is one of OSS's own hosts, such as that of another region, of a bucket that we have."""
    return link.place.is_native and link.bucket in known.buckets


def is_listed(link: Link, hosts: Iterable[str]) -> bool:
    """Whether ``hosts``, with a port or without, name that of the link."""
    parts = urlsplit(link.url)
    host = (parts.hostname or "").rstrip(".")
    shown = f"[{host}]" if ":" in host else host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return any(each.lower().rstrip(".") in (host, shown, f"{shown}:{port}") for each in hosts)


def _address_of(parts: SplitResult, *, allow_private: bool, allow_loopback: bool) -> tuple[str, int]:
    """Address and port to connect to: looked up once, so that it is the one that was checked."""
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        # Not every system knows that names below "localhost" are this machine.
        name = "127.0.0.1" if host.endswith(".localhost") else host
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        hint = "Correct the host; for a custom domain, set its CNAME record to the bucket's own host."
        raise NoAnswer(f"There is no host {host!r}: no name server knows an address of it.", hint) from None
    for *_, target in found:
        address = ipaddress.ip_address(str(target[0]).partition("%")[0])
        if address.is_loopback and not allow_loopback:
            continue
        if is_allowed_address(address, allow_private=allow_private):
            return str(target[0]), port
    raise Forbidden(
        f"{host} was not asked: its address {found[0][4][0]} is a private one, which requests are kept from, unless it "
        "is an endpoint of STORAGES."
    )


class _Pinned(HTTPConnection):
    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedTLS(HTTPSConnection):
    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT, context=self._tls)
        self._address = address

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)


def _ask(parts: SplitResult, address: tuple[str, int], method: str, headers: Mapping[str, str]) -> Answer:
    kind = _PinnedTLS if parts.scheme == "https" else _Pinned
    connection = kind(parts.hostname or "", address[1], address[0])
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, headers={"Accept-Encoding": "identity", "Connection": "close", **headers})
        response = connection.getresponse()
        body, is_whole = _beginning(response)
    except (OSError, HTTPException) as error:
        raise _no_answer(parts.netloc, error) from None
    finally:
        connection.close()
    return Answer(response.status, {n.lower(): v for n, v in response.getheaders()}, body, is_whole)


def _beginning(response: HTTPResponse) -> tuple[bytes, bool]:
    give_up, body = time.monotonic() + GIVE_UP, b""
    while len(body) < MOST_BYTES and time.monotonic() < give_up:
        block = response.read1(MOST_BYTES - len(body))
        if not block:
            return body, True
        body += block
    return body, False


def _no_answer(netloc: str, error: Exception) -> NoAnswer:
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "Have the domain's certificate hosted at OSS or the CDN before https is used, or link by OSS's own host."
        return NoAnswer(f"{netloc} has no valid certificate of its own: {error.verify_message}.", hint)
    if isinstance(error, ssl.SSLError):
        return NoAnswer(f"{netloc} does not speak https there ({error.reason}).", "Look at the scheme and the port.")
    if isinstance(error, TimeoutError):
        return NoAnswer(f"{netloc} did not answer within {TIMEOUT} seconds.")
    if isinstance(error, ConnectionRefusedError):
        return NoAnswer(f"{netloc} refuses connections.")
    return NoAnswer(f"{netloc} broke the connection off ({type(error).__name__}).")
