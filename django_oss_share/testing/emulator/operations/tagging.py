"""Tags of objects and buckets."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..documents import document, parse, required
from ..response import Response, xml_response
from .call import Call
from .metadata import check_tags, version_header
from .objects import visible

_NAME = "tagging"


def get_object_tagging(call: Call) -> Response:
    bucket = call.found_bucket()
    found = visible(call, bucket, call.request.param("versionId"))
    answer = _answer(found.draft.tags)
    answer.headers |= version_header(bucket, found.version_id)
    return answer


def put_object_tagging(call: Call) -> Response:
    return _set_object_tags(call, _tags(call.request.body.spool()), 200)


def delete_object_tagging(call: Call) -> Response:
    return _set_object_tags(call, {}, 204)


def get_bucket_tags(call: Call) -> Response:
    return _answer(json.loads(call.store.buckets.configuration(call.found_bucket().name, _NAME) or "{}"))


def put_bucket_tags(call: Call) -> Response:
    bucket = call.found_bucket()
    call.store.buckets.configure(bucket.name, _NAME, json.dumps(_tags(call.request.body.spool())))
    return Response()


def delete_bucket_tags(call: Call) -> Response:
    call.store.buckets.configure(call.found_bucket().name, _NAME, None)
    return Response(204)


def _set_object_tags(call: Call, tags: Mapping[str, str], status: int) -> Response:
    bucket = call.found_bucket()
    found = visible(call, bucket, call.request.param("versionId"))
    call.store.objects.set_tags(found, tags)
    return Response(status, version_header(bucket, found.version_id))


def _tags(body: bytes) -> dict[str, str]:
    entries = parse(body, "Tagging").findall("TagSet/Tag")
    return check_tags([(required(each, "Key"), each.findtext("Value") or "") for each in entries])


def _answer(tags: Mapping[str, str]) -> Response:
    entries = [("Tag", [("Key", key), ("Value", value)]) for key, value in tags.items()]
    return xml_response(document("Tagging", [("TagSet", entries)]))
