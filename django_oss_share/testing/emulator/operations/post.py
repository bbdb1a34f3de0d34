"""PostObject: the upload that an HTML form makes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit

from ..access import authorize_object
from ..auth.post_policy import FormAuthorization, authenticate_form
from ..documents import document
from ..errors import OSSError, entity_too_large, invalid_argument, invalid_digest, not_implemented
from ..forms import FormReader, PartHead
from ..moments import moment
from ..request import check_key
from ..response import Response, xml_response
from ..store import Content, StoredObject
from .call import Call
from .metadata import draft
from .objects import uploaded
from .receive import MAX_BODY

_STATUSES = {"200": 200, "201": 201}
_FILENAME = "${filename}"


def post_object(call: Call) -> Response:
    bucket = call.found_bucket()
    form = FormReader(call.request.body, call.header("content-type") or "")
    fields, file = _read_fields(form)
    fields["key"] = key = _key(fields, file)
    permit = authenticate_form(fields, bucket=bucket.name, accounts=call.accounts, now=moment(call.now))
    authorize_object(
        *(call.store, call.accounts, permit.identity, call.request, "PostObject", bucket.name, key, None),
    )
    if "callback" in fields:
        raise not_implemented("callback")
    wanted = draft(_headers(fields, file))
    wanted = replace(wanted, content=_receive(call, form, fields, permit))
    forbid = fields.get("x-oss-forbid-overwrite", "").lower() == "true"
    stored = call.store.objects.put(bucket.name, key, wanted, call.now, forbid_overwrite=forbid)
    answer = _answer(call, fields, stored)
    answer.headers |= uploaded(bucket, stored)
    return answer


class _Limited:
    """The file of a form, as long as it is not too long."""

    def __init__(self, form: FormReader, maximum: int) -> None:
        self._form, self._maximum, self._size = form, maximum, 0

    def read(self, size: int = -1, /) -> bytes:
        block = self._form.read(size)
        self._size += len(block)
        if self._size > self._maximum:
            raise entity_too_large(self._maximum, self._size)
        return block


def _read_fields(form: FormReader) -> tuple[dict[str, str], PartHead]:
    """The fields before the file, by their names in lower case, and the file's head; its content is next.

    :raises OSSError: there is no file.
    """
    fields: dict[str, str] = {}
    while part := form.next_part():
        if part.name.lower() == "file":
            return fields, part
        fields[part.name.lower()] = form.value()
    raise OSSError(400, "IncorrectNumberOfFilesInPOSTRequest", "POST requires exactly one file upload per request.")


def _key(fields: Mapping[str, str], file: PartHead) -> str:
    template = fields.get("key", "")
    if not template:
        raise invalid_argument("Bucket POST must contain a field named 'key'.", "key", "")
    # Some browsers send the whole path.
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return check_key(template.replace(_FILENAME, name).encode())


def _headers(fields: Mapping[str, str], file: PartHead) -> dict[str, str]:
    return {"content-type": file.content_type, **fields} if file.content_type else dict(fields)


def _receive(call: Call, form: FormReader, fields: Mapping[str, str], permit: FormAuthorization) -> Content:
    """:raises OSSError: the file is longer or shorter than the policy allows, or not what Content-MD5 says."""
    maximum = MAX_BODY if permit.maximum is None else min(permit.maximum, MAX_BODY)
    content = call.store.blobs.receive(_Limited(form, maximum))
    try:
        permit.check_size(content.size)
        if fields.get("content-md5") not in (None, content.content_md5):
            raise invalid_digest(fields["content-md5"])
    except OSSError:
        call.store.blobs.remove(content.blobs)
        raise
    return content


def _answer(call: Call, fields: Mapping[str, str], stored: StoredObject) -> Response:
    location = f"http://{call.request.host}{call.request.raw_path.rstrip('/')}/{quote(stored.key)}"
    redirect = fields.get("success_action_redirect", "")
    if urlsplit(redirect).scheme in ("http", "https"):
        facts = urlencode({"bucket": stored.bucket, "key": stored.key, "etag": stored.etag})
        return Response(303, {"Location": f"{redirect}{'&' if '?' in redirect else '?'}{facts}"})
    status = _STATUSES.get(fields.get("success_action_status", ""), 204)
    if status != 201:
        return Response(status, {"Location": location})
    content = [("Bucket", stored.bucket), ("ETag", stored.etag), ("Key", stored.key), ("Location", location)]
    answer = xml_response(document("PostResponse", content), 201)
    answer.headers["Location"] = location
    return answer
