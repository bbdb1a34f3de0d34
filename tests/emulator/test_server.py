"""HTTP itself: connections, bodies, and what is no request."""

from __future__ import annotations

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from threading import Event
from urllib.parse import urlsplit

import alibabacloud_oss_v2 as oss
import pytest

from django_oss_share.testing import Fault, Kind, OSSEmulator

from .clients import refused, sdk
from .storing import await_files


@pytest.fixture
def raw(oss_emulator):
    """A connection, and what arrives on it until its end or ``until``."""
    address = urlsplit(oss_emulator.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:

        def talk(sent: bytes, until: bytes = b"") -> bytes:
            connection.sendall(sent)
            received = b""
            while not (until and until in received):
                data = connection.recv(65_536)
                if not data:
                    break
                received += data
            return received

        yield talk


@pytest.fixture
def presigned(oss_emulator):
    """Path and query of a link."""

    def presigned(request) -> str:
        url = urlsplit(sdk(oss_emulator).presign(request).url)
        return f"{url.path}?{url.query}"

    return presigned


def test_many_requests_on_one_connection(oss_emulator, bucket, presigned):
    oss_emulator.put("a", b"hello")
    connection = HTTPConnection(urlsplit(oss_emulator.endpoint).netloc, timeout=10)
    connection.connect()
    own = connection.sock.getsockname()
    for method, expected in [("GET", b"hello"), ("HEAD", b""), ("GET", b"hello")]:
        kind = oss.GetObjectRequest if method == "GET" else oss.HeadObjectRequest
        connection.request(method, presigned(kind(bucket, "a")))
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, expected)
        assert answer.headers["Content-Length"] == "5"
    assert connection.sock.getsockname() == own
    connection.close()


def test_a_refused_upload_leaves_the_connection_usable(oss_emulator, bucket, presigned):
    connection = HTTPConnection(urlsplit(oss_emulator.endpoint).netloc, timeout=10)
    connection.request("PUT", f"/{bucket}/a", bytes(3_000_000))
    refusal = connection.getresponse()
    assert refusal.status == 403
    refusal.read()
    connection.request("PUT", presigned(oss.PutObjectRequest(bucket, "a")), b"x")
    assert connection.getresponse().status == 200
    connection.close()
    assert oss_emulator.get("a") == b"x"


def test_leave_to_send_is_given_only_to_who_may(oss_emulator, bucket, presigned, raw):
    path = presigned(oss.PutObjectRequest(bucket, "a"))
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"

    assert raw(head.encode(), until=b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert raw(b"hello", until=b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")
    assert oss_emulator.get("a") == b"hello"
    refused = raw(head.replace("PUT /examplebucket/a", "PUT /examplebucket/b").encode())
    assert refused.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert oss_emulator.keys() == ["a"]


def test_http_1_0_and_close(oss_emulator, bucket, presigned, raw):
    oss_emulator.put("a", b"hello")
    path = presigned(oss.GetObjectRequest(bucket, "a"))

    answer = raw(f"GET {path} HTTP/1.0\r\n\r\n".encode())

    assert answer.endswith(b"\r\n\r\nhello")
    assert b"Connection: close\r\n" in answer


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n: no name\r\n\r\n",
        b"GET / HTTP/1.1\r\nspace : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nAuthorization: a\r\nauthorization: b\r\n\r\n",
        b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=lambda sent: sent[:40].decode(),
)
def test_what_is_no_request(raw, sent):
    answer = raw(sent)

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_an_upload_without_a_length(oss_emulator, bucket, presigned, raw):
    path = presigned(oss.PutObjectRequest(bucket, "a"))

    answer = raw(f"PUT {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 411 ")
    assert b"<Code>MissingContentLength</Code>" in answer


def test_a_broken_upload_leaves_nothing_behind(oss_emulator, bucket, presigned, raw):
    oss_emulator.put("a", b"old")
    for head, body in [
        ("Content-Length: 1000000", bytes(500_000)),
        ("Transfer-Encoding: chunked", b"5\r\nhello\r\n5\r\nwo"),
        ("Transfer-Encoding: chunked", b"zz\r\n"),
    ]:
        address = urlsplit(oss_emulator.endpoint)
        path = presigned(oss.PutObjectRequest(bucket, "a"))
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode() + body)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1000) == b""

    assert oss_emulator.get("a") == b"old"
    assert list((oss_emulator.root / "incoming").iterdir()) == []


def test_every_answer_says_who_when_and_under_which_number(oss_emulator, raw):
    answer = raw(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()

    assert "\r\nServer: AliyunOSS\r\n" in answer
    number = re.search(r"\r\nx-oss-request-id: ([0-9A-F]{24})\r\n", answer)[1]
    assert f"<RequestId>{number}</RequestId>" in answer
    date = parsedate_to_datetime(re.search(r"\r\nDate: (.+)\r\n", answer)[1])
    assert abs(date - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_hundred_clients_at_once(oss_emulator, bucket):
    client = sdk(oss_emulator)

    def journey(number: int) -> bytes:
        key, body = f"{number}", bytes([number]) * 1000
        client.put_object(oss.PutObjectRequest(bucket, key, body=body))
        return client.get_object(oss.GetObjectRequest(bucket, key)).body.content

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(journey, range(100))) == [bytes([number]) * 1000 for number in range(100)]
    assert len(oss_emulator.keys()) == 100


def test_a_reader_sees_one_version_whole_while_others_write(oss_emulator, bucket):
    client = sdk(oss_emulator)
    oss_emulator.put("a", bytes(1_000_000))
    over = Event()

    def write() -> int:
        count = 0
        while not over.is_set():
            count += 1
            client.put_object(oss.PutObjectRequest(bucket, "a", body=bytes([count % 256]) * 1_000_000))
        return count

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        try:
            for _ in range(30):
                assert len(set(client.get_object(oss.GetObjectRequest(bucket, "a")).body.content)) == 1
        finally:
            over.set()
        assert sum(writer.result() for writer in writers) > 1
    await_files(oss_emulator, 1)


def test_one_client_that_hangs_keeps_no_other_waiting(oss_emulator, client, bucket):
    for key in "ab":
        oss_emulator.put(key, key.encode())
    oss_emulator.faults.add(Fault(Kind.HANG, key="a", seconds=0.5))

    def get(key: str) -> bytes:
        return sdk(oss_emulator).get_object(oss.GetObjectRequest(bucket, key)).body.content

    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(get, "a")
        assert get("b") == b"b"
        assert hanging.result() == b"a"


def test_bytes_of_a_lost_answer_can_be_removed(oss_emulator, client, bucket):
    oss_emulator.put("a", b"x")
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="GetObject", times=1))
    with pytest.raises(oss.exceptions.OperationError):
        client.get_object(oss.GetObjectRequest(bucket, "a"))

    client.delete_object(oss.DeleteObjectRequest(bucket, "a"))

    await_files(oss_emulator, 0)


def test_a_broken_operation_is_an_answer_and_a_log_line(oss_emulator, client, bucket, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr(oss_emulator._store.objects, "open", broken)

    with refused(500, "InternalError"):
        client.get_object(oss.GetObjectRequest(bucket, "a"))
    assert "a bug" in caplog.text


class TestDefaultDomain:
    def test_objects_are_attachments_but_by_a_custom_domain(self, tmp_path):
        with OSSEmulator(tmp_path, cnames={"files.example.com": "examplebucket"}, force_download=True) as emulator:
            emulator.put("a.html", b"<p>", content_type="text/html")
            url = urlsplit(sdk(emulator).presign(oss.GetObjectRequest("examplebucket", "a.html")).url)
            headers = []
            for path, host in [(url.path, "127.0.0.1"), ("/a.html", "files.example.com")]:
                connection = HTTPConnection(url.netloc, timeout=10)
                connection.request("GET", f"{path}?{url.query}", headers={"Host": host})
                answer = connection.getresponse()
                assert answer.read() == b"<p>"
                headers.append((answer.headers["Content-Disposition"], answer.headers["x-oss-force-download"]))
                connection.close()

        assert headers == [("attachment", "true"), (None, None)]


def test_stopping_does_not_wait_for_idle_clients(tmp_path):
    before = set(threading.enumerate())
    emulator = OSSEmulator(tmp_path).start()
    emulator.faults.add(Fault(Kind.HANG, seconds=60))
    address = urlsplit(emulator.endpoint)
    with (
        socket.create_connection((address.hostname, address.port), timeout=10) as idle,
        socket.create_connection((address.hostname, address.port), timeout=10) as waiting,
    ):
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not emulator.calls["ListBuckets"]:
            time.sleep(0.01)
        emulator.stop()
        assert idle.recv(10) == b""
    assert set(threading.enumerate()) <= before
