"""The audit log as CSV: as many rows as there are, a batch at a time, and none that a spreadsheet would calculate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..models import AuditEvent
from .csv_lines import BYTE_ORDER_MARK, batches, line, utc

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


def lines(queryset: Any) -> Iterator[str]:
    """The whole file; ``queryset`` is ordered by falling ids."""
    yield BYTE_ORDER_MARK + line(HEADINGS)
    for batch in batches(queryset):
        yield "".join(line(_cells(event)) for event in batch)


def _cells(event: AuditEvent) -> list[str]:
    return [
        utc(event.at),
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
        utc(event.link_expires_at),
        json.dumps(event.data, ensure_ascii=False, sort_keys=True) if event.data else "",
        str(event.pk),
    ]
