"""Faults on demand: each kind as a client sees it, and the rules by which they strike."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import alibabacloud_oss_v2 as oss
import pytest
from alibabacloud_sts20150401 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from django_oss_share.oss.crc import crc64
from django_oss_share.testing import OSSEmulator
from django_oss_share.testing.emulator import Fault, Kind
from django_oss_share.testing.emulator.faults import Calls, Faults
from emulator_auth.sdk import client, refused
from emulator_auth.test_sts import sts

# The vendor's client asks for the time by utcnow().
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

BUCKET = "examplebucket"
BODY = bytes(range(256)) * 40


def link(emulator: OSSEmulator, key: str = "a") -> str:
    return str(client(emulator).presign(oss.GetObjectRequest(BUCKET, key)).url)


def get(url: str, timeout: float = 30) -> tuple[http.client.HTTPResponse, bytes]:
    """An answer and its body, on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


# Which requests are hit


def struck(faults: Faults, operation: str = "GetObject", key: str | None = "a", count: int = 6) -> list[bool]:
    return [bool(faults.match(operation, key)) for _ in range(count)]


def test_so_many_times_after_so_many() -> None:
    faults = Faults()
    faults.add(Fault(Kind.STATUS, status=503, times=2, after=1))
    assert struck(faults) == [False, True, True, False, False, False]
    faults.add(Fault(Kind.STATUS, status=503))
    assert struck(faults) == [True] * 6
    faults.clear()
    assert struck(faults) == [False] * 6


def test_the_same_rule_twice_strikes_twice() -> None:
    faults = Faults()
    once = Fault(Kind.RESET, times=1)
    faults.add(once)
    faults.add(once)
    assert struck(faults) == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("operation", "key", "asked", "of", "hit"),
    [
        ("*", "*", "ListObjects", None, True),
        ("GetObject", "*", "GetObject", "a", True),
        ("Get*", "*", "GetObject", "a", True),
        ("GetObject", "*", "HeadObject", "a", False),
        ("*", "reports/*", "GetObject", "reports/季度/a", True),
        ("*", "reports/*", "GetObject", "Reports/a", False),
        ("*", "reports/*", "ListObjects", None, False),
    ],
)
def test_which(operation: str, key: str, asked: str, of: str | None, hit: bool) -> None:
    faults = Faults()
    faults.add(Fault(Kind.RESET, operation=operation, key=key))
    assert bool(faults.match(asked, of)) is hit


def test_only_the_first_of_a_kind_is_spent() -> None:
    faults = Faults()
    faults.add(Fault(Kind.STATUS, status=500, times=1))
    faults.add(Fault(Kind.STATUS, status=503, times=1))
    faults.add(Fault(Kind.SKEW, seconds=5))
    first, second, third = (faults.match("GetObject", "a") for _ in range(3))
    assert (first[Kind.STATUS].status, second[Kind.STATUS].status) == (500, 503)
    assert set(first) == {Kind.STATUS, Kind.SKEW}
    assert set(third) == {Kind.SKEW}


def test_by_chance() -> None:
    chances: Iterator[float] = iter([0.0, 0.29, 0.3, 0.99, 0.1])
    faults = Faults(chance=lambda: next(chances))
    faults.add(Fault(Kind.RESET, probability=0.3, times=3))
    assert struck(faults, count=5) == [True, True, False, False, True]


def test_threads_share_what_is_left() -> None:
    faults, calls = Faults(), Calls()
    faults.add(Fault(Kind.RESET, times=100))

    def ask(_: int) -> int:
        calls.record("GetObject")
        return len(faults.match("GetObject", "a"))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(1000))) == 100
    assert calls["GetObject"] == 1000


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"kind": "fire"},
        {"kind": "status"},
        {"kind": "status", "status": 404},
        {"kind": "hang"},
        {"kind": "slow", "rate": 0},
        {"kind": "truncate", "size": -1},
        {"kind": "reset", "times": 0},
        {"kind": "reset", "after": -1},
        {"kind": "reset", "probability": 1.1},
        {"kind": "reset", "colour": "red"},
        {"kind": "reset", "times": "1"},
        {"kind": "hang", "seconds": "1"},
        {"kind": "hang", "seconds": 1e300},
        {"kind": "skew", "seconds": float("nan")},
        {"kind": "reset", "operation": 1},
    ],
)
def test_no_fault(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="."):
        Fault.from_json(document)


def test_faults_as_json() -> None:
    fault = Fault(Kind.TOKEN_LIFE, operation="AssumeRole", times=3, seconds=5)
    document = json.loads(json.dumps(fault.to_json()))
    assert document == {"kind": "token-life", "operation": "AssumeRole", "times": 3, "seconds": 5}
    assert Fault.from_json(document) == fault


# As a client sees them


@pytest.mark.parametrize(
    ("status", "code"), [(500, "InternalError"), (503, "ServiceUnavailable"), (429, "TooManyRequests")]
)
def test_status(status: int, code: str, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STATUS, status=status, times=1))
    with pytest.raises(oss.exceptions.OperationError) as caught:
        client(oss_emulator).put_object(oss.PutObjectRequest(BUCKET, "a", body=BODY))
    assert refused(caught.value)[:2] == (status, code)
    assert oss_emulator.keys() == []
    client(oss_emulator).put_object(oss.PutObjectRequest(BUCKET, "a", body=BODY))


def test_the_sdk_tries_again(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    for fault in (Fault(Kind.STATUS, status=503, times=1), Fault(Kind.RESET, times=1)):
        oss_emulator.faults.add(fault)
        read = client(oss_emulator, retry_max_attempts=3).get_object(oss.GetObjectRequest(BUCKET, "a"))
        assert read.body.content == BODY
    assert oss_emulator.calls["GetObject"] == 4


def test_hang(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    oss_emulator.faults.add(Fault(Kind.HANG, seconds=30, times=1))
    with pytest.raises(TimeoutError):
        get(link(oss_emulator), timeout=0.2)
    oss_emulator.faults.add(Fault(Kind.HANG, seconds=0.5))
    started = time.monotonic()
    assert get(link(oss_emulator))[1] == BODY
    assert time.monotonic() - started >= 0.5


def test_reset(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    oss_emulator.faults.add(Fault(Kind.RESET, times=1))
    with pytest.raises(ConnectionResetError):
        get(link(oss_emulator))
    assert get(link(oss_emulator))[1] == BODY


def test_lose_answer(oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="PutObject", times=1))
    with pytest.raises(oss.exceptions.OperationError):
        client(oss_emulator).put_object(oss.PutObjectRequest(BUCKET, "a", body=BODY))
    assert oss_emulator.get("a") == BODY


@pytest.mark.parametrize("size", [0, 1000, len(BODY) - 1])
def test_truncate(size: int, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, size=size, times=1))
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(link(oss_emulator))
    assert caught.value.partial == BODY[:size]
    assert caught.value.expected == len(BODY) - size
    assert get(link(oss_emulator))[1] == BODY


def test_corrupt(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    oss_emulator.faults.add(Fault(Kind.CORRUPT, times=1))
    response, body = get(link(oss_emulator))
    assert len(body) == len(BODY)
    assert sum(given != stored for given, stored in zip(body, BODY, strict=True)) == 1
    assert response.headers["x-oss-hash-crc64ecma"] == str(crc64(BODY))
    assert get(link(oss_emulator))[1] == BODY


def test_slow(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    oss_emulator.faults.add(Fault(Kind.SLOW, rate=len(BODY) * 2))
    started = time.monotonic()
    assert get(link(oss_emulator))[1] == BODY
    assert time.monotonic() - started > 0.4


@pytest.mark.parametrize("minutes", [-20, 20])
def test_skew(minutes: int, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    oss_emulator.faults.add(Fault(Kind.SKEW, operation="GetObject", seconds=minutes * 60))
    with pytest.raises(oss.exceptions.OperationError) as caught:
        client(oss_emulator).get_object(oss.GetObjectRequest(BUCKET, "a"))
    assert refused(caught.value) == (403, "RequestTimeTooSkewed", "0002-00000504")
    response, _ = get(link(oss_emulator))
    ahead = parsedate_to_datetime(response.headers["Date"]) - datetime.now(UTC)
    assert abs(ahead - timedelta(minutes=minutes)) < timedelta(minutes=1)
    assert client(oss_emulator).head_object(oss.HeadObjectRequest(BUCKET, "a")).content_length == len(BODY)


def test_lists_that_go_in_circles(oss_emulator: OSSEmulator) -> None:
    for number in range(6):
        oss_emulator.put(f"k{number}", b"")
    asking = client(oss_emulator)
    first = asking.list_objects_v2(oss.ListObjectsV2Request(BUCKET, max_keys=2))
    oss_emulator.faults.add(Fault(Kind.REPEAT_TOKEN))
    token = first.next_continuation_token
    again = asking.list_objects_v2(oss.ListObjectsV2Request(BUCKET, max_keys=2, continuation_token=token))
    assert again.is_truncated
    assert again.next_continuation_token == token
    by_marker = asking.list_objects(oss.ListObjectsRequest(BUCKET, max_keys=2, marker="k1"))
    assert (by_marker.is_truncated, by_marker.next_marker) == (True, "k1")


def test_lists_that_do_not_say_where_they_go_on(oss_emulator: OSSEmulator) -> None:
    for number in range(6):
        oss_emulator.put(f"k{number}", b"")
    oss_emulator.faults.add(Fault(Kind.DROP_TOKEN))
    page = client(oss_emulator).list_objects_v2(oss.ListObjectsV2Request(BUCKET, max_keys=2))
    assert page.is_truncated
    assert page.next_continuation_token is None


def assume(emulator: OSSEmulator) -> models.AssumeRoleResponseBodyCredentials:
    asking = models.AssumeRoleRequest(
        role_arn="acs:ram::1234567890123456:role/share", role_session_name="grant", duration_seconds=900
    )
    return sts(emulator).assume_role(asking).body.credentials


def left(credentials: models.AssumeRoleResponseBodyCredentials) -> timedelta:
    return datetime.fromisoformat(credentials.expiration) - datetime.now(UTC)


def test_sts_expired(oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STS_EXPIRED, times=1))
    assert timedelta(minutes=-2) < left(assume(oss_emulator)) < timedelta(seconds=-59)
    assert left(assume(oss_emulator)) > timedelta(minutes=14)


def test_sts_partial(oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STS_PARTIAL, times=1))
    credentials = assume(oss_emulator)
    assert credentials.access_key_id
    assert credentials.security_token is None
    assert assume(oss_emulator).security_token


def test_sts_malformed(oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STS_MALFORMED, times=1))
    with pytest.raises(Exception, match="(?i)json"):
        assume(oss_emulator)
    assert assume(oss_emulator)


def test_token_life(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    oss_emulator.faults.add(Fault(Kind.TOKEN_LIFE, operation="AssumeRole", seconds=2))
    credentials = assume(oss_emulator)
    assert left(credentials) <= timedelta(seconds=2)
    key = credentials.access_key_id, credentials.access_key_secret, credentials.security_token
    url = client(oss_emulator, *key).presign(oss.GetObjectRequest(BUCKET, "a")).url
    oss_emulator.clock_offset = 2
    response, body = get(url)
    assert response.status == 403
    assert b"<Code>SecurityTokenExpired</Code>" in body


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "ServiceUnavailable"), (429, "Throttling")])
def test_sts_itself_at_fault(status: int, code: str, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=status))
    with pytest.raises(AlibabaCloudException) as caught:
        assume(oss_emulator)
    assert (caught.value.status_code, caught.value.code) == (status, code)
    oss_emulator.put("a", BODY)
    assert get(link(oss_emulator))[1] == BODY


def test_sts_that_hangs_or_hangs_up(oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.RESET, operation="AssumeRole", times=1))
    with pytest.raises(Exception, match="(?i)reset|aborted"):
        assume(oss_emulator)
    oss_emulator.faults.add(Fault(Kind.HANG, operation="AssumeRole", seconds=30, times=1))
    with pytest.raises(Exception, match="(?i)timed out"):
        assume(oss_emulator)
    assert assume(oss_emulator)


# From another process


def admin(emulator: OSSEmulator, method: str, path: str, document: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(emulator.endpoint).netloc, timeout=10)
    body = None if document is None else json.dumps(document)
    connection.request(method, path, body)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, json.loads(data) if response.status == 200 else data


def test_from_another_process(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", BODY)
    rule = {"kind": "status", "operation": "GetObject", "status": 503, "times": 1}
    assert admin(oss_emulator, "POST", "/-/faults", rule) == (200, rule)
    assert get(link(oss_emulator))[0].status == 503
    assert get(link(oss_emulator))[0].status == 200
    assert admin(oss_emulator, "GET", "/-/calls") == (200, {"GetObject": 2})
    admin(oss_emulator, "POST", "/-/faults", {**rule, "times": 5})
    assert admin(oss_emulator, "DELETE", "/-/faults") == (200, {})
    assert get(link(oss_emulator))[0].status == 200
    assert admin(oss_emulator, "POST", "/-/clock", {"offset": 7200}) == (200, {"offset": 7200.0})
    assert b"Request has expired." in get(link(oss_emulator))[1]


def test_no_page_in_a_browser_drives_it(oss_emulator: OSSEmulator) -> None:
    connection = http.client.HTTPConnection(urlsplit(oss_emulator.endpoint).netloc, timeout=10)
    connection.request("POST", "/-/clock", '{"offset": 7200}', {"Origin": "https://any.test"})
    assert connection.getresponse().status == 403
    connection.close()
    assert oss_emulator.clock_offset == 0


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("POST", "/-/faults", {"kind": "fire"}),
        ("POST", "/-/faults", []),
        ("POST", "/-/faults", {"kind": "status", "status": "503"}),
        ("POST", "/-/faults", {"kind": "reset", "times": "1"}),
        ("POST", "/-/clock", {}),
        ("POST", "/-/clock", {"offset": "soon"}),
        ("POST", "/-/clock", {"offset": 1e300}),
        ("POST", "/-/clock", {"offset": None}),
        ("PUT", "/-/faults", {}),
        ("GET", "/-/other", None),
        ("GET", "/-/", None),
    ],
)
def test_what_the_admin_does_not_understand(
    method: str, path: str, document: object, oss_emulator: OSSEmulator
) -> None:
    status, body = admin(oss_emulator, method, path, document)
    assert status in (400, 405), body
    oss_emulator.put("a", BODY)
    assert get(link(oss_emulator))[1] == BODY
