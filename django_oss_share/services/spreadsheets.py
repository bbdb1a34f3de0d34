"""Text in cells that no spreadsheet calculates, and how it is read back."""

from __future__ import annotations

import re

# Read as the beginning of a formula, the wide ones of East Asian keyboards too; an apostrophe is how we mark the rest.
_FORMULA = "=+\\-@＝＋－＠'"
# What spreadsheets skip in front of one, beside what Python takes for blank.
_SKIPPED = "\ufeff\u200b\u200c\u200d\u2060\0"
_marked = re.compile(rf"[\t\r\n]|[\s{_SKIPPED}]*[{_FORMULA}]").match


def guarded(cell: str) -> str:
    """``cell``, with an apostrophe in front if a spreadsheet might calculate it, or if it begins with one itself: so
    one apostrophe at the beginning is always ours.
    """
    return f"'{cell}" if _marked(cell) else cell


def unguarded(cell: str) -> str:
    """What :func:`guarded` was given."""
    return cell.removeprefix("'")
