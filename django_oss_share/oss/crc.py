"""CRC-64/ECMA, as OSS computes it over every object (header ``x-oss-hash-crc64ecma``), in C by crcmod."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

#: The polynomial, and what the register is turned over with at the end.
ECMA = 0x142F0E1EBA9EA3693
XOR_OUT = 0xFFFFFFFFFFFFFFFF


def crc64(data: bytes, crc: int = 0) -> int:
    """The CRC of ``data``, going on from ``crc``, that of what came before."""
    return _function()(data, crc)


@cache
def _function() -> Callable[[bytes, int], int]:
    # Only readers and writers need it, and it builds its table when it is made.
    import crcmod

    made: Callable[[bytes, int], int] = crcmod.mkCrcFun(ECMA, initCrc=0, xorOut=XOR_OUT, rev=True)
    return made
