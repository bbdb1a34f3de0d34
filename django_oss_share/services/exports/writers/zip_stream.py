"""A zip written from its beginning to its end, which can be taken up again by what a few numbers say.

Each piece is compressed by itself (the compressor is flushed in full after it), so nothing but sizes and checksums has
to outlive one; :mod:`zipfile` keeps its compressor, which cannot be kept anywhere else.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

from ....oss import InvalidArgument

# Sizes and checksum follow the data; names are UTF-8.
_FLAGS = 0x0808
_VERSION = 20
_DEFLATED = 8
# 1980-01-01, the first day that a zip knows: the same rows make the same file.
_DATE = 0x21
# Links are mostly what cannot be compressed; harder tries cost time only.
_LEVEL = 1
_LIMIT = 0xFFFFFFFF
_LOCAL = struct.Struct("<4s5H3I2H")
_AFTER = struct.Struct("<4s3I")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


class ZipStream:
    """:param state: of the stream that this one carries on; None: a new one."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        # Of each entry: name, where it begins, checksum, size compressed and plain; the last may be open.
        self._entries: list[list[Any]] = [list(entry) for entry in state["entries"]] if state else []
        self._written: int = state["written"] if state else 0

    @property
    def state(self) -> dict[str, Any]:
        """For JSON."""
        return {"entries": [list(entry) for entry in self._entries], "written": self._written}

    @property
    def entry_size(self) -> int:
        """Bytes of the open entry, plain."""
        return int(self._entries[-1][4])

    def whole(self, name: str, text: str) -> bytes:
        """An entry from its beginning to its end."""
        return self.begin(name) + self.more(text) + self.close()

    def begin(self, name: str) -> bytes:
        """Open an entry."""
        self._entries.append([name, self._written, 0, 0, 0])
        raw = name.encode()
        return self._out(_LOCAL.pack(b"PK\3\4", _VERSION, _FLAGS, _DEFLATED, 0, _DATE, 0, 0, 0, len(raw), 0) + raw)

    def more(self, text: str) -> bytes:
        """Of the open entry."""
        raw = text.encode()
        deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = deflate.compress(raw) + deflate.flush(zlib.Z_FULL_FLUSH)
        entry = self._entries[-1]
        entry[2:] = zlib.crc32(raw, entry[2]), entry[3] + len(packed), entry[4] + len(raw)
        return self._out(packed)

    def close(self) -> bytes:
        """End the open entry."""
        last = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS).flush()
        entry = self._entries[-1]
        entry[3] += len(last)
        return self._out(last + _AFTER.pack(b"PK\7\x08", *entry[2:]))

    def end(self) -> bytes:
        """The directory of all.

        :raises InvalidArgument: it is larger than what all programs read.
        """
        if self._written > _LIMIT:
            raise InvalidArgument(
                f"The workbook has {self._written:,} bytes, and 4 GiB is what can be opened; choose csv or jsonl.",
                field="format",
            )
        directory = b"".join(_central(*entry) for entry in self._entries)
        count = len(self._entries)
        end = _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), self._written, 0)
        return self._out(directory + end)

    def _out(self, data: bytes) -> bytes:
        self._written += len(data)
        return data


def _central(name: str, offset: int, checksum: int, packed: int, plain: int) -> bytes:
    raw = name.encode()
    sizes = (checksum, packed, plain)
    head = (b"PK\1\2", _VERSION, _VERSION, _FLAGS, _DEFLATED, 0, _DATE, *sizes, len(raw))
    return _CENTRAL.pack(*head, 0, 0, 0, 0, 0, offset) + raw
