"""An object as a file: read from anywhere in it, or written bit by bit."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from .crc import crc64
from .errors import CorruptTransfer, ServiceError, Unreachable
from .retry import TRIES, pause
from .writer import PART_SIZE, MultipartUpload, check_part_size, put

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    from .client import BucketClient, ObjectInfo


class ObjectReader(io.RawIOBase):
    """The stored bytes of one object, streamed; the first read after a seek asks for the rest from there on.

    Looking up the end and coming back, as many readers do, costs no request. A body that breaks off is taken up
    where it broke, at most twice without a byte in between; what is read is never short and never a mixture of two
    objects. Read from its start to its end, the bytes are checked against OSS's CRC-64.

    :raises ObjectNotFound: there is no such object (at once, not at the first read).
    """

    def __init__(self, client: BucketClient, key: str, *, version_id: str | None = None) -> None:
        super().__init__()
        self._client, self._key, self._version_id = client, key, version_id
        self._position = 0
        # What arrived and was not read yet, and where in the object it stands.
        self._rest, self._rest_at = memoryview(b""), 0
        self._hang_up: Callable[[], None] | None = None
        self.info, self._blocks = self._ask(None, TRIES)
        self._crc = 0
        self._checked_to: int | None = 0

    def _ask(self, if_match: str | None, attempts: int) -> tuple[ObjectInfo, Iterator[bytes]]:
        self._drop()
        info, blocks, self._hang_up = self._client.get(
            self._key, start=self._position, if_match=if_match, version_id=self._version_id, attempts=attempts
        )
        self._rest_at = self._position
        return info, blocks

    def _drop(self) -> None:
        if self._hang_up is not None:
            self._hang_up()
            self._hang_up = None
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.info.size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative seek position {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self.closed:
            raise ValueError("read of closed file")
        if self._position >= self.info.size:
            return 0
        if self._position != self._rest_at:
            self._drop()
        if not self._rest:
            self._rest = memoryview(self._next_block())
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._position += count
        self._rest_at = self._position
        return count

    def _next_block(self) -> bytes:
        """The bytes at the position; raises when the tries are used up."""
        attempt = 1
        while True:
            try:
                return self._check(self._receive())
            except ServiceError as error:
                self._drop()
                if attempt == TRIES or not error.is_transient:
                    raise
            pause(attempt)
            attempt += 1

    def _receive(self) -> bytes:
        if self._hang_up is None:
            self._blocks = self._ask(self.info.etag, 1)[1]
        if block := next(self._blocks, b""):
            return block
        raise Unreachable(f"GetObject oss://{self._client.bucket}/{self._key}: the body ended too early.")

    def _check(self, block: bytes) -> bytes:
        if self._checked_to != self._position:
            self._checked_to = None
            return block
        self._crc = crc64(block, self._crc)
        self._checked_to += len(block)
        expected = self.info.crc64
        if self._checked_to == self.info.size and expected is not None and self._crc != expected:
            raise CorruptTransfer(
                f"GetObject oss://{self._client.bucket}/{self._key}: the CRC-64 of what arrived is not that stored."
            )
        return block

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()


class ObjectWriter(io.RawIOBase):
    """Bytes on their way to one object, which appears at :meth:`close`, whole, or not at all.

    :param headers: as :func:`django_oss_share.oss.writer.upload` takes them.
    :param part_size: bytes kept in memory before the object goes up in parts of that size.
    """

    _multipart: MultipartUpload | None = None

    def __init__(
        self, client: BucketClient, key: str, headers: Mapping[str, str], *, part_size: int = PART_SIZE
    ) -> None:
        super().__init__()
        self._client, self._key, self._headers = client, key, dict(headers)
        self._part_size = check_part_size(part_size)
        self._buffer = bytearray()
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: ReadableBuffer, /) -> int:
        if self.closed:
            raise ValueError("write to closed file")
        view = memoryview(data).cast("B")
        self._buffer += view
        self._written += len(view)
        while len(self._buffer) > self._part_size:
            self._send(self._part_size)
        return len(view)

    def _send(self, count: int) -> None:
        try:
            if self._multipart is None:
                self._multipart = MultipartUpload(self._client, self._key, self._headers)
            self._multipart.send(bytes(self._buffer[:count]))
        except BaseException:
            self.abort()
            raise
        del self._buffer[:count]

    def close(self) -> None:
        """Store what was written.

        :raises ServiceError: it could not be, and nothing is left behind.
        """
        if self.closed:
            return
        try:
            if self._multipart is None:
                put(self._client, self._key, bytes(self._buffer), self._headers)
            else:
                with self._multipart as multipart:
                    multipart.send(bytes(self._buffer))
                    multipart.complete()
        finally:
            self._buffer = bytearray()
            super().close()

    def abort(self) -> None:
        """Give up what was written; nothing is stored. Does nothing once closed."""
        if self.closed:
            return
        if self._multipart is not None:
            self._multipart.abort()
        self._buffer = bytearray()
        super().close()

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is not None:
            self.abort()
        self.close()

    def __del__(self) -> None:
        # What nobody closed is half a file: io.IOBase would store it.
        self.abort()
