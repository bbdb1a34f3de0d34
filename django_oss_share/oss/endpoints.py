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
# Alibaba Cloud's own instance metadata, in shared address space rather than link-local.
_METADATA = ipaddress.ip_address("100.100.100.200")


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
        raise InvalidEndpoint(f"endpoint {url!r} is not a URL.", field="endpoint", value=url)
    parts = _urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in ("http", "https"):
        raise InvalidEndpoint(f"endpoint {url!r} must be http or https.", field="endpoint", value=url)
    if parts.username is not None or parts.password is not None:
        # What stands before the "@" may be a password: it is not repeated.
        raise InvalidEndpoint(
            f"endpoint 'https://…@{parts.hostname}' holds a user name; write the host alone.", field="endpoint"
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InvalidEndpoint(
            f"endpoint {url!r} holds more than scheme, host and port; write '{parts.scheme}://{parts.netloc}'.",
            field="endpoint",
            value=url,
        )
    return parts


def _urlsplit(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed only when asked for
    except ValueError as error:
        raise InvalidEndpoint(f"endpoint {url!r} is not a URL: {error}.", field="endpoint", value=url) from None
    return parts


def _check_host(url: str, host: str, *, allow_private: bool) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, where the host is one."""
    address = _address(url, host)
    if address is None:
        if _HOST(host) is None:
            raise InvalidEndpoint(f"endpoint {url!r} has no valid host name.", field="endpoint", value=url)
        return None
    reachable = getattr(address, "ipv4_mapped", None) or address
    if reachable.is_loopback or reachable.is_global and not reachable.is_multicast:
        return address
    if allow_private and reachable.is_private and not (reachable.is_link_local or reachable.is_unspecified):
        return address
    if allow_private and reachable in ipaddress.ip_network("100.64.0.0/10") and reachable != _METADATA:
        return address
    raise InvalidEndpoint(
        f"endpoint {url!r} is a private, link-local or metadata address, which links and requests are kept from; "
        "use OSS's own host, or allow a private host by name in OSS_SHARE['PRIVATE_ENDPOINT_HOSTS'].",
        field="endpoint",
        value=url,
    )


def _address(url: str, host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        # "127.1", "2130706433" and "0x7f.1" are addresses to a browser, and would slip past the check of addresses.
        if last.isdigit() or last.startswith("0x"):
            raise InvalidEndpoint(
                f"endpoint {url!r} has neither a host name nor a plainly written IP address.",
                field="endpoint",
                value=url,
            ) from None
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
