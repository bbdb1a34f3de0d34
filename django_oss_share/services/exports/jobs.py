"""Exports as people have them: start one, watch it, cancel it, try it again, fetch what it wrote.

::

    job = jobs.start(Prefix("reports/"), format="xlsx", created_by=user, by=user)
    jobs.progress(job).written
    jobs.result_share(job, by=user)
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Sum
from django.utils import timezone

from ...conf import conf
from ...models import ExportJob, ExportShard, ExportState, Output, Share, State
from ...oss import InvalidArgument
from .. import inputs, shares
from ..clients import Client
from ..errors import WrongState
from ..objects import storage_of
from ..policy import policy_of
from ..transactions import atomic
from . import checking, link_options, sources, writers
from .leftovers import abort_upload, begin_anew
from .link_options import Options
from .permissions import require_control, require_export
from .queueing import queue
from .sharing import share_id
from .sources import Source

#: Shards that one may ask for; 0 stands for as many as the list's length suggests.
MAX_SHARDS = 256
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export has come.

    :ivar listed: objects that were looked at. :ivar written: rows. :ivar skipped: objects that no link can open.
    :ivar total: rows that there will be; None: nobody knows before the list has been read.
    :ivar size: bytes, as far as they are stored.
    :ivar rate: rows a second. :ivar seconds_left: None: nobody knows.
    :ivar fraction: from 0 to 1; None: nobody knows.
    """

    state: ExportState
    listed: int
    written: int
    skipped: int
    total: int | None
    size: int
    rate: float
    seconds_left: int | None
    fraction: float | None
    shards: int
    shards_done: int
    error: str


def start(
    source: Source,
    *,
    output: str = Output.URLS,
    options: Options | None = None,
    format: str = writers.Format.CSV,
    gzip: bool = False,
    columns: Sequence[str] | None = None,
    storage: str = "default",
    name: str = "",
    shards: int | str = 1,
    base_url: str = "",
    created_by: Any = None,
    by: Any = None,
    client: Client | None = None,
    queued: bool = True,
    now: datetime | None = None,
) -> ExportJob:
    """Begin an export; whoever runs exports is told once the transaction is committed.

    :param source: of :mod:`.sources`. :param options: of :mod:`.options`, fitting ``output``.
    :param columns: by default :func:`.writers.usual_columns`.
    :param name: what people call it; also makes the name of the file.
    :param shards: pieces that are written at the same time, up to 256, or ``"auto"``.
    :param base_url: what share links begin with where ``OSS_SHARE["BASE_URL"]`` is not set.
    :param created_by: the owner. :param by: who starts it; None for code. :param client: whence.
    :param queued: False: whoever calls this runs it.
    :raises NotAllowed: ``by`` may not export it. :raises InvalidArgument: a bad input, named, see its ``field``.
    :raises PolicyViolation: more than ``OSS_SHARE`` allows.
    :raises ExpiryBeyondToken: the links would outlive the credentials that sign them.
    :raises UnknownStorage, StorageMisconfigured: no such storage, or none that makes such links.
    """
    source, created_by = sources.checked(source), inputs.checked_owner(created_by)
    inputs.checked_choice("output", output, Output)
    require_export(by, source, output, storage)
    storage_of(storage), storage_of(conf.export_storage or storage)
    chosen = checking.checked_options(source, output, options, storage, by or created_by)
    count = checking.checked_count(source, output)
    writer = writers.writer_for(format, columns, gzip=gzip)
    now = now or timezone.now()
    seed = os.urandom(16).hex()
    job = ExportJob(
        name=inputs.checked_text("name", name, 200),
        created_by=created_by,
        created_by_label=created_by.get_username()[:150] if created_by else "",
        created_at=now,
        source=sources.as_json(source),
        output=output,
        options=link_options.as_json(chosen),
        format=format,
        gzip=gzip,
        columns=[*writers.checked_columns(writers.usual_columns(format) if columns is None else columns)],
        storage=storage,
        base_url=checking.checked_base_url(base_url, source, output),
        wanted_shards=_checked_shards(shards, divisible=writer.is_splittable and checking.is_divisible(source)),
        seed=seed,
        queued_at=now,
        total=count,
        result_storage=conf.export_storage or storage,
        result_key=_result_key(name, seed, format, gzip=gzip, now=now),
    )
    with atomic():
        job.save(force_insert=True)
        ExportShard(job=job, index=0).save(force_insert=True)
        if queued:
            queue(job)
    return job


def cancel(job: ExportJob, *, by: Any = None, now: datetime | None = None) -> ExportJob:
    """Stop it within seconds, for good unless it is retried; one that is over stays as it is.

    :raises NotAllowed: it is somebody else's.
    """
    require_control(by, job)
    who = f" by {by.get_username()}" if by else ""
    with atomic():
        stopped = ExportJob.objects.filter(pk=job.pk).under_way()
        if stopped.update(
            state=ExportState.CANCELLED, error=f"Cancelled{who}."[:500], finished_at=now or timezone.now()
        ):
            ExportShard.objects.fence(job)
    job.refresh_from_db()
    return job


def retry(job: ExportJob, *, by: Any = None, queued: bool = True, now: datetime | None = None) -> ExportJob:
    """Go on with one that failed, from its last part on, or begin a cancelled one anew.

    :raises NotAllowed: it is somebody else's, or the user may not export any more.
    :raises WrongState: it is neither failed nor cancelled. :raises ServiceError: what a cancelled one left in OSS
        cannot be removed.
    :raises PolicyViolation, ExpiryBeyondToken: as :func:`start`.
    """
    require_control(by, job)
    source, chosen = sources.from_json(job.source), link_options.from_json(job.output, job.options)
    require_export(by, source, job.output, job.storage)
    checking.checked_options(source, job.output, chosen, job.storage, by or job.created_by)
    anew = job.state == ExportState.CANCELLED or not job.upload_id
    if job.state == ExportState.CANCELLED:
        abort_upload(job)
    with atomic():
        over = ExportJob.objects.filter(pk=job.pk, state__in=(ExportState.FAILED, ExportState.CANCELLED))
        facts = {"error": "", "finished_at": None, "expires_at": None, "removed_at": None}
        if not over.update(state=ExportState.QUEUED, queued_at=now or timezone.now(), **facts):
            job.refresh_from_db()
            raise WrongState(f"Export {job.pk} is {job.state}; only a failed or cancelled one is retried.", job.state)
        if anew:
            begin_anew(job)
        if queued:
            queue(job)
    job.refresh_from_db()
    return job


def progress(job: ExportJob) -> Progress:
    """As of a second ago, by one query; read ``job`` anew first."""
    counts = ("listed", "written", "skipped", "rate")
    shards = ExportShard.objects.filter(job=job)
    sums = shards.aggregate(**{name: Sum(name) for name in counts})
    facts = {name: sums[name] or 0 for name in counts}
    rows = list(shards.values_list("is_done", "parts"))
    done, rate = sum(is_done for is_done, _ in rows), 0.0 if job.is_over else facts.pop("rate")
    fraction = _fraction(job, facts["written"], done, len(rows))
    left = None if job.total is None or not rate else max(0, int((job.total - facts["written"]) / rate))
    return Progress(
        state=ExportState(job.state),
        listed=facts["listed"],
        written=facts["written"],
        skipped=facts["skipped"],
        total=job.total,
        size=job.result_size or sum(size for _, parts in rows for _, _, size in parts),
        rate=rate,
        seconds_left=left,
        fraction=fraction,
        shards=len(rows),
        shards_done=done,
        error=job.error,
    )


def result_share(job: ExportJob, *, by: Any = None, password: str | None = None, client: Client | None = None) -> Share:
    """The share by which the result is downloaded, made at the first time; it ends with the result.

    Where the policy has it end before, the next time lets it go on.

    :param password: of a new one, where the policy asks for one.
    :raises NotAllowed: it is somebody else's. :raises WrongState: there is no result (any more), or no way to it.
    :raises PolicyViolation: the policy asks for a password.
    """
    require_control(by, job)
    if not job.has_result or (job.expires_at is not None and job.expires_at <= timezone.now()):
        gone = "has no result any more" if job.state == ExportState.DONE else f"is {job.state} and has no result"
        raise WrongState(f"Export {job.pk} {gone}.", job.state)
    public_id = share_id(job, "result")
    found = Share.objects.filter(public_id=public_id).first()
    if found is not None:
        return _open(job, found, client)
    try:
        return shares.create(
            job.result_key,
            storage=job.result_storage,
            created_by=job.created_by,
            expires_at=_result_end(job),
            password=password,
            name=str(job)[:200],
            public_id=public_id,
            client=client,
        )
    except IntegrityError:
        # A second click was faster.
        return Share.objects.get(public_id=public_id)


def _open(job: ExportJob, share: Share, client: Client | None) -> Share:
    state = share.state()
    if state is State.REVOKED:
        raise WrongState(f"The share of export {job.pk}'s list was revoked; export it anew.", state)
    if state is State.EXPIRED:
        shares.extend(share, _result_end(job) or inputs.NEVER, by=job.created_by, client=client)
    return share


def _result_end(job: ExportJob) -> datetime | None:
    longest = policy_of(job.created_by).max_expiry
    ends = [job.expires_at, None if longest is None else timezone.now() + longest]
    return min((end for end in ends if end is not None), default=None)


def _fraction(job: ExportJob, written: int, done: int, shards: int) -> float | None:
    if job.state == ExportState.DONE:
        return 1.0
    if job.total:
        return min(1.0, written / job.total)
    return done / shards if shards > 1 else None


def _checked_shards(shards: int | str, *, divisible: bool) -> int:
    if shards == AUTO:
        return 0 if divisible else 1
    if isinstance(shards, bool) or not isinstance(shards, int) or not 1 <= shards <= MAX_SHARDS:
        raise InvalidArgument(
            f"shards={shards!r} is out of range; allowed are 1 to {MAX_SHARDS}, or {AUTO!r}.", field="shards"
        )
    if shards > 1 and not divisible:
        raise InvalidArgument(
            f"shards={shards}: xlsx, chosen shares and objects, one folder alone, and a limited number of rows are "
            "written by one worker; leave it off.",
            field="shards",
        )
    return shards


def _result_key(name: str, seed: str, format: str, *, gzip: bool, now: datetime) -> str:
    stem = re.sub(r"[^\w-]+", "-", name).strip("-")[:80] or f"links-{now:%Y-%m-%d}"
    return f"{conf.export_prefix}{seed[:16]}/{stem}.{writers.file_type(format, gzip=gzip).ending}"
