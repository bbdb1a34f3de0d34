"""ListBuckets, PutBucket, DeleteBucket, and what a bucket says of itself."""

from __future__ import annotations

import re

from ..documents import document, parse
from ..errors import invalid_bucket_name
from ..moments import iso_date, moment
from ..response import Response, xml_response
from ..store import Bucket
from .call import Call
from .metadata import one_of

BUCKET_ACLS = ("private", "public-read", "public-read-write")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]").fullmatch


def list_buckets(call: Call) -> Response:
    prefix, marker = call.request.param("prefix") or "", call.request.param("marker") or ""
    limit = call.number("max-keys", 100, 1000)
    found = [each for each in call.store.buckets.all() if each.name.startswith(prefix) and each.name > marker]
    shown, truncated = found[:limit], len(found) > limit > 0
    head: list[tuple[str, object]] = [
        ("Prefix", prefix),
        ("Marker", marker),
        ("MaxKeys", limit),
        ("IsTruncated", "true" if truncated else "false"),
        *([("NextMarker", shown[-1].name)] if truncated else []),
        ("Owner", owner_element(call.accounts.account_id)),
    ]
    buckets = [("Bucket", _summary(call, each)) for each in shown]
    return xml_response(document("ListAllMyBucketsResult", [*head, ("Buckets", buckets)]))


def put_bucket(call: Call) -> Response:
    if body := call.request.body.spool():
        parse(body, "CreateBucketConfiguration")
    acl = call.header("x-oss-acl")
    check_name(call.bucket)
    checked = one_of("x-oss-acl", acl or "private", BUCKET_ACLS)
    call.store.buckets.create(
        Bucket(call.bucket, call.accounts.region, call.accounts.account_id, call.now, checked, "")
    )
    if acl:
        call.store.buckets.set_acl(call.bucket, acl)
    return Response(headers={"Location": f"/{call.bucket}"})


def check_name(name: str) -> None:
    """:raises OSSError: InvalidBucketName."""
    if _NAME(name) is None:
        raise invalid_bucket_name(name)


def delete_bucket(call: Call) -> Response:
    call.store.buckets.delete(call.found_bucket().name)
    return Response(204)


def get_bucket_info(call: Call) -> Response:
    bucket = call.found_bucket()
    facts = [
        *_summary(call, bucket),
        ("Owner", owner_element(bucket.owner)),
        ("AccessControlList", [("Grant", bucket.acl)]),
        ("DataRedundancyType", "LRS"),
        ("Versioning", bucket.versioning or None),
    ]
    return xml_response(document("BucketInfo", [("Bucket", [fact for fact in facts if fact[1] is not None])]))


def head_bucket(call: Call) -> Response:
    return Response(headers={"x-oss-bucket-region": call.found_bucket().region})


def get_bucket_location(call: Call) -> Response:
    location = f"oss-{call.found_bucket().region}"
    return xml_response(document("LocationConstraint", location))


def get_bucket_stat(call: Call) -> Response:
    size, objects, uploads = call.store.buckets.usage(call.found_bucket().name)
    facts = [
        ("Storage", size),
        ("ObjectCount", objects),
        ("MultipartUploadCount", uploads),
        ("LastModifiedTime", int(moment(call.now).timestamp())),
    ]
    return xml_response(document("BucketStat", facts))


def owner_element(owner: str) -> list[tuple[str, object]]:
    """What stands in an Owner element."""
    return [("ID", owner), ("DisplayName", owner)]


def _summary(call: Call, bucket: Bucket) -> list[tuple[str, object]]:
    return [
        ("CreationDate", iso_date(bucket.created)),
        ("ExtranetEndpoint", call.request.host),
        ("IntranetEndpoint", call.request.host),
        ("Location", f"oss-{bucket.region}"),
        ("Name", bucket.name),
        ("Region", bucket.region),
        ("StorageClass", "Standard"),
    ]
