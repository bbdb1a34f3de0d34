"""The policy of a bucket."""

from __future__ import annotations

from ..errors import invalid_policy_document, no_such_configuration
from ..policies import Policy
from ..response import Response
from .call import Call

_NAME = "policy"


def get_bucket_policy(call: Call) -> Response:
    text = call.store.buckets.configuration(call.found_bucket().name, _NAME)
    if text is None:
        raise no_such_configuration("NoSuchBucketPolicy", "The bucket policy does not exist.", call.bucket)
    return Response(200, {"Content-Type": "application/json"}, text.encode())


def put_bucket_policy(call: Call) -> Response:
    bucket = call.found_bucket()
    text = call.request.body.spool().decode(errors="replace")
    try:
        Policy.parse(text, of_bucket=True)
    except ValueError as error:
        raise invalid_policy_document(str(error)) from None
    call.store.buckets.configure(bucket.name, _NAME, text)
    return Response()


def delete_bucket_policy(call: Call) -> Response:
    call.store.buckets.configure(call.found_bucket().name, _NAME, None)
    return Response(204)
