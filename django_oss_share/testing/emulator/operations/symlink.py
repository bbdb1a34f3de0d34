"""Symbolic links between objects of one bucket."""

from __future__ import annotations

from urllib.parse import quote, unquote

from ..errors import missing_argument, no_such_key, not_a_symlink
from ..response import Response
from .call import Call
from .metadata import draft, short_headers, version_header
from .objects import forbids_overwrite

#: The header in which the target travels, percent-encoded, and the name under which it is stored, decoded.
TARGET = "x-oss-symlink-target"


def put_symlink(call: Call) -> Response:
    bucket, target = call.found_bucket(), unquote(call.header(TARGET) or "")
    if not target:
        raise missing_argument(TARGET)
    link = draft(call.request.headers, "Symlink", {TARGET: target})
    stored = call.store.objects.put(bucket.name, call.key, link, call.now, forbid_overwrite=forbids_overwrite(call))
    return Response(headers=version_header(bucket, stored.version_id))


def get_symlink(call: Call) -> Response:
    bucket = call.found_bucket()
    found = call.store.objects.get(bucket.name, call.key, call.request.param("versionId"))
    if found.is_marker:
        raise no_such_key(call.key)
    if found.draft.type != "Symlink":
        raise not_a_symlink(call.key)
    return Response(headers=short_headers(bucket, found) | {TARGET: quote(found.draft.headers[TARGET], safe="/")})
