"""Who writes a shard now: one worker at a time, and whoever was thought dead finds that its number is gone."""

from __future__ import annotations

import os
import socket
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.utils import timezone

from ...models import ExportJob, ExportShard, ExportState
from ...models.export import ShardQuerySet
from ...oss import OSSShareError

#: Seconds after which a silent worker counts as dead.
LEASE = 15.0
#: Seconds between two signs of life, at each of which a worker learns that it was cancelled.
BEAT = 1.0


class Stopped(OSSShareError):
    """The export was cancelled, or somebody else has taken the shard over."""


class Lease:
    """The right to write a shard, as long as :meth:`beat` is called."""

    def __init__(self, shard: ExportShard) -> None:
        self.shard = shard
        self._number = shard.number
        self._beaten = time.monotonic()

    def beat(self, **counts: Any) -> None:
        """Say that one is alive, at most once a second, with ``counts`` for whoever looks on.

        :raises Stopped: the lease is lost.
        """
        now = time.monotonic()
        if now - self._beaten >= BEAT:
            self._beaten = now
            self.keep(**counts)

    def keep(self, **columns: Any) -> None:
        """Store ``columns`` of the shard, if the lease still holds.

        :raises Stopped: it does not.
        """
        until = timezone.now() + timedelta(seconds=LEASE)
        if not rows().held(self.shard.pk, self._number).update(lease_until=until, **columns):
            raise Stopped(f"Shard {self.shard.index} of export {self.shard.job_id} is no longer ours to write.")
        for name, value in columns.items():
            setattr(self.shard, name, value)

    def release(self) -> None:
        """Let others take the shard at once."""
        rows().held(self.shard.pk, self._number).update(lease_until=None, lease_owner="")


def take(shard: ExportShard) -> Lease | None:
    """The lease of ``shard``; None: somebody holds it, or its export is over."""
    now = timezone.now()
    shard.refresh_from_db()
    number = shard.number + 1
    if not rows().lease(shard, _process(), now, now + timedelta(seconds=LEASE)):
        return None
    shard.refresh_from_db()
    if shard.number != number:
        # Lost again before it was read; the number that is read belongs to somebody else.
        return None
    # Whoever cancels changes the export first and the shards' numbers then.
    if not ExportJob.objects.using(rows().db).filter(pk=shard.job_id, state=ExportState.RUNNING).exists():
        Lease(shard).release()
        return None
    return Lease(shard)


def seconds_left(shard: ExportShard) -> int:
    """Until somebody else may take it."""
    until: datetime | None = rows().filter(pk=shard.pk).values_list("lease_until", flat=True).first()
    return max(1, int((until - timezone.now()).total_seconds()) + 1) if until else 1


def rows() -> ShardQuerySet:
    # Never of a replica, which would show a lease too late.
    return ExportShard.objects.using(router.db_for_write(ExportShard))


def _process() -> str:
    return f"{socket.gethostname()[:80]}, process {os.getpid()}"
