"""Who runs exports: whoever told so at start-up, such as Celery by :mod:`django_oss_share.apps`."""

from __future__ import annotations

from collections.abc import Callable

from django.db import router, transaction
from django.utils import timezone

from ...models import ExportJob, ExportState
from ...oss import OSSShareError

#: Takes the number of an export, and of its shards those that are to be run; none: whatever there is to do.
Queue = Callable[[int, tuple[int, ...]], None]

_queue: Queue | None = None


class NotQueued(OSSShareError, ConnectionError):
    """Nobody could be told to run an export."""


def run_by(queue: Queue | None) -> None:
    """:param queue: raises :exc:`NotQueued` where it cannot."""
    global _queue
    _queue = queue


def queue(job: ExportJob) -> None:
    """Have ``job`` run, once the transaction under way is committed; a job that nobody can be told of fails."""
    transaction.on_commit(lambda: _told(job), using=router.db_for_write(ExportJob))


def submit(job_id: int, shards: tuple[int, ...] = ()) -> None:
    """:raises NotQueued: nobody runs exports, or nobody can be reached."""
    if _queue is None:
        raise NotQueued("Not queued: nothing runs exports here.")
    _queue(job_id, shards)


def _told(job: ExportJob) -> None:
    try:
        submit(job.pk)
    except NotQueued as error:
        job.state, job.error, job.finished_at = ExportState.FAILED, str(error)[:500], timezone.now()
        mine = ExportJob.objects.using(router.db_for_write(ExportJob)).filter(pk=job.pk, state=ExportState.QUEUED)
        mine.update(state=job.state, error=job.error, finished_at=job.finished_at)
