"""Storing bytes of any length in flat memory: one request while they are few, multipart beyond, all or nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import RawIOBase
from typing import IO, TYPE_CHECKING

from .crc import crc64
from .errors import InvalidArgument, ObjectNotFound, ServiceError
from .retry import TRIES, pause

if TYPE_CHECKING:
    from .client import BucketClient

#: Bytes of a part unless the caller names another size; OSS takes 100 KiB to 5 GiB, and 10,000 parts.
PART_SIZE = 8 * 1024 * 1024
MIN_PART_SIZE = 100 * 1024
MAX_PARTS = 10_000
#: Bytes up to which a file of known size goes in one request.
SINGLE_PUT_LIMIT = 100 * 1024 * 1024
#: Parts under way at once.
PARALLEL = 3

_FORBID = "x-oss-forbid-overwrite"
# How OSS refuses what an earlier try has done.
_DONE_ALREADY = frozenset({"FileAlreadyExists", "NoSuchUpload"})
# Headers that OSS reads when the parts are joined; the others belong to the beginning of the upload.
_ON_COMPLETION = frozenset({_FORBID, "x-oss-object-acl"})


class MultipartUpload:
    """Parts go up as they come, a few at once; :meth:`complete` joins them, :meth:`abort` leaves nothing behind.

    A context manager: leaving it without :meth:`complete`, by an exception of any kind, aborts.
    """

    def __init__(self, client: BucketClient, key: str, headers: Mapping[str, str], *, parallel: int = PARALLEL) -> None:
        self._client, self._key = client, key
        self._headers = dict(headers)
        self._id = client.initiate(key, headers)
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="oss-part")
        self._parallel = parallel
        self._under_way: deque[Future[str]] = deque()
        self._etags: list[str] = []
        self._sent = 0
        self._crc = 0
        self._open = True

    def __enter__(self) -> MultipartUpload:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._open:
            self.abort()

    def send(self, body: bytes) -> None:
        """Upload the next part; waits while as many as allowed are under way, and raises what an earlier one did."""
        if len(self._under_way) >= self._parallel:
            self._etags.append(self._under_way.popleft().result())
        self._sent += 1
        self._crc = crc64(body, self._crc)
        self._under_way.append(self._pool.submit(self._client.upload_part, self._key, self._id, self._sent, body))

    def complete(self) -> None:
        """Join all parts into the object.

        :raises ObjectExists: the key was taken meanwhile, and the headers forbid to overwrite.
        """
        while self._under_way:
            self._etags.append(self._under_way.popleft().result())
        _carried_out(self._join, self._is_joined)
        self._close()

    def _join(self) -> None:
        headers = {name: value for name, value in self._headers.items() if name in _ON_COMPLETION}
        self._client.complete(self._key, self._id, self._etags, headers, attempts=1)

    def _is_joined(self) -> bool:
        return _stored_crc64(self._client, self._key) == self._crc

    def abort(self) -> None:
        """Give up: wait for the parts under way, which would otherwise arrive after the end, and drop them all."""
        self._close()
        # The failure that led here is the one to report; what is left over falls to the bucket's lifecycle rule.
        with suppress(ServiceError):
            self._client.abort(self._key, self._id)

    def _close(self) -> None:
        self._open = False
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._under_way.clear()


def upload(
    client: BucketClient,
    key: str,
    source: IO[bytes] | RawIOBase,
    headers: Mapping[str, str],
    *,
    part_size: int = PART_SIZE,
    threshold: int = SINGLE_PUT_LIMIT,
    parallel: int = PARALLEL,
) -> None:
    """Store all of ``source``, from where it stands, under ``key``; the object is there whole or not at all.

    :param headers: lower-case names, such as ``content-type``; with ``x-oss-forbid-overwrite: true`` nothing that
        exists is overwritten.
    :param part_size: bytes. :param threshold: bytes up to which a seekable source goes in one request.
    :raises ObjectExists, PermissionDenied, CorruptTransfer, ServiceError: and nothing was stored.
    :raises Unreachable: no answer came; the object may be there, but then whole.
    """
    check_part_size(part_size)
    size = _size_left(source)
    part_size = max(part_size, -(-(size or 0) // MAX_PARTS))
    if size is not None and size <= threshold:
        put(client, key, source, headers)
        return
    parts = _read_parts(source, part_size)
    first = next(parts, b"")
    if len(first) < part_size:
        put(client, key, first, headers)
        return
    with MultipartUpload(client, key, headers, parallel=parallel) as multipart:
        multipart.send(first)
        for part in parts:
            multipart.send(part)
        multipart.complete()


def put(client: BucketClient, key: str, body: bytes | IO[bytes] | RawIOBase, headers: Mapping[str, str]) -> None:
    """Store ``body`` in one request; a retry never takes its own first try for somebody else's object."""
    if headers.get(_FORBID) != "true":
        client.put(key, body, headers)
        return
    start = 0 if isinstance(body, bytes) else body.tell()

    def send() -> None:
        if not isinstance(body, bytes):
            body.seek(start)
        client.put(key, body, headers, attempts=1)

    _carried_out(send, lambda: _stored_crc64(client, key) == _crc64_from(body, start))


def _carried_out(send: Callable[[], None], is_done: Callable[[], bool]) -> None:
    """``send``, tried again after a passing failure.

    A try whose answer was lost may have been carried out, and then the next one is refused: ``is_done`` looks whether
    what is stored is what was sent.
    """
    attempt, lost_answer = 1, False
    while True:
        try:
            return send()
        except ServiceError as error:
            if lost_answer and error.code in _DONE_ALREADY and is_done():
                return None
            if attempt == TRIES or not error.is_transient:
                raise
        lost_answer = True
        pause(attempt)
        attempt += 1


def _stored_crc64(client: BucketClient, key: str) -> int | None:
    try:
        return client.head(key).crc64
    except ObjectNotFound:
        return None


def _crc64_from(body: bytes | IO[bytes] | RawIOBase, start: int) -> int:
    if isinstance(body, bytes):
        return crc64(body)
    body.seek(start)
    crc = 0
    while block := body.read(PART_SIZE):
        crc = crc64(block, crc)
    return crc


def check_part_size(part_size: int) -> int:
    """:raises InvalidArgument: under what OSS takes for any part but the last."""
    if not isinstance(part_size, int) or part_size < MIN_PART_SIZE:
        raise InvalidArgument(
            f"part_size={part_size!r} is under OSS's minimum of {MIN_PART_SIZE} bytes.", field="part_size"
        )
    return part_size


def _size_left(source: IO[bytes] | RawIOBase) -> int | None:
    """Bytes from here to the end, or None for a stream that cannot tell."""
    seekable: Callable[[], bool] | None = getattr(source, "seekable", None)
    if seekable is None or not seekable():
        return None
    here = source.tell()
    end = source.seek(0, 2)
    source.seek(here)
    return (source.tell() if end is None else end) - here


def _read_parts(source: IO[bytes] | RawIOBase, part_size: int) -> Iterator[bytes]:
    """Parts of exactly ``part_size`` bytes, the last one shorter; a stream may give less than it is asked for."""
    while True:
        pieces, missing = [], part_size
        while missing and (piece := source.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
        if pieces:
            yield pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if missing:
            return
