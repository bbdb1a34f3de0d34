"""Taking in the body of an upload."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error

from ..errors import entity_too_large, invalid_digest, missing_content_length, not_implemented
from ..request import Request
from ..store import Content, Store

#: Bytes of the largest body that OSS takes in one request.
MAX_BODY = 5 * 1024**3
_UNKNOWN_HEADERS = ("x-oss-callback", "x-oss-object-worm-mode")


def receive(store: Store, request: Request) -> Content:
    """The body, stored but not yet named, and found to have the Content-MD5 that was announced.

    :raises OSSError: it has another, or no length, or is too long.
    """
    announced = _announced_md5(request)
    for name in _UNKNOWN_HEADERS:
        if name in request.headers or request.has(name.removeprefix("x-oss-")):
            raise not_implemented(name)
    if "content-length" not in request.headers and "transfer-encoding" not in request.headers:
        raise missing_content_length()
    if request.body.length > MAX_BODY:
        raise entity_too_large(MAX_BODY, request.body.length)
    content = store.blobs.receive(request.body)
    if announced is not None and content.content_md5 != announced:
        store.blobs.remove(content.blobs)
        raise invalid_digest(announced)
    return content


def _announced_md5(request: Request) -> str | None:
    announced = request.headers.get("content-md5")
    if announced is None:
        return None
    try:
        if len(b64decode(announced, validate=True)) == 16:
            return announced
    except Base64Error:
        pass
    raise invalid_digest(announced)
