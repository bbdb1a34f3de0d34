"""What came of an upload: joined, looked at, and removed if it is not what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...oss import InvalidArgument
from ...oss.errors import ObjectNotFound, ServiceError
from ..inputs import checked_key
from ..objects import describe, storage_of
from .errors import BrokenPromise, MissingParts, NotArrived
from .promises import Promise
from .sending import MARK, completion_headers

if TYPE_CHECKING:
    from ...oss.client import ObjectInfo, Part

_NO_UPLOAD = "NoSuchUpload"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is in the bucket now; ``key`` is its name in the storage."""

    storage: str
    key: str
    info: ObjectInfo


def parts_of(promise: Promise) -> list[Part]:
    """The parts that have arrived.

    :raises NotArrived: the upload is over: it was joined, or given up.
    """
    storage = storage_of(promise.storage)
    try:
        return storage.client.parts(storage.object_key(promise.key), promise.upload_id)
    except ServiceError as error:
        if error.code != _NO_UPLOAD:
            raise
        raise NotArrived(f"The upload of {promise.key!r} by parts is over; begin it anew.") from None


def join(promise: Promise, etags: Mapping[int, str] | None = None) -> None:
    """Make one object of the parts. That it was done already is no error: :func:`arrival` tells.

    :param etags: by number, what the sender knows of its parts; any other than is there is an error.
    :raises NotArrived: a part is missing. :raises InvalidArgument: a part is another than was sent.
    :raises ObjectExists: something else took the key meanwhile.
    """
    try:
        there = {part.number: part for part in parts_of(promise)}
    except NotArrived:
        return
    missing = [n for n in range(1, promise.parts + 1) if n not in there or there[n].size != promise.size_of_part(n)]
    if missing:
        raise MissingParts(promise.key, promise.parts, missing)
    for number, etag in (etags or {}).items():
        if number not in there or _bare(there[number].etag) != _bare(etag):
            raise InvalidArgument(
                f"etags: part {number} has another ETag than {etag!r}; send it again.", field="etags", value=number
            )
    _complete(promise, [there[number].etag for number in range(1, promise.parts + 1)])


def _bare(etag: str) -> str:
    return str(etag).strip('"').upper()


def _complete(promise: Promise, etags: list[str]) -> None:
    storage = storage_of(promise.storage)
    try:
        storage.client.complete(
            storage.object_key(promise.key), promise.upload_id, etags, completion_headers(storage, promise)
        )
    except ServiceError as error:
        if error.code != _NO_UPLOAD:
            raise


def arrival(promise: Promise, key: str | None = None) -> Arrival:
    """What has arrived, by one HEAD.

    :param key: of a form for any name below a folder, which one.
    :raises NotArrived: nothing, or something that another upload stored.
    :raises BrokenPromise: it is not what was promised, and was removed.
    """
    key = _key_below(promise, key)
    try:
        info = describe(promise.storage, key)
    except ObjectNotFound:
        info = None
    if info is None or info.metadata.get(MARK.removeprefix("x-oss-meta-")) != promise.mark:
        raise NotArrived(f"Nothing of this upload is at {key!r} in storage {promise.storage!r}.")
    if problem := _difference(promise, info):
        remove(promise, key)
        raise BrokenPromise(f"{key!r} {problem}; it was removed.")
    return Arrival(promise.storage, key, info)


def remove(promise: Promise, key: str) -> None:
    storage = storage_of(promise.storage)
    storage.client.delete(storage.object_key(key))


def discard(promise: Promise) -> None:
    """Drop the parts that have arrived; that there are none is no error."""
    if not promise.upload_id:
        return
    storage = storage_of(promise.storage)
    try:
        storage.client.abort(storage.object_key(promise.key), promise.upload_id)
    except ServiceError as error:
        if error.code != _NO_UPLOAD:
            raise


def _key_below(promise: Promise, key: str | None) -> str:
    if not promise.key.endswith("/"):
        if key not in (None, promise.key):
            raise InvalidArgument(f"key={key!r}: this upload is of {promise.key!r} alone.", field="key", value=key)
        return promise.key
    if key is None or not checked_key(key).startswith(promise.key) or key.endswith("/"):
        raise InvalidArgument(
            f"key={key!r} must name the file below {promise.key!r} that the form stored.", field="key", value=key
        )
    return key


def _difference(promise: Promise, info: ObjectInfo) -> str:
    """What is not as promised; "" if all is."""
    if not promise.least <= info.size <= promise.most:
        wanted = f"{promise.most}" if promise.least == promise.most else f"{promise.least} to {promise.most}"
        return f"has {info.size} bytes, and {wanted} were promised"
    if promise.types and info.content_type not in promise.types:
        return f"is {info.content_type!r}, and {' or '.join(map(repr, promise.types))} was promised"
    return ""
