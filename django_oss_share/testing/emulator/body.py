"""The body of a request, read from the socket as it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BufferedIOBase

from .errors import entity_too_large

#: Bytes of the largest body that is held in memory: OSS's own limit for DeleteMultipleObjects.
SPOOL_LIMIT = 2 * 1024 * 1024
_CHUNK_LINE_LIMIT = 1024
_CHUNK_SIZE = re.compile(b"[0-9A-Fa-f]{1,15}")


class ClientGone(ConnectionError):
    """The client hung up before it had sent what it announced."""


class SizedBody:
    """``length`` bytes from ``stream``.

    :param on_read: called before the first byte is read: the moment to answer ``Expect: 100-continue``.
    """

    def __init__(self, stream: BufferedIOBase, length: int, on_read: Callable[[], None] | None = None) -> None:
        self._stream, self._left = stream, length
        self._on_read = on_read
        self.length = length

    @property
    def awaited(self) -> bool:
        """Whether the client still waits for leave to send it."""
        return self._on_read is not None

    @property
    def finished(self) -> bool:
        """Whether all of it was read."""
        return self._left == 0

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; ``b""`` at the end.

        :raises ClientGone: the client hung up too early.
        """
        self._announce()
        wanted = self._left if size < 0 else min(size, self._left)
        if not wanted:
            return b""
        data = self._stream.read(wanted)
        self._left -= len(data)
        if len(data) < wanted:
            raise ClientGone(f"the body ended {self._left} bytes too early")
        return data

    def spool(self) -> bytes:
        """All of it.

        :raises OSSError: it is over :data:`SPOOL_LIMIT`.
        """
        data = self.read(SPOOL_LIMIT + 1)
        if len(data) > SPOOL_LIMIT:
            raise entity_too_large(SPOOL_LIMIT, max(self.length, len(data)))
        return data

    def _announce(self) -> None:
        if self._on_read is not None:
            on_read, self._on_read = self._on_read, None
            on_read()


class ChunkedBody(SizedBody):
    """A body of unknown length, ``Transfer-Encoding: chunked``, as the SDKs send iterators."""

    def __init__(self, stream: BufferedIOBase, on_read: Callable[[], None] | None = None) -> None:
        super().__init__(stream, 0, on_read)
        self.length = -1
        self._ended = False

    @property
    def finished(self) -> bool:
        return self._ended

    def read(self, size: int = -1) -> bytes:
        self._announce()
        pieces, wanted = [], size
        while not self._ended and wanted:
            if not self._left:
                self._next_chunk()
                continue
            piece = super().read(self._left if wanted < 0 else min(wanted, self._left))
            pieces.append(piece)
            wanted -= len(piece) if wanted > 0 else 0
            if not self._left and self._line():
                raise ClientGone("a chunk is longer than it said")
        return b"".join(pieces)

    def _next_chunk(self) -> None:
        self._left = _chunk_size(self._line())
        if not self._left:
            # Trailers are read and dropped, up to the empty line.
            while self._line():
                pass
            self._ended = True

    def _line(self) -> bytes:
        line = self._stream.readline(_CHUNK_LINE_LIMIT)
        if not line.endswith(b"\n"):
            raise ClientGone("a chunk ended too early")
        return line.removesuffix(b"\n").removesuffix(b"\r")


def _chunk_size(line: bytes) -> int:
    size = line.partition(b";")[0]
    # int() would take signs, underscores and 0x, too, and one of two readers might not.
    if not _CHUNK_SIZE.fullmatch(size):
        raise ClientGone(f"{line!r} is no chunk size")
    return int(size, 16)
