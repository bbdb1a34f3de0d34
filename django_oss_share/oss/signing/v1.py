"""Signature V1 (HMAC-SHA1): for buckets and clients that have not moved on; V4 is the default everywhere.

Source of the rules: the vendor's page "Signature Version 1" and its Go SDK v2 and oss2, which agree.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha1

from ..credentials import Credentials
from ..encoding import encode
from .hmac_state import HMACState

#: Query parameters that the signature itself brings.
RESERVED = frozenset({"OSSAccessKeyId", "Expires", "Signature", "security-token"})
# fmt: off
#: Query parameters that are signed, besides every ``x-oss-*``. The Python SDK v2 (1.4.1) leaves ``x-oss-*`` out;
#: OSS signs them, and so do Go v2 and oss2.
SUB_RESOURCES = frozenset(
    {
        "accessPoint", "accessPointPolicy", "acl", "append", "asyncFetch", "bucketArchiveDirectRead",
        "bucketInfo", "callback", "callback-var", "cloudboxes", "cname", "comp", "continuation-token", "cors",
        "delete", "encryption", "endTime", "group", "httpsConfig", "inventory", "inventoryId", "lifecycle",
        "link", "live", "location", "logging", "metaQuery", "objectInfo", "objectMeta", "partNumber", "policy",
        "position", "publicAccessBlock", "qos", "qosInfo", "qosRequester", "redundancyTransition", "referer",
        "regionList", "replication", "replicationLocation", "replicationProgress", "requestPayment",
        "requesterQosInfo", "resourceGroup", "resourcePool", "resourcePoolBuckets", "resourcePoolInfo",
        "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "security-token",
        "sequential", "startTime", "stat", "status", "style", "styleName", "symlink", "tagging",
        "transferAcceleration", "uploadId", "uploads", "versionId", "versioning", "versions", "vod", "website",
        "worm", "wormExtend", "wormId",
    }
)


def canonical_resource(bucket: str, key: str, query: Iterable[tuple[str, str]]) -> str:
    """``/bucket/key?acl&versionId=…``: raw, not percent-encoded."""
    return f"/{bucket}/{key}{_sub_resources(query)}"


def _sub_resources(query: Iterable[tuple[str, str]]) -> str:
    signed = sorted(pair for pair in query if pair[0] in SUB_RESOURCES or pair[0].startswith("x-oss-"))
    return "?" + "&".join(f"{name}={value}" if value else name for name, value in signed) if signed else ""


def canonical_headers(headers: Mapping[str, str]) -> str:
    """The ``x-oss-*`` of ``headers`` (lower-case names), sorted, a line each."""
    return "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-oss-"))


def string_to_sign(method: str, date: str, headers: Mapping[str, str], resource: str) -> str:
    """:param date: the Date header, or for a link its end in Unix time."""
    return _before_resource(method, date, headers) + resource


def _before_resource(method: str, date: str, headers: Mapping[str, str]) -> str:
    md5, kind = headers.get("content-md5", ""), headers.get("content-type", "")
    return f"{method}\n{md5}\n{kind}\n{date}\n{canonical_headers(headers)}"


def authorization(
    credentials: Credentials,
    method: str,
    bucket: str,
    key: str,
    *,
    now: datetime,
    query: Mapping[str, str | None] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers to send for a request signed in its headers: those given (lower-case names) and the signature's.

    :param now: aware UTC; OSS refuses a clock that is more than 15 minutes off. An ``x-oss-date`` among the headers
        is signed in its place.
    """
    sent = {**(headers or {}), "date": format_datetime(now, usegmt=True)}
    if credentials.security_token:
        sent["x-oss-security-token"] = credentials.security_token
    pairs = ((name, value or "") for name, value in (query or {}).items())
    date = sent.get("x-oss-date", sent["date"])
    text = string_to_sign(method, date, sent, canonical_resource(bucket, key, pairs))
    signature = HMACState(credentials.access_key_secret.encode(), sha1).digest(text.encode())
    sent["authorization"] = f"OSS {credentials.access_key_id}:{b64encode(signature).decode()}"
    return sent


# No repr: an error report shows the variables of frames, and the token is in here.
@dataclass(frozen=True, slots=True, repr=False)
class LinkSigner:
    """A presigned link but for its key; see :class:`django_oss_share.oss.signing.v4.LinkSigner`."""

    _base: str
    _suffix: str
    _bucket: str
    _sub_resources: str
    _hmac: HMACState

    @classmethod
    def prepare(
        cls,
        credentials: Credentials,
        *,
        base_url: str,
        bucket: str,
        method: str,
        expires_at: int,
        query: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> LinkSigner:
        """:param expires_at: Unix time in whole seconds."""
        pairs = dict(query)
        if credentials.security_token:
            pairs["security-token"] = credentials.security_token
        sent = {**pairs, "OSSAccessKeyId": credentials.access_key_id, "Expires": str(expires_at)}
        text = "&".join(f"{encode(name)}={encode(value)}" if value else encode(name) for name, value in sent.items())
        return cls(
            _base=base_url,
            _suffix=f"?{text}&Signature=",
            _bucket=bucket,
            _sub_resources=_sub_resources(pairs.items()),
            _hmac=HMACState(
                credentials.access_key_secret.encode(),
                sha1,
                _before_resource(method, str(expires_at), headers).encode(),
            ),
        )

    def url(self, key: str, encoded: str) -> str:
        """The link for ``key``, which is ``encoded`` for a path."""
        signature = self._hmac.digest(f"/{self._bucket}/{key}{self._sub_resources}".encode())
        return f"{self._base}{encoded}{self._suffix}{encode(b64encode(signature).decode())}"
