"""``manage.py oss_export``: what it starts, tells and answers with."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from shares.factories import make_share, make_user

from django_oss_share.models import ExportJob, ExportState, Share
from django_oss_share.services.exports import jobs, queueing
from django_oss_share.services.exports.sources import Prefix
from django_oss_share.testing import Fault, Kind

from .conftest import Ran

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def export(bucket):
    """Run ``oss_export`` in this process; ``{bucket}`` is the bucket's name."""
    for key in ("a/1.txt", "a/2.pdf", "b.txt"):
        bucket.put(key, b"xx")

    def export(*arguments: str) -> Ran:
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command(
                "oss_export", *(each.replace("{bucket}", bucket.bucket) for each in arguments), stdout=out, stderr=err
            )
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        return Ran(code, out.getvalue(), err.getvalue())

    return export


def keys(bucket) -> list[str]:
    job = ExportJob.objects.first()
    assert job.state == ExportState.DONE, job.error
    return [row["key"] for row in csv.DictReader(io.StringIO(bucket.get(job.result_key).decode("utf-8-sig")))]


def test_a_folder_here(bucket, export):
    ran = export("start", "oss://{bucket}/a/", "--here", "--name", "All of a")
    job = ExportJob.objects.get()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.split() == [
        *(str(job.pk), "done", "2", "links", f"{job.result_size:,}", "bytes", job.result_key, "until"),
        *(f"{job.expires_at:%Y-%m-%d}", f"{job.expires_at:%H:%M}", "UTC"),
    ]
    assert keys(bucket) == ["a/1.txt", "a/2.pdf"]


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        (["--include", "*.txt"], ["a/1.txt", "b.txt"]),
        (["--exclude", "*.txt"], ["a/2.pdf"]),
        (["--filter", "- *.pdf", "--limited-num", "1"], ["a/1.txt"]),
        (["--start-after", "a/1.txt", "--end-with", "a/2.pdf"], ["a/2.pdf"]),
        (["-d"], ["b.txt"]),
        (["--min-size", "3"], []),
        (["--shards", "auto"], ["a/1.txt", "a/2.pdf", "b.txt"]),
    ],
)
def test_filters(bucket, export, flags, wanted):
    ran = export("start", "oss://{bucket}", "--here", *flags)
    assert ran.code == 0
    assert keys(bucket) == wanted
    assert ("Nothing matches; the list is empty." in ran.err) == (not wanted)


def test_names_from_a_file(bucket, export, tmp_path):
    names = tmp_path / "names"
    names.write_text("2.pdf\ngone\n")
    ran = export("start", "oss://{bucket}/a/", "--here", "--files-from", str(names))
    assert keys(bucket) == ["a/2.pdf"]
    assert "1 objects have no link" in ran.err


def test_names_from_standard_input(bucket, export, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("2.pdf\n"))
    assert export("start", "oss://{bucket}/a/", "--here", "--files-from", "-").code == 0
    assert keys(bucket) == ["a/2.pdf"]


def test_rules_from_standard_input(bucket, export, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("*.pdf\n"))
    assert export("start", "oss://{bucket}/a/", "--here", "--include-from", "-").code == 0
    assert keys(bucket) == ["a/2.pdf"]


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        # Links that nothing guards, where guards were asked for.
        (["--max-downloads", "3"], "--max-downloads does not go with presigned links; add --as shares."),
        (["--network", "10.0.0.0/8"], "--network does not go with presigned links; add --as shares."),
        (["--as", "shares", "--filename", "{name}"], "--filename does not go with --as shares."),
        (["--as", "shares", "--http"], "--https or --http does not go with --as shares."),
        # More than was asked for.
        (["--files-from", "names", "--include", "*.pdf"], "--filter does not go with --files-from."),
        (["--files-from", "names", "--all-versions"], "--all-versions does not go with --files-from."),
        (["--files-from", "names", "--inventory", "i"], "--inventory does not go with --files-from."),
        (["--inventory", "i", "-d"], "--dirs does not go with --inventory."),
        (["--inventory-storage", "default"], "--inventory-storage does not go with anything but --inventory."),
    ],
)
def test_flags_that_would_come_to_nothing(export, flags, says):
    ran = export("start", "oss://{bucket}", *flags)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert not ExportJob.objects.exists()


def test_shares_that_there_are_keep_their_links(export):
    assert (
        "--expires-duration does not go with --shares" in export("start", "--shares", "1", "--expires-duration=1h").err
    )


def test_links_in_all_ways(bucket, export):
    flags = ["--expires-duration", "90s", "--inline", "--filename", "{folder}-{name}", "--process", "image/resize,w_9"]
    assert export("start", "oss://{bucket}/a/1", "--here", "--format", "jsonl", *flags).code == 0
    link = json.loads(bucket.get(ExportJob.objects.get().result_key))["link"]
    assert "x-oss-expires=90&" in link
    assert "response-content-disposition=inline%3B%20filename%3D%22a-1.txt%22" in link
    assert "x-oss-process=image%2Fresize%2Cw_9" in link


def test_share_links(bucket, export, settings):
    settings.ROOT_URLCONF = "shares.urls"
    flags = ["--base-url", "https://files.example.com", "--max-downloads", "3", "--owner", "ann", "--direct"]
    make_user("ann")
    assert export("start", "oss://{bucket}/a/", "--here", "--as", "shares", *flags).code == 0
    made = Share.objects.get(key="a/1.txt")
    assert (made.max_downloads, made.created_by_label, made.mode) == (3, "ann", "direct")


def test_shares_that_there_are(bucket, export, settings):
    settings.ROOT_URLCONF = "shares.urls"
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}
    number = str(make_share(key="a/1.txt").pk)
    assert export("start", "--shares", number, "--here").code == 0
    assert keys(bucket) == ["a/1.txt"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["start"], 2, "Say what to export"),
        (["start", "oss://{bucket}", "--shares", "1"], 2, "--shares goes without a bucket"),
        (["start", "oss://{bucket}", "--expires-duration", "10h"], 2, "36000 is out of range; allowed are 60 to 32400"),
        (["start", "oss://{bucket}", "--include", "[a"], 1, "opens a bracket"),
        (["start", "oss://{bucket}", "--columns", "key,links"], 2, "did you mean 'link'"),
        (["start", "oss://other"], 3, "No storage in STORAGES is on the bucket 'other'"),
        (["start", "oss://{bucket}", "--inventory", "no.json", "--here"], 1, "NoSuchKey"),
        (["follow", "7"], 2, "There is no export 7."),
        (["list", "--limit", "0"], 1, "0"),
    ],
)
def test_what_it_refuses(export, arguments, code, says):
    ran = export(*arguments)
    assert says in ran.err
    assert ran.code == code


def test_what_an_export_cannot_do_now_is_a_wrong_argument(export):
    export("start", "oss://{bucket}", "--here")
    number = str(ExportJob.objects.get().pk)
    ran = export("retry", number)
    assert (ran.code, ran.err) == (2, f"Export {number} is done; only a failed or cancelled one is retried.")


def test_failed_and_tried_again(bucket, export):
    bucket.faults.add(Fault(Kind.STATUS, operation="ListObjectsV2", status=503))
    ran = export("start", "oss://{bucket}", "--here")
    assert (ran.code, "failed: ListObjectsV2" in ran.err) == (1, True)
    number = str(ExportJob.objects.get().pk)
    bucket.faults.clear()
    assert export("retry", number, "--here").code == 0
    assert keys(bucket) == ["a/1.txt", "a/2.pdf", "b.txt"]
    assert export("retry", number).err == f"Export {number} is done; only a failed or cancelled one is retried."


def test_queued_followed_and_cancelled(bucket, export, monkeypatch):
    told = []
    monkeypatch.setattr(queueing, "_queue", lambda job, shards: told.append(job))
    number = export("start", "oss://{bucket}").out.split()[1]
    assert told == [int(number)]
    assert "cancelled" in export("cancel", number).out
    assert "Cancelled." in export("follow", number).out
    assert [json.loads(line)["state"] for line in export("list", "--json").lines] == ["cancelled"]


def test_nobody_to_queue_it(bucket, export, monkeypatch):
    monkeypatch.setattr(queueing, "_queue", None)
    ran = export("start", "oss://{bucket}")
    assert (ran.code, "Not queued: nothing runs exports here." in ran.err) == (1, True)


def test_a_queued_one_run_by_hand(bucket, export):
    job = jobs.start(Prefix("a/"), queued=False)
    assert export("run", str(job.pk)).code == 0
    assert keys(bucket) == ["a/1.txt", "a/2.pdf"]


def test_the_door(bucket, export, settings):
    settings.ROOT_URLCONF = "shares.urls"
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}
    export("start", "oss://{bucket}", "--here")
    ran = export("link", str(ExportJob.objects.get().pk))
    assert ran.out.startswith("https://files.example.com/")
    assert Share.objects.get().key == ExportJob.objects.get().result_key


def test_what_is_over_goes(bucket, export, settings):
    settings.OSS_SHARE = {"EXPORT_LIFETIME": 60}
    export("start", "oss://{bucket}", "--here")
    ExportJob.objects.update(expires_at=ExportJob.objects.get().created_at)
    assert export("tend").out == "0 resumed, 1 tidied.\n"
    assert bucket.keys("oss-share-exports/") == []


def test_only_below_the_location(bucket, export, settings):
    default = settings.STORAGES["default"]
    settings.STORAGES = {"default": {**default, "OPTIONS": {**default["OPTIONS"], "location": "a"}}}
    for given in (["oss://{bucket}"], ["oss://{bucket}/a/", "--start-after", "1.txt"]):
        assert "outside of the storage's location, 'a/'" in export("start", *given, "--here").err
    assert export("start", "oss://{bucket}/a/", "--here").code == 0
    job = ExportJob.objects.get()
    rows = csv.DictReader(io.StringIO(bucket.get("a/" + job.result_key).decode("utf-8-sig")))
    assert [row["key"] for row in rows] == ["a/1.txt", "a/2.pdf"]
    assert export("start", "oss://{bucket}/a/", "--here", "--start-after", "a/1.txt", "--end-with", "a/2.pdf").code == 0
    filters = ExportJob.objects.first().source["filters"]
    assert (filters["start_after"], filters["end_with"]) == ("1.txt", "2.pdf"), "names in the storage"
