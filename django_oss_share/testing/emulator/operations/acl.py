"""ACLs of buckets and objects."""

from __future__ import annotations

from ..documents import document
from ..errors import missing_argument
from ..response import Response, xml_response
from .buckets import BUCKET_ACLS, owner_element
from .call import Call
from .metadata import OBJECT_ACLS, one_of, version_header
from .objects import visible


def get_bucket_acl(call: Call) -> Response:
    bucket = call.found_bucket()
    return _answer(bucket.owner, bucket.acl)


def put_bucket_acl(call: Call) -> Response:
    bucket = call.found_bucket()
    call.store.buckets.set_acl(bucket.name, _wanted(call, "x-oss-acl", BUCKET_ACLS))
    return Response()


def get_object_acl(call: Call) -> Response:
    bucket = call.found_bucket()
    found = visible(call, bucket, call.request.param("versionId"))
    answer = _answer(bucket.owner, found.draft.acl)
    answer.headers |= version_header(bucket, found.version_id)
    return answer


def put_object_acl(call: Call) -> Response:
    bucket = call.found_bucket()
    found = visible(call, bucket, call.request.param("versionId"))
    call.store.objects.set_acl(found, _wanted(call, "x-oss-object-acl", OBJECT_ACLS))
    return Response(headers=version_header(bucket, found.version_id))


def _wanted(call: Call, header: str, allowed: tuple[str, ...]) -> str:
    value = call.header(header)
    if value is None:
        raise missing_argument(header)
    return one_of(header, value, allowed)


def _answer(owner: str, acl: str) -> Response:
    content = [("Owner", owner_element(owner)), ("AccessControlList", [("Grant", acl)])]
    return xml_response(document("AccessControlPolicy", content))
