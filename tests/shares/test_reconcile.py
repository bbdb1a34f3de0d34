"""From a share's button to the row that says what was really fetched: through OSS's own access log."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from ipaddress import ip_address

import alibabacloud_oss_v2 as sdk
import pytest
import requests
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from django_oss_share.management.reconciled import text as reconciled_lines
from django_oss_share.models import Action, AuditEvent, ExportJob
from django_oss_share.services import access, audit, presigning, uploads
from django_oss_share.services.audit import log_files
from django_oss_share.services.audit.reconcile import reconcile
from django_oss_share.services.clients import Client
from django_oss_share.services.objects import storage_of
from shares.factories import make_share, visit

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"
WHOLE = len(b"the third quarter")
LOGS = "oss://log-bucket/access/"


@pytest.fixture
def logged(oss, settings):
    """The bucket keeps a log, in a bucket of which there is a storage."""
    oss.add_bucket("log-bucket")
    logs = {**settings.STORAGES["default"], "OPTIONS": oss.storage_options(bucket_name="log-bucket")}
    settings.STORAGES = {**settings.STORAGES, "logs": logs}
    enabled = sdk.LoggingEnabled(target_bucket="log-bucket", target_prefix="access/")
    status = sdk.BucketLoggingStatus(logging_enabled=enabled)
    storage_of("default").client._sdk.put_bucket_logging(
        sdk.PutBucketLoggingRequest(oss.bucket, bucket_logging_status=status)
    )
    return oss


def get(url, **headers):
    return requests.get(url, headers=headers, timeout=5).status_code


def read(place=LOGS):
    return reconcile(log_files.find(place))


def reconciled(**which):
    return [event.data for event in AuditEvent.objects.filter(action="reconciled", **which).order_by("id")]


def test_what_became_of_each_link(logged):
    share, other = make_share(name="quarter"), make_share()
    used, unused = access.issue(visit(share)), access.issue(visit(other), preview=True)
    assert [get(used.url), get(used.url), get(used.url, Range="bytes=0-3")] == [200, 200, 206]
    presigned = presigning.presign("default", KEY, expires_in=60)
    get(presigned.url)
    logged.deliver_logs()

    found = read()
    assert unused.url != used.url
    # Handing out and opening may be in one second, or not.
    assert found.issued >= found.opened
    by_share = {use.event.share_id: use for use in found.uses}
    assert by_share.keys() == {share.pk, None}
    tally = by_share[share.pk].tally
    assert (tally.downloads, tally.partial, tally.sent) == (2, 1, 2 * WHOLE + 4)
    assert by_share[share.pk].key == KEY
    # It was handed to 203.0.113.7, and opened from here.
    assert (list(tally.addresses), by_share[share.pk].other_addresses) == (["127.0.0.1"], 1)
    assert found.never_issued == []

    (told,) = reconciled(share=share)
    assert (told["links"], told["downloads"], told["partial"], told["bytes"]) == (1, 2, 1, 2 * WHOLE + 4)
    assert told["addresses"] == ["127.0.0.1"]
    assert reconciled(share=other) == []
    assert found.recorded == len(reconciled()) == 3
    assert audit.verify().is_intact


@pytest.mark.parametrize("privacy", ["full", "truncated", "hashed"])
def test_who_got_the_link_is_no_other_though_addresses_are_kept_otherwise_since(logged, settings, privacy):
    link = access.issue(visit(make_share(), Client(ip_address("127.0.0.1"), "Firefox")))
    settings.OSS_SHARE = {**getattr(settings, "OSS_SHARE", {}), "IP_PRIVACY": privacy}
    get(link.url)
    logged.deliver_logs()
    (use,) = read().uses
    assert (use.tally.downloads, use.other_addresses) == (1, 0)


def test_links_that_were_never_handed_out(logged):
    by_template = storage_of("default").url(KEY, expire=60)
    assert get(by_template) == 200
    forged = by_template[:-4] + "0000"
    get(forged)
    logged.deliver_logs()
    found = read()
    accepted, refused = found.never_issued
    assert (accepted.key, accepted.tally.downloads, accepted.link.access_key_id) == (KEY, 1, logged.access_key_id)
    assert (refused.tally.was_let_in, refused.tally.refused) == (False, 1)
    (told,) = [data for data in reconciled() if "never_issued" in data]
    assert (told["links"], told["downloads"], told["refused"]) == (2, 1, 1)
    assert told["never_issued"] == [f"oss://{logged.bucket}/{KEY}"] * 2


def test_a_link_that_an_export_may_have_written(logged):
    url = storage_of("default").url(KEY, expire=60)
    at = timezone.now()
    facts = {"seed": "", "finished_at": at + timedelta(minutes=1)}
    mine = ExportJob.objects.create(started_at=at - timedelta(seconds=5), **facts)
    ExportJob.objects.create(started_at=at - timedelta(seconds=5), storage="archive", **facts)
    ExportJob.objects.create(started_at=at - timedelta(seconds=5), output="shares", **facts)
    ExportJob.objects.create(started_at=at + timedelta(seconds=30), **facts)
    ExportJob.objects.create(started_at=at - timedelta(days=2), seed="", finished_at=at - timedelta(days=1))
    get(url)
    logged.deliver_logs()
    found = read()
    assert list(found.exported.values()) == [mine.pk]
    assert f"perhaps for export {mine.pk}" in reconciled_lines(found)


def test_many_links_of_one_row(logged):
    logged.put("reports/q4.pdf", b"x")
    links = presigning.presign_many("default", [KEY, "reports/q4.pdf"], expires_in=60)
    get(links[1].url)
    logged.deliver_logs()
    (use,) = read().uses
    assert (use.key, use.tally.downloads, use.tally.sent) == ("reports/q4.pdf", 1, 1)


def test_parts_of_an_upload_are_links_of_whoever_began_it(logged):
    uploads.put("in/small.bin", size=5)
    upload = uploads.begin("in/big.bin", size=250 * 1024, part_size=100 * 1024)
    again = uploads.begin("in/big.bin", size=5)
    for part in (*uploads.sign_parts(upload.ticket, [1, 2, 3]), *uploads.sign_parts(again.ticket, [1])):
        assert requests.put(part.link.url, data=b"x" * part.size, timeout=5).status_code == 200
    strange = storage_of("default").client.initiate("in/other.bin", {})
    query = {"partNumber": 1, "uploadId": strange}
    url = storage_of("default").presign("in/other.bin", method="PUT", expires_in=60, parameters=query).url
    assert requests.put(url, data=b"x", timeout=5).status_code == 200
    logged.deliver_logs()
    found = read()
    assert [(use.key, use.tally.other) for use in found.uses] == [("in/big.bin", 3), ("in/big.bin", 1)]
    assert {use.event.data["size"] for use in found.uses} <= {250 * 1024, 5}
    (unknown,) = found.never_issued
    assert (unknown.key, unknown.tally.other) == ("in/other.bin", 1)


def test_an_upload_of_the_day_before_tells_of_no_part(logged):
    upload = uploads.begin("in/big.bin", size=5)
    (part,) = uploads.sign_parts(upload.ticket, [1])
    assert requests.put(part.link.url, data=b"x" * 5, timeout=5).status_code == 200
    (key,) = logged.deliver_logs()
    log, later = logged.get(key, bucket="log-bucket").decode(), timezone.now() + timedelta(days=2)
    signed = re.sub(r"x-oss-date=\d{8}T", f"x-oss-date={later:%Y%m%dT}", log)
    logged.put(key, signed.encode(), bucket="log-bucket")
    found = read()
    assert (found.uses, [opened.key for opened in found.never_issued]) == ([], ["in/big.bin"])


def test_links_that_were_opened_are_those_that_oss_let_in_and_logged(logged):
    assert get(storage_of("default").url(KEY)) == 200
    refused, opened = access.issue(visit(make_share())), access.issue(visit(make_share()), preview=True)
    presigning.presign("logs", "elsewhere", expires_in=60)
    assert requests.put(refused.url, data=b"", timeout=5).status_code == 403
    assert get(opened.url) == 200
    logged.deliver_logs()
    found = read()
    assert (found.issued, found.opened) == (2, 1)


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_read_again_nothing_is_added(logged, settings, version):
    options = logged.storage_options(signature_version=version)
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    share = make_share()
    get(access.issue(visit(share)).url)
    logged.deliver_logs()
    first, rows = read(), AuditEvent.objects.count()
    again = read()
    assert AuditEvent.objects.count() == rows
    assert (again.recorded, [file.is_known for file in again.files]) == (0, [True])
    assert [use.tally for use in again.uses] == [use.tally for use in first.uses]

    get(access.issue(visit(share)).url)
    logged.deliver_logs()
    third = read()
    assert [file.is_known for file in sorted(third.files, key=lambda file: not file.is_known)] == [True, False]
    assert sum(use.tally.downloads for use in third.uses) == 2
    assert [data["downloads"] for data in reconciled(share=share)] == [1, 1]


def test_one_file_twice_counts_once(logged, tmp_path):
    share = make_share()
    get(access.issue(visit(share)).url)
    (key,) = logged.deliver_logs()
    log = logged.get(key, bucket="log-bucket")
    (tmp_path / "a").write_bytes(log)
    (tmp_path / "b.gz").write_bytes(gzip.compress(log))
    found = read(str(tmp_path))
    assert [use.tally.downloads for use in found.uses] == [1]
    assert [data["downloads"] for data in reconciled(share=share)] == [1]
    assert read().recorded == 0


def test_what_no_link_opened(logged):
    client = storage_of("default").client._sdk
    client.put_object_acl(sdk.PutObjectAclRequest(logged.bucket, KEY, acl="public-read"))
    get(storage_of("default").plain_url(KEY))
    (key,) = logged.deliver_logs()
    log = logged.get(key, bucket="log-bucket")
    by_cdn = log.splitlines(keepends=True)[-1].replace(b' - "-" "standard"', b' - "cdn" "standard"')
    logged.put("access/later", by_cdn + by_cdn.replace(b'"examplebucket"', b'"strange"'), bucket="log-bucket")
    tally = read().tally
    assert (tally.anonymous.downloads, tally.cdn.downloads, tally.elsewhere) == (1, 1, 1)


def test_a_broken_file_counts_for_nothing_and_keeps_no_other_from_counting(logged, tmp_path, capfd):
    share = make_share()
    get(access.issue(visit(share)).url)
    (key,) = logged.deliver_logs()
    log = logged.get(key, bucket="log-bucket")
    (tmp_path / "a.gz").write_bytes(gzip.compress(log)[:-9])
    (tmp_path / "b").write_bytes(log + b"what is this?\n\n\xff\n")
    with pytest.raises(SystemExit) as end:
        call_command("oss_audit", "reconcile", str(tmp_path))
    assert end.value.code == 1
    out = capfd.readouterr().out
    assert "broken: " in out and "a.gz" in out and "2 unreadable" in out
    assert [data["downloads"] for data in reconciled(share=share)] == [1]
    assert [data["file"] for data in reconciled() if "file" in data] == [str(tmp_path / "b")]


def test_a_share_that_is_gone(logged):
    share = make_share(name="quarter", expires_at=timezone.now())
    share_id = share.pk
    link = storage_of("default").presign(KEY, expires_in=60)
    audit.record(Action.ISSUED, share=share, link=link, key=KEY)
    get(link.url)
    type(share).objects.filter(pk=share_id)._raw_delete("default")
    logged.deliver_logs()
    read()
    (told,) = [data for data in reconciled() if "share" in data]
    assert (told["share"], told["downloads"]) == (share_id, 1)


class TestCommand:
    def reconcile(self, capsys, *arguments):
        call_command("oss_audit", "reconcile", *arguments)
        return capsys.readouterr().out

    def test_for_people(self, logged, capsys):
        share = make_share()
        get(access.issue(visit(share)).url)
        get(storage_of("default").url("季度\u202e.pdf"))
        logged.deliver_logs()
        out = self.reconcile(capsys, LOGS)
        assert f"share {share.pk}  {KEY}: 1 whole, {WHOLE} bytes, from 127.0.0.1, 1 not where it was handed to" in out
        assert f"never handed out: 1\n  oss://{logged.bucket}/季度\N{REPLACEMENT CHARACTER}.pdf, signed by LTAI" in out
        assert "1 log files, 0 of them known" in out

    def test_for_programs(self, logged, capsys):
        share = make_share()
        get(access.issue(visit(share)).url)
        logged.deliver_logs()
        known = json.loads(self.reconcile(capsys, LOGS, "--storage", "logs", "--json"))
        (link,) = known["links"]
        assert (link["share"], link["key"], link["downloads"], link["issued_to"]) == (share.pk, KEY, 1, "203.0.113.7")
        assert link["addresses"] == {"127.0.0.1": 1}
        assert "ignature" not in json.dumps(known)
        assert self.reconcile(capsys, LOGS, "--since", "2100-01-01").startswith("0 log files")

    @pytest.mark.parametrize(
        ("place", "message"),
        [
            ("oss://strange-bucket/x", "No storage in STORAGES is on the bucket"),
            ("/no/such/place", "neither a file nor a folder"),
            ("oss://B_/", "is not a bucket name"),
        ],
    )
    def test_bad_places(self, logged, place, message):
        with pytest.raises(CommandError, match=message):
            call_command("oss_audit", "reconcile", place)
