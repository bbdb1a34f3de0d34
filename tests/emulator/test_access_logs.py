"""Logs of a bucket, by the official SDK and line by line."""

from __future__ import annotations

import re
from datetime import timedelta

import alibabacloud_oss_v2 as oss
import pytest
import requests

from .clients import refused

#: Taken over from a line of a real log: quoted fields, numbers, and "-" where there is nothing.
FORM = re.compile(
    r'127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0800\] "(?P<request>[^"]+)" (?P<status>\d{3}) (?P<sent>\d+) '
    r'\d+ "(?P<referer>[^"]+)" "(?P<agent>[^"]+)" "127\.0\.0\.1:\d+" "[0-9A-F]{24}" "true" "(?P<who>[^"]+)" '
    r'"(?P<operation>\w+)" "(?P<bucket>[^"]+)" "(?P<key>[^"]+)" (?P<size>\d+|-) \d+ "(?P<error>[^"]+)" \d+ "\d+" - "-" '
    r'"standard" "-" "-" "(?P<key_id>[^"]+)" "-"'
)


@pytest.fixture
def logged(client, bucket, oss_emulator):
    """The emulator, which keeps a log of its bucket; and how to have its lines, as they match :data:`FORM`."""
    oss_emulator.add_bucket("log-bucket")
    client.put_bucket_logging(_to("log-bucket", "access/", bucket))

    def lines() -> list[dict[str, str]]:
        (key,) = oss_emulator.deliver_logs()
        assert re.fullmatch(rf"access/{bucket}\d{{4}}(-\d\d){{5}}-\w{{8}}", key)
        text = oss_emulator.get(key, bucket="log-bucket").decode()
        assert text.endswith("\n")
        return [FORM.fullmatch(line).groupdict() for line in text.splitlines()]

    return lines


def _to(target: str, prefix: str, bucket: str) -> oss.PutBucketLoggingRequest:
    enabled = oss.LoggingEnabled(target_bucket=target, target_prefix=prefix)
    return oss.PutBucketLoggingRequest(bucket, bucket_logging_status=oss.BucketLoggingStatus(logging_enabled=enabled))


def test_what_is_set_is_got_and_removed(client, bucket, logged):
    def got():
        return client.get_bucket_logging(oss.GetBucketLoggingRequest(bucket)).bucket_logging_status.logging_enabled

    assert (got().target_bucket, got().target_prefix) == ("log-bucket", "access/")
    client.delete_bucket_logging(oss.DeleteBucketLoggingRequest(bucket))
    assert got() is None
    with refused(400, "InvalidArgument"):
        client.put_bucket_logging(_to("no-such-bucket", "", bucket))


def test_a_link_that_was_opened_in_several_ways(client, bucket, oss_emulator, logged):
    oss_emulator.put("季度/a b.txt", b"0123456789")
    link = client.presign(oss.GetObjectRequest(bucket, "季度/a b.txt"), expires=timedelta(minutes=1)).url
    requests.get(link, headers={"Referer": 'https://a.test/"x"', "User-Agent": "Firefox"}, timeout=5)
    requests.get(link, headers={"Range": "bytes=2-4"}, timeout=5)
    requests.head(link, timeout=5)
    requests.get(link + "0", timeout=5)

    whole, part, head, forged = logged()[-4:]
    assert whole["request"] == f"GET {link.removeprefix(oss_emulator.endpoint)} HTTP/1.1"
    assert (whole["referer"], whole["agent"]) == ("https://a.test/%22x%22", "Firefox")
    assert (whole["bucket"], whole["key_id"]) == (bucket, oss_emulator.access_key_id)
    assert whole["key"] == "%E5%AD%A3%E5%BA%A6/a%20b.txt"
    assert [whole[name] for name in ("status", "sent", "size", "operation")] == ["200", "10", "10", "GetObject"]
    assert [part[name] for name in ("status", "sent", "size")] == ["206", "3", "10"]
    # To HEAD it is refused: the link is for GET.
    assert [head[name] for name in ("status", "sent", "operation")] == ["403", "0", "HeadObject"]
    assert (forged["status"], forged["error"]) == ("403", "SignatureDoesNotMatch")


def test_who_asked(client, bucket, oss_emulator, logged):
    oss_emulator.put("a", b"x")
    requests.get(f"{oss_emulator.endpoint}/{bucket}/a", timeout=5)
    client.head_object(oss.HeadObjectRequest(bucket, "a"))
    client.get_bucket_info(oss.GetBucketInfoRequest(bucket))

    nobody, owner, of_bucket = logged()[-3:]
    assert (nobody["who"], nobody["key_id"], nobody["error"]) == ("-", "-", "AccessDenied")
    assert (owner["who"], owner["key_id"]) == (oss_emulator.accounts.account_id, oss_emulator.access_key_id)
    assert (of_bucket["operation"], of_bucket["key"], of_bucket["size"]) == ("GetBucketInfo", "-", "-")


def test_nothing_is_kept_unless_asked_for(oss_emulator, bucket):
    requests.get(f"{oss_emulator.endpoint}/{bucket}/a", timeout=5)
    assert oss_emulator.deliver_logs() == []
