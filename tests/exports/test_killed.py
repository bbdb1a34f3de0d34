"""Workers that are killed, messages that come twice or not at all: the file is the same."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils.timezone import now

from django_oss_share import tasks
from django_oss_share.models import Action, AuditEvent, ExportJob, ExportShard, ExportState, Share
from django_oss_share.services.exports import jobs, queueing, running, tending
from django_oss_share.services.exports.queueing import NotQueued
from django_oss_share.services.exports.sources import Prefix
from django_oss_share.services.exports.writers import XLSX
from django_oss_share.testing import Fault, Kind

from .conftest import fill

TESTS = Path(__file__).resolve().parent.parent
LEASE = 0.5  # seconds
PART_SIZE = 1024 * 1024
MANY = 200_000


def site(**more) -> dict[str, str]:
    """The environment of a process that shares our database and storages."""
    config = {
        "database": dict(connections.settings["default"]),
        "storages": django_settings.STORAGES,
        "lease": LEASE,
        "part_size": PART_SIZE,
        **more,
    }
    return {**os.environ, "PYTHONPATH": str(TESTS), "SITE": json.dumps(config, default=str), "NO_PROXY": "*"}


@pytest.fixture
def worker(bucket, tmp_path):
    """Start a process that runs an export."""

    def worker(job: ExportJob) -> subprocess.Popen:
        with (tmp_path / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "exports.processes.site", str(job.pk)], env=site(), stdout=log, stderr=log
            )

    return worker


def rows(data: bytes) -> list[list[str]]:
    """All that does not depend on when a link was made."""
    found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return [[key, size, link.partition("?")[0]] for key, size, link, _ in found]


def await_so(is_so, log: Path | None = None) -> None:
    give_up = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < give_up, log.read_text()[-5000:] if log else ""
        time.sleep(0.01)


@pytest.mark.once
@pytest.mark.parametrize("each_database", ["sqlite"], indirect=True)
def test_a_worker_killed_ten_times_writes_what_one_writes_that_is_not(bucket, each_database, worker, tmp_path):
    fill(bucket, MANY)
    whole, killed = (jobs.start(Prefix("many/"), queued=False) for _ in range(2))
    assert worker(whole).wait(120) == 0, (tmp_path / "log").read_text()
    positions = set()
    for _ in range(10):
        process, read = worker(killed), bucket.calls["ListObjectsV2"] + random.randint(2, 25)
        await_so(lambda process=process, read=read: process.poll() is not None or bucket.calls["ListObjectsV2"] >= read)
        time.sleep(random.uniform(0, 0.05))
        process.kill()
        process.wait()
        positions.add(len(ExportShard.objects.get(job=killed).parts))
    assert worker(killed).wait(120) == 0, (tmp_path / "log").read_text()
    results = [bucket.get(ExportJob.objects.get(pk=job.pk).result_key) for job in (whole, killed)]
    assert rows(results[0]) == rows(results[1])
    assert len(rows(results[0])) == MANY + 2
    assert len(positions) > 1, "it was killed in the middle, too"
    assert AuditEvent.objects.filter(action=Action.EXPORTED).count() == 2
    assert bucket.uploads() == []


@pytest.mark.django_db(transaction=True)
def test_a_workbook_is_taken_up_in_the_middle(bucket, monkeypatch):
    fill(bucket, 12_000)
    monkeypatch.setattr("django_oss_share.services.exports.writing.PART_SIZE", PART_SIZE)
    job = jobs.start(Prefix("many/"), format="xlsx", queued=False)
    written = XLSX.rows
    left = iter(range(6))

    def rows(self, given):
        next(left)
        return written(self, given)

    monkeypatch.setattr(XLSX, "rows", rows)
    with pytest.raises(StopIteration):
        running._run(job, (), alone=True)
    assert 0 < ExportShard.objects.get().position["written"] < 12_000
    monkeypatch.setattr(XLSX, "rows", written)
    running.run(job.pk, alone=True)
    book = openpyxl.load_workbook(io.BytesIO(bucket.get(ExportJob.objects.get().result_key)), read_only=True)
    assert [row[0] for row in book.active.values][1:] == ["many/", *(f"many/{number:07}" for number in range(12_000))]


def test_each_database_keeps_what_it_takes(bucket, each_database, settings):
    settings.ROOT_URLCONF = "shares.urls"
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}
    for key in ("季 😀.txt", "b"):
        bucket.put(key, b"")
    job = jobs.start(Prefix(), output="shares", shards="auto", queued=False)
    bucket.faults.add(Fault(Kind.STATUS, operation="CompleteMultipartUpload", status=503, times=3))
    running.run(job.pk, alone=True)
    assert jobs.retry(job, queued=False).state == ExportState.QUEUED
    running.run(job.pk, alone=True)
    job.refresh_from_db()
    assert [key for key, *_ in rows(bucket.get(job.result_key))] == ["key", "b", "季 😀.txt"]
    assert Share.objects.count() == jobs.progress(job).written == 2
    assert jobs.cancel(job).state == ExportState.DONE
    assert tending.tend(job.expires_at) == {"resumed": 0, "tidied": 1}


# Celery


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request):
    """Celery's settings for a queue of its own."""
    queue = f"exports-{uuid4().hex}"
    return {"broker": request.getfixturevalue(f"{request.param}_url"), "task_default_queue": queue}


@contextmanager
def celery_workers(broker, tmp_path, count: int = 1, *flags: str):
    """Processes, each with one worker in it."""
    processes = []
    try:
        for number in range(count):
            with (tmp_path / "log").open("ab") as log:
                processes.append(
                    subprocess.Popen(
                        [
                            *(sys.executable, "-m", "celery", "-A", "exports.processes.celery_site", "worker"),
                            *("--pool=solo", "--without-mingle", "--without-gossip", f"--hostname=w{number}@%h"),
                            *flags,
                        ],
                        env=site(celery=broker),
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        yield processes
    finally:
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def queue(broker):
    """Exports are told to the broker, as a project's own Celery application would."""
    import celery

    app = celery.Celery("tests", **broker, set_as_current=False)

    def tell(job_id: int, shards: tuple[int, ...]) -> None:
        app.send_task("oss_share.run_export", (job_id, list(shards)))

    before = queueing._queue
    queueing.run_by(tell)
    yield
    queueing.run_by(before)
    app.close()


def await_end(job: ExportJob, log: Path) -> None:
    def is_over() -> bool:
        job.refresh_from_db()
        return job.is_over

    await_so(is_over, log)


@pytest.mark.once
@pytest.mark.parametrize("each_database", ["sqlite"], indirect=True)
def test_two_workers_write_one_file_over_a_broker(bucket, each_database, broker, queue, tmp_path):
    fill(bucket, 20_000)
    with celery_workers(broker, tmp_path, 2):
        job = jobs.start(Prefix("many/"), shards=8)
        await_end(job, tmp_path / "log")
    assert job.state == ExportState.DONE, job.error
    assert [key for key, *_ in rows(bucket.get(job.result_key))[1:]] == [
        "many/",
        *(f"many/{number:07}" for number in range(20_000)),
    ]


@pytest.mark.once
@pytest.mark.parametrize("each_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_a_celery_worker_killed_in_the_middle(bucket, each_database, broker, queue, tmp_path):
    fill(bucket, 30_000)
    # However late it is killed, it is in the middle.
    bucket.faults.add(Fault(Kind.HANG, operation="ListObjectsV2", seconds=60, after=12, times=1))
    job = jobs.start(Prefix("many/"))
    with celery_workers(broker, tmp_path) as (process,):
        begun = ExportShard.objects.filter(job=job).exclude(parts=[])
        await_so(begun.exists, tmp_path / "log")
        os.killpg(process.pid, signal.SIGKILL)
    job.refresh_from_db()
    assert job.state == ExportState.RUNNING
    with celery_workers(broker, tmp_path):
        await_end(job, tmp_path / "log")
    assert job.state == ExportState.DONE, job.error
    assert len(rows(bucket.get(job.result_key))) == 30_002


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down(bucket, settings, monkeypatch):
    import celery

    bucket.put("a", b"")
    app = celery.Celery("down", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(tasks.run_export, "_app", app, raising=False)
    job = jobs.start(Prefix())
    job.refresh_from_db()
    assert (job.state, job.error) == (
        ExportState.FAILED,
        "Not queued: the broker is unreachable (OperationalError).",
    )


@pytest.mark.django_db(transaction=True)
def test_a_task_delivered_twice(bucket):
    bucket.put("a", b"")
    job = jobs.start(Prefix(), queued=False)
    assert tasks.run_export.apply((job.pk,)).get() == "over"
    assert tasks.run_export.apply((job.pk,)).get() == "over"
    assert AuditEvent.objects.filter(action=Action.EXPORTED).count() == 1


class TestTending:
    @pytest.fixture(autouse=True)
    def told(self, monkeypatch, transactional_db, bucket):
        told: list[tuple[int, tuple[int, ...]]] = []
        monkeypatch.setattr(queueing, "_queue", lambda job, shards: told.append((job, shards)))
        self.told = told
        self.job = jobs.start(Prefix("many/"), queued=False)

    def test_what_somebody_is_at_is_left_alone(self):
        tending.tend()
        ExportJob.objects.update(state="running")
        ExportShard.objects.update(lease_until=now())
        tending.tend()
        assert self.told == []

    def test_a_dead_workers_shard_goes_on(self):
        ExportJob.objects.update(state="running")
        ExportShard.objects.update(number=1, lease_until=now() - 2 * tending._DEAD)
        ExportShard.objects.create(job=self.job, index=1)
        assert tending.tend()["resumed"] == 1
        assert tending.tend()["resumed"] == 0, "somebody has to have the time to take it"
        assert self.told == [(self.job.pk, ())]

    def test_a_lost_message_is_sent_again(self):
        assert tending.tend(now() + tending._LOST)["resumed"] == 1
        assert self.told == [(self.job.pk, ())]

    def test_what_was_written_is_joined(self):
        ExportJob.objects.update(state="running")
        ExportShard.objects.update(is_done=True, lease_until=now() - 2 * tending._DEAD)
        assert tending.tend()["resumed"] == 1

    def test_nobody_to_tell(self, monkeypatch):
        monkeypatch.setattr(queueing, "_queue", None)
        with pytest.raises(NotQueued, match="nothing runs exports here"):
            tending.tend(now() + tending._LOST)
