"""The audit log as CSV: as many rows as there are, a batch at a time, and none that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ..models import AuditEvent

HEADINGS = (
    "time",
    "action",
    "reason",
    "share",
    "share_label",
    "user",
    "address",
    "browser",
    "storage",
    "key",
    "link_digest",
    "link_expires_at",
    "details",
    "id",
)
_BATCH = 2000
# Read by spreadsheets as the beginning of a formula, the wide ones of East Asian keyboards too.
_FORMULA = tuple("=+-@＝＋－＠")
# What they skip in front of one, beside what Python takes for blank.
_SKIPPED = "\ufeff\u200b\u200c\u200d\u2060\0"


def lines(queryset: Any) -> Iterator[str]:
    """The whole file, with the mark by which Excel takes it for UTF-8; ``queryset`` is ordered by falling ids."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow(HEADINGS))
    for batch in _batches(queryset):
        yield "".join(writer.writerow([harmless(cell) for cell in _cells(event)]) for event in batch)


def harmless(cell: str) -> str:
    """``cell``, with an apostrophe in front if a spreadsheet might calculate it."""
    seen = cell.lstrip().lstrip(_SKIPPED).lstrip()
    is_formula = seen.startswith(_FORMULA) or cell.startswith(("\t", "\r", "\n"))
    return f"'{cell}" if is_formula else cell


def _batches(queryset: Any) -> Iterator[list[AuditEvent]]:
    """By the last id seen, so that no database holds a cursor, or all rows, for as long as somebody downloads."""
    batch = list(queryset[:_BATCH])
    while batch:
        yield batch
        batch = list(queryset.filter(id__lt=batch[-1].pk)[:_BATCH])


def _cells(event: AuditEvent) -> list[str]:
    return [
        _utc(event.at),
        event.action,
        event.reason,
        "" if event.share_id is None else str(event.share_id),
        event.share_label,
        event.actor_label,
        event.address,
        event.user_agent,
        event.storage,
        event.key,
        event.link_digest,
        _utc(event.link_expires_at),
        json.dumps(event.data, ensure_ascii=False, sort_keys=True) if event.data else "",
        str(event.pk),
    ]


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")


class _Echo:
    """What a writer writes is what its ``writerow`` returns."""

    def write(self, line: str) -> str:
        return line
