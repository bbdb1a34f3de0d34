"""Who asks: the address behind the proxies that are trusted, and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from ..conf import conf
from .keyring import mac

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_USER_AGENT_LENGTH = 200
# The part of an address that a home or an office chooses by itself: whoever has one of them has them all.
_IPV6_HOST_BITS = 64
_UNIX = "unix"


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who opens a share.

    :ivar address: None where it is not known, which no allow-list lets in.
    """

    address: Address | None = field(default=None, repr=False)
    user_agent: str = ""

    @property
    def identity(self) -> str:
        """A keyed digest, 32 hexadecimal digits, of the address, or for IPv6 of its /64: one client for all limits."""
        return _digest("client", _client_text(self.address))

    @property
    def recorded_address(self) -> str:
        """What the audit may hold of the address, by ``OSS_SHARE["IP_PRIVACY"]``."""
        privacy = conf.ip_privacy
        if self.address is None or privacy == "none":
            return ""
        if privacy == "truncated":
            return str(_masked(self.address, 24, 48))
        return _digest("address", str(self.address)) if privacy == "hashed" else str(self.address)

    def is_within(self, networks: tuple[str, ...] | list[str]) -> bool:
        """Whether the address lies in one of ``networks``; an unknown one lies in none."""
        address = self.address
        return address is not None and any(address in network for network in _parsed(tuple(networks)))


def client_of(request: HttpRequest) -> Client:
    """The client of ``request``; ``X-Forwarded-For`` counts only as far as trusted proxies wrote it."""
    return Client(
        _address(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")),
        request.META.get("HTTP_USER_AGENT", "")[:_USER_AGENT_LENGTH],
    )


def parse_address(text: str) -> Address | None:
    """``text`` as an address, without a port, brackets or a zone; IPv4 in IPv6's clothes is IPv4. None: it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _address(peer: str, forwarded: str) -> Address | None:
    """The last address that was not written by, or is not that of, a trusted proxy."""
    trusted = conf.trusted_proxies
    address = parse_address(peer)
    if not trusted or not _is_trusted(peer, address, trusted):
        return address
    for text in reversed(forwarded.split(",")) if forwarded else ():
        address = parse_address(text)
        if address is None or not _is_trusted(text, address, trusted):
            return address
    return address


def _is_trusted(text: str, address: Address | None, trusted: tuple[str, ...]) -> bool:
    if address is None:
        return text == "" and _UNIX in trusted
    return any(address in network for network in _parsed(tuple(each for each in trusted if each != _UNIX)))


@lru_cache(maxsize=256)
def _parsed(networks: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(network) for network in networks)
    except ValueError as error:
        raise ImproperlyConfigured(f"OSS_SHARE: a network is not valid: {error}.") from error


def _client_text(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return f"{int(address) >> _IPV6_HOST_BITS:x}"
    return str(address)


def _masked(address: Address | None, ipv4_bits: int, ipv6_bits: int) -> Network | None:
    if address is None:
        return None
    bits = ipv4_bits if address.version == 4 else ipv6_bits
    return ip_network((address, bits), strict=False)


def _digest(purpose: str, text: str) -> str:
    return mac(conf.audit_keys[0], purpose, text.encode()).hex()[:32]
