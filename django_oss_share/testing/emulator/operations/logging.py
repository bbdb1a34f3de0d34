"""Whether a bucket's log is kept, and where it goes."""

from __future__ import annotations

import json

from ..access_log import target_of
from ..documents import document, parse, required
from ..errors import invalid_argument
from ..response import Response, xml_response
from .call import Call

_NAME = "logging"


def get_bucket_logging(call: Call) -> Response:
    target = target_of(call.store, call.found_bucket().name)
    content: list[tuple[str, object]] = []
    if target is not None:
        content = [("LoggingEnabled", [("TargetBucket", target.bucket), ("TargetPrefix", target.prefix)])]
    return xml_response(document("BucketLoggingStatus", content))


def put_bucket_logging(call: Call) -> Response:
    bucket = call.found_bucket()
    enabled = parse(call.request.body.spool(), "BucketLoggingStatus").find("LoggingEnabled")
    if enabled is None:
        return delete_bucket_logging(call)
    target = required(enabled, "TargetBucket")
    if call.store.buckets.find(target) is None:
        raise invalid_argument("The target bucket for logging does not exist.", "TargetBucket", target)
    chosen = {"bucket": target, "prefix": enabled.findtext("TargetPrefix") or ""}
    call.store.buckets.configure(bucket.name, _NAME, json.dumps(chosen))
    return Response()


def delete_bucket_logging(call: Call) -> Response:
    call.store.buckets.configure(call.found_bucket().name, _NAME, None)
    return Response(204)
