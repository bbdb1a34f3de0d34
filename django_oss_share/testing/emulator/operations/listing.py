"""ListObjects, ListObjectsV2, ListObjectVersions, ListMultipartUploads, ListParts."""

from __future__ import annotations

import sqlite3
from base64 import b64decode, urlsafe_b64encode

from ..documents import Markup, document, element, text
from ..errors import invalid_argument
from ..faults import Kind
from ..moments import iso_date
from ..response import Response, xml_response
from ..store import Bucket, Page, Window
from .call import Call
from .naming import listed_key, url_encoding

_MAX_KEYS = 1000
_DEFAULT_KEYS = 100


def list_objects(call: Call) -> Response:
    bucket, marker = call.found_bucket(), call.request.param("marker", "") or ""
    window = _window(call, "max-keys", after=marker)
    page = call.store.listing.objects(bucket.name, window)
    following = [("NextMarker", listed_key(call, token)) for token in _next_token(call, page, page.last, marker)]
    head = [("Marker", listed_key(call, marker)), ("MaxKeys", window.limit)]
    return _answer(call, "ListBucketResult", window, [*head, *following], page, _contents(call, page, _owner(bucket)))


def list_objects_v2(call: Call) -> Response:
    bucket = call.found_bucket()
    start_after, token = call.request.param("start-after", "") or "", call.request.param("continuation-token")
    window = _window(call, "max-keys", after=_read_token(token) if token else start_after)
    page = call.store.listing.objects(bucket.name, window)
    head: list[tuple[str, object]] = [("MaxKeys", window.limit)]
    if start_after:
        head.append(("StartAfter", listed_key(call, start_after)))
    if token:
        head.append(("ContinuationToken", token))
    head += [("NextContinuationToken", each) for each in _next_token(call, page, _make_token(page.last), token)]
    head.append(("KeyCount", len(page.rows) + len(page.prefixes)))
    owner = _owner(bucket) if call.request.param("fetch-owner") == "true" else ""
    return _answer(call, "ListBucketResult", window, head, page, _contents(call, page, owner))


def list_object_versions(call: Call) -> Response:
    bucket = call.found_bucket()
    key_marker, version_marker = call.request.param("key-marker") or "", call.request.param("version-id-marker") or ""
    window = _window(call, "max-keys", after=key_marker, within=version_marker)
    page = call.store.listing.versions(bucket.name, window)
    head: list[tuple[str, object]] = [
        ("KeyMarker", listed_key(call, key_marker)),
        ("VersionIdMarker", version_marker),
        ("MaxKeys", window.limit),
    ]
    if page.truncated:
        head.append(("NextKeyMarker", listed_key(call, page.last)))
        head.append(("NextVersionIdMarker", _last(page, "version_id")))
    owner = _owner(bucket)
    rows = Markup("".join(_version(call, row, owner) for row in page.rows))
    return _answer(call, "ListVersionsResult", window, head, page, rows)


def list_multipart_uploads(call: Call) -> Response:
    bucket = call.found_bucket()
    key_marker, upload_marker = call.request.param("key-marker") or "", call.request.param("upload-id-marker") or ""
    window = _window(call, "max-uploads", after=key_marker, within=upload_marker, default=_MAX_KEYS)
    page = call.store.listing.uploads(bucket.name, window)
    head: list[tuple[str, object]] = [
        ("Bucket", bucket.name),
        ("KeyMarker", listed_key(call, key_marker)),
        ("UploadIdMarker", upload_marker),
        ("NextKeyMarker", listed_key(call, page.last) if page.truncated else ""),
        ("NextUploadIdMarker", _last(page, "upload_id") if page.truncated else ""),
        ("MaxUploads", window.limit),
    ]
    rows = Markup("".join(_upload(call, row) for row in page.rows))
    return _answer(call, "ListMultipartUploadsResult", window, head, page, rows)


def list_parts(call: Call) -> Response:
    upload_id = call.request.param("uploadId") or ""
    marker = call.number("part-number-marker", 0, 10_000)
    limit = call.number("max-parts", _MAX_KEYS, _MAX_KEYS)
    upload = call.store.uploads.get(call.bucket, call.key, upload_id)
    found = call.store.uploads.parts(upload_id, marker, limit + 1)
    shown, truncated = found[:limit], len(found) > limit > 0
    parts = [
        (
            "Part",
            [
                ("PartNumber", part.number),
                ("LastModified", iso_date(part.modified)),
                ("ETag", f'"{part.content.etag}"'),
                ("HashCrc64ecma", part.content.crc64),
                ("Size", part.content.size),
            ],
        )
        for part in shown
    ]
    head: list[tuple[str, object]] = [
        *url_encoding(call),
        ("Bucket", call.bucket),
        ("Key", listed_key(call, upload.key)),
        ("UploadId", upload_id),
        ("StorageClass", upload.draft.storage_class),
        ("PartNumberMarker", marker),
        ("NextPartNumberMarker", shown[-1].number if shown else 0),
        ("MaxParts", limit),
        ("IsTruncated", _boolean(truncated)),
    ]
    return xml_response(document("ListPartsResult", [*head, *parts]))


def _window(call: Call, limit_name: str, *, after: str, within: str = "", default: int = _DEFAULT_KEYS) -> Window:
    return Window(
        prefix=call.request.param("prefix") or "",
        delimiter=call.request.param("delimiter") or "",
        after=after,
        within=within,
        limit=call.number(limit_name, default, _MAX_KEYS),
    )


def _answer(
    call: Call, root: str, window: Window, head: list[tuple[str, object]], page: Page, rows: Markup
) -> Response:
    start: list[tuple[str, object]] = [
        ("Name", call.bucket),
        ("Prefix", listed_key(call, window.prefix)),
        ("Delimiter", listed_key(call, window.delimiter)),
        *url_encoding(call),
        ("IsTruncated", _boolean(page.truncated)),
    ]
    groups = [("CommonPrefixes", [("Prefix", listed_key(call, prefix))]) for prefix in page.prefixes]
    inner = "".join(element(name, value) for name, value in [*start, *head])
    after = "".join(element(name, value) for name, value in groups)
    return xml_response(document(root, Markup(inner + rows + after)))


def _contents(call: Call, page: Page, owner: str = "") -> Markup:
    # Written out: an element at a time, a page of 1,000 keys takes five times as long.
    return Markup("".join(f"<Contents>{_common(call, row)}{owner}</Contents>" for row in page.rows))


def _common(call: Call, row: sqlite3.Row) -> str:
    return (
        f"<Key>{_key(call, row)}</Key>"
        f'<LastModified>{iso_date(row["modified"])}</LastModified><ETag>"{row["etag"]}"</ETag>'
        f"<Type>{row['type']}</Type><Size>{row['size']}</Size><StorageClass>{row['storage_class']}</StorageClass>"
    )


def _key(call: Call, row: sqlite3.Row) -> str:
    return text(listed_key(call, row["key"].decode()))


def _version(call: Call, row: sqlite3.Row, owner: str) -> str:
    identity = f"<VersionId>{row['version_id']}</VersionId><IsLatest>{_boolean(row['latest'])}</IsLatest>"
    if row["type"] == "DeleteMarker":
        key, modified = _key(call, row), iso_date(row["modified"])
        inner = f"<Key>{key}</Key>{identity}<LastModified>{modified}</LastModified>{owner}"
        return f"<DeleteMarker>{inner}</DeleteMarker>"
    return f"<Version>{identity}{_common(call, row)}{owner}</Version>"


def _upload(call: Call, row: sqlite3.Row) -> str:
    return element(
        "Upload",
        [
            ("Key", listed_key(call, row["key"].decode())),
            ("UploadId", row["upload_id"]),
            ("StorageClass", row["storage_class"]),
            ("Initiated", iso_date(row["initiated"])),
        ],
    )


def _owner(bucket: Bucket) -> str:
    owner = text(bucket.owner)
    return f"<Owner><ID>{owner}</ID><DisplayName>{owner}</DisplayName></Owner>"


def _last(page: Page, column: str) -> str:
    """The marker within the last key; "" where the page ended with a common prefix."""
    if not page.rows or page.rows[-1]["key"].decode() != page.last:
        return ""
    return str(page.rows[-1][column])


def _boolean(value: object) -> str:
    return "true" if value else "false"


def _next_token(call: Call, page: Page, following: str, asked: str | None) -> list[str]:
    """Where the next page begins: one token where there is one, unless a fault is wanted."""
    if not page.truncated or Kind.DROP_TOKEN in call.faults:
        return []
    return [asked] if asked and Kind.REPEAT_TOKEN in call.faults else [following]


def _make_token(last: str) -> str:
    return urlsafe_b64encode(last.encode()).decode()


def _read_token(token: str) -> str:
    try:
        return b64decode(token, b"-_", validate=True).decode()
    except ValueError:
        raise invalid_argument("The continuation token provided is incorrect.", "continuation-token", token) from None
