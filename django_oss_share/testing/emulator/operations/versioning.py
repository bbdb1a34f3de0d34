"""Whether a bucket keeps versions."""

from __future__ import annotations

from ..documents import document, parse
from ..errors import malformed_xml
from ..response import Response, xml_response
from .call import Call


def get_bucket_versioning(call: Call) -> Response:
    status = call.found_bucket().versioning
    return xml_response(document("VersioningConfiguration", [("Status", status)] if status else []))


def put_bucket_versioning(call: Call) -> Response:
    bucket = call.found_bucket()
    status = parse(call.request.body.spool(), "VersioningConfiguration").findtext("Status")
    if status not in ("Enabled", "Suspended"):
        raise malformed_xml()
    call.store.buckets.set_versioning(bucket.name, status)
    return Response()
