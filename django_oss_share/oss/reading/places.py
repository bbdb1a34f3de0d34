"""Whose host a link names: one of OSS's own, one that the caller knows, a custom domain, or another cloud's."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult

from .text import NotALink

_OSS_HOST = re.compile(
    r"(?:(?!s3\.)(?P<bucket>[a-z0-9_-]+)\.)?"
    r"(?:(?:s3\.)?oss-(?P<global>accelerate(?:-overseas)?)|(?:s3\.)?oss-(?P<region>[a-z0-9-]+?)(?P<internal>-internal)?"
    r"|(?P<dual>[a-z0-9-]+)\.oss|(?P<old>oss)(?P<old_internal>-internal)?)"
    r"\.aliyuncs\.com"
).fullmatch
_OTHER_CLOUDS = {
    "amazonaws.com": "Amazon S3",
    "amazonaws.com.cn": "Amazon S3",
    "cloudfront.net": "Amazon CloudFront",
    "windows.net": "Azure Blob Storage",
    "chinacloudapi.cn": "Azure Blob Storage",
    "googleapis.com": "Google Cloud Storage",
    "storage.cloud.google.com": "Google Cloud Storage",
    "myqcloud.com": "Tencent Cloud COS",
    "tencentcos.cn": "Tencent Cloud COS",
    "myhuaweicloud.com": "Huawei Cloud OBS",
    "bcebos.com": "Baidu Cloud BOS",
    "volces.com": "Volcengine TOS",
    "ksyuncs.com": "Kingsoft Cloud KS3",
    "qiniucs.com": "Qiniu Kodo",
    "clouddn.com": "Qiniu Kodo",
    "upaiyun.com": "UpYun",
    "backblazeb2.com": "Backblaze B2",
    "r2.cloudflarestorage.com": "Cloudflare R2",
    "r2.dev": "Cloudflare R2",
    "digitaloceanspaces.com": "DigitalOcean Spaces",
    "wasabisys.com": "Wasabi",
}
# Of the same vendor, but no bucket's.
_NO_BUCKETS = {
    "console.aliyun.com": "a page of the vendor's console",
    "help.aliyun.com": "a page of the vendor's documentation",
    "www.alibabacloud.com": "a page of the vendor's",
    "www.aliyun.com": "a page of the vendor's",
    "aliyundrive.com": "a link of Aliyun Drive",
    "alipan.com": "a link of Aliyun Drive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a bucket is found.

    :ivar netloc: host and port in lower case, without the scheme's usual port.
    :ivar network: ``public``, ``internal``, ``accelerate``, ``accelerate-overseas``, ``dualstack``; ``custom``: a
        domain of the bucket's own; ``cdn``; ``local``: an address, or this machine.
    :ivar bucket: "" where the host does not tell. :ivar region: likewise.
    :ivar addressing: ``virtual``, ``path`` or ``cname``.
    """

    netloc: str
    network: str
    bucket: str = ""
    region: str = ""
    addressing: str = "virtual"

    @property
    def host(self) -> str:
        """Without the port."""
        return self.netloc if self.netloc.endswith("]") else re.sub(r":\d+$", "", self.netloc)

    @property
    def is_native(self) -> bool:
        """Whether it is one of OSS's own domains."""
        return self.network not in ("custom", "cdn", "local")


def place_of(parts: SplitResult, known: Iterable[Place]) -> Place:
    """Where ``parts`` of a URL lead.

    :raises NotALink: to another cloud's storage, or to a page.
    """
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise NotALink("This URL names no host.")
    netloc = netloc_of(parts)
    candidates = [place for place in known if place.netloc == netloc]
    for place in candidates:
        if place.addressing != "path" or parts.path.startswith(f"/{place.bucket}/"):
            return place
    if candidates:
        return Place(netloc=netloc, network=candidates[0].network, region=candidates[0].region, addressing="path")
    return _native(host, netloc) or _foreign(host, netloc)


def netloc_of(parts: SplitResult) -> str:
    """Host and port, as :attr:`Place.netloc` has them."""
    host = (parts.hostname or "").rstrip(".")
    shown = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return shown if parts.port in (None, usual) else f"{shown}:{parts.port}"


def _native(host: str, netloc: str) -> Place | None:
    found = _OSS_HOST(host)
    if found is None:
        return None
    if found["global"]:
        network, region = found["global"], ""
    elif found["dual"]:
        network, region = "dualstack", found["dual"]
    else:
        internal = found["internal"] or found["old_internal"]
        network, region = "internal" if internal else "public", found["region"] or "cn-hangzhou"
    bucket = found["bucket"] or ""
    return Place(
        netloc=netloc, network=network, bucket=bucket, region=region, addressing="virtual" if bucket else "path"
    )


def _foreign(host: str, netloc: str) -> Place:
    for domain, whose in _OTHER_CLOUDS.items():
        if host == domain or host.endswith(f".{domain}"):
            raise NotALink(f"{host} is a host of {whose}, not of Alibaba Cloud OSS; ask there.")
    for domain, what in _NO_BUCKETS.items():
        if host == domain or host.endswith(f".{domain}"):
            raise NotALink(f"{host} is {what}, not a bucket's host; copy the object's own link from there.")
    if host.endswith(".aliyuncs.com"):
        raise NotALink(f"{host} is a host of Alibaba Cloud, but not one of OSS's; those have oss in their name.")
    if host.endswith(".localhost"):
        return Place(netloc=netloc, network="local", bucket=host.removesuffix(".localhost"))
    if host == "localhost" or _is_address(host):
        return Place(netloc=netloc, network="local", addressing="path")
    return Place(netloc=netloc, network="custom", addressing="cname")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
