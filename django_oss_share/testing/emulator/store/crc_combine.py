"""The CRC-64 of two texts after each other from the CRCs of each, as zlib does it for CRC-32.

So an object of many parts has its CRC without being read again.
"""

from __future__ import annotations

_POLYNOMIAL = 0xC96C5795D7870F42
_TOP = 1 << 63
# x to the power of 8, one byte: bits run from the highest, x^0, downwards.
_X8 = _TOP >> 8


def combine(first: int, second: int, second_length: int) -> int:
    """The CRC of A + B, where ``first`` is that of A, ``second`` that of B, and B has ``second_length`` bytes."""
    return _multiply(_power(second_length), first) ^ second


def _power(count: int) -> int:
    """x^(8 * count) modulo the polynomial, by squaring."""
    result, square = _TOP, _X8
    while count:
        if count & 1:
            result = _multiply(result, square)
        square = _multiply(square, square)
        count >>= 1
    return result


def _multiply(a: int, b: int) -> int:
    """a * b modulo the polynomial."""
    product = 0
    while a:
        if a & _TOP:
            product ^= b
        a = (a << 1) & (2 * _TOP - 1)
        b = (b >> 1) ^ (_POLYNOMIAL if b & 1 else 0)
    return product
