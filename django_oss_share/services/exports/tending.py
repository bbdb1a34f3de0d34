"""Looking after exports now and then: those whose worker or message was lost go on, what they leave goes away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from ...models import ExportJob, ExportShard
from . import queueing
from .leases import LEASE
from .leftovers import tidy

#: A message that nobody has acted on by then counts as lost; a second one does no harm.
_LOST = timedelta(minutes=10)
_DEAD = timedelta(seconds=LEASE)


def tend(now: datetime | None = None) -> dict[str, int]:
    """Have exports go on that nobody works on, and remove what is left over; how many of each.

    :raises NotQueued: nobody who runs exports can be reached.
    """
    now = now or timezone.now()
    tidied, resumed = tidy(now), 0
    for job in ExportJob.objects.under_way().order_by("id"):
        for shards in _idle(job, now):
            queueing.submit(job.pk, shards)
            resumed += 1
    return {"resumed": resumed, "tidied": tidied}


def _idle(job: ExportJob, now: datetime) -> Iterator[tuple[int, ...]]:
    """What of ``job`` nobody is at; each is told of once in a while."""
    is_long_ago = job.queued_at <= now - _LOST
    if is_long_ago:
        ExportJob.objects.filter(pk=job.pk).update(queued_at=now)
    dead = Q(lease_until__lte=now - _DEAD)
    shards = ExportShard.objects.filter(dead | Q(lease_until__isnull=True) if is_long_ago else dead, job=job)
    idle = list(shards.filter(is_done=False).values_list("index", flat=True))
    if not idle and not ExportShard.objects.filter(job=job, is_done=False).exists():
        # Written, and never joined.
        idle = list(shards.filter(index=0).values_list("index", flat=True))
    # So that the next look does not find them again before somebody has had the time to take them.
    ExportShard.objects.filter(dead, job=job, index__in=idle).update(lease_until=now)
    for index in idle:
        yield () if index == 0 else (index,)
