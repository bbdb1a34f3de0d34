"""Objects as files: read whole or not at all, from anywhere; written whole or not at all."""

from __future__ import annotations

import gc
import io
import random
import threading

import pytest

from django_oss_share.oss import Credentials, Endpoint, InvalidArgument
from django_oss_share.oss.client import BucketClient
from django_oss_share.oss.errors import (
    CorruptTransfer,
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    ServiceError,
    Unreachable,
)
from django_oss_share.oss.streams import ObjectReader, ObjectWriter
from django_oss_share.oss.writer import MIN_PART_SIZE
from django_oss_share.testing import OSSEmulator
from django_oss_share.testing.emulator.faults import Fault, Kind

from .tampering import tampered

pytestmark = pytest.mark.usefixtures("no_pauses")

_DATA = random.Random(1).randbytes(1_500_000)
_FORBID = {"x-oss-forbid-overwrite": "true"}


@pytest.fixture
def stored(oss_emulator: OSSEmulator) -> OSSEmulator:
    oss_emulator.put("a", _DATA)
    return oss_emulator


# Reading


def test_reading_whole(client: BucketClient, stored: OSSEmulator) -> None:
    with ObjectReader(client, "a") as reader:
        assert reader.info.size == len(_DATA)
        assert reader.read() == _DATA
        assert reader.read() == b""
    assert stored.calls["GetObject"] == 1


def test_reading_an_empty_object(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"")
    assert ObjectReader(client, "a").read() == b""


def test_reading_like_a_random_access_file(client: BucketClient, stored: OSSEmulator) -> None:
    expected, reader = io.BytesIO(_DATA), ObjectReader(client, "a")
    dice = random.Random(2)
    for _ in range(60):
        offset = dice.randrange(len(_DATA) + 10)
        whence = dice.choice([io.SEEK_SET, io.SEEK_END])
        place = offset - len(_DATA) if whence == io.SEEK_END else offset
        assert reader.seek(place, whence) == expected.seek(place, whence)
        count = dice.choice([0, 1, 7, 4096, 300_000])
        assert io.BufferedReader(reader).read(count) == expected.read(count)
        reader = ObjectReader(client, "a")
        assert reader.tell() == 0


def test_seeking_relative_to_the_position(client: BucketClient, stored: OSSEmulator) -> None:
    reader = ObjectReader(client, "a")
    reader.seek(100)
    assert reader.seek(-20, io.SEEK_CUR) == 80
    buffer = bytearray(5)
    reader.readinto(buffer)
    assert bytes(buffer) == _DATA[80:85]
    with pytest.raises(ValueError, match="negative"):
        reader.seek(-1)


def test_a_read_past_the_end_is_empty(client: BucketClient, stored: OSSEmulator) -> None:
    reader = ObjectReader(client, "a")
    reader.seek(10**9)
    assert reader.read() == b""
    assert stored.calls["GetObject"] == 1


def test_an_absent_object_is_told_at_once(client: BucketClient) -> None:
    with pytest.raises(ObjectNotFound):
        ObjectReader(client, "a")


def test_a_closed_reader_reads_no_more(client: BucketClient, stored: OSSEmulator) -> None:
    reader = ObjectReader(client, "a")
    reader.close()
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.read()


def test_closing_early_gives_the_connection_back(client: BucketClient, stored: OSSEmulator) -> None:
    for _ in range(50):
        with ObjectReader(client, "a") as reader:
            reader.read(10)
    assert client.head("a").size == len(_DATA)


@pytest.mark.parametrize("times", [1, 2])
def test_a_body_that_breaks_off_is_taken_up(times: int, client: BucketClient, stored: OSSEmulator) -> None:
    stored.faults.add(Fault(Kind.TRUNCATE, operation="GetObject", size=400_000, times=times))
    assert ObjectReader(client, "a").read() == _DATA
    assert stored.calls["GetObject"] == times + 1


@pytest.mark.parametrize("size", [0, 600_000])
def test_a_body_that_does_not_go_on_is_given_up(size: int, client: BucketClient, stored: OSSEmulator) -> None:
    stored.faults.add(Fault(Kind.TRUNCATE, operation="GetObject", size=size, times=1))
    stored.faults.add(Fault(Kind.TRUNCATE, operation="GetObject", size=0))
    with pytest.raises(Unreachable, match="broke off"):
        ObjectReader(client, "a").read()
    assert stored.calls["GetObject"] == 3


def test_a_proxy_that_ignores_ranges_is_not_believed(stored: OSSEmulator) -> None:
    keys = Credentials(stored.access_key_id, stored.access_key_secret)
    with tampered(stored.endpoint, lambda block: block.replace(b"Range: ", b"Xange: ")) as address:
        reader = ObjectReader(BucketClient(keys, Endpoint(address, region=stored.region), stored.bucket), "a")
        reader.seek(10)
        with pytest.raises(CorruptTransfer, match="bytes 10- and got others"):
            reader.read(5)


@pytest.mark.parametrize("kind", [{"kind": Kind.STATUS, "status": 503}, {"kind": Kind.RESET}], ids=["503", "reset"])
def test_taking_up_counts_every_try(kind: dict[str, object], client: BucketClient, stored: OSSEmulator) -> None:
    stored.faults.add(Fault(Kind.TRUNCATE, size=0, times=1))
    stored.faults.add(Fault(after=1, **kind))  # type: ignore[arg-type]
    with pytest.raises(ServiceError):
        ObjectReader(client, "a").read()
    assert stored.calls["GetObject"] == 3


def test_a_refusal_in_taking_up_is_not_tried_again(client: BucketClient, stored: OSSEmulator) -> None:
    stored.faults.add(Fault(Kind.TRUNCATE, size=300_000, times=1))
    reader = ObjectReader(client, "a")
    client.delete("a")
    with pytest.raises(ObjectNotFound):
        reader.read()
    assert stored.calls["GetObject"] == 2


def test_never_a_mixture_of_two_objects(client: BucketClient, stored: OSSEmulator) -> None:
    stored.faults.add(Fault(Kind.TRUNCATE, size=300_000, times=1))
    reader = ObjectReader(client, "a")
    stored.put("a", _DATA[::-1])
    with pytest.raises(ObjectChanged):
        reader.read()


def test_a_wrong_byte_is_noticed(client: BucketClient, stored: OSSEmulator) -> None:
    stored.faults.add(Fault(Kind.CORRUPT, operation="GetObject"))
    with pytest.raises(CorruptTransfer, match="CRC-64"):
        ObjectReader(client, "a").read()


def test_a_wrong_byte_is_noticed_across_a_break(client: BucketClient, stored: OSSEmulator) -> None:
    stored.faults.add(Fault(Kind.TRUNCATE, size=300_000, times=1))
    stored.faults.add(Fault(Kind.CORRUPT, after=1, times=1))
    with pytest.raises(CorruptTransfer):
        ObjectReader(client, "a").read()


# Writing


def _parts_of(client: BucketClient, key: str = "b", headers: dict[str, str] | None = None) -> ObjectWriter:
    return ObjectWriter(client, key, headers or {}, part_size=MIN_PART_SIZE)


@pytest.mark.parametrize("size", [0, 1, MIN_PART_SIZE, MIN_PART_SIZE + 1, 2 * MIN_PART_SIZE, 1_500_000])
def test_writing_whole(size: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    with _parts_of(client) as writer:
        for start in range(0, size, 70_000):
            writer.write(_DATA[start : min(start + 70_000, size)])
        assert writer.tell() == size
        assert oss_emulator.keys() == []
    assert oss_emulator.get("b") == _DATA[:size]
    assert oss_emulator.uploads() == []
    assert oss_emulator.calls["PutObject"] == (size <= MIN_PART_SIZE)


def test_a_buffer_may_be_used_again_at_once(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    buffer = bytearray(b"x" * 150_000)
    with _parts_of(client) as writer:
        writer.write(buffer)
        buffer[:] = b"y" * 150_000
        writer.write(memoryview(buffer))
    assert oss_emulator.get("b") == b"x" * 150_000 + b"y" * 150_000


@pytest.mark.parametrize("size", [10, 350_000])
def test_an_exception_stores_nothing(size: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    with pytest.raises(ZeroDivisionError), _parts_of(client) as writer:
        writer.write(_DATA[:size])
        raise ZeroDivisionError
    assert writer.closed
    assert oss_emulator.keys() == oss_emulator.uploads() == []


@pytest.mark.parametrize("size", [10, 350_000])
def test_what_nobody_closed_is_not_stored(size: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    writer = _parts_of(client)
    writer.write(_DATA[:size])
    del writer
    gc.collect()
    assert oss_emulator.keys() == oss_emulator.uploads() == []


def test_aborting(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    writer = _parts_of(client)
    writer.write(_DATA[:350_000])
    writer.abort()
    writer.abort()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"x")
    assert oss_emulator.keys() == oss_emulator.uploads() == []
    assert oss_emulator.calls["AbortMultipartUpload"] == 1


def test_a_part_that_fails_leaves_nothing(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="UploadPart", status=500, after=2))
    writer = _parts_of(client)
    with pytest.raises(ServiceError, match="UploadPart"), writer:
        writer.write(_DATA)
    assert writer.closed
    assert oss_emulator.keys() == oss_emulator.uploads() == []


def test_the_end_that_fails_leaves_nothing(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="CompleteMultipartUpload", status=500))
    writer = _parts_of(client)
    writer.write(_DATA[:350_000])
    with pytest.raises(ServiceError, match="CompleteMultipartUpload"):
        writer.close()
    writer.close()
    assert oss_emulator.keys() == oss_emulator.uploads() == []
    assert oss_emulator.calls["CompleteMultipartUpload"] == 3


@pytest.mark.parametrize("size", [10, 350_000])
def test_forbidding_to_overwrite(size: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    writer = _parts_of(client, headers=_FORBID)
    writer.write(_DATA[:size])
    oss_emulator.put("b", b"somebody else's")
    with pytest.raises(ObjectExists):
        writer.close()
    assert oss_emulator.get("b") == b"somebody else's"
    assert oss_emulator.uploads() == []


def test_part_sizes_under_osss_minimum(client: BucketClient) -> None:
    for size in (0, MIN_PART_SIZE - 1, 1.5, None):
        with pytest.raises(InvalidArgument, match="part_size") as caught:
            ObjectWriter(client, "b", {}, part_size=size)  # type: ignore[arg-type]
        assert caught.value.field == "part_size"


def test_many_threads_share_one_client(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    def round_trip(number: int) -> None:
        data = _DATA[number : number + 250_000]
        with _parts_of(client, f"k{number}") as writer:
            writer.write(data)
        assert ObjectReader(client, f"k{number}").read() == data
        done.append(number)

    done: list[int] = []
    threads = [threading.Thread(target=round_trip, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == list(range(8))
