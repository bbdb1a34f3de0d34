"""PutObject, GetObject, HeadObject, GetObjectMeta, DeleteObject, DeleteMultipleObjects, AppendObject."""

from __future__ import annotations

from base64 import b64encode
from contextlib import closing
from dataclasses import replace
from hashlib import md5

from ..documents import document, parse, required
from ..errors import (
    anonymous_override,
    invalid_digest,
    malformed_xml,
    method_not_allowed,
    missing_argument,
    no_such_key,
    symlink_target_missing,
)
from ..response import FileBody, Response, xml_response
from ..store import Bucket, StoredObject
from . import process
from .call import Call
from .conditions import check, overrides, requested_range
from .metadata import draft, object_headers, short_headers, version_header
from .naming import listed_key, url_encoding
from .receive import receive

_MAX_DELETED_AT_ONCE = 1000
_MAX_POSITION = 5 * 1024**3


def put_object(call: Call) -> Response:
    bucket = call.found_bucket()
    wanted = draft(call.request.headers)
    wanted = replace(wanted, content=receive(call.store, call.request))
    stored = call.store.objects.put(bucket.name, call.key, wanted, call.now, forbid_overwrite=forbids_overwrite(call))
    return Response(headers=uploaded(bucket, stored))


def get_object(call: Call) -> Response:
    bucket, version_id = call.found_bucket(), call.request.param("versionId")
    changed = overrides(call.request)
    if changed and call.identity.anonymous:
        raise anonymous_override(next(iter(changed)))
    found, body = call.store.objects.open(bucket.name, call.key, version_id)
    try:
        if found.draft.type == "Symlink":
            body.close()
            found, body = _open_target(call, found)
        check_visible(bucket, found, version_id)
        check(found, call.request.headers)
        if instructions := call.request.param("x-oss-process"):
            with closing(body):
                return process.image(instructions, body, object_headers(bucket, found) | changed)
        return _whole_or_part(call, found, body, object_headers(bucket, found) | _attachment(call) | changed)
    except BaseException:
        body.close()
        raise


def head_object(call: Call) -> Response:
    bucket, version_id = call.found_bucket(), call.request.param("versionId")
    found = visible(call, bucket, version_id)
    check(found, call.request.headers)
    return Response(headers=object_headers(bucket, found) | {"Content-Length": str(found.size)})


def get_object_meta(call: Call) -> Response:
    bucket = call.found_bucket()
    found = visible(call, bucket, call.request.param("versionId"))
    # By GET it has no body, either, and so no length of one.
    size = {"Content-Length": str(found.size)} if call.request.method == "HEAD" else {}
    return Response(headers=short_headers(bucket, found) | size)


def delete_object(call: Call) -> Response:
    bucket = call.found_bucket()
    deletion = call.store.objects.delete(bucket.name, call.key, call.request.param("versionId"), call.now)
    marker = {"x-oss-delete-marker": "true"} if deletion.marker else {}
    return Response(204, version_header(bucket, deletion.version_id) | marker)


def delete_objects(call: Call) -> Response:
    """DeleteMultipleObjects: ``POST /?delete``."""
    bucket, body = call.found_bucket(), call.request.body.spool()
    _check_md5(call, body)
    request = parse(body, "Delete")
    entries = request.findall("Object")
    if not 1 <= len(entries) <= _MAX_DELETED_AT_ONCE:
        raise malformed_xml()
    chosen = [(required(each, "Key"), each.findtext("VersionId") or None) for each in entries]
    for key, version_id in chosen:
        call.authorize("DeleteObject", bucket.name, key, version_id)
    deleted = [_delete_entry(call, bucket, key, version_id) for key, version_id in chosen]
    if request.findtext("Quiet") == "true":
        return Response()
    return xml_response(document("DeleteResult", [*url_encoding(call), *deleted]))


def append_object(call: Call) -> Response:
    bucket = call.found_bucket()
    if not call.request.param("position"):
        raise missing_argument("position")
    position = call.number("position", 0, _MAX_POSITION)
    wanted = draft(call.request.headers, "Appendable")
    wanted = replace(wanted, content=receive(call.store, call.request))
    stored = call.store.objects.append(bucket.name, call.key, wanted, position, call.now)
    return Response(headers=uploaded(bucket, stored) | {"x-oss-next-append-position": str(stored.size)})


def forbids_overwrite(call: Call) -> bool:
    """Whether the request must not replace what is there."""
    return (call.header("x-oss-forbid-overwrite") or "").lower() == "true"


def uploaded(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """The headers of an upload's answer."""
    headers = short_headers(bucket, stored)
    del headers["Last-Modified"]
    if stored.draft.type == "Normal":
        headers["Content-MD5"] = stored.draft.content.content_md5
    return headers


def visible(call: Call, bucket: Bucket, version_id: str | None) -> StoredObject:
    """The object asked for, or the target of the symlink asked for.

    :raises OSSError: there is none, or only a delete marker.
    """
    found = call.store.objects.get(bucket.name, call.key, version_id)
    if found.draft.type == "Symlink":
        found = _target(call, found)
    check_visible(bucket, found, version_id)
    return found


def check_visible(bucket: Bucket, found: StoredObject, version_id: str | None) -> None:
    """:raises OSSError: it is a delete marker: 404, or 405 for who asks for the marker itself."""
    if not found.is_marker:
        return
    error = no_such_key(found.key) if version_id is None else method_not_allowed("GET", "DeleteMarker")
    error.headers |= {"x-oss-delete-marker": "true", **version_header(bucket, found.version_id)}
    raise error


def _whole_or_part(call: Call, found: StoredObject, body: FileBody, headers: dict[str, str]) -> Response:
    part = requested_range(call.request.headers, found.size)
    if part is None:
        return Response(200, headers, body)
    headers["Content-Range"] = f"bytes {part.first}-{part.last}/{found.size}"
    return Response(206, headers, body.part(part.first, part.length))


def _attachment(call: Call) -> dict[str, str]:
    if not call.force_download or call.custom_domain:
        return {}
    return {"x-oss-force-download": "true", "Content-Disposition": "attachment"}


def _target(call: Call, link: StoredObject) -> StoredObject:
    key = link.draft.headers["x-oss-symlink-target"]
    found = call.store.objects.find(link.bucket, key)
    if found is None or found.is_marker:
        raise symlink_target_missing(key)
    return _as_link(found)


def _open_target(call: Call, link: StoredObject) -> tuple[StoredObject, FileBody]:
    target = _target(call, link)
    found, body = call.store.objects.open(target.bucket, target.key)
    return _as_link(found), body


def _as_link(target: StoredObject) -> StoredObject:
    # OSS shows that a link was followed by the type alone.
    return replace(target, draft=replace(target.draft, type="Symlink"))


def _check_md5(call: Call, body: bytes) -> None:
    announced = call.header("content-md5")
    if announced is not None and announced != _md5(body):
        raise invalid_digest(announced)


def _md5(body: bytes) -> str:
    return b64encode(md5(body, usedforsecurity=False).digest()).decode()


def _delete_entry(call: Call, bucket: Bucket, key: str, version_id: str | None) -> tuple[str, object]:
    deletion = call.store.objects.delete(bucket.name, key, version_id, call.now)
    entry: list[tuple[str, object]] = [("Key", listed_key(call, key))]
    if version_id:
        entry.append(("VersionId", version_id))
    if deletion.marker:
        entry += [("DeleteMarker", "true"), ("DeleteMarkerVersionId", deletion.version_id)]
    return "Deleted", entry
