"""CRC-64/XZ, as OSS computes it over every object (header ``x-oss-hash-crc64ecma``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def crc64(data: ReadableBuffer, crc: int = 0) -> int:
    """The CRC of ``data``, going on from ``crc``, that of what came before."""
    # Here, so that links are made without it: only readers and writers need it.
    from fastcrc.crc64 import xz

    return xz(data, crc)
