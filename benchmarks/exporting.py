"""Exports as the benchmarks run them: over a database of their own, in a file that is gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.core.management import call_command

if TYPE_CHECKING:
    from django_oss_share.models import ExportJob


def set_up(options: dict[str, Any], database: str | None = None) -> None:
    """Django, with the storage ``default``.

    :param database: a file that is there already; else a new one is made.
    """
    name = database or str(Path(tempfile.mkdtemp(prefix="oss-share-bench-")) / "db.sqlite3")
    engine = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {"timeout": 30, "init_command": "PRAGMA journal_mode=WAL"},
    }
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "django_oss_share"]
    settings.configure(
        SECRET_KEY="only for benchmarks",
        STORAGES={"default": storage_setup(options)},
        DATABASES={"default": engine},
        INSTALLED_APPS=apps,
        USE_TZ=True,
    )
    django.setup()
    if database is None:
        call_command("migrate", verbosity=0)


def storage_setup(options: dict[str, Any]) -> dict[str, Any]:
    """As ``STORAGES`` has it."""
    return {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}


def export(**options: Any) -> None:
    """The whole bucket, written by this process."""
    from django_oss_share.services.exports import jobs, running
    from django_oss_share.services.exports.sources import Prefix

    job = jobs.start(Prefix(), queued=False, **options)
    running.run(job.pk, alone=True)
    check_done(job)


def sharded(count: int) -> ExportJob:
    """An export of the whole bucket, split into so many shards of which none is written."""
    from django_oss_share.models import ExportShard
    from django_oss_share.services.exports import jobs, running
    from django_oss_share.services.exports.sources import Prefix

    job = jobs.start(Prefix(), queued=False, shards=count)
    running._begin(job)
    with running._leased(ExportShard.objects.get(job=job)) as lease:
        assert lease is not None
        running._plan(job, lease)
    assert ExportShard.objects.filter(job=job).count() == count
    return job


def check_done(job: ExportJob) -> None:
    """Whether it became a file."""
    from django_oss_share.models import ExportState

    job.refresh_from_db()
    assert job.state == ExportState.DONE, job.error
