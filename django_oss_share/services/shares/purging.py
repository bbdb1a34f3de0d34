"""Letting go of shares that ended long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from ...models import Action, Share
from .. import audit
from ..transactions import atomic

#: Shares of one transaction.
BATCH = 500


def purge(older_than: timedelta, *, by: Any = None, now: datetime | None = None) -> int:
    """Remove the shares that were revoked or expired longer ago; how many they were. Their audit stays."""
    now = now or timezone.now()
    before, purged = now - older_than, 0
    ended = Share.objects.filter(Q(revoked_at__lt=before) | Q(expires_at__lt=before)).order_by("id")
    while chosen := list(ended.values_list("pk", flat=True)[:BATCH]):
        with atomic():
            gone = ended.filter(pk__in=chosen).purge()
            if gone:
                audit.record(Action.PURGED, actor=by, data={"shares": gone}, at=now)
        purged += len(gone)
    return purged
