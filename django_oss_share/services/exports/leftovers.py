"""What exports leave in OSS, and how that goes: parts that came to nothing, results that were kept long enough."""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from ...models import ExportJob, ExportShard, ExportState
from ...oss import OSSShareError
from ...oss.errors import ServiceError
from ..objects import storage_of
from ..transactions import atomic

_logger = logging.getLogger("django_oss_share.exports")


def begin_anew(job: ExportJob) -> None:
    """Forget how far ``job`` had come, within the transaction under way."""
    ExportShard.objects.filter(job=job).delete()
    ExportShard(job=job, index=0).save(force_insert=True)
    ExportJob.objects.filter(pk=job.pk).update(planned_at=None, started_at=None, upload_id="")


def abort_upload(job: ExportJob) -> None:
    """Remove the parts of ``job`` that were never joined. :raises ServiceError: they cannot be."""
    if not job.upload_id:
        return
    storage = storage_of(job.result_storage)
    try:
        storage.client.abort(storage.object_key(job.result_key), job.upload_id)
    except ServiceError as error:
        if error.code != "NoSuchUpload":
            raise
    ExportJob.objects.filter(pk=job.pk, upload_id=job.upload_id).update(upload_id="")
    job.upload_id = ""


def abort_forgotten(job: ExportJob) -> None:
    """Remove uploads of ``job``'s result that it knows nothing of: whoever began them died, or got no answer.

    :raises ServiceError: they cannot be.
    """
    storage = storage_of(job.result_storage)
    key = storage.object_key(job.result_key)
    for upload in storage.client.uploads(key):
        if upload != job.upload_id:
            storage.client.abort(key, upload)


def tidy(now: datetime | None = None) -> int:
    """Remove results that were kept long enough, and what failed and cancelled exports left; how many of them.

    What cannot be removed is logged, and left to the next time.
    """
    now = now or timezone.now()
    return sum(_is_tidied(job, now) for job in ExportJob.objects.to_tidy(now))


def _is_tidied(job: ExportJob, now: datetime) -> bool:
    try:
        abort_upload(job)
        if job.state == ExportState.DONE:
            storage_of(job.result_storage).delete(job.result_key)
        else:
            abort_forgotten(job)
    except (OSSShareError, ImproperlyConfigured) as error:
        _logger.warning("What export %s left cannot be removed now: %s", job.pk, error)
        return False
    with atomic():
        ExportShard.objects.filter(job=job).update(head=b"", tail=b"", parts=[])
        ExportJob.objects.filter(pk=job.pk, state=job.state).update(removed_at=now)
    return True
