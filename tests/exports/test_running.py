"""Exports run over a real bucket: what they write, what they refuse, what they survive."""

from __future__ import annotations

import csv
import gzip
import io
import json
import time
from datetime import timedelta
from hashlib import md5
from threading import Thread

import pytest
import requests
from django.db import connections
from django.utils.timezone import now
from shares.factories import make_share, make_user

from django_oss_share.models import Action, AuditEvent, ExportJob, ExportShard, ExportState, Share
from django_oss_share.models.export import ShardQuerySet
from django_oss_share.services.errors import WrongState
from django_oss_share.services.exports import jobs, leases, leftovers, planning, reading, running
from django_oss_share.services.exports.link_options import ShareOptions, URLOptions
from django_oss_share.services.exports.running import Outcome, Ran
from django_oss_share.services.exports.sources import Filters, Inventory, Objects, Prefix, Shares
from django_oss_share.services.spreadsheets import unguarded
from django_oss_share.testing import Fault, Kind

from .conftest import fill
from .odd_keys import ALL

pytestmark = pytest.mark.django_db(transaction=True)


def export(source=None, **options) -> ExportJob:
    job = jobs.start(source or Prefix(), queued=False, **options)
    running.run(job.pk, alone=True)
    job.refresh_from_db()
    return job


def stored(bucket, job: ExportJob) -> bytes:
    assert job.state == ExportState.DONE, job.error
    return bucket.get(job.result_key)


def filled(count: int) -> list[str]:
    """What ``fill`` puts there."""
    return ["many/", *(f"many/{number:07}" for number in range(count))]


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_folder_as_csv(bucket):
    for key in ("a/1.txt", "a/2.txt", "b.txt"):
        bucket.put(key, key.encode())
    job = export(Prefix("a/"), name="All of a")
    rows = table(stored(bucket, job))
    assert [(row["key"], row["size"]) for row in rows] == [("a/1.txt", "7"), ("a/2.txt", "7")]
    assert requests.get(rows[0]["link"], timeout=10).content == b"a/1.txt"
    assert bucket.uploads() == []


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("usual", "https://files.example.com/"),
        ("oss", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"),
        ("accelerate", "https://examplebucket.oss-accelerate.aliyuncs.com/"),
    ],
)
def test_where_its_links_lead(bucket, settings, host, origin):
    options = bucket.storage_options(
        custom_domain="files.example.com", endpoint_url=None, io_endpoint_url=bucket.endpoint
    )
    settings.STORAGES = {"default": {**settings.STORAGES["default"], "OPTIONS": options}}
    bucket.put("a/1.txt", b"1")
    (row,) = table(stored(bucket, export(Prefix("a/"), options=URLOptions(60, host=host))))
    assert row["link"].startswith(f"{origin}a/1.txt?") and "x-oss-expires=60&" in row["link"]


@pytest.fixture
def odd(bucket) -> list[str]:
    """Keys that break lists which are written without care, in the order of the list."""
    for key in ALL:
        bucket.put(key, b"x")
    return sorted(ALL, key=str.encode)


def test_odd_keys_come_back_from_csv_and_jsonl(bucket, odd):
    rows = table(stored(bucket, export(columns=["key", "link"])))
    assert [unguarded(row["key"]) for row in rows] == odd
    lines = gzip.decompress(stored(bucket, export(format="jsonl", gzip=True))).splitlines()
    facts = [json.loads(line) for line in lines]
    assert [each["key"] for each in facts] == odd
    assert {requests.get(each["link"], timeout=10).content for each in facts} == {b"x"}


def test_files_are_named_by_odd_keys_too(bucket, odd):
    rows = table(stored(bucket, export(options=URLOptions(60, filename="{stem} copy{suffix}"))))
    assert [unguarded(row["key"]) for row in rows] == odd
    assert {requests.get(row["link"], timeout=10).content for row in rows} == {b"x"}


def test_a_key_that_no_browser_could_ask_for_has_a_row_without_a_link(bucket):
    for key in ("a/../b", "c"):
        bucket.put(key, b"x")
    job = export()
    first, second = table(stored(bucket, job))
    assert (first["key"], first["link"], first["expires_at"]) == ("a/../b", "", "")
    assert second["link"]
    assert (jobs.progress(job).written, jobs.progress(job).skipped) == (2, 1)
    assert len(table(stored(bucket, export(columns=["link", "size"])))) == 1, "of what could it tell?"


def test_text_holds_a_link_a_line(bucket, odd):
    lines = stored(bucket, export(format="txt")).decode().splitlines()
    assert len(lines) == len(odd)
    assert all(line.startswith("http") for line in lines)


def test_results_are_not_exported_themselves(bucket):
    bucket.put("a", b"")
    first, second = export(), export()
    assert [row["key"] for row in table(stored(bucket, second))] == ["a"]
    assert jobs.progress(first).written == jobs.progress(second).written == 1


def test_chosen_objects_and_a_folder(bucket):
    for key in ("a.txt", "b.txt", "c/1", "c/2/3"):
        bucket.put(key, key.encode())
    job = export(Objects(("b.txt", "c/", "gone.txt", "a.txt")), columns=["key", "size", "etag", "modified", "link"])
    rows = table(stored(bucket, job))
    assert [row["key"] for row in rows] == ["b.txt", "c/1", "c/2/3", "a.txt"]
    assert {row["etag"] for row in rows} == {f'"{bucket_etag(key)}"' for key in ("a.txt", "b.txt", "c/1", "c/2/3")}
    assert jobs.progress(job).skipped == 1
    assert AuditEvent.objects.get(action=Action.EXPORTED).data["source"] == {"kind": "objects", "keys": 4}
    for row in rows:
        assert requests.get(row["link"], timeout=10).content == row["key"].encode()


def bucket_etag(content: str) -> str:
    from hashlib import md5

    return md5(content.encode()).hexdigest().upper()


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (Filters(rules=(("include", "*.txt"),)), ["a.txt", "f/c.txt"]),
        (Filters(rules=(("exclude", "*.txt"),)), ["b.pdf", "f/"]),
        (Filters(rules=(("filter", "- b*"),)), ["a.txt", "f/", "f/c.txt"]),
        (Filters(start_after="a.txt", end_with="f/"), ["b.pdf", "f/"]),
        (Filters(min_size=2), ["b.pdf"]),
        (Filters(limit=3), ["a.txt", "b.pdf", "f/"]),
        (Filters(rules=(("include", "*.zip"),)), []),
    ],
)
def test_filters(bucket, filters, wanted):
    for key, content in (("a.txt", b"x"), ("b.pdf", b"xx"), ("f/", b""), ("f/c.txt", b"x")):
        bucket.put(key, content)
    job = export(Prefix(filters=filters))
    assert [row["key"] for row in table(stored(bucket, job))] == wanted
    assert stored(bucket, job).startswith("\ufeffkey,size,link,expires_at\r\n".encode())


def test_only_what_is_directly_in_the_folder(bucket):
    for key in ("f/a", "f/g/b", "h"):
        bucket.put(key, b"")
    assert [row["key"] for row in table(stored(bucket, export(Prefix("f/", recursive=False))))] == ["f/a"]


def test_nothing_is_an_empty_file(bucket):
    assert stored(bucket, export(format="jsonl")) == b""
    assert bucket.uploads() == []


def test_all_versions(bucket):
    bucket_versioning(bucket)
    for content in (b"first", b"second"):
        bucket.put("a", content)
    job = export(Prefix(versions=True), columns=["key", "version", "link"])
    rows = table(stored(bucket, job))
    assert [row["key"] for row in rows] == ["a", "a"]
    assert len({row["version"] for row in rows}) == 2
    assert [requests.get(row["link"], timeout=10).content for row in rows] == [b"second", b"first"]


def bucket_versioning(bucket) -> None:
    import alibabacloud_oss_v2 as sdk
    from django.core.files.storage import storages

    storages["default"].client._sdk.put_bucket_versioning(
        sdk.PutBucketVersioningRequest(
            bucket.bucket, versioning_configuration=sdk.VersioningConfiguration(status="Enabled")
        )
    )


@pytest.fixture
def inventory(bucket):
    """An inventory in two files, as OSS writes them."""

    def inventory(**more) -> Inventory:
        listed = [("季+ /1.txt", "3", "true", "false"), ("b", "4", "true", "false")]
        gone = [("c", "", "true", "true"), ("b", "1", "false", "false")]
        files = []
        for number, rows in enumerate(([listed[0]], [listed[1], *gone])):
            lines = "".join(
                f'"{bucket.bucket}","{requests.utils.quote(key, safe="")}","v","{latest}","{marker}","{size}",'
                '"Standard","2026-01-02T03-04-05Z","5B3C"\n'
                for key, size, latest, marker in rows
            )
            packed = gzip.compress(lines.encode())
            bucket.put(f"inv/data/{number}.csv.gz", packed)
            checksum = md5(packed).hexdigest().upper()
            files.append({"MD5checksum": checksum, "key": f"inv/data/{number}.csv.gz", "size": len(packed)})
        manifest = {
            "creationTimestamp": "1642994594",
            "destinationBucket": bucket.bucket,
            "fileFormat": "CSV",
            "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, StorageClass, "
            "LastModifiedDate, ETag",
            "files": files,
            "sourceBucket": bucket.bucket,
            "version": "2019-09-01",
            **more,
        }
        bucket.put("inv/manifest.json", json.dumps(manifest).encode())
        return Inventory("inv/manifest.json")

    return inventory


@pytest.mark.parametrize("shards", [1, "auto"])
def test_an_inventory(bucket, inventory, shards):
    job = export(inventory(), columns=["key", "size", "modified"], shards=shards)
    assert [tuple(row.values()) for row in table(stored(bucket, job))] == [
        ("季+ /1.txt", "3", "2026-01-02T03:04:05Z"),
        ("b", "4", "2026-01-02T03:04:05Z"),
    ]
    assert jobs.progress(job).shards == (1 if shards == 1 else 2)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"sourceBucket": "other"}, "is of the bucket 'other'"),
        ({"fileFormat": "ORC"}, "lists ORC"),
        ({"fileSchema": "Bucket, Key"}, "has no Size, which size needs"),
        ({"files": 3}, "is no manifest"),
        ({"files": ["a"]}, "is no manifest"),
    ],
)
def test_inventories_that_are_none(bucket, inventory, more, says):
    job = export(inventory(**more))
    assert job.state == ExportState.FAILED
    assert says in job.error
    assert bucket.uploads() == []


def test_a_damaged_inventory_file(bucket, inventory):
    source = inventory()
    bucket.put("inv/data/1.csv.gz", gzip.compress(b'"a"\n')[:-9])
    assert "cannot be read" in export(source).error


def test_an_inventory_file_that_is_another_one(bucket, inventory):
    """As good as the one that the manifest lists, but of another day."""
    source = inventory()
    bucket.put("inv/data/1.csv.gz", gzip.compress(b""))
    job = export(source)
    assert job.state == ExportState.FAILED
    assert "'inv/data/1.csv.gz' is not the one that 'inv/manifest.json' lists" in job.error
    assert bucket.uploads() == []


# Share links


@pytest.fixture
def addressed(settings):
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}
    settings.ROOT_URLCONF = "views.urls"


def test_a_share_a_row(bucket, addressed):
    ann = make_user("ann")
    for key in ("a", "b", "x//y"):
        bucket.put(key, b"")
    job = export(output="shares", options=ShareOptions(3600, max_downloads=2), created_by=ann)
    rows = table(stored(bucket, job))
    made = Share.objects.order_by("key")
    assert [row["key"] for row in rows] == ["a", "b", "x//y"]
    assert jobs.progress(job).skipped == 1, "x//y has no name in the storage"
    assert rows.pop()["link"] == ""
    assert [(share.key, share.max_downloads, share.created_by) for share in made] == [("a", 2, ann), ("b", 2, ann)]
    assert AuditEvent.objects.filter(action=Action.CREATED).count() == 2
    from django_oss_share.services import shares

    assert [row["link"] for row in rows] == [shares.get_url(share) for share in made]


def test_shares_are_not_made_twice(bucket, addressed):
    bucket.put("a", b"")
    job = jobs.start(Prefix(), output="shares", queued=False)
    bucket.faults.add(Fault(Kind.STATUS, operation="CompleteMultipartUpload", status=503, times=3))
    running.run(job.pk, alone=True)
    assert Share.objects.count() == 1
    ExportShard.objects.update(is_done=False, position={}, head=b"")
    jobs.retry(job, queued=False)
    running.run(job.pk, alone=True)
    assert len(table(stored(bucket, ExportJob.objects.get()))) == Share.objects.count() == 1


def test_links_of_shares_that_there_are(bucket, addressed):
    from shares.factories import make_share

    made = [make_share(key="b"), make_share(keys=("c", "d"), name="Two")]
    job = export(Shares(tuple(share.pk for share in made)), output="shares")
    assert [row["key"] for row in table(stored(bucket, job))] == ["b", "Two"]
    assert Share.objects.count() == 2


def test_shares_that_have_ended_are_listed_as_such(bucket, addressed):
    bucket.put("a", b"x")
    ended = make_share(key="a", expires_at=now() - timedelta(hours=1))
    (row,) = table(stored(bucket, export(Shares((ended.pk,)), output="shares")))
    assert row["expires_at"] == f"{ended.expires_at:%Y-%m-%dT%H:%M:%SZ}"


def test_more_shares_than_allowed(bucket, addressed, settings):
    settings.OSS_SHARE = {**settings.OSS_SHARE, "MAX_EXPORT_SHARES": 1}
    for key in "abc":
        bucket.put(key, b"")
    job = export(output="shares")
    assert (job.state, job.error.split(";")[0]) == (
        ExportState.FAILED,
        "3 new shares are more than the 1 that OSS_SHARE['MAX_EXPORT_SHARES'] allows in one export",
    )
    assert Share.objects.count() == 0, "refused before the first"


# What is written down, and the door to it


def test_the_audit_and_the_door(bucket, settings):
    bucket.put("a", b"")
    ann = make_user("ann")
    job = export(created_by=ann)
    event = AuditEvent.objects.get(action=Action.EXPORTED)
    assert (event.actor, event.key, event.data["rows"]) == (ann, job.result_key, 1)
    share = jobs.result_share(job, by=ann)
    assert jobs.result_share(job, by=ann) == share
    assert (share.key, share.created_by, share.expires_at) == (job.result_key, ann, job.expires_at)


# Faults


def test_an_unknown_bucket_leaves_one_sentence(bucket, settings):
    settings.STORAGES = with_options(settings, bucket_name="no-such-bucket")
    job = export()
    assert (job.state, job.error.count("\n")) == (ExportState.FAILED, 0)
    assert "NoSuchBucket" in job.error


def with_options(settings, **options):
    default = settings.STORAGES["default"]
    return {"default": {**default, "OPTIONS": {**default["OPTIONS"], **options}}}


@pytest.mark.parametrize("operation", ["ListObjectsV2", "UploadPart", "CompleteMultipartUpload"])
def test_once_oss_fails_for_long_a_retry_goes_on(bucket, operation):
    fill(bucket, 3000)
    fault = bucket.faults.add(
        Fault(Kind.STATUS, operation=operation, status=503, after=2 if "List" in operation else 0)
    )
    job = jobs.start(Prefix("many/"), queued=False)
    assert running.run(job.pk, alone=True, last_try=False).outcome is Outcome.LATER
    assert running.run(job.pk, alone=True).outcome is Outcome.OVER
    job.refresh_from_db()
    assert job.state == ExportState.FAILED
    assert "503" in job.error
    assert fault
    bucket.faults.clear()
    listed = bucket.calls["ListObjectsV2"]
    jobs.retry(job, queued=False)
    running.run(job.pk, alone=True)
    job.refresh_from_db()
    assert [row["key"] for row in table(stored(bucket, job))] == filled(3000)
    assert bucket.calls["ListObjectsV2"] - listed < 4, "it went on from its checkpoint"
    assert bucket.uploads() == []


@pytest.mark.parametrize("kind", [Kind.DROP_TOKEN, Kind.REPEAT_TOKEN])
def test_a_list_that_breaks_off_is_not_called_complete(bucket, kind):
    fill(bucket, 2500)
    bucket.faults.add(Fault(kind, operation="ListObjectsV2"))
    job = export(Prefix("many/"))
    assert job.state == ExportState.FAILED
    assert "rather than called complete" in job.error


def test_links_that_end_before_the_list_does(bucket, monkeypatch):
    bucket.put("a", b"")
    job = jobs.start(Prefix(), options=URLOptions(60), queued=False)
    monkeypatch.setattr("django_oss_share.services.exports.joining.timezone.now", lambda: now() + timedelta(seconds=61))
    running.run(job.pk, alone=True)
    job.refresh_from_db()
    assert job.state == ExportState.FAILED
    assert "before the list was complete" in job.error
    assert bucket.uploads() == []


def test_twice_at_once_is_once(bucket):
    bucket.put("a", b"")
    job = jobs.start(Prefix(), queued=False)
    ExportShard.objects.update(number=1, lease_until=now() + timedelta(seconds=30))
    ran = running.run(job.pk, alone=True)
    assert (ran.outcome, 25 < ran.wait <= 31) == (Outcome.BUSY, True)
    ExportShard.objects.update(lease_until=now())
    assert running.run(job.pk, alone=True).outcome is Outcome.OVER
    assert running.run(job.pk, alone=True) == Ran(Outcome.OVER)
    assert AuditEvent.objects.filter(action=Action.EXPORTED).count() == 1


def test_who_comes_back_from_the_dead_writes_nothing(bucket, monkeypatch):
    """Another worker takes the shard over in the middle."""
    fill(bucket, 3000)
    job = jobs.start(Prefix("many/"), queued=False)
    original = reading.read

    def read(*args):
        for number, batch in enumerate(original(*args)):
            if number == 1:
                ExportShard.objects.update(number=9, lease_until=now())
                connections.close_all()
            yield batch

    monkeypatch.setattr("django_oss_share.services.exports.writing.read", read)
    monkeypatch.setattr("django_oss_share.services.exports.leases.BEAT", 0)
    assert running.run(job.pk, alone=True).outcome is Outcome.BUSY
    monkeypatch.undo()
    assert running.run(job.pk, alone=True).outcome is Outcome.OVER
    job.refresh_from_db()
    assert len(table(stored(bucket, job))) == 3001


def test_of_two_who_take_a_shard_one_after_the_other_one_has_it(bucket, monkeypatch):
    """The first one's lease ends, and the second one begins, before the first has read what it took."""
    jobs.start(Prefix(), queued=False)
    ExportJob.objects.update(state="running")
    lease, second = ShardQuerySet.lease, []

    def overtaken(self, *args):
        taken = lease(self, *args)
        monkeypatch.setattr(ShardQuerySet, "lease", lease)
        ExportShard.objects.update(lease_until=now())
        second.append(leases.take(ExportShard.objects.get()))
        return taken

    monkeypatch.setattr(ShardQuerySet, "lease", overtaken)
    assert leases.take(ExportShard.objects.get()) is None
    second[0].keep(written=2)
    assert ExportShard.objects.get().written == 2


@pytest.mark.parametrize(("operation", "after"), [("ListObjectsV2", 3), ("UploadPart", 0)])
def test_cancelled_in_the_middle(bucket, monkeypatch, operation, after):
    fill(bucket, 20_000)
    job = jobs.start(Prefix("many/"), queued=False)
    bucket.faults.add(Fault(Kind.HANG, operation=operation, seconds=20, after=after))
    monkeypatch.setattr("django_oss_share.services.exports.writing.PART_SIZE", 1024 * 1024)
    told = []

    def run() -> None:
        running.run(job.pk, alone=True)
        told.append(time.monotonic())
        connections.close_all()

    thread = Thread(target=run)
    thread.start()
    wait_until(lambda: bucket.calls[operation] > after)
    cancelled = time.monotonic()
    jobs.cancel(job)
    thread.join(20)
    assert told[0] - cancelled < 5
    assert bucket.uploads() == []
    assert ExportJob.objects.get().state == ExportState.CANCELLED
    bucket.faults.clear()
    jobs.retry(job, queued=False)
    running.run(job.pk, alone=True)
    assert len(table(stored(bucket, ExportJob.objects.get()))) == 20_001


def wait_until(is_so) -> None:
    give_up = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_cancelled_while_it_is_split(bucket, monkeypatch):
    bucket.put("a", b"")
    job = jobs.start(Prefix(), queued=False)
    stretches = planning.stretches

    def cancelled(*args):
        jobs.cancel(job)
        return stretches(*args)

    monkeypatch.setattr("django_oss_share.services.exports.planning.stretches", cancelled)
    monkeypatch.setattr("django_oss_share.services.exports.leases.Lease.keep", kept_late(job))
    assert running.run(job.pk, alone=True).outcome is Outcome.OVER
    assert bucket.uploads() == []


def kept_late(job):
    """The first sign of life comes too early to learn of the end."""
    keep, calls = leases.Lease.keep, iter(range(9))

    def kept(self, **columns):
        if next(calls):
            keep(self, **columns)

    return kept


# Shards


def test_shards_make_one_file_in_order(bucket):
    fill(bucket, 6000)
    job = export(Prefix("many/"), shards=4)
    assert jobs.progress(job).shards == 4
    assert [row["key"] for row in table(stored(bucket, job))] == filled(6000)


@pytest.mark.parametrize("last", ["many/z\U0010ffffx", "many/\ud7a3", "many/\ue000x", "many/\U0010ffff"])
def test_many_shards_of_keys_at_the_ends_of_unicode(bucket, last):
    fill(bucket, 1500)
    bucket.put(last, b"x")
    job = export(Prefix("many/"), shards=4)
    assert [row["key"] for row in table(stored(bucket, job))] == [*filled(1500), last]


def test_a_short_list_is_not_split(bucket):
    fill(bucket, 10)
    assert jobs.progress(export(Prefix("many/"), shards="auto")).shards == 1


# Leftovers


def test_results_go_when_their_time_is_over(bucket):
    bucket.put("a", b"")
    job = export()
    assert leftovers.tidy() == 0
    assert leftovers.tidy(job.expires_at) == 1
    assert leftovers.tidy(job.expires_at) == 0
    assert bucket.keys() == ["a"]
    with pytest.raises(WrongState, match="no result any more"):
        jobs.result_share(ExportJob.objects.get())


def test_what_failed_exports_leave_goes_too(bucket):
    bucket.put("a", b"")
    bucket.faults.add(Fault(Kind.STATUS, operation="CompleteMultipartUpload", status=503))
    job = export()
    assert len(bucket.uploads()) == 1
    assert leftovers.tidy(job.expires_at) == 1
    assert bucket.uploads() == []
