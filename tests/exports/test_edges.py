"""Exports where it gets narrow: workers that are late with their news, storages that are gone, lists of lists."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connections
from django.utils.timezone import now
from shares.factories import make_user

from django_oss_share.models import Action, AuditEvent, ExportJob, ExportShard, ExportState, Share, State
from django_oss_share.oss import InvalidArgument
from django_oss_share.services import shares
from django_oss_share.services.errors import WrongState
from django_oss_share.services.exports import jobs, queueing, reading, running, tending
from django_oss_share.services.exports.queueing import NotQueued
from django_oss_share.services.exports.running import Outcome
from django_oss_share.services.exports.sources import Filters, Objects, Prefix
from django_oss_share.testing import Fault, Kind

from .conftest import fill

pytestmark = pytest.mark.django_db(transaction=True)


def export(source=None, **options) -> ExportJob:
    job = jobs.start(source or Prefix(), queued=False, **options)
    running.run(job.pk, alone=True)
    job.refresh_from_db()
    return job


def keys(bucket, job: ExportJob) -> list[str]:
    job.refresh_from_db()
    assert job.state == ExportState.DONE, job.error
    return [row["key"] for row in csv.DictReader(io.StringIO(bucket.get(job.result_key).decode("utf-8-sig")))]


@pytest.fixture
def between(monkeypatch):
    """Have something done between the first batch of a list and the second."""

    def between(happens) -> None:
        original = reading.read

        def read(*args):
            for number, batch in enumerate(original(*args)):
                if number == 1:
                    try:
                        happens()
                    finally:
                        connections.close_all()
                yield batch

        monkeypatch.setattr("django_oss_share.services.exports.writing.read", read)

    return between


# Workers that are late


def test_whose_upload_was_taken_away_says_nothing_of_the_next_try(bucket, between, monkeypatch):
    """Cancelled and tried again before its next sign of life."""
    fill(bucket, 3000)
    job = jobs.start(Prefix("many/"), queued=False)

    def tried_again() -> None:
        jobs.cancel(job)
        jobs.retry(job, queued=False)

    between(tried_again)
    for name in ("PART_SIZE", "MIN_PART_SIZE"):
        monkeypatch.setattr(f"django_oss_share.services.exports.writing.{name}", 1000)
    monkeypatch.setattr("django_oss_share.services.exports.leases.BEAT", 60)
    assert running.run(job.pk, alone=True).outcome is Outcome.BUSY
    job.refresh_from_db()
    assert (job.state, job.error) == (ExportState.QUEUED, "")
    monkeypatch.undo()
    running.run(job.pk, alone=True)
    assert len(keys(bucket, job)) == 3001
    assert bucket.uploads() == []


def test_whose_shard_was_taken_over_does_not_fail_the_export(bucket, between):
    fill(bucket, 3000)
    job = jobs.start(Prefix("many/"), queued=False)

    def taken_over() -> None:
        ExportShard.objects.update(number=9, lease_until=now() + timedelta(seconds=60))
        raise InvalidArgument("nobody's news", field="source")

    between(taken_over)
    assert running.run(job.pk, alone=True).outcome is Outcome.BUSY
    job.refresh_from_db()
    assert (job.state, len(bucket.uploads())) == (ExportState.RUNNING, 1)


def test_a_broker_that_restarts_while_shards_are_given_out_fails_nothing(bucket, monkeypatch):
    fill(bucket, 3000)
    job = jobs.start(Prefix("many/"), shards=3, queued=False)
    told = []

    def queue(job_id, shards) -> None:
        told.append(shards)
        if len(told) == 1:
            raise NotQueued("Not queued: the broker is unreachable (OSError).")

    monkeypatch.setattr(queueing, "_queue", queue)
    ran = running.run(job.pk, last_try=False)
    assert (ran.outcome, ran.problem) == (Outcome.LATER, "Not queued: the broker is unreachable (OSError).")
    job.refresh_from_db()
    assert (job.state, len(bucket.uploads())) == (ExportState.RUNNING, 1)
    assert running.run(job.pk, last_try=False).outcome is Outcome.PART
    assert told == [(1,), (1,), (2,)]
    for shard in (1, 2):
        running.run(job.pk, (shard,))
    assert len(keys(bucket, job)) == 3001


# Uploads that nobody heard of


@pytest.mark.parametrize("kind", [Kind.LOSE_ANSWER, Kind.CORRUPT])
def test_an_upload_whose_number_never_came_is_not_left_behind(bucket, kind):
    bucket.put("a", b"")
    bucket.faults.add(Fault(kind, operation="InitiateMultipartUpload", times=1))
    job = jobs.start(Prefix(), queued=False)
    while running.run(job.pk, alone=True, last_try=False).outcome is not Outcome.OVER:
        pass
    assert keys(bucket, job) == ["a"]
    assert bucket.uploads() == []


def test_nor_is_it_where_the_export_failed(bucket):
    bucket.faults.add(Fault(Kind.CORRUPT, operation="InitiateMultipartUpload"))
    job = export()
    assert (job.state, job.upload_id) == (ExportState.FAILED, "")
    assert bucket.uploads()
    assert tending.tend(job.expires_at) == {"resumed": 0, "tidied": 1}
    assert bucket.uploads() == []


# Storages that are gone


def test_a_storage_that_is_gone_keeps_nobody_elses_results(bucket):
    bucket.put("a", b"")
    lost, _other = export(), export()
    ExportJob.objects.update(expires_at=now() - timedelta(seconds=1))
    ExportJob.objects.filter(pk=lost.pk).update(result_storage="gone")
    assert tending.tend() == {"resumed": 0, "tidied": 1}
    assert bucket.keys("oss-share-exports/") == [lost.result_key]
    ExportJob.objects.filter(pk=lost.pk).update(result_storage="default")
    assert tending.tend() == {"resumed": 0, "tidied": 1}


def test_a_storage_that_goes_before_the_end_fails_it_with_one_sentence(bucket):
    bucket.put("a", b"")
    job = jobs.start(Prefix(), queued=False)
    bucket.faults.add(Fault(Kind.STATUS, operation="CompleteMultipartUpload", status=503))
    assert running.run(job.pk, alone=True, last_try=False).outcome is Outcome.LATER
    ExportJob.objects.update(result_storage="gone")
    assert running.run(job.pk, alone=True).outcome is Outcome.OVER
    job.refresh_from_db()
    assert job.state == ExportState.FAILED
    assert job.error.startswith("storage='gone' is no alias of STORAGES")


# Results among what is listed


def test_results_take_nobodys_place_in_a_limited_list(bucket):
    for key in ("p1", "p2", "p3"):
        bucket.put(key, b"")
    for _ in range(3):
        export()
    assert keys(bucket, export(Prefix(filters=Filters(limit=2)))) == ["p1", "p2"]


def test_results_are_not_exported_when_chosen_one_by_one(bucket):
    bucket.put("p1", b"")
    result = export().result_key
    assert keys(bucket, export(Objects((result, "p1")))) == ["p1"]
    assert keys(bucket, export(Objects((result.rpartition("/")[0] + "/", "p1")))) == ["p1"]


# The door to the list


def test_a_door_that_the_policy_shuts_early_opens_again(bucket, settings):
    settings.OSS_SHARE = {"MAX_EXPIRY": timedelta(days=1)}
    bucket.put("a", b"")
    job = export(created_by=make_user("ann"))
    share = jobs.result_share(job)
    assert share.expires_at < job.expires_at
    Share.objects.filter(pk=share.pk).update(expires_at=now() - timedelta(minutes=1))
    again = jobs.result_share(job)
    assert (again.pk, again.state()) == (share.pk, State.ACTIVE)
    event = AuditEvent.objects.filter(action=Action.EXTENDED).get()
    assert (event.share_id, event.actor_label) == (share.pk, "ann")


def test_a_door_that_was_revoked_stays_shut(bucket):
    bucket.put("a", b"")
    job = export()
    shares.revoke(jobs.result_share(job))
    with pytest.raises(WrongState, match=f"The share of export {job.pk}'s list was revoked; export it anew."):
        jobs.result_share(job)


def test_what_was_kept_long_enough_has_no_door_though_nobody_has_tidied_up(bucket):
    bucket.put("a", b"")
    job = export()
    job.expires_at = now() - timedelta(seconds=1)
    with pytest.raises(WrongState, match="has no result any more"):
        jobs.result_share(job)
