"""What to say of a name that is unknown: the known one that was meant, most likely."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` most like ``name``; None: none is like it."""
    return next(iter(get_close_matches(name, list(known), n=1)), None)


def advice(name: str, known: Iterable[str], *, also: str = "") -> str:
    """The end of a sentence about an unknown ``name``: the known one most like it, or all.

    :param also: what else is known, told behind them all.
    """
    known = list(known)
    near = closest(name, known)
    return f"did you mean {near!r}?" if near else f"known are {', '.join(known)}{also}."
