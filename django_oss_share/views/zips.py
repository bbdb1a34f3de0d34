"""A zip, made as it is sent: nothing is kept but the block at hand."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from zipfile import ZipFile, ZipInfo

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

from ..services import access
from ..services.access import Target, Visit

_BLOCK = 256 * 1024
# What unpacking must not take for a way out of its folder, or cannot write.
_UNUSABLE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_OLDEST = (1980, 1, 1, 0, 0, 0)


def zipped(visit: Visit, targets: list[Target]) -> Iterator[bytes]:
    """The zip, uncompressed: most of what is large is compressed already.

    A file that cannot be read breaks the answer off, so that nobody takes a part for the whole.
    """
    sink = _Sink()
    with ZipFile(sink, "w") as bundle:
        for name, target in zip(entry_names(targets), targets, strict=True):
            with access.open_target(visit, target) as reader:
                info = ZipInfo(name, _moment(reader.info.modified))
                info.file_size = reader.info.size
                with bundle.open(info, "w") as entry:
                    while block := reader.read(_BLOCK):
                        entry.write(block)
                        yield sink.take()
    yield sink.take()


def chunks_for(request: HttpRequest, blocks: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """``blocks`` for the server at hand: under ASGI, Django would collect a plain iterator before it sends any."""
    return _apart(blocks) if isinstance(request, ASGIRequest) else blocks


def entry_names(targets: list[Target]) -> list[str]:
    """A path for each that stays inside of where it is unpacked, and that no other has."""
    names: list[str] = []
    taken: set[str] = set()
    for target in targets:
        name = unused = _inside(target.name)
        number = 1
        while unused.casefold() in taken:
            number += 1
            unused = _numbered(name, number)
        taken.add(unused.casefold())
        names.append(unused)
    return names


class _Sink:
    """Where the zip is written; a pipe, to zipfile."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._blocks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """What is left is taken afterwards."""

    def take(self) -> bytes:
        taken = b"".join(self._blocks)
        self._blocks.clear()
        return taken


async def _apart(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (block := await sync_to_async(_next)(blocks)) is not None:
        yield block


def _next(blocks: Iterator[bytes]) -> bytes | None:
    return next(blocks, None)


def _inside(path: str) -> str:
    parts = [_UNUSABLE.sub("_", part) for part in re.split(r"[/\\]", path) if part not in ("", ".", "..")]
    return "/".join(parts) or "file"


def _numbered(name: str, number: int) -> str:
    folder, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    numbered = f"{stem} ({number}){dot}{ending}" if stem else f"{last} ({number})"
    return folder + slash + numbered


def _moment(modified: datetime) -> tuple[int, int, int, int, int, int]:
    return max(_OLDEST, modified.timetuple()[:6])
