"""CopyObject, and the source of UploadPartCopy."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote_to_bytes

from ..documents import document
from ..errors import invalid_argument, no_such_key
from ..moments import iso_date
from ..response import FileBody, Response, xml_response
from ..store import Draft, StoredObject
from .call import Call
from .conditions import check
from .metadata import draft, one_of, short_headers
from .objects import forbids_overwrite

_SOURCE = "x-oss-copy-source"


def copy_object(call: Call) -> Response:
    bucket = call.found_bucket()
    source, body = open_source(call)
    try:
        wanted = _copied_draft(call, source)
        copied = replace(wanted, content=call.store.blobs.copy(source.draft.content))
    finally:
        body.close()
    stored = call.store.objects.put(bucket.name, call.key, copied, call.now, forbid_overwrite=forbids_overwrite(call))
    answer = xml_response(
        document("CopyObjectResult", [("ETag", stored.etag), ("LastModified", iso_date(stored.modified))])
    )
    headers = short_headers(bucket, stored)
    source_bucket = call.store.buckets.get(source.bucket)
    if source_bucket.versioning:
        headers["x-oss-copy-source-version-id"] = source.version_id
    answer.headers |= headers
    return answer


def source_of(header: str) -> tuple[str, str, str | None]:
    """Bucket, key and version of ``/bucket/key?versionId=…``, percent-encoded.

    :raises OSSError: InvalidArgument.
    """
    path, _, query = header.partition("?")
    bucket, _, key = _decoded(path.removeprefix("/"), header).partition("/")
    if not bucket or not key:
        raise invalid_argument("Copy Source must mention the source bucket and key: /bucket/key.", _SOURCE, header)
    return bucket, key, query.removeprefix("versionId=") or None


def open_source(call: Call) -> tuple[StoredObject, FileBody]:
    """The object that ``x-oss-copy-source`` names, and its bytes; whoever asks may read it.

    :raises OSSError: there is none, or a condition does not hold.
    """
    bucket, key, version_id = source_of(call.header(_SOURCE) or "")
    call.authorize("GetObject", bucket, key, version_id)
    found, body = call.store.objects.open(bucket, key, version_id)
    try:
        if found.is_marker:
            raise no_such_key(key)
        check(found, call.request.headers, f"{_SOURCE}-")
    except BaseException:
        body.close()
        raise
    return found, body


def _copied_draft(call: Call, source: StoredObject) -> Draft:
    """The copy's metadata: the source's, or the request's with the directive REPLACE."""
    metadata = _directive(call, "x-oss-metadata-directive")
    tagging = _directive(call, "x-oss-tagging-directive")
    asked = draft(call.request.headers)
    same = (source.bucket, source.key) == (call.bucket, call.key)
    return replace(
        asked,
        headers=asked.headers if metadata == "REPLACE" else source.draft.headers,
        tags=asked.tags if tagging == "REPLACE" or call.header("x-oss-tagging") else source.draft.tags,
        acl=asked.acl if call.header("x-oss-object-acl") or not same else source.draft.acl,
    )


def _directive(call: Call, name: str) -> str:
    return one_of(name, (call.header(name) or "COPY").upper(), ("COPY", "REPLACE"))


def _decoded(path: str, header: str) -> str:
    try:
        return unquote_to_bytes(path.encode()).decode()
    except UnicodeDecodeError:
        raise invalid_argument("Copy Source is not UTF-8.", _SOURCE, header) from None
