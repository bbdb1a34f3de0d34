"""All shards made one file, and the export done: in OSS, in the records and in the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from ...conf import conf
from ...models import Action, ExportJob, ExportShard, ExportState
from ...oss import OSSShareError
from ...oss.errors import ObjectNotFound, ServiceError
from ...oss.writer import MAX_PARTS, MIN_PART_SIZE, PART_SIZE
from ...storage import OSSStorage
from .. import audit
from ..objects import storage_of
from ..transactions import atomic
from . import checking, sources, writers
from .leases import Lease, Stopped
from .writing import first_number

# How OSS refuses what an earlier try has done.
_DONE_ALREADY = "NoSuchUpload"


class LinksOver(OSSShareError, ValueError):
    """Links of the list had ended before the list did."""


def join(job: ExportJob, lease: Lease) -> None:
    """Put the parts in a row, and say that ``job`` is done.

    :param lease: of its first shard.
    :raises Stopped: the export was cancelled, or somebody else joins it.
    :raises LinksOver: what is written is of no use.
    :raises PolicyViolation: there are more rows than are allowed.
    """
    shards = list(ExportShard.objects.filter(job=job).order_by("index"))
    written = sum(shard.written for shard in shards)
    _check(job, shards, written)
    storage = storage_of(job.result_storage)
    size = _joined(job, storage, shards, lease)
    facts = {
        "export": job.pk,
        "output": job.output,
        "source": sources.summary(job.source),
        "rows": written,
        "skipped": sum(shard.skipped for shard in shards),
        "format": job.format,
    }
    now = timezone.now()
    with atomic():
        lease.keep(written=shards[0].written)
        done = {"state": ExportState.DONE, "finished_at": now, "result_size": size, "upload_id": "", "error": ""}
        mine = ExportJob.objects.filter(pk=job.pk, state=ExportState.RUNNING)
        if mine.update(**done, expires_at=now + conf.export_lifetime if conf.export_lifetime else None):
            ExportShard.objects.filter(job=job).update(head=b"", tail=b"", rate=0)
            return _record(job, facts, now)
    # Cancelled while OSS joined the parts.
    storage.delete(job.result_key)
    raise Stopped(f"Export {job.pk} was cancelled.")


def result_headers(job: ExportJob, storage: OSSStorage) -> dict[str, str]:
    """To store the result with: never readable by all, whatever else is."""
    headers = {"content-type": writers.file_type(job.format, gzip=job.gzip).content_type}
    if storage.default_acl:
        headers["x-oss-object-acl"] = "private"
    return headers


def _record(job: ExportJob, facts: dict[str, Any], now: datetime) -> None:
    audit.record(
        Action.EXPORTED, actor=job.created_by, storage=job.result_storage, key=job.result_key, data=facts, at=now
    )


def _check(job: ExportJob, shards: list[ExportShard], written: int) -> None:
    most = checking.most_rows(sources.from_json(job.source), job.output)
    if most is not None and written > most:
        raise checking.too_many(job.output, written, most)
    ends = [shard.links_end_at for shard in shards if shard.links_end_at is not None]
    if ends and min(ends) <= timezone.now():
        raise LinksOver(
            f"The first links ended at {min(ends):%Y-%m-%d %H:%M:%S} UTC, before the list was complete; let them live "
            "longer, export less at once, or write share links."
        )


def _joined(job: ExportJob, storage: OSSStorage, shards: list[ExportShard], lease: Lease) -> int:
    """The size of the result, in bytes."""
    client, key = storage.client, storage.object_key(job.result_key)

    def upload(number: int, body: bytes) -> str:
        lease.beat()
        return client.upload_part(key, job.upload_id, number, body)

    try:
        parts = _row_of_parts(shards, upload)
        if not parts:
            client.put(key, b"", result_headers(job, storage))
            client.abort(key, job.upload_id)
            return 0
        client.complete(key, job.upload_id, {number: etag for number, etag, _ in parts}, {})
        return sum(size for _, _, size in parts)
    except ServiceError as error:
        # Done by an earlier try, of which nobody could be told any more.
        if error.code != _DONE_ALREADY or (size := _stored_size(storage, key)) is None:
            raise
        return size


def _stored_size(storage: OSSStorage, key: str) -> int | None:
    try:
        return storage.client.head(key).size
    except ObjectNotFound:
        return None


def _row_of_parts(shards: list[ExportShard], upload: Callable[[int, bytes], str]) -> list[tuple[int, str, int]]:
    """All parts in order, the missing ones uploaded: what is between the parts of two shards.

    A head that has parts behind it is large enough for a part itself; what has none goes along with the next one.
    """
    parts: list[tuple[int, str, int]] = []
    between = b""

    def put(number: int) -> None:
        nonlocal between
        parts.append((number, upload(number, between), len(between)))
        between = b""

    for shard in shards:
        between += bytes(shard.head)
        if shard.parts or len(between) >= PART_SIZE:
            put(first_number(len(shards), shard.index))
        parts += [(number, etag, size) for number, etag, size in shard.parts]
        between += bytes(shard.tail)
    if between:
        put(MAX_PARTS)
    assert all(size >= MIN_PART_SIZE for _, _, size in parts[:-1])  # noqa: S101 - what OSS asks for
    return parts
