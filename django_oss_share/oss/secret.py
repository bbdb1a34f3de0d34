"""What is not shown: error reports print the ``repr`` of every variable of every frame."""

from __future__ import annotations

from typing import Any


class Secret(str):
    """Text like any other but for its ``repr``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class SecretBytes(bytes):
    """Bytes like any others but for their ``repr``."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


class SecretDict(dict[str, Any]):
    """A dict like any other but for its ``repr``, which shows the keys alone."""

    def __repr__(self) -> str:
        return f"<values of {', '.join(map(str, self))}>"
