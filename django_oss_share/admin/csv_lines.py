"""Lines of CSV for spreadsheets: in batches, and with nothing in them that would be calculated."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from ..services.spreadsheets import guarded

#: By which Excel takes a file for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
_BATCH = 2000


def line(cells: Iterable[str]) -> str:
    """One row, ended."""
    return str(_WRITER.writerow([guarded(cell) for cell in cells]))


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
