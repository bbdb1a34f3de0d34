"""Text that is not shown."""

from __future__ import annotations


class Secret(str):
    """Text like any other but for its ``repr``, which is what error reports show of a frame's variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"
