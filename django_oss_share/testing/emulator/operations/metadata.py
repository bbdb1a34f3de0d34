"""What goes with an object: from the request's headers into the store, and from there into the answer's."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from ..errors import OSSError, invalid_argument
from ..moments import http_date
from ..store import EMPTY, Bucket, Draft, StoredObject

STORAGE_CLASSES = ("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive")
OBJECT_ACLS = ("default", "private", "public-read", "public-read-write")
#: Headers that OSS keeps with an object, beside ``x-oss-meta-*``.
KEPT = (
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-oss-server-side-encryption",
    "x-oss-server-side-data-encryption",
    "x-oss-server-side-encryption-key-id",
)
_DEFAULT_TYPE = "application/octet-stream"
_META = "x-oss-meta-"
_MAX_TAGS, _MAX_TAG_KEY, _MAX_TAG_VALUE = 10, 128, 256


def draft(headers: Mapping[str, str], kind: str = "Normal", more: Mapping[str, str] | None = None) -> Draft:
    """An object as the headers of its upload describe it, still without its bytes.

    :param more: further headers to keep.
    :raises OSSError: a storage class, ACL or tag that OSS does not know.
    """
    return Draft(
        EMPTY,
        kept_headers(headers) | dict(more or {}),
        parse_tags(headers.get("x-oss-tagging", "")),
        kind,
        one_of("x-oss-storage-class", headers.get("x-oss-storage-class", "Standard"), STORAGE_CLASSES),
        one_of("x-oss-object-acl", headers.get("x-oss-object-acl", "default"), OBJECT_ACLS),
    )


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of a request's headers that are stored with the object."""
    kept = {name: value for name, value in headers.items() if name in KEPT or name.startswith(_META)}
    kept.setdefault("content-type", _DEFAULT_TYPE)
    return kept


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """:raises OSSError: InvalidArgument."""
    if value not in allowed:
        raise invalid_argument(f"{name} must be one of {', '.join(allowed)}.", name, value)
    return value


def parse_tags(encoded: str) -> dict[str, str]:
    """``a=1&b=2``, percent-encoded.

    :raises OSSError: InvalidTag.
    """
    return check_tags(parse_qsl(encoded, keep_blank_values=True))


def check_tags(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """:raises OSSError: InvalidTag: more than 10, twice the same, or too long."""
    tags = dict(pairs)
    sizes_fit = all(0 < len(key) <= _MAX_TAG_KEY and len(value) <= _MAX_TAG_VALUE for key, value in pairs)
    if len(tags) != len(pairs) or len(tags) > _MAX_TAGS or not sizes_fit:
        raise OSSError(400, "InvalidTag", "The tag set you provided is invalid.")
    return tags


def object_headers(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """The headers of a GET or HEAD of the whole object."""
    kept = {_canonical(name): value for name, value in stored.draft.headers.items()}
    tag_count = {"x-oss-tagging-count": str(len(stored.draft.tags))} if stored.draft.tags else {}
    appendable = {"x-oss-next-append-position": str(stored.size)} if stored.draft.type == "Appendable" else {}
    return {
        **kept,
        **short_headers(bucket, stored),
        "Accept-Ranges": "bytes",
        "x-oss-object-type": stored.draft.type,
        "x-oss-storage-class": stored.draft.storage_class,
        **tag_count,
        **appendable,
    }


def short_headers(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """ETag, time, CRC and version: what an upload answers, too."""
    return {
        "ETag": stored.etag,
        "Last-Modified": http_date(stored.modified),
        "x-oss-hash-crc64ecma": str(stored.draft.content.crc64),
        **version_header(bucket, stored.version_id),
    }


def version_header(bucket: Bucket, version_id: str | None) -> dict[str, str]:
    """``x-oss-version-id``, in buckets that keep or kept versions."""
    return {"x-oss-version-id": version_id} if bucket.versioning and version_id else {}


def _canonical(name: str) -> str:
    return name if name.startswith("x-oss-") else name.title()
