"""Letting old rows go, without a hole in the chain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from ...models import Action, AuditEvent, AuditSeal
from ..transactions import atomic
from .ids import first_id_at
from .records import record
from .seals import seal


def purge(older_than: timedelta, *, by: Any = None, now: datetime | None = None) -> int:
    """Remove the rows that are older, seal by seal; how many they were.

    The purge goes on record before the first row does, so that one that was broken off is not taken for a theft; the
    next one finishes it. A row stays until the last one of its seal is old enough.
    """
    now = now or timezone.now()
    seal(now)
    old = AuditSeal.objects.filter(last_id__lt=first_id_at(now - older_than), purged_at__isnull=True).order_by("id")
    last = old.last()
    if last is None:
        return 0
    events: int = old.aggregate(sum=Sum("count"))["sum"]
    # By its digest: the number of a seal is not covered by it, and could be changed by SQL.
    facts = {"events": events, "last_seal": last.digest, "before": f"{now - older_than:%Y-%m-%dT%H:%M:%SZ}"}
    record(Action.PURGED, actor=by, data=facts, at=now)
    for pk, first_id, last_id in list(old.values_list("id", "first_id", "last_id")):
        with atomic():
            AuditEvent.objects.filter(id__gte=first_id, id__lte=last_id).purge()
            AuditSeal.objects.filter(pk=pk).mark_purged(now)
    return events
