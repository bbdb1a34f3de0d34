"""Objects as Django files."""

from __future__ import annotations

import gzip
import io
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File

from ..oss.errors import InvalidArgument
from ..oss.streams import ObjectReader, ObjectWriter

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from .backend import OSSStorage

    _File = File[Any]
else:
    _File = File

# Modes that OSSStorage.open() takes, in any order of their letters, and what each is short for: OSS has no other way to
# change an object than to replace it.
_MODES = {"br": "rb", "r": "r", "rt": "r", "bw": "wb", "w": "w", "tw": "w"}
# Bytes read ahead, which small reads and line iteration live on.
_READ_AHEAD = 64 * 1024


class OSSFile(_File):
    """One object, opened for reading or for writing; text modes are UTF-8.

    Read, it streams, and seeks by asking for a range. Written, it appears at ``close()``, whole; leaving a ``with``
    block by an exception stores nothing.
    """

    _raw: ObjectReader | ObjectWriter

    def __init__(self, storage: OSSStorage, name: str, mode: str) -> None:
        self._storage = storage
        super().__init__(None, name)
        self.mode = _known_mode(mode)
        self.file = self._stream()

    def _stream(self) -> IO[Any]:
        if self.mode.startswith("w"):
            self._raw = self._storage.open_writer(self._own_name)
            binary: Any = self._raw
        else:
            self._raw = self._storage.open_reader(self._own_name)
            binary = io.BufferedReader(self._raw, _READ_AHEAD)
            if self._storage.gzip and self._raw.info.content_encoding == "gzip":
                binary = gzip.GzipFile(fileobj=binary)
        return binary if "b" in self.mode else io.TextIOWrapper(binary, encoding="utf-8")

    @property
    def _own_name(self) -> str:
        return self.name or ""

    @property
    def size(self) -> int:
        """Bytes: as stored when read, so far when written."""
        return self._raw.info.size if isinstance(self._raw, ObjectReader) else self._raw.tell()

    def open(self, mode: str | None = None, *args: Any, **kwargs: Any) -> OSSFile:
        """From the start again; in another mode, if one is given."""
        wanted = _known_mode(self.mode if mode is None else mode)
        if not self.closed and wanted == self.mode and wanted.startswith("r"):
            self.seek(0)
            return self
        self.close()
        self.mode = wanted
        self.file = self._stream()
        return self

    def __del__(self) -> None:
        # What nobody closed is half a file, and a text wrapper would store it when it goes.
        raw = getattr(self, "_raw", None)
        if isinstance(raw, ObjectWriter):
            raw.abort()

    def __exit__(self, kind: object, value: object, traceback: object) -> None:
        if kind is not None and isinstance(self._raw, ObjectWriter):
            self._raw.abort()
        else:
            self.close()


def _known_mode(mode: str) -> str:
    known = _MODES.get("".join(sorted(mode))) if isinstance(mode, str) else None
    if known is None:
        raise InvalidArgument(
            f"mode {mode!r} is not one of rb, r, wb, w; OSS objects are read or replaced, never changed.",
            field="mode",
            value=mode,
        )
    return known


def can_rewind(content: Any) -> bool:
    """Whether ``content`` can be read from its start again; as Django has it, one that does not say so can."""
    return not hasattr(content, "seekable") or bool(content.seekable())


def byte_source(content: File[Any]) -> IO[bytes] | io.RawIOBase:
    """``content`` from its start, where it can go back there; text in the encoding of its file, else as UTF-8."""
    if can_rewind(content):
        content.seek(0)
    if isinstance(content.read(0), str):
        return _EncodedText(content)
    if not content and content.file is not None:
        # Before Django 6.1 a File without a name is false, and the SDK sends nothing for what is false.
        return content.file
    return content


class _EncodedText(io.RawIOBase):
    """Not seekable: positions in text are not those of its bytes.

    :ivar encoding: of the bytes, by Python's name.
    """

    def __init__(self, text: IO[str]) -> None:
        super().__init__()
        self._text = text
        self.encoding: str = getattr(text, "encoding", None) or "utf-8"
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        block = self._rest or self._text.read(_READ_AHEAD).encode(self.encoding)
        target[: len(block)] = block[: len(target)]
        self._rest = block[len(target) :]
        return min(len(block), len(target))
