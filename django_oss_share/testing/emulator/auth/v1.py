"""Signature V1, checked, as the vendor's page "Signature Version 1" defines it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from hmac import compare_digest
from hmac import digest as hmac_digest

from ..accounts import Accounts, Identity
from ..errors import (
    invalid_expires,
    malformed_authorization,
    missing_auth_parameter,
    missing_date,
    request_expired,
    request_time_too_skewed,
    signature_mismatch,
)
from ..request import Request
from .scope import of_link, read_time
from .v4 import MAX_SKEW, read_http_date

# fmt: off
#: The parameters that name a part or an aspect of the bucket or object, and so belong to the resource signed.
_RESOURCES = frozenset(
    {
        "accessPoint", "accessPointPolicy", "acl", "action", "append", "asyncFetch", "bucketArchiveDirectRead",
        "bucketInfo", "callback", "callback-var", "cleanRestoredObject", "cloudboxes", "cname", "comp",
        "continuation-token", "cors", "dataPipeline", "delete", "encryption", "endTime", "group", "httpsConfig",
        "inventory", "inventoryId", "legalHold", "lifecycle", "link", "live", "location", "logging",
        "metadataConfiguration", "metaQuery", "objectInfo", "objectMeta", "objectWorm", "overwriteConfig", "partNumber",
        "policy", "policyStatus", "position", "publicAccessBlock", "qos", "qosInfo", "qosRequester", "quota",
        "redundancyTransition", "referer", "regionList", "replication", "replicationLocation", "replicationProgress",
        "requestPayment", "requesterQosInfo", "resourceGroup", "resourcePool", "resourcePoolBuckets",
        "resourcePoolInfo", "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "retention", "rtc",
        "seal", "security-token", "sequential", "startTime", "stat", "status", "style", "styleName", "symlink",
        "tagging", "transferAcceleration", "uploadId", "uploads", "userDefinedLogFieldsConfig", "versionId",
        "versioning", "versions", "vod", "website", "worm", "wormExtend", "wormId",
    }
)
# fmt: on
_NUMBER = re.compile("[0-9]{1,18}")
#: Of the parameters a link cannot do without: OSS's codes for one that is missing and for one that is empty.
_REQUIRED = {
    "OSSAccessKeyId": ("0002-00000071", "0002-00000072"),
    "Expires": ("0002-00000067", "0002-00000068"),
    "Signature": ("0002-00000074", "0002-00000075"),
}
_EC_MISMATCH = "0002-00000040"
_EC_NO_SIGNATURE = "0002-00000065"


def is_link(request: Request) -> bool:
    """Whether the query tries to sign by V1."""
    return request.has("Signature") or request.has("OSSAccessKeyId")


def verify_link(request: Request, accounts: Accounts, now: datetime) -> Identity:
    """Who signed the query.

    :raises OSSError: nobody whom we believe.
    """
    access_key_id, expires, signature = (_parameter(request, name) for name in _REQUIRED)
    if not _NUMBER.fullmatch(expires):
        raise invalid_expires(expires)
    signatory = accounts.signatory(access_key_id, request.param("security-token"), now)
    if now.timestamp() > int(expires):
        raise request_expired(datetime.fromtimestamp(int(expires), UTC), now)
    _check(request, expires, access_key_id, signatory.access_key_secret, signature)
    return of_link(signatory.identity)


def verify_header(text: str, request: Request, accounts: Accounts, now: datetime) -> Identity:
    """Who signed the header.

    :param text: what follows ``OSS`` in Authorization.
    :raises OSSError: nobody whom we believe.
    """
    access_key_id, colon, signature = text.strip().partition(":")
    if not (access_key_id and colon and signature):
        raise malformed_authorization("Authorization header is invalid.", "Authorization", text, _EC_NO_SIGNATURE)
    # The Python SDK 1.4.1 sends the token under the name that it has in links.
    token = request.headers.get("x-oss-security-token") or request.headers.get("security-token")
    signatory = accounts.signatory(access_key_id, token, now)
    date, sent_at = _sent_at(request.headers)
    if abs(now - sent_at) > MAX_SKEW:
        raise request_time_too_skewed(sent_at, now)
    _check(request, date, access_key_id, signatory.access_key_secret, signature)
    return signatory.identity


def string_to_sign(request: Request, date: str) -> str:
    """What the client must have signed.

    :param date: the date header, or for a link its end in Unix time.
    """
    headers = request.headers
    lines = (request.method, headers.get("content-md5", ""), headers.get("content-type", ""), date)
    return "\n".join((*lines, _canonical_headers(headers) + _canonical_resource(request)))


def _check(request: Request, date: str, access_key_id: str, secret: str, provided: str) -> None:
    text = string_to_sign(request, date)
    expected = b64encode(hmac_digest(secret.encode(), text.encode(), "sha1"))
    if not compare_digest(expected, provided.encode()):
        raise signature_mismatch(access_key_id, provided, text, ec=_EC_MISMATCH)


def _canonical_headers(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-oss-"))


def _canonical_resource(request: Request) -> str:
    path = f"/{request.bucket}/{request.key or ''}" if request.bucket is not None else "/"
    pairs = sorted((name, value or "") for name, value in request.query if _belongs_to_resource(name))
    query = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    return f"{path}?{query}" if query else path


def _belongs_to_resource(name: str) -> bool:
    return name in _RESOURCES or name.startswith("x-oss-")


def _parameter(request: Request, name: str) -> str:
    values = [value or "" for given, value in request.query if given == name]
    missing, empty = _REQUIRED[name]
    if len(values) > 1:
        raise malformed_authorization(f"{name} is given more than once.", name, ", ".join(values))
    if not values or not values[0]:
        raise missing_auth_parameter(name, empty if values else missing)
    return values[0]


def _sent_at(headers: Mapping[str, str]) -> tuple[str, datetime]:
    """The date as it was signed, and the moment it names."""
    if text := headers.get("x-oss-date"):
        # The vendor documents ISO 8601, and ali-oss writes it as HTTP does: both are good.
        iso = text[:1].isdigit()
        return text, read_time(text, missing_date("0002-00000502")) if iso else read_http_date(text)
    if text := headers.get("date"):
        return text, read_http_date(text)
    raise missing_date()
