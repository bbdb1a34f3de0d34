"""An export run, by whoever was told to: split, written, joined; or stopped, put off, failed with one sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.utils import timezone

from ...conf import conf
from ...models import ExportJob, ExportShard, ExportState
from ...oss import OSSShareError
from ...oss.errors import CorruptTransfer, CredentialsUnavailable, IncompleteListing, ServiceError
from ...providers import RefreshFailed, StoreUnavailable
from ..objects import storage_of
from ..transactions import atomic
from . import planning, queueing
from .joining import join, result_headers
from .leases import Lease, Stopped, rows, seconds_left, take
from .leftovers import abort_forgotten, abort_upload
from .queueing import NotQueued
from .writing import ShardWriting, Watch

_ERROR_LENGTH = 500
_PAUSE = 30  # seconds
_logger = logging.getLogger("django_oss_share.exports")


class Outcome(Enum):
    """What a run came to."""

    #: Nothing is left to do: it is done, failed or cancelled.
    OVER = "over"
    #: What this run was for is done; others are at the rest.
    PART = "part"
    #: Somebody else is at it, and might die.
    BUSY = "busy"
    #: OSS, STS, the database or the broker fails at the moment.
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Ran:
    """:ivar wait: seconds after which it is worth while to try again, for BUSY and LATER."""

    outcome: Outcome
    wait: int = 0
    problem: str = ""


def run(
    job_id: int,
    shards: tuple[int, ...] = (),
    *,
    alone: bool = False,
    last_try: bool = True,
    watch: Watch | None = None,
) -> Ran:
    """Do what there is to do for an export; a second one at the same time does no harm.

    :param shards: the indexes of those to write; none: the first, once the job is split, and others are told of theirs.
    :param alone: there are no others: write all shards.
    :param last_try: whether what fails for the moment fails for good; the next :func:`.jobs.retry` goes on from there.
    :param watch: told of each batch.
    """
    job = ExportJob.objects.filter(pk=job_id).first()
    if job is None or job.is_over:
        return Ran(Outcome.OVER)
    try:
        return _run(job, shards, alone=alone, watch=watch)
    except Stopped:
        return _stopped(job)
    except DatabaseError as error:
        # Nothing can be written down now; whoever comes next goes on from the last checkpoint.
        _logger.warning("Export %s: the database failed (%s).", job_id, type(error).__name__)
        return Ran(Outcome.LATER, _PAUSE, f"The database failed ({type(error).__name__}).")
    except (OSSShareError, ImproperlyConfigured, OSError) as error:
        if not _is_passing(error):
            _give_up(job, str(error))
        elif last_try:
            _fail(job, str(error))
        else:
            return Ran(Outcome.LATER, _PAUSE, str(error))
        return Ran(Outcome.OVER, problem=str(error))
    except Exception as error:
        _give_up(job, f"An error of the program: {type(error).__name__}. The log says more.")
        raise


_PASSING = (CredentialsUnavailable, RefreshFailed, StoreUnavailable, CorruptTransfer, IncompleteListing, NotQueued)


def _is_passing(error: Exception) -> bool:
    """Whether the same may well succeed a little later."""
    return isinstance(error, _PASSING) or (isinstance(error, ServiceError) and error.is_transient)


def _run(job: ExportJob, wanted: tuple[int, ...], *, alone: bool, watch: Watch | None = None) -> Ran:
    _begin(job)
    first = ExportShard.objects.get(job=job, index=0)
    if job.planned_at is None:
        with _leased(first) as lease:
            if lease is None:
                return Ran(Outcome.BUSY, seconds_left(first))
            _plan(job, lease)
    shards = list(ExportShard.objects.filter(job=job).order_by("index"))
    if not wanted and not alone:
        _tell_others(job, shards)
    mine = [shard for shard in shards if alone or shard.index in (wanted or (0,))]
    for shard in mine:
        if not shard.is_done:
            with _leased(shard) as lease:
                if lease is None:
                    return Ran(Outcome.BUSY, seconds_left(shard))
                ShardWriting(job, lease, len(shards), watch).run()
    return _joined(job, first)


def _begin(job: ExportJob) -> None:
    now = timezone.now()
    begun = ExportJob.objects.filter(pk=job.pk, state=ExportState.QUEUED)
    if begun.update(state=ExportState.RUNNING, started_at=now):
        job.started_at = now
    job.refresh_from_db()
    if job.is_over:
        raise Stopped(f"Export {job.pk} is {job.state}.")


def _plan(job: ExportJob, lease: Lease) -> None:
    """Split the job, and begin its upload."""
    job.refresh_from_db()
    if job.planned_at is not None:
        return
    stretches = planning.stretches(job)
    lease.keep()
    storage = storage_of(job.result_storage)
    key = storage.object_key(job.result_key)
    job.upload_id = storage.client.initiate(key, result_headers(job, storage))
    job.planned_at = timezone.now()
    try:
        abort_forgotten(job)
        _store_plan(job, lease, stretches)
    except BaseException:
        # Cancelled just now: nobody else knows of it.
        storage.client.abort(key, job.upload_id)
        raise


def _store_plan(job: ExportJob, lease: Lease, stretches: list[planning.Stretch]) -> None:
    with atomic():
        lease.keep(stretch=stretches[0])
        ExportShard.objects.bulk_create(
            [ExportShard(job=job, index=number, stretch=each) for number, each in enumerate(stretches) if number]
        )
        ExportJob.objects.filter(pk=job.pk).update(upload_id=job.upload_id, planned_at=job.planned_at)


def _tell_others(job: ExportJob, shards: list[ExportShard]) -> None:
    """Of shards that nobody has begun; whoever is told twice finds them taken."""
    for shard in shards[1:]:
        if not shard.number:
            queueing.submit(job.pk, (shard.index,))


def _joined(job: ExportJob, first: ExportShard) -> Ran:
    if rows().filter(job=job, is_done=False).exists():
        return Ran(Outcome.PART)
    with _leased(first) as lease:
        if lease is None:
            return Ran(Outcome.BUSY, seconds_left(first))
        join(job, lease)
    return Ran(Outcome.OVER)


@contextmanager
def _leased(shard: ExportShard) -> Iterator[Lease | None]:
    lease = take(shard)
    try:
        yield lease
    except OSSShareError:
        if lease is not None:
            # What goes wrong for those who lost it is no news of the export: it may well be what others did.
            lease.keep()
        raise
    finally:
        if lease is not None:
            lease.release()


def _stopped(job: ExportJob) -> Ran:
    job.refresh_from_db()
    if job.state == ExportState.CANCELLED:
        _abort(job)
    return Ran(Outcome.OVER if job.is_over else Outcome.BUSY, 0 if job.is_over else _PAUSE)


def _fail(job: ExportJob, problem: str) -> None:
    """Failed for now: what is written is kept for a retry, as long as a result would be."""
    now = timezone.now()
    expires = now + conf.export_lifetime if conf.export_lifetime else None
    mine = ExportJob.objects.filter(pk=job.pk).under_way()
    if mine.update(state=ExportState.FAILED, error=problem[:_ERROR_LENGTH], finished_at=now, expires_at=expires):
        ExportShard.objects.fence(job)


def _give_up(job: ExportJob, problem: str) -> None:
    """Failed for good: nothing is left behind."""
    _fail(job, problem)
    job.refresh_from_db()
    _abort(job)


def _abort(job: ExportJob) -> None:
    try:
        abort_upload(job)
    except (OSSShareError, ImproperlyConfigured) as error:
        # The next tidying does it.
        _logger.warning("Export %s is %s, and its parts could not be removed: %s", job.pk, job.state, error)
