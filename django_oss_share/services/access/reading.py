"""What passes through Django of a shared file: the start of a text, and the files of a zip."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass

from ...models import Pin
from ...oss.errors import ObjectNotFound
from ...oss.streams import ObjectReader
from .. import objects, texts
from ..previews import preview_kind
from .denials import Reason, unavailable_on_failure
from .issuing import charge
from .opening import Visit, denied
from .targets import Target, resolve

#: Bytes of a text that a page shows.
MAX_TEXT_BYTES = 64 * 1024
_GZIP = 31


@dataclass(frozen=True, slots=True)
class Text:
    """The start of a text.

    :ivar charset: in which it was read. :ivar is_whole: there is no more of it.
    """

    text: str
    charset: str
    is_whole: bool


@unavailable_on_failure
def read_text(visit: Visit, item: int | str | None = None) -> Text:
    """The first :data:`MAX_TEXT_BYTES` of a text, counted and written down as any other preview is.

    :raises Denied: ITEM; it is no text that a page would show. Otherwise as ``issue``; nothing was counted.
    """
    target = resolve(visit, item)
    if preview_kind(target.name) != "text":
        raise denied(visit, Reason.ITEM, key=target.key)
    with open_target(visit, target) as reader:
        start = io.BufferedReader(reader).read(MAX_TEXT_BYTES + 1)
        content_type, encoding = reader.info.content_type, reader.info.content_encoding
    if encoding == "gzip":
        start = _unpacked(start)
    is_whole = len(start) <= MAX_TEXT_BYTES
    text, charset = texts.decode(start[:MAX_TEXT_BYTES], content_type, whole=is_whole)
    charge(visit, 1, key=target.key, data={"preview": True})
    return Text(text, charset, is_whole)


@unavailable_on_failure
def open_target(visit: Visit, target: Target) -> ObjectReader:
    """The bytes of one object of the share, from the bucket.

    :raises Denied: GONE; it was deleted. REPLACED; it is another one, and the share is pinned to its ETag.
    """
    storage = objects.storage_of(visit.share.storage)
    try:
        reader = ObjectReader(storage.client, storage.object_key(target.key), version_id=target.version_id or None)
    except ObjectNotFound:
        raise denied(visit, Reason.GONE, key=target.key) from None
    if visit.share.pin == Pin.ETAG and reader.info.etag != target.etag:
        reader.close()
        raise denied(visit, Reason.REPLACED, key=target.key)
    return reader


def _unpacked(data: bytes) -> bytes:
    """What was compressed on its way into the bucket; itself, if it was not after all."""
    try:
        return zlib.decompressobj(_GZIP).decompress(data, MAX_TEXT_BYTES + 1)
    except zlib.error:
        return data
