"""An answer on its way out: a status, headers, and a body in memory or in files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

#: Bytes read from a file at once.
BLOCK_SIZE = 256 * 1024


class Slice(NamedTuple):
    """``length`` bytes of a file from ``offset`` on."""

    path: Path
    offset: int
    length: int


class FileBody:
    """The bytes of one or more files after each other, sent without being held in memory.

    :param release: called once by :meth:`close`; until then the files stay where they are.
    """

    def __init__(self, slices: Sequence[Slice], release: Callable[[], None]) -> None:
        self.slices = slices
        self._release: Callable[[], None] | None = release

    def __len__(self) -> int:
        return sum(each.length for each in self.slices)

    def blocks(self) -> Iterator[bytes]:
        """The bytes, at most :data:`BLOCK_SIZE` at once."""
        for path, offset, length in self.slices:
            with path.open("rb") as file:
                file.seek(offset)
                while length:
                    block = file.read(min(length, BLOCK_SIZE))
                    if not block:
                        raise EOFError(f"{path} is shorter than the index of the emulator says; its root was changed.")
                    length -= len(block)
                    yield block

    def part(self, start: int, length: int) -> FileBody:
        """``length`` bytes from ``start`` on, in place of this body."""
        return FileBody(list(_cut(self.slices, start, length)), self.close)

    def close(self) -> None:
        """Let go of the files. Does nothing the second time."""
        if self._release is not None:
            self._release()
            self._release = None


@dataclass(slots=True)
class Response:
    """What the server sends; it adds Content-Length, Date, Server and the request id."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | FileBody = b""


def xml_response(document: bytes, status: int = 200) -> Response:
    """An answer in XML."""
    return Response(status, {"Content-Type": "application/xml"}, document)


def _cut(slices: Sequence[Slice], start: int, length: int) -> Iterator[Slice]:
    for path, offset, available in slices:
        taken = min(max(available - start, 0), length)
        if taken:
            yield Slice(path, offset + start, taken)
        start = max(start - available, 0)
        length -= taken
