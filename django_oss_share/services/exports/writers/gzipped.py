"""Compressed, piece by piece: gzip takes what follows one file for more of it, so nothing has to be remembered."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from typing import Any

from .columns import Row

_LEVEL = 6


class Gzipped:
    """:param inner: a writer of :mod:`.lines`."""

    state: None = None

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.is_splittable: bool = inner.is_splittable

    def begin(self) -> bytes:
        return _packed(self._inner.begin())

    def rows(self, rows: Iterable[Row]) -> bytes:
        return _packed(self._inner.rows(rows))

    def end(self) -> bytes:
        return _packed(self._inner.end())


def _packed(data: bytes) -> bytes:
    # Without a time, the same rows make the same bytes.
    return gzip.compress(data, _LEVEL, mtime=0) if data else b""
