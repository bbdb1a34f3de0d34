"""What no honest client sends: broken requests, hidden second requests, keys that would like to be paths."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import alibabacloud_oss_v2 as oss
import pytest
from emulator.storing import await_files

from django_oss_share.testing import OSSEmulator
from emulator_auth.sdk import client, signed

BUCKET = "examplebucket"
Talk = Callable[..., bytes]


def talked(emulator: OSSEmulator, sent: bytes, *, half_close: bool = True) -> bytes:
    """Send bytes on a connection of their own, and no more; what comes back until the server hangs up."""
    address = urlsplit(emulator.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(sent)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while data := connection.recv(65_536):
            received += data
        return received


@pytest.fixture
def talk(oss_emulator: OSSEmulator) -> Iterator[Talk]:
    """:func:`talked` with the fixture's emulator, which at the end still answers."""
    yield partial(talked, oss_emulator)
    whole = head(oss_emulator, "GET", None, {"Connection": "close"})
    assert statuses(talked(oss_emulator, whole, half_close=False)) == [200]


@pytest.fixture(autouse=True)
def nothing_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def target(emulator: OSSEmulator, method: str, key: str | None, headers: dict[str, str], **query: str) -> str:
    """Path and query of a link, signed by the SDK."""
    url, _ = signed(
        "v4",
        f"{emulator.endpoint}/{BUCKET}",
        key=key,
        method=method,
        query=query,
        headers={name: value for name, value in headers.items() if name.startswith(("x-oss-", "content-"))},
        pair=(emulator.access_key_id, emulator.access_key_secret),
        at=datetime.now(UTC).replace(microsecond=0),
    )
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def head(emulator: OSSEmulator, method: str, key: str | None, headers: dict[str, str], **query: str) -> bytes:
    lines = [f"{method} {target(emulator, method, key, headers, **query)} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


# A head that is cut off, or too long


@pytest.mark.parametrize("kept", [1, 2, 3, 30, -1, -2, -3])
def test_a_head_that_ends_too_early_is_no_request(kept: int, talk: Talk, oss_emulator: OSSEmulator) -> None:
    whole = head(oss_emulator, "PUT", "a", {"Content-Length": "0"})
    assert statuses(talk(whole)) == [200]
    whole = head(oss_emulator, "PUT", "b", {"Content-Length": "0"})
    assert statuses(talk(whole[:kept])) in ([], [400])
    assert oss_emulator.keys() == ["a"]


def test_a_line_that_is_too_long_is_not_two(talk: Talk, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"bytes")
    path = target(oss_emulator, "GET", "a", {})
    start = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Long: "
    assert statuses(talk(f"{start}{'a' * 30_000}\r\n\r\n".encode())) == [200]
    hidden = "a" * (65_536 - len("X-Long: ")) + "Range: bytes=0-0"
    assert statuses(talk(f"{start}{hidden}\r\n\r\n".encode())) == [400]


def test_headers_without_end(talk: Talk, oss_emulator: OSSEmulator) -> None:
    for sent in (b"X: y\r\n" * 100_000, b"X-" + b"a" * 10_000_000):
        # Hung up on in the middle of it; whether the refusal arrives before that is the system's affair.
        with suppress(OSError):
            assert statuses(talk(b"GET / HTTP/1.1\r\n" + sent + b"\r\n")) in ([], [400])


@pytest.mark.parametrize(
    "line",
    [
        "GET {path} HTTP/1.1 HTTP/1.1",
        "GET  {path} HTTP/1.1",
        "GET\t{path}\tHTTP/1.1",
        " GET {path} HTTP/1.1",
        "GET {path}",
        "GET {path} HTTP/1.1\rX: y",
        "GET {path} HTTP/0.9",
        "GET {path} http/1.1",
    ],
)
def test_request_lines(line: str, talk: Talk, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"secret bytes")
    path = target(oss_emulator, "GET", "a", {})
    answer = talk(f"{line.format(path=path)}\r\nHost: x\r\n\r\n".encode())
    assert b"secret bytes" not in answer
    assert statuses(answer) == [400]


def test_a_folded_header_is_refused(talk: Talk, oss_emulator: OSSEmulator) -> None:
    path = target(oss_emulator, "GET", "a", {})
    assert statuses(talk(f"GET {path} HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n".encode())) == [400]


# One request that hides another

SMUGGLED = b"DELETE /examplebucket/victim HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\x0bchunked",
    ],
)
def test_bodies_of_two_lengths(framing: str, talk: Talk, oss_emulator: OSSEmulator) -> None:
    path = target(oss_emulator, "PUT", "a", {})
    answer = talk(f"PUT {path} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n".encode() + b"0\r\n\r\n" + SMUGGLED)
    assert statuses(answer) == [400]
    assert oss_emulator.keys() == []
    assert oss_emulator.calls["DeleteObject"] == 0


@pytest.mark.parametrize(
    "chunks",
    [
        b"-1\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"1_0\r\nhellohellohello!\r\n0\r\n\r\n",
        b"\r\nhello\r\n0\r\n\r\n",
        b" \r\nhello\r\n0\r\n\r\n",
        b"5 hello\r\n0\r\n\r\n",
        b"fffffffffffffffffffff\r\nhello",
        b"5\r\nhelloX\r\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"5\r\nhello",
        b"5\r\nhello\r\n",
        b"5;" + b"a" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
        "٥\r\nhello\r\n0\r\n\r\n".encode(),
    ],
)
def test_chunks(chunks: bytes, talk: Talk, oss_emulator: OSSEmulator) -> None:
    whole = head(oss_emulator, "PUT", "whole", {"Transfer-Encoding": "chunked"})
    assert statuses(talk(whole + b"5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n")) == [200]
    assert oss_emulator.get("whole") == b"hello world"
    broken = head(oss_emulator, "PUT", "broken", {"Transfer-Encoding": "chunked"})
    with suppress(OSError):
        assert 200 not in statuses(talk(broken + chunks + SMUGGLED))
    assert oss_emulator.keys() == ["whole"]
    assert oss_emulator.calls["DeleteObject"] == 0


def test_a_refused_bodys_bytes_are_no_request(talk: Talk, oss_emulator: OSSEmulator) -> None:
    unsigned = f"PUT /{BUCKET}/a HTTP/1.1\r\nHost: x\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n".encode()
    assert statuses(talk(unsigned + SMUGGLED)) == [403]
    assert oss_emulator.calls["DeleteObject"] == 0


def test_requests_in_one_packet_are_answered_in_their_order(talk: Talk, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"first")
    oss_emulator.put("b", b"second")
    sent = b"".join(head(oss_emulator, "GET", key, {}) for key in ("a", "missing", "b"))
    answer = talk(sent)
    assert statuses(answer) == [200, 404, 200]
    assert answer.index(b"first") < answer.index(b"NoSuchKey") < answer.index(b"second")


def test_a_body_of_a_get_is_passed_over(talk: Talk, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"first")
    sent = head(oss_emulator, "GET", "a", {"Content-Length": str(len(SMUGGLED))}) + SMUGGLED
    assert statuses(talk(sent + head(oss_emulator, "GET", "a", {}))) == [200, 200]
    assert oss_emulator.keys() == ["a"]


# Connections


def test_a_client_that_only_stops_sending_is_answered(talk: Talk, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", bytes(5_000_000))
    answer = talk(head(oss_emulator, "GET", "a", {}))
    assert statuses(answer) == [200]
    assert len(answer) > 5_000_000


def test_a_client_that_hangs_up_in_the_middle_of_an_answer(talk: Talk, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", bytes(30_000_000))
    address = urlsplit(oss_emulator.endpoint)
    for _ in range(5):
        with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
            connection.sendall(head(oss_emulator, "GET", "a", {}))
            assert connection.recv(10)
    client(oss_emulator).delete_object(oss.DeleteObjectRequest(BUCKET, "a"))
    await_files(oss_emulator, 0)


def test_silent_connections_do_not_keep_others_waiting(talk: Talk, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"bytes")
    address = urlsplit(oss_emulator.endpoint)
    silent = [socket.create_connection((address.hostname, address.port), timeout=20) for _ in range(200)]
    try:
        for connection in silent[::2]:
            connection.sendall(b"GET / HT")
        assert client(oss_emulator).get_object(oss.GetObjectRequest(BUCKET, "a")).body.content == b"bytes"
    finally:
        for connection in silent:
            connection.close()


# Keys and paths

NASTY = [
    "../../etc/passwd",
    "a/../../../b",
    "..",
    ".",
    "./a",
    "a//b",
    "a/",
    "C:\\windows",
    "a\x00b",
    "a\nb\rc",
    "~root",
    "$(touch x)",
    "'; DROP TABLE objects; --",
    "%2e%2e%2fa",
    "con",
    "é",
    "e\u0301",
    "\u202egnp.exe",
    "\ufeff",
    "x" * 1023,
    "access-key.json",
    "data/00/00",
]


def test_keys_that_would_like_to_be_paths(tmp_path: Path) -> None:
    with OSSEmulator(tmp_path / "root") as emulator:
        # Not by an HTTP library: those tidy paths up.
        for number, key in enumerate(NASTY):
            sent = head(emulator, "PUT", key, {"Content-Length": "2"}) + b"%02d" % number
            assert statuses(talked(emulator, sent)) == [200]
        for number, key in enumerate(NASTY):
            assert talked(emulator, head(emulator, "GET", key, {})).endswith(b"\r\n\r\n%02d" % number)
        assert set(emulator.keys()) == set(NASTY)
        listed = client(emulator).list_objects_v2(oss.ListObjectsV2Request(BUCKET, encoding_type="url"))
        assert {entry.key for entry in listed.contents} == set(NASTY)
    assert list(tmp_path.iterdir()) == [tmp_path / "root"]
    stored = [path for path in (tmp_path / "root" / "data").rglob("*") if path.is_file()]
    assert len(stored) == len(NASTY)
    assert all(re.fullmatch("[0-9a-f]{24}", path.name) for path in stored)


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/.%00/a",
        "//examplebucket/a",
        "/examplebucket//a",
        "/examplebucket/%5ca",
        "/examplebucket/%",
        "/examplebucket/%4",
        "/examplebucket/%zz",
        "/examplebucket/%ff",
        "/examplebucket/%c0%af",
        "/examplebucket/%ed%a0%80",
        "/%ff/a",
        "/examplebucket/a?%",
        "/examplebucket/a?%ff=1",
        "/examplebucket/a?x=%ed%a0%80",
        f"/examplebucket/{'x' * 1024}",
        f"/examplebucket/{quote('季') * 342}",
        f"/{'x' * 5000}/a",
        "*",
        "",
        "http://examplebucket.localhost/a",
        "/examplebucket/a#fragment",
        "/examplebucket/\x7f\x01",
        "/examplebucket/\xff\xfe",
        "/examplebucket/a?x-oss-process=image/resize,w_99999999999",
    ],
)
def test_paths(path: str, oss_emulator: OSSEmulator, talk: Talk) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = talk(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))
        assert statuses(answer)[0] in (400, 403, 404, 405), answer
    assert oss_emulator.keys() == []


@pytest.mark.parametrize(
    "host",
    [
        "",
        "x",
        "other.localhost",
        ".localhost",
        "examplebucket.localhost.evil.test",
        "www.example.com",
        "[",
        "[::1",
        "[::1]:x",
        "127.0.0.1:99999999",
        "a@b.c",
        "../..",
        "examplebucket.localhost\x00",
        "é.localhost",
        "localhost..",
        "x" * 10_000,
    ],
)
def test_hosts(host: str, oss_emulator: OSSEmulator, talk: Talk) -> None:
    oss_emulator.put("a", b"secret bytes")
    for path in ("/", "/a", "/examplebucket/a"):
        answer = talk(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert statuses(answer)[0] in (400, 403, 404)
        assert b"secret bytes" not in answer


def test_a_links_bucket_is_the_hosts(oss_emulator: OSSEmulator, talk: Talk) -> None:
    # A link to one bucket, sent to the host of another: the bucket is signed, the host is not.
    oss_emulator.add_bucket("otherbucket")
    oss_emulator.put("a", b"of the first")
    oss_emulator.put("a", b"of the other", bucket="otherbucket")
    path = target(oss_emulator, "GET", "a", {}).replace(f"/{BUCKET}", "", 1)
    for bucket, expected in ((BUCKET, 200), ("otherbucket", 403)):
        answer = talk(f"GET {path} HTTP/1.1\r\nHost: {bucket}.localhost\r\n\r\n".encode())
        assert statuses(answer) == [expected]
        assert b"of the other" not in answer


# Parameters and headers with sense of their own


def test_parameters_given_twice_count_once(oss_emulator: OSSEmulator, talk: Talk) -> None:
    oss_emulator.put("a", b"bytes")
    path = target(oss_emulator, "GET", "a", {}, **{"response-content-type": "text/plain"})
    doubled = path.replace("?", "?response-content-type=text/html&", 1)
    answer = talk(f"GET {doubled} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert statuses(answer) == [403]
    assert b"text/html" not in answer.partition(b"\r\n\r\n")[0]


LONG = "9" * 5000


@pytest.mark.parametrize(
    ("method", "key", "query", "headers", "expected"),
    [
        ("GET", None, {"max-keys": LONG}, {}, 400),
        ("GET", None, {"list-type": "2", "max-keys": LONG}, {}, 400),
        ("GET", None, {"uploads": "", "max-uploads": LONG}, {}, 400),
        ("PUT", "a", {"partNumber": LONG, "uploadId": "x"}, {}, 400),
        ("POST", "a", {"append": "", "position": LONG}, {}, 400),
        ("GET", "a", {"x-oss-process": f"image/resize,w_{LONG}"}, {}, 400),
        ("GET", "a", {}, {"Range": f"bytes=0-{LONG}"}, 200),
        ("GET", "a", {}, {"Range": f"bytes={LONG}-"}, 200),
    ],
)
def test_numbers_without_end(
    method: str,
    key: str | None,
    query: dict[str, str],
    headers: dict[str, str],
    expected: int,
    oss_emulator: OSSEmulator,
    talk: Talk,
) -> None:
    oss_emulator.put("a", b"bytes")
    sent = head(oss_emulator, method, key, {"Content-Length": "0", **headers}, **query)
    assert statuses(talk(sent)) == [expected]


def test_an_objects_meta_by_get_keeps_nobody_waiting(oss_emulator: OSSEmulator, talk: Talk) -> None:
    oss_emulator.put("a", b"bytes")
    answer = talk(
        head(oss_emulator, "GET", "a", {}, objectMeta="") + head(oss_emulator, "HEAD", "a", {}, objectMeta="")
    )
    assert statuses(answer) == [200, 200]
    assert re.findall(rb"Content-Length: (\d+)", answer) == [b"0", b"5"]
    assert answer.endswith(b"\r\n\r\n")


def test_an_answers_headers_hold_no_line_breaks(oss_emulator: OSSEmulator, talk: Talk) -> None:
    oss_emulator.put("a", b"bytes")
    query = {"response-content-disposition": "attachment\r\nSet-Cookie: a=b", "response-cache-control": "x\nX-Y: z"}
    answer = talk(head(oss_emulator, "GET", "a", {}, **query))
    received = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert statuses(answer) in ([200], [400])
    assert not [line for line in received if line.lower().startswith((b"set-cookie", b"x-y"))]


@pytest.mark.parametrize("encoding", ["foo", "utf-7", "utf-16", "utf-8"])
@pytest.mark.parametrize(
    "document",
    [
        "<Delete/>",
        "<Delete><Object/></Delete>",
        "<Delete>&b;</Delete>",
        "<Other/>",
        "not XML",
        "",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><Delete><Object><Key>&b;</Key></Object></Delete>",
        "<Delete>" + "<Object><Key>a</Key></Object>" * 1001 + "</Delete>",
        "<a>" * 50_000,
    ],
    ids=lambda document: document[:40],
)
def test_documents(document: str, encoding: str, oss_emulator: OSSEmulator, talk: Talk) -> None:
    oss_emulator.put("a", b"bytes")
    body = f'<?xml version="1.0" encoding="{encoding}"?>{document}'.encode()
    answer = talk(head(oss_emulator, "POST", None, {"Content-Length": str(len(body))}, delete="") + body)
    assert statuses(answer) == [400], answer
    assert b"root:" not in answer
    assert oss_emulator.keys() == ["a"]


def test_an_entity_that_grows_beyond_all_measure(oss_emulator: OSSEmulator, talk: Talk) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<!DOCTYPE d [<!ENTITY l0 "lol">{entities}]><Delete><Object><Key>&l11;</Key></Object></Delete>'
    sent = head(oss_emulator, "POST", None, {"Content-Length": str(len(document))}, delete="")
    assert statuses(talk(sent + document.encode())) == [400]


def test_a_small_document_that_is_large(oss_emulator: OSSEmulator, talk: Talk) -> None:
    # Announced as large: refused. What is sent all the same is passed over, not kept.
    body = b"<Delete>" + b" " * 3_000_000 + b"</Delete>"
    answer = talk(head(oss_emulator, "POST", None, {"Content-Length": str(len(body))}, delete="") + body)
    assert statuses(answer) == [400]


def test_everybody_at_once(oss_emulator: OSSEmulator, talk: Talk) -> None:
    """Writers, readers, listers and deleters of a few keys: each sees whole objects, or none."""
    asking = client(oss_emulator)
    bodies = {bytes([number]) * 20_000 for number in range(40)}

    def act(number: int) -> Any:
        key = f"k{number % 4}"
        if number % 5 == 0:
            return asking.delete_object(oss.DeleteObjectRequest(BUCKET, key))
        if number % 5 == 1:
            return asking.list_objects_v2(oss.ListObjectsV2Request(BUCKET))
        if number % 5 == 2:
            try:
                body = asking.get_object(oss.GetObjectRequest(BUCKET, key)).body.content
            except oss.exceptions.OperationError as error:
                assert "NoSuchKey" in str(error)
            else:
                assert body in bodies
            return None
        return asking.put_object(oss.PutObjectRequest(BUCKET, key, body=bytes([number % 40]) * 20_000))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(act, range(400)))
    await_files(oss_emulator, len(oss_emulator.keys()))
