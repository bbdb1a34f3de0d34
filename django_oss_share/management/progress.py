"""How far a command has come, on one line that it keeps writing over; only where somebody looks on."""

from __future__ import annotations

import time
from typing import Any

_EVERY = 0.2  # seconds


class Progress:
    """:param stderr: a command's; nothing is written unless it is a terminal."""

    def __init__(self, stderr: Any) -> None:
        self._out = stderr if stderr.isatty() else None
        self._start = self._shown = time.monotonic()

    def show(self, links: int, listed: int) -> None:
        """So many were made of so many objects; cheap to call often."""
        now = time.monotonic()
        if self._out is not None and now - self._shown >= _EVERY:
            self._shown = now
            rate = links / (now - self._start)
            self._write(f"\r{links:,} links of {listed:,} objects, {rate:,.0f} a second ")

    def clear(self) -> None:
        """Take the line away."""
        self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        if self._out is not None:
            self._out.write(text, style_func=str, ending="")
            self._out.flush()
