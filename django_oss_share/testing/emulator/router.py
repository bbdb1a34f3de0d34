"""Which operation a request is: by method, by what it is about, and by the sub-resource in its query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .errors import method_not_allowed, not_implemented
from .operations import (
    acl,
    buckets,
    copying,
    cors,
    listing,
    logging,
    multipart,
    objects,
    policy,
    post,
    referer,
    symlink,
    tagging,
    versioning,
)
from .operations.call import Call
from .request import Request
from .response import Response

Handler = Callable[[Call], Response]


class Operation(NamedTuple):
    """:ivar name: as OSS names it."""

    name: str
    handler: Handler


class Table:
    """Operations by method and sub-resource; "" is none."""

    def __init__(self, operations: Mapping[tuple[str, str], Operation]) -> None:
        self.operations = operations
        self.names = frozenset(name for _, name in operations if name and " " not in name)


_BUCKET = Table(
    {
        ("GET", ""): Operation("ListObjects", listing.list_objects),
        ("GET", "list-type"): Operation("ListObjectsV2", listing.list_objects_v2),
        ("GET", "versions"): Operation("ListObjectVersions", listing.list_object_versions),
        ("GET", "uploads"): Operation("ListMultipartUploads", listing.list_multipart_uploads),
        ("GET", "acl"): Operation("GetBucketAcl", acl.get_bucket_acl),
        ("GET", "bucketInfo"): Operation("GetBucketInfo", buckets.get_bucket_info),
        ("GET", "cors"): Operation("GetBucketCors", cors.get_bucket_cors),
        ("GET", "location"): Operation("GetBucketLocation", buckets.get_bucket_location),
        ("GET", "logging"): Operation("GetBucketLogging", logging.get_bucket_logging),
        ("GET", "policy"): Operation("GetBucketPolicy", policy.get_bucket_policy),
        ("GET", "referer"): Operation("GetBucketReferer", referer.get_bucket_referer),
        ("GET", "stat"): Operation("GetBucketStat", buckets.get_bucket_stat),
        ("GET", "tagging"): Operation("GetBucketTags", tagging.get_bucket_tags),
        ("GET", "versioning"): Operation("GetBucketVersioning", versioning.get_bucket_versioning),
        ("HEAD", ""): Operation("HeadBucket", buckets.head_bucket),
        ("PUT", ""): Operation("PutBucket", buckets.put_bucket),
        ("PUT", "acl"): Operation("PutBucketAcl", acl.put_bucket_acl),
        ("PUT", "cors"): Operation("PutBucketCors", cors.put_bucket_cors),
        ("PUT", "logging"): Operation("PutBucketLogging", logging.put_bucket_logging),
        ("PUT", "policy"): Operation("PutBucketPolicy", policy.put_bucket_policy),
        ("PUT", "referer"): Operation("PutBucketReferer", referer.put_bucket_referer),
        ("PUT", "tagging"): Operation("PutBucketTags", tagging.put_bucket_tags),
        ("PUT", "versioning"): Operation("PutBucketVersioning", versioning.put_bucket_versioning),
        ("DELETE", ""): Operation("DeleteBucket", buckets.delete_bucket),
        ("DELETE", "cors"): Operation("DeleteBucketCors", cors.delete_bucket_cors),
        ("DELETE", "logging"): Operation("DeleteBucketLogging", logging.delete_bucket_logging),
        ("DELETE", "policy"): Operation("DeleteBucketPolicy", policy.delete_bucket_policy),
        ("DELETE", "tagging"): Operation("DeleteBucketTags", tagging.delete_bucket_tags),
        ("POST", "delete"): Operation("DeleteMultipleObjects", objects.delete_objects),
        ("POST", ""): Operation("PostObject", post.post_object),
        ("OPTIONS", ""): Operation("OptionObject", cors.options_object),
    }
)
_OBJECT = Table(
    {
        ("GET", ""): Operation("GetObject", objects.get_object),
        ("GET", "acl"): Operation("GetObjectAcl", acl.get_object_acl),
        ("GET", "symlink"): Operation("GetSymlink", symlink.get_symlink),
        ("GET", "tagging"): Operation("GetObjectTagging", tagging.get_object_tagging),
        ("GET", "uploadId"): Operation("ListParts", listing.list_parts),
        ("HEAD", ""): Operation("HeadObject", objects.head_object),
        ("HEAD", "objectMeta"): Operation("GetObjectMeta", objects.get_object_meta),
        ("GET", "objectMeta"): Operation("GetObjectMeta", objects.get_object_meta),
        ("PUT", ""): Operation("PutObject", objects.put_object),
        ("PUT", " copy"): Operation("CopyObject", copying.copy_object),
        ("PUT", "acl"): Operation("PutObjectAcl", acl.put_object_acl),
        ("PUT", "symlink"): Operation("PutSymlink", symlink.put_symlink),
        ("PUT", "tagging"): Operation("PutObjectTagging", tagging.put_object_tagging),
        ("PUT", "uploadId"): Operation("UploadPart", multipart.upload_part),
        ("PUT", "uploadId copy"): Operation("UploadPartCopy", multipart.upload_part_copy),
        ("POST", "append"): Operation("AppendObject", objects.append_object),
        ("POST", "uploads"): Operation("InitiateMultipartUpload", multipart.initiate_multipart_upload),
        ("POST", "uploadId"): Operation("CompleteMultipartUpload", multipart.complete_multipart_upload),
        ("DELETE", ""): Operation("DeleteObject", objects.delete_object),
        ("DELETE", "tagging"): Operation("DeleteObjectTagging", tagging.delete_object_tagging),
        ("DELETE", "uploadId"): Operation("AbortMultipartUpload", multipart.abort_multipart_upload),
        ("OPTIONS", ""): Operation("OptionObject", cors.options_object),
    }
)
_LIST_BUCKETS = Operation("ListBuckets", buckets.list_buckets)
#: Sub-resources that OSS has and the emulator has not.
_UNKNOWN = frozenset(
    {
        "accessmonitor",
        "accessPoint",
        "accessPointPolicy",
        "archiveDirectRead",
        "asyncFetch",
        "bucketWorm",
        "callback",
        "cleanRestoredObject",
        "cname",
        "comp",
        "encryption",
        "httpsConfig",
        "img",
        "inventory",
        "lifecycle",
        "live",
        "metaQuery",
        "objectWorm",
        "policyStatus",
        "publicAccessBlock",
        "qos",
        "qosInfo",
        "regions",
        "replication",
        "replicationLocation",
        "replicationProgress",
        "requestPayment",
        "resourceGroup",
        "restore",
        "rtc",
        "seal",
        "select",
        "style",
        "transferAcceleration",
        "userDefinedLogFieldsConfig",
        "vod",
        "website",
        "worm",
        "wormId",
        "x-oss-async-process",
        "x-oss-write-get-object-response",
    }
)


def find(request: Request) -> Operation:
    """:raises OSSError: NotImplemented, for a sub-resource that is not known here; MethodNotAllowed."""
    if request.bucket is None:
        if request.method == "GET":
            return _LIST_BUCKETS
        raise method_not_allowed(request.method, "SERVICE")
    table = _BUCKET if request.key is None else _OBJECT
    if request.method == "OPTIONS":
        return table.operations["OPTIONS", ""]
    if request.method == "POST" and request.has("x-oss-process"):
        raise not_implemented("POST ?x-oss-process")
    wanted = (request.method, _sub_resource(request, table))
    if wanted in table.operations:
        return table.operations[wanted]
    if wanted[1]:
        raise not_implemented(f"{request.method} ?{wanted[1]}")
    raise method_not_allowed(request.method, "BUCKET" if request.key is None else "OBJECT")


def _sub_resource(request: Request, table: Table) -> str:
    """What the query asks for, as ``table`` has it, with `` copy`` where the body is another object.

    :raises OSSError: NotImplemented.
    """
    named = ""
    for name, value in request.query:
        if name in _UNKNOWN:
            raise not_implemented(name)
        if not named and name in table.names and (name != "list-type" or value == "2"):
            named = name
    copies = request.key is not None and request.method == "PUT" and "x-oss-copy-source" in request.headers
    return f"{named} copy" if copies else named
