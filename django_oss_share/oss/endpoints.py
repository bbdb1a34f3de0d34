"""Where a link points: OSS's own domains, a custom domain, or the emulator."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from .errors import InvalidArgument, InvalidEndpoint
from .validate import check_bucket

#: Kinds of OSS network, with the host of each ("{region}" filled in).
NETWORKS = {
    "public": "oss-{region}.aliyuncs.com",
    "internal": "oss-{region}-internal.aliyuncs.com",
    "accelerate": "oss-accelerate.aliyuncs.com",
    "accelerate-overseas": "oss-accelerate-overseas.aliyuncs.com",
    "dualstack": "{region}.oss.aliyuncs.com",
}
#: How the bucket is named: in the host, in the path, or not at all (a custom domain stands for one bucket).
ADDRESSING = ("virtual", "path", "cname")

_REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+").fullmatch
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*").fullmatch
# Hosts of OSS itself, with a bucket that somebody left in front.
_OSS_HOST = re.compile(
    r"(?:(?P<bucket>[a-z0-9-]+)\.)?"
    r"(?:oss-(?P<global>accelerate(?:-overseas)?)|oss-(?P<plain>[a-z0-9-]+?)(?:-internal)?|(?P<dual>[a-z0-9-]+)\.oss)"
    r"\.aliyuncs\.com"
).fullmatch
# Instance metadata outside the link-local range: Alibaba Cloud's own, and those of two other clouds.
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254", "192.0.0.192")))
# IPv6 that carries an IPv4 address, which may be any of those refused.
_CARRYING_IPV4 = tuple(map(ipaddress.ip_network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")))
_SHARED = ipaddress.ip_network("100.64.0.0/10")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A scheme, a host and the way the bucket is addressed there.

    ``Endpoint("https://static.example.com", region="cn-hangzhou", addressing="cname")``

    :param url: scheme and host, with a port if need be; ``https://`` is assumed where no scheme is written.
    :param region: such as ``cn-hangzhou``; read off OSS's own hosts where it is not given. V4 signs it,
        so a V4 presigner refuses an endpoint without one.
    :param addressing: ``virtual``, ``path`` or ``cname``; by default ``path`` for an IP address or ``localhost`` and
        ``virtual`` elsewhere.
    :param allow_private: whether a private address (10.0.0.0/8 and the like) may be signed for. Link-local and cloud
        metadata addresses never are; loopback always is, for the emulator.
    :raises InvalidEndpoint: not http or https; user name, path, query or fragment in the URL; a host that is none or
        not allowed; a bucket left in front of OSS's host; a region that is not that of the host.
    """

    url: str
    region: str = ""
    addressing: str = ""
    allow_private: bool = False
    scheme: str = field(init=False, repr=False, compare=False)
    netloc: str = field(init=False, repr=False, compare=False)
    host: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = _split(self.url)
        host = (parts.hostname or "").lower()
        address = _check_host(self.url, host, allow_private=self.allow_private)
        netloc = f"[{host}]" if ":" in host else host
        if parts.port is not None:
            netloc += f":{parts.port}"
        local = address is not None or host == "localhost"
        values = {
            "url": f"{parts.scheme}://{netloc}",
            "region": _region(self.url, host, self.region),
            "addressing": self.addressing or ("path" if local else "virtual"),
            "scheme": parts.scheme,
            "netloc": netloc,
            "host": host,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_addressing(is_address=address is not None)

    @classmethod
    def for_region(cls, region: str, network: str = "public", scheme: str = "https") -> Endpoint:
        """OSS's own endpoint of ``region``.

        :param network: ``public``, ``internal`` (inside the VPC, free of charge), ``accelerate``,
            ``accelerate-overseas`` or ``dualstack`` (IPv6 as well).
        :raises InvalidArgument: an unknown network.
        :raises InvalidEndpoint: a malformed region or scheme.
        """
        if network not in NETWORKS:
            raise InvalidArgument(
                f"network {network!r} is unknown; allowed are {', '.join(NETWORKS)}.", field="network", value=network
            )
        check_region(region)
        return cls(f"{scheme}://{NETWORKS[network].format(region=region)}", region=region)

    @property
    def is_loopback(self) -> bool:
        """Whether nothing sent there leaves this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        address = _address(self.url, self.host)
        return address is not None and address.is_loopback

    def base_url(self, bucket: str) -> str:
        """What stands before an object's key, ending in a slash: ``https://examplebucket.oss-….aliyuncs.com/``.

        :raises InvalidBucketName: the bucket's name is malformed.
        """
        check_bucket(bucket)
        if self.addressing == "virtual":
            return f"{self.scheme}://{bucket}.{self.netloc}/"
        if self.addressing == "path":
            return f"{self.url}/{bucket}/"
        return f"{self.url}/"

    def _check_addressing(self, *, is_address: bool) -> None:
        if self.addressing not in ADDRESSING:
            raise InvalidEndpoint(
                f"addressing {self.addressing!r} is unknown; allowed are {', '.join(ADDRESSING)}.",
                field="addressing",
                value=self.addressing,
            )
        if self.addressing == "virtual" and is_address:
            raise InvalidEndpoint(
                f"endpoint {self.url!r} is an IP address, which no bucket can stand in front of; use "
                "addressing='path', or 'http://localhost' with addressing='virtual'.",
                field="addressing",
                value=self.addressing,
            )
        found = _OSS_HOST(self.host)
        if found and found["bucket"] and self.addressing != "cname":
            raise InvalidEndpoint(
                f"endpoint {self.url!r} has a bucket in front; write "
                f"'{self.scheme}://{self.host.removeprefix(found['bucket'] + '.')}' and pass the bucket by its name.",
                field="endpoint",
                value=self.url,
            )


def check_region(region: str) -> str:
    """``region``, if it is written as V4 signs it.

    :raises InvalidEndpoint: missing, malformed, or with the ``oss-`` of the host names in front.
    """
    if not isinstance(region, str) or _REGION(region) is None or region.startswith("oss-"):
        raise InvalidEndpoint(
            f"region {region!r} is not a region's name; write it as 'cn-hangzhou', without 'oss-'.",
            field="region",
            value=region,
        )
    return region


def _split(url: str) -> SplitResult:
    if not isinstance(url, str) or not url or any(c <= " " or c in "\\\x7f" for c in url):
        raise _bad_url(url, "is not a URL.")
    parts = _urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in ("http", "https"):
        raise _bad_url(url, "must be http or https.")
    if "@" in parts.netloc:
        raise _bad_url(url, "holds a user name; write the host alone.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _bad_url(url, f"holds more than scheme, host and port; write '{parts.scheme}://{parts.netloc}'.")
    return parts


def _urlsplit(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed only when asked for
    except ValueError as error:
        raise _bad_url(url, f"is not a URL: {error}.") from None
    return parts


def _bad_url(url: object, problem: str) -> InvalidEndpoint:
    # What stands before an "@" may be a password: it is not repeated.
    shown = f"…@{url.rpartition('@')[2]}" if isinstance(url, str) and "@" in url else url
    return InvalidEndpoint(f"endpoint {shown!r} {problem}", field="endpoint", value=shown)


def _check_host(url: str, host: str, *, allow_private: bool) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, where the host is one."""
    address = _address(url, host)
    if address is None:
        if _HOST(host) is None:
            raise _bad_url(url, "has no valid host name; write a name from another script in its xn-- form.")
        return None
    if is_allowed_address(address, allow_private=allow_private):
        return address
    raise _bad_url(
        url,
        "is a private, link-local or metadata address, which links and requests are kept from; "
        "use OSS's own host, or allow a private host by name in OSS_SHARE['PRIVATE_ENDPOINT_HOSTS'].",
    )


def is_allowed_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address, *, allow_private: bool) -> bool:
    """Whether requests may go there: never to link-local or metadata addresses; always to this machine."""
    if getattr(address, "scope_id", None):
        return False
    reached = getattr(address, "ipv4_mapped", None) or address
    if reached.is_loopback:
        return True
    if reached in _METADATA or any(reached in network for network in _CARRYING_IPV4):
        return False
    if reached.is_link_local or reached.is_multicast or reached.is_unspecified:
        return False
    return reached.is_global or allow_private and (reached.is_private or reached in _SHARED)


def _address(url: str, host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        # "127.1", "2130706433" and "0x7f.1" are addresses to a browser, and would slip past the check of addresses.
        if last.isdigit() or last.startswith("0x"):
            raise _bad_url(url, "has neither a host name nor a plainly written IP address.") from None
        return None


def _region(url: str, host: str, region: str) -> str:
    found = _OSS_HOST(host)
    native = (found["plain"] or found["dual"]) if found else None
    if region:
        check_region(region)
    if native is not None and region and native != region:
        raise InvalidEndpoint(
            f"region {region!r} is not that of the endpoint {url!r}, which is {native!r}.", field="region", value=region
        )
    return region or native or ""
