"""Uploads: one request or many parts, and in every failure the object is there whole or not at all."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from typing import Any

import pytest

from django_oss_share.oss import Credentials, Endpoint, InvalidArgument
from django_oss_share.oss.client import BucketClient
from django_oss_share.oss.errors import CorruptTransfer, ObjectExists, ServiceError, Unreachable
from django_oss_share.oss.writer import MIN_PART_SIZE, MultipartUpload, upload
from django_oss_share.testing import OSSEmulator
from django_oss_share.testing.emulator.faults import Fault, Kind

from .tampering import Tamper, cut_at, flip, tampered

pytestmark = pytest.mark.usefixtures("no_pauses")

_DATA = random.Random(3).randbytes(500_000) + b"MARKER" + random.Random(4).randbytes(300_000)
_FORBID = {"x-oss-forbid-overwrite": "true"}
#: In parts, however small the file is.
_PARTS: dict[str, Any] = {"part_size": MIN_PART_SIZE, "threshold": 1}
_WAYS = pytest.mark.parametrize("way", [{}, _PARTS], ids=["one request", "parts"])
_HEADERS = pytest.mark.parametrize("headers", [{}, _FORBID], ids=["overwrite", "forbid"])


class _Pipe(io.RawIOBase):
    """A stream that cannot tell its length, and gives a little at a time."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._rest.read(min(len(buffer), 30_000))
        buffer[: len(piece)] = piece
        return len(piece)


class _Breaking(io.BytesIO):
    """A file on a disk that fails in its middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= 300_000:
            raise OSError(5, "Input/output error")
        return super().read(100_000 if size is None or size < 0 else min(size, 100_000))


@_WAYS
@_HEADERS
@pytest.mark.parametrize("size", [0, 1, MIN_PART_SIZE, MIN_PART_SIZE + 1, len(_DATA)])
def test_files_of_any_size(
    size: int, headers: dict[str, str], way: dict[str, Any], client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    upload(client, "b", io.BytesIO(_DATA[:size]), {"content-type": "text/x-test", **headers}, **way)
    assert oss_emulator.get("b") == _DATA[:size]
    assert client.head("b").content_type == "text/x-test"
    assert oss_emulator.uploads() == []


@_WAYS
def test_a_file_goes_up_from_where_it_stands(
    way: dict[str, Any], client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    source = io.BytesIO(_DATA)
    source.seek(1000)
    upload(client, "b", source, {}, **way)
    assert oss_emulator.get("b") == _DATA[1000:]


@_HEADERS
def test_a_retry_starts_where_the_file_stood(
    headers: dict[str, str], client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="PutObject", status=503, times=2))
    source = io.BytesIO(_DATA)
    source.seek(1000)
    upload(client, "b", source, headers)
    assert oss_emulator.get("b") == _DATA[1000:]
    assert oss_emulator.calls["PutObject"] == 3


@pytest.mark.parametrize("size", [0, 10, MIN_PART_SIZE, MIN_PART_SIZE + 1, len(_DATA)])
def test_streams_that_cannot_tell_their_length(size: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    upload(client, "b", _Pipe(_DATA[:size]), {}, part_size=MIN_PART_SIZE)
    assert oss_emulator.get("b") == _DATA[:size]
    assert oss_emulator.uploads() == []


def test_ten_thousand_parts_are_enough_for_any_file(
    monkeypatch: pytest.MonkeyPatch, client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    monkeypatch.setattr("django_oss_share.oss.writer.MAX_PARTS", 3)
    upload(client, "b", io.BytesIO(_DATA), {}, **_PARTS)
    assert oss_emulator.calls["UploadPart"] == 3
    assert oss_emulator.get("b") == _DATA


# Failures of the source


@_WAYS
@_HEADERS
def test_a_file_that_breaks_leaves_nothing(
    headers: dict[str, str], way: dict[str, Any], client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    with pytest.raises(OSError, match="Input/output"):
        upload(client, "b", _Breaking(_DATA), headers, **way)
    assert oss_emulator.keys() == oss_emulator.uploads() == []


def test_an_interrupt_leaves_nothing(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    def blocks() -> Iterator[bytes]:
        yield _DATA[:MIN_PART_SIZE]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), MultipartUpload(client, "b", {}) as multipart:
        for block in blocks():
            multipart.send(block)
    assert oss_emulator.keys() == oss_emulator.uploads() == []


def test_leaving_without_completing_leaves_nothing(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    with MultipartUpload(client, "b", {}) as multipart:
        multipart.send(_DATA)
    assert oss_emulator.keys() == oss_emulator.uploads() == []


# Failures of the network and of OSS


@_HEADERS
@pytest.mark.parametrize(
    ("way", "operation"),
    [({}, "PutObject"), (_PARTS, "CompleteMultipartUpload"), (_PARTS, "UploadPart")],
    ids=["PutObject", "CompleteMultipartUpload", "UploadPart"],
)
def test_an_answer_that_got_lost_is_no_failure(
    headers: dict[str, str], way: dict[str, Any], operation: str, client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation=operation, times=1))
    upload(client, "b", io.BytesIO(_DATA), headers, **way)
    assert oss_emulator.get("b") == _DATA
    assert oss_emulator.uploads() == []


def test_a_lost_answer_does_not_make_somebody_elses_object_ours(
    client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    oss_emulator.put("b", b"somebody else's")
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="PutObject", times=1))
    with pytest.raises(ObjectExists):
        upload(client, "b", io.BytesIO(_DATA), _FORBID)
    assert oss_emulator.get("b") == b"somebody else's"


def test_an_object_that_was_there_first_is_not_ours_though_it_is_equal(
    client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    oss_emulator.put("b", _DATA)
    with pytest.raises(ObjectExists):
        upload(client, "b", io.BytesIO(_DATA), _FORBID)


def test_an_upload_that_somebody_aborted_is_a_failure(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("b", b"old")
    with pytest.raises(ServiceError, match="NoSuchUpload"), MultipartUpload(client, "b", {}) as multipart:
        multipart.send(_DATA[:10])
        client.abort("b", multipart._id)
        multipart.complete()
    assert oss_emulator.get("b") == b"old"


@_WAYS
@_HEADERS
def test_no_answer_at_all(
    headers: dict[str, str], way: dict[str, Any], client: BucketClient, oss_emulator: OSSEmulator
) -> None:
    oss_emulator.faults.add(Fault(Kind.RESET))
    with pytest.raises(Unreachable):
        upload(client, "b", io.BytesIO(_DATA), headers, **way)
    assert oss_emulator.keys() == oss_emulator.uploads() == []


@_HEADERS
@pytest.mark.parametrize(
    ("way", "operation"),
    [
        ({}, "PutObject"),
        (_PARTS, "InitiateMultipartUpload"),
        (_PARTS, "UploadPart"),
        (_PARTS, "CompleteMultipartUpload"),
    ],
    ids=["PutObject", "InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload"],
)
@pytest.mark.parametrize("status", [500, 503])
def test_a_lasting_failure_leaves_nothing(
    headers: dict[str, str],
    way: dict[str, Any],
    operation: str,
    status: int,
    client: BucketClient,
    oss_emulator: OSSEmulator,
) -> None:
    oss_emulator.faults.add(Fault(Kind.STATUS, operation=operation, status=status, after=operation == "UploadPart"))
    with pytest.raises(ServiceError) as caught:
        upload(client, "b", io.BytesIO(_DATA), headers, **way)
    assert caught.value.status == status
    assert oss_emulator.keys() == oss_emulator.uploads() == []
    if operation != "UploadPart":
        assert oss_emulator.calls[operation] == 3


def _through(address: str, emulator: OSSEmulator) -> BucketClient:
    keys = Credentials(emulator.access_key_id, emulator.access_key_secret)
    return BucketClient(keys, Endpoint(address, region=emulator.region), emulator.bucket)


@_WAYS
@_HEADERS
@pytest.mark.parametrize(
    ("tamper", "error"),
    [(flip(b"MARKER"), CorruptTransfer), (cut_at(b"MARKER"), Unreachable)],
    ids=["a wrong byte", "broken off"],
)
def test_what_is_spoilt_on_its_way_is_not_kept(
    headers: dict[str, str], way: dict[str, Any], tamper: Tamper, error: type[ServiceError]
) -> None:
    # One of its own: a request that was cut off may reach the server only after the test.
    with OSSEmulator() as emulator:
        with tampered(emulator.endpoint, tamper) as address, pytest.raises(error):
            upload(_through(address, emulator), "b", io.BytesIO(_DATA), headers, **way)
        assert emulator.keys() == emulator.uploads() == []


# Arguments


@pytest.mark.parametrize("size", [0, -1, MIN_PART_SIZE - 1, 1e6, "8M", None], ids=repr)
def test_bad_part_sizes(size: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    with pytest.raises(InvalidArgument, match="part_size="):
        upload(client, "b", io.BytesIO(b"x"), {}, part_size=size)
    assert sum(oss_emulator.calls.values()) == 0
