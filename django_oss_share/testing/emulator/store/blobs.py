"""Bytes on disk: files with random names, written once, never changed, removed when nobody reads them any more."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

from ....oss.crc import crc64
from ..response import BLOCK_SIZE, FileBody, Slice
from .crc_combine import combine


class Segment(NamedTuple):
    """A file of ``size`` bytes, by its name in the store."""

    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an object or part: files after each other.

    :ivar etag: upper-case MD5, unquoted. :ivar crc64: CRC-64/ECMA.
    """

    segments: tuple[Segment, ...]
    etag: str
    crc64: int

    @property
    def size(self) -> int:
        return sum(segment.size for segment in self.segments)

    @property
    def content_md5(self) -> str:
        """The value of a Content-MD5 header; only for contents received in one piece."""
        return b64encode(bytes.fromhex(self.etag)).decode()

    @property
    def blobs(self) -> list[str]:
        return [segment.blob for segment in self.segments]


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; ``b""`` at the end."""


class Blobs:
    """The files below ``root``.

    :raises OSError: the directory cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self._data, self._incoming = root / "data", root / "incoming"
        # What a killed emulator was receiving belongs to no object.
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)
        self._data.mkdir(exist_ok=True)
        self._lock = Lock()
        self._readers: Counter[str] = Counter()
        self._doomed: set[str] = set()

    def receive(self, body: Readable) -> Content:
        """Store all of ``body``, hashing it on the way; nothing stays behind where reading it fails."""
        name = secrets.token_hex(12)
        incoming = self._incoming / name
        md5, crc, size = hashlib.md5(usedforsecurity=False), 0, 0
        try:
            with incoming.open("wb", buffering=0) as file:
                while block := body.read(BLOCK_SIZE):
                    file.write(block)
                    md5.update(block)
                    crc = crc64(block, crc)
                    size += len(block)
            if size:
                incoming.replace(self._new_path(name))
        except BaseException:
            incoming.unlink(missing_ok=True)
            raise
        if not size:
            incoming.unlink()
        return Content((Segment(name, size),) if size else (), md5.hexdigest().upper(), crc)

    def copy(self, content: Content) -> Content:
        """The same bytes once more, as files of their own; by hard links, so that it costs nothing."""
        return Content(tuple(self._link(segment) for segment in content.segments), content.etag, content.crc64)

    def open(self, content: Content) -> FileBody:
        """The bytes of ``content``, which stay until the body is closed, even if they are removed meanwhile."""
        names = content.blobs
        with self._lock:
            self._readers.update(names)
        slices = [Slice(self._path(name), 0, size) for name, size in content.segments]
        return FileBody(slices, lambda: self._leave(names))

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, each as soon as its last reader has left."""
        with self._lock:
            for name in names:
                if self._readers[name]:
                    self._doomed.add(name)
                else:
                    self._path(name).unlink(missing_ok=True)

    def _leave(self, names: Sequence[str]) -> None:
        with self._lock:
            self._readers.subtract(names)
            for name in names:
                if self._readers[name] > 0:
                    continue
                del self._readers[name]
                if name in self._doomed:
                    self._doomed.discard(name)
                    self._path(name).unlink(missing_ok=True)

    def _link(self, segment: Segment) -> Segment:
        name = secrets.token_hex(12)
        try:
            os.link(self._path(segment.blob), self._new_path(name))
        except OSError:
            # No hard links on this file system, or too many of them.
            shutil.copyfile(self._path(segment.blob), self._path(name))
        return Segment(name, segment.size)

    def _path(self, name: str) -> Path:
        return self._data / name[:2] / name

    def _new_path(self, name: str) -> Path:
        path = self._path(name)
        with suppress(FileExistsError):
            path.parent.mkdir()
        return path


def join(contents: Sequence[Content]) -> Content:
    """``contents`` after each other; the ETag is that of a multipart upload, ``MD5 of the MD5s-count``."""
    md5 = hashlib.md5(usedforsecurity=False)
    crc = 0
    for content in contents:
        md5.update(bytes.fromhex(content.etag))
        crc = combine(crc, content.crc64, content.size)
    segments = tuple(segment for content in contents for segment in content.segments)
    return Content(segments, f"{md5.hexdigest().upper()}-{len(contents)}", crc)
