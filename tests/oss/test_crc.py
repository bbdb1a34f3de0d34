"""CRC-64, held to the library that the official SDKs use."""

from __future__ import annotations

import crcmod
from hypothesis import given
from hypothesis import strategies as st

from django_oss_share.oss.crc import crc64

_SDKS = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)


@given(st.binary(max_size=5000))
def test_the_same_as_the_sdks(data: bytes) -> None:
    assert crc64(data) == _SDKS(data)


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_it_goes_on_from_piece_to_piece(pieces: list[bytes]) -> None:
    crc = 0
    for piece in pieces:
        crc = crc64(piece, crc)
    assert crc == _SDKS(b"".join(pieces))


def test_the_catalogues_check_value() -> None:
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA
