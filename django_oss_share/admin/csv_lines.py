"""Lines of CSV for spreadsheets: in batches, and with nothing in them that would be calculated."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

#: By which Excel takes a file for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
_BATCH = 2000
# Read by spreadsheets as the beginning of a formula, the wide ones of East Asian keyboards too.
_FORMULA = tuple("=+-@＝＋－＠")
# What they skip in front of one, beside what Python takes for blank.
_SKIPPED = "\ufeff\u200b\u200c\u200d\u2060\0"


def line(cells: Iterable[str]) -> str:
    """One row, ended."""
    return str(_WRITER.writerow([harmless(cell) for cell in cells]))


def harmless(cell: str) -> str:
    """``cell``, with an apostrophe in front if a spreadsheet might calculate it."""
    seen = cell.lstrip().lstrip(_SKIPPED).lstrip()
    is_formula = seen.startswith(_FORMULA) or cell.startswith(("\t", "\r", "\n"))
    return f"'{cell}" if is_formula else cell


def batches(queryset: Any) -> Iterator[list[Any]]:
    """Rows of ``queryset``, which is ordered by falling ids: by the last id seen, so that no database holds a cursor,
    or all rows, for as long as somebody downloads.
    """
    batch = list(queryset[:_BATCH])
    while batch:
        yield batch
        batch = list(queryset.filter(id__lt=batch[-1].pk)[:_BATCH])


def utc(moment: datetime | None) -> str:
    """In UTC, to the millisecond; "" for none."""
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")


class _Echo:
    """What a writer writes is what its ``writerow`` returns."""

    def write(self, text: str) -> str:
        return text


_WRITER = csv.writer(_Echo())
