"""Stored bytes as a stream that the store can take in again."""

from __future__ import annotations

from ..response import FileBody


class BodyReader:
    """``read`` over the blocks of a :class:`FileBody`."""

    def __init__(self, body: FileBody) -> None:
        self._blocks = body.blocks()

    def read(self, size: int = -1, /) -> bytes:
        """The next block, of whatever size; ``b""`` at the end."""
        return next(self._blocks, b"")
