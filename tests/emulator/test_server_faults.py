"""What goes wrong on demand, as the official client lives through it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import alibabacloud_oss_v2 as oss
import pytest
import requests

from django_oss_share.testing import Fault, Kind

from .clients import refused, sdk


def get(client, bucket, key="a"):
    return client.get_object(oss.GetObjectRequest(bucket, key)).body.content


@pytest.fixture(autouse=True)
def stored(oss_emulator):
    oss_emulator.put("a", b"hello" * 1000)


@pytest.mark.parametrize(
    ("status", "code"), [(500, "InternalError"), (503, "ServiceUnavailable"), (429, "TooManyRequests")]
)
def test_a_status(oss_emulator, client, bucket, status, code):
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="GetObject", status=status, times=1))

    with refused(status, code):
        get(client, bucket)
    assert len(get(client, bucket)) == 5000
    assert oss_emulator.calls["GetObject"] == 2


def test_a_client_that_tries_again_gets_through(oss_emulator, bucket):
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="GetObject", status=503, times=2))

    assert len(get(sdk(oss_emulator, attempts=3), bucket)) == 5000
    assert oss_emulator.calls["GetObject"] == 3


def test_only_the_operations_and_keys_meant(oss_emulator, client, bucket):
    oss_emulator.put("b/1", b"x")
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="GetObject", key="b/*", status=500))

    get(client, bucket)
    client.head_object(oss.HeadObjectRequest(bucket, "b/1"))
    with refused(500, "InternalError"):
        get(client, bucket, "b/1")
    oss_emulator.faults.clear()
    assert get(client, bucket, "b/1") == b"x"


def test_a_reset(oss_emulator, bucket):
    oss_emulator.faults.add(Fault(Kind.RESET, times=1))

    with pytest.raises(requests.ConnectionError, match="reset"):
        requests.get(f"{oss_emulator.endpoint}/{bucket}/a", timeout=10)
    assert requests.get(f"{oss_emulator.endpoint}/{bucket}/a", timeout=10).status_code == 403


def test_an_answer_that_is_lost(oss_emulator, client, bucket):
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="PutObject", times=1))

    with pytest.raises(oss.exceptions.OperationError):
        client.put_object(oss.PutObjectRequest(bucket, "b", body=b"stored all the same"))

    assert oss_emulator.get("b") == b"stored all the same"


@pytest.mark.parametrize("size", [0, 1, 4999])
def test_a_body_that_ends_too_early(oss_emulator, client, bucket, size):
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, operation="GetObject", size=size, times=1))
    link = client.presign(oss.GetObjectRequest(bucket, "a")).url

    with requests.get(link, stream=True, timeout=10) as answer:
        assert answer.headers["Content-Length"] == "5000"
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            assert b"".join(answer.iter_content(100)) == b"never whole"


def test_a_byte_that_is_wrong_is_noticed_by_its_crc(oss_emulator, client, bucket):
    oss_emulator.faults.add(Fault(Kind.CORRUPT, operation="GetObject", times=1))
    link = client.presign(oss.GetObjectRequest(bucket, "a")).url

    corrupt = requests.get(link, timeout=10)

    wrong = [place for place, byte in enumerate(corrupt.content) if byte != (b"hello" * 1000)[place]]
    assert len(wrong) == 1
    assert corrupt.headers["x-oss-hash-crc64ecma"] == requests.get(link, timeout=10).headers["x-oss-hash-crc64ecma"]


def test_a_slow_body(oss_emulator, client, bucket):
    oss_emulator.faults.add(Fault(Kind.SLOW, operation="GetObject", rate=20_000))
    begun = time.monotonic()

    assert get(client, bucket) == b"hello" * 1000
    assert time.monotonic() - begun > 0.2


def test_a_hang_delays_one_client_and_no_other(oss_emulator, client, bucket):
    oss_emulator.put("b", b"x")
    oss_emulator.faults.add(Fault(Kind.HANG, key="a", seconds=0.5))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(get, sdk(oss_emulator), bucket)
        assert get(client, bucket, "b") == b"x"
        assert len(waiting.result()) == 5000


def test_a_clock_that_is_wrong(oss_emulator, client, bucket):
    oss_emulator.faults.add(Fault(Kind.SKEW, seconds=3600, times=1))

    with refused(403, "RequestTimeTooSkewed") as said:
        get(client, bucket)

    ahead = parsedate_to_datetime(said["headers"]["Date"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead < timedelta(minutes=61)
    assert len(get(client, bucket)) == 5000


@pytest.mark.parametrize("kind", [Kind.REPEAT_TOKEN, Kind.DROP_TOKEN])
def test_a_list_that_says_the_wrong_next_page(oss_emulator, client, bucket, kind):
    for number in range(5):
        oss_emulator.put(f"{number}", b"")
    first = client.list_objects_v2(oss.ListObjectsV2Request(bucket, max_keys=2))
    oss_emulator.faults.add(Fault(kind, operation="ListObjects*"))

    page = client.list_objects_v2(
        oss.ListObjectsV2Request(bucket, max_keys=2, continuation_token=first.next_continuation_token)
    )
    old = client.list_objects(oss.ListObjectsRequest(bucket, max_keys=2, marker="1"))

    assert page.is_truncated
    assert old.is_truncated
    repeated = kind is Kind.REPEAT_TOKEN
    assert page.next_continuation_token == (first.next_continuation_token if repeated else None)
    assert (old.next_marker or None) == ("1" if repeated else None)


def test_a_broken_operation_is_an_answer_and_a_log_line(oss_emulator, client, bucket, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr(oss_emulator._store.objects, "open", broken)

    with refused(500, "InternalError"):
        get(client, bucket)
    assert "a bug" in caplog.text


class TestOverHTTP:
    """From another process, by ``/-/``."""

    def test_faults(self, oss_emulator, client, bucket):
        url = f"{oss_emulator.endpoint}/-/faults"

        added = requests.post(url, json={"kind": "status", "status": 503, "operation": "GetObject"}, timeout=10)

        assert added.json() == {"kind": "status", "status": 503, "operation": "GetObject"}
        with refused(503, "ServiceUnavailable"):
            get(client, bucket)
        assert requests.delete(url, timeout=10).status_code == 200
        get(client, bucket)

    def test_calls(self, oss_emulator, client, bucket):
        get(client, bucket)
        url = f"{oss_emulator.endpoint}/-/calls"

        assert requests.get(url, timeout=10).json() == {"GetObject": 1}
        requests.delete(url, timeout=10)
        assert requests.get(url, timeout=10).json() == {}

    def test_the_clock(self, oss_emulator, client, bucket):
        requests.post(f"{oss_emulator.endpoint}/-/clock", json={"offset": 3600}, timeout=10)

        assert oss_emulator.clock_offset == 3600
        with refused(403, "RequestTimeTooSkewed"):
            get(client, bucket)

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("POST", "faults", "no JSON", 400),
            ("POST", "faults", '{"kind": "meteor"}', 400),
            ("POST", "faults", '{"kind": "status", "status": 200}', 400),
            ("POST", "faults", "[]", 400),
            ("POST", "clock", "{}", 400),
            ("POST", "clock", '{"offset": "late"}', 400),
            ("GET", "secrets", "", 405),
            ("PUT", "faults", "{}", 405),
        ],
    )
    def test_what_it_does_not_understand(self, oss_emulator, method, path, body, status):
        answer = requests.request(method, f"{oss_emulator.endpoint}/-/{path}", data=body, timeout=10)

        assert answer.status_code == status
        assert "<Code>" in answer.text
