"""Letting go of file requests that ended long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ...models import Action, FileRequest
from .. import audit
from ..transactions import atomic

#: Requests of one transaction; each may have many files.
BATCH = 100


def purge(older_than: timedelta, *, by: Any = None, now: datetime | None = None) -> int:
    """Remove the requests that were revoked or expired longer ago, and what is recorded of their files; how many.

    The files themselves stay in the bucket, and the audit as long as it is kept.
    """
    now = now or timezone.now()
    ended, purged = FileRequest.objects.ended(now - older_than).order_by("id"), 0
    while chosen := list(ended.values_list("pk", flat=True)[:BATCH]):
        with atomic():
            gone = ended.filter(pk__in=chosen).purge()
            if gone:
                audit.record(Action.PURGED, actor=by, data={"requests": gone}, at=now)
        purged += len(gone)
    return purged
