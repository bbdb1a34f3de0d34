"""Multipart uploads: initiate, UploadPart, UploadPartCopy, complete, abort."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from xml.etree.ElementTree import Element

from ..documents import document, parse, required
from ..errors import entity_too_small, invalid_argument, invalid_part_order, malformed_xml
from ..moments import iso_date
from ..response import Response, xml_response
from ..store import Part
from .call import Call, is_number
from .copying import open_source
from .metadata import OBJECT_ACLS, draft, one_of, short_headers
from .naming import listed_key, url_encoding
from .objects import forbids_overwrite
from .receive import receive
from .streams import BodyReader

_MAX_PARTS = 10_000
#: Bytes that every part but the last must have.
_MIN_PART_SIZE = 100 * 1024
_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})").fullmatch


def initiate_multipart_upload(call: Call) -> Response:
    bucket = call.found_bucket()
    upload_id = call.store.uploads.initiate(bucket.name, call.key, draft(call.request.headers), call.now)
    answer = [("Bucket", bucket.name), ("Key", listed_key(call, call.key)), ("UploadId", upload_id)]
    return xml_response(document("InitiateMultipartUploadResult", [*url_encoding(call), *answer]))


def upload_part(call: Call) -> Response:
    number = _part_number(call.request.param("partNumber"))
    upload = call.store.uploads.get(call.bucket, call.key, call.request.param("uploadId") or "")
    content = receive(call.store, call.request)
    call.store.uploads.put_part(upload, number, content, call.now)
    headers = {"ETag": f'"{content.etag}"', "x-oss-hash-crc64ecma": str(content.crc64)}
    return Response(headers=headers | {"Content-MD5": content.content_md5})


def upload_part_copy(call: Call) -> Response:
    number = _part_number(call.request.param("partNumber"))
    upload = call.store.uploads.get(call.bucket, call.key, call.request.param("uploadId") or "")
    source, body = open_source(call)
    with closing(body):
        start, length = _copied_range(call.header("x-oss-copy-source-range"), source.size)
        content = call.store.blobs.receive(BodyReader(body.part(start, length)))
    call.store.uploads.put_part(upload, number, content, call.now)
    answer = [("LastModified", iso_date(call.now)), ("ETag", f'"{content.etag}"')]
    return xml_response(document("CopyPartResult", answer))


def complete_multipart_upload(call: Call) -> Response:
    bucket, upload_id = call.found_bucket(), call.request.param("uploadId") or ""
    body = call.request.body.spool()
    with call.store.alone():
        upload = call.store.uploads.get(bucket.name, call.key, upload_id)
        acl = one_of("x-oss-object-acl", call.header("x-oss-object-acl") or upload.draft.acl, OBJECT_ACLS)
        there = call.store.uploads.parts(upload_id)
        chosen = _all_parts(there) if call.header("x-oss-complete-all") == "yes" else _chosen_parts(body)
        _check_sizes(there, chosen)
        finished = replace(upload.draft, content=call.store.uploads.joined(upload_id, chosen), acl=acl)
        stored = call.store.complete(upload, finished, call.now, forbid_overwrite=forbids_overwrite(call))
    answer = [
        ("Location", f"http://{call.request.host}{call.request.raw_path}"),
        ("Bucket", bucket.name),
        ("Key", listed_key(call, call.key)),
        ("ETag", stored.etag),
    ]
    answered = xml_response(document("CompleteMultipartUploadResult", [*url_encoding(call), *answer]))
    answered.headers |= short_headers(bucket, stored)
    return answered


def abort_multipart_upload(call: Call) -> Response:
    upload = call.store.uploads.get(call.bucket, call.key, call.request.param("uploadId") or "")
    call.store.uploads.end(upload.upload_id)
    return Response(204)


def _part_number(text: str | None) -> int:
    if text and is_number(text) and 1 <= int(text) <= _MAX_PARTS:
        return int(text)
    raise invalid_argument(
        f"Part number must be an integer between 1 and {_MAX_PARTS}, inclusive.", "partNumber", text or ""
    )


def _copied_range(header: str | None, size: int) -> tuple[int, int]:
    """Start and length; OSS copies all of the source where the range does not fit."""
    found = _RANGE(header or "")
    if found is None:
        return 0, size
    first, last = int(found[1]), int(found[2])
    return (first, last - first + 1) if first <= last < size else (0, size)


def _chosen_parts(body: bytes) -> list[tuple[int, str]]:
    """Numbers and ETags, as the request lists them.

    :raises OSSError: MalformedXML, or their order is wrong.
    """
    chosen = [_chosen(each) for each in parse(body, "CompleteMultipartUpload").findall("Part")]
    numbers = [number for number, _ in chosen]
    if not chosen:
        raise malformed_xml()
    if numbers != sorted(set(numbers)):
        raise invalid_part_order()
    return chosen


def _chosen(entry: Element) -> tuple[int, str]:
    return _part_number(required(entry, "PartNumber")), required(entry, "ETag")


def _all_parts(there: list[Part]) -> list[tuple[int, str]]:
    return [(part.number, part.content.etag) for part in there]


def _check_sizes(there: list[Part], chosen: list[tuple[int, str]]) -> None:
    sizes = {part.number: part.content.size for part in there}
    for number, _ in chosen[:-1]:
        if sizes.get(number, _MIN_PART_SIZE) < _MIN_PART_SIZE:
            raise entity_too_small(_MIN_PART_SIZE, sizes[number])
