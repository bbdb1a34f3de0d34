"""What OSS and the network do wrong, survived or told; nothing half-written."""

from __future__ import annotations

import threading

import pytest
from django.core.files.base import ContentFile

from django_oss_share.oss.errors import CorruptTransfer, ServiceError, Unreachable
from django_oss_share.testing import Fault, Kind

from .test_saving import Stream

pytestmark = pytest.mark.usefixtures("no_waiting")

BIG = bytes(range(256)) * 8192  # 2 MiB
OPERATIONS = {
    "save": ("PutObject", lambda storage: storage.save("a", ContentFile(b"new"))),
    "open": ("GetObject", lambda storage: storage.open("a").read()),
    "exists": ("HeadObject", lambda storage: storage.exists("a")),
    "size": ("HeadObject", lambda storage: storage.size("a")),
    "listdir": ("ListObjectsV2", lambda storage: storage.listdir("")),
    "delete": ("DeleteObject", lambda storage: storage.delete("a")),
}
SERVER_FAULTS = [
    Fault(Kind.STATUS, status=500, times=2),
    Fault(Kind.STATUS, status=503, times=2),
    Fault(Kind.RESET, times=2),
]


@pytest.fixture
def parts(on_emulator):
    """A storage that uploads in parts soon."""
    return on_emulator(
        max_memory_size=102_400, transfer_config={"part_size": 102_400, "threshold": 102_400, "parallel": 2}
    )


def again(fault, **changes):
    return Fault(**{**fault.to_json(), **changes})


# Passing faults


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", SERVER_FAULTS, ids=["500", "503", "reset"])
def test_a_passing_fault_is_survived(storage, oss_emulator, no_waiting, operation, fault):
    name, ask = OPERATIONS[operation]
    oss_emulator.put("a", b"old")
    oss_emulator.faults.add(fault)
    ask(storage)
    assert oss_emulator.calls[name] == 3, "two failed, the third did it"
    assert 1 <= len(no_waiting) <= 4
    assert sum(no_waiting) < 20


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", SERVER_FAULTS, ids=["500", "503", "reset"])
def test_a_lasting_fault_is_told_after_three_tries(storage, oss_emulator, operation, fault):
    name, ask = OPERATIONS[operation]
    oss_emulator.put("a", b"old")
    oss_emulator.faults.add(again(fault, times=None))
    with pytest.raises(ServiceError, match=f"{name} oss://examplebucket/") as caught:
        ask(storage)
    assert oss_emulator.calls[name] == 3
    assert caught.value.status == (fault.status or 0)
    assert oss_emulator.get("a") == b"old"


@pytest.mark.parametrize("fault", SERVER_FAULTS, ids=["500", "503", "reset"])
def test_not_overwriting_survives_as_well(on_emulator, oss_emulator, fault):
    oss_emulator.faults.add(again(fault, operation="PutObject"))
    assert on_emulator(file_overwrite=False).save("a", ContentFile(b"x" * 1000)) == "a"
    assert oss_emulator.get("a") == b"x" * 1000
    assert oss_emulator.calls["PutObject"] == 3


# Reading


@pytest.mark.parametrize("size", [0, 1, 1_000_000, len(BIG) - 1])
def test_a_body_that_breaks_off_is_taken_up(storage, oss_emulator, size):
    oss_emulator.put("a", BIG)
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, operation="GetObject", size=size, times=2))
    with storage.open("a") as file:
        assert file.read() == BIG


def test_a_body_that_always_breaks_off_is_told(storage, oss_emulator):
    oss_emulator.put("a", BIG)
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, operation="GetObject", size=0))
    with storage.open("a") as file, pytest.raises(Unreachable, match="GetObject oss://examplebucket/a"):
        file.read()


def test_never_short(storage, oss_emulator):
    """Half of it, and then nothing more: an error, not half a file."""
    oss_emulator.put("a", BIG)
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, operation="GetObject", size=1_000_000, times=1))
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="GetObject", status=503, after=1))
    with storage.open("a") as file, pytest.raises(ServiceError):
        file.read()


def test_a_wrong_byte_is_told(storage, oss_emulator):
    oss_emulator.put("a", BIG)
    oss_emulator.faults.add(Fault(Kind.CORRUPT, operation="GetObject"))
    with storage.open("a") as file, pytest.raises(CorruptTransfer, match="CRC-64"):
        file.read()


def test_an_object_that_goes_while_it_is_read(storage, oss_emulator):
    oss_emulator.put("a", BIG)
    with storage.open("a") as file:
        file.read(10)
        storage.delete("a")
        file.seek(1_500_000)
        with pytest.raises(FileNotFoundError):
            file.read(10)


def test_a_truncated_list_is_read_again(storage, oss_emulator):
    for number in range(50):
        oss_emulator.put(f"{number:03}", b"")
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, operation="ListObjectsV2", size=600, times=1))
    assert storage.listdir("") == ([], [f"{number:03}" for number in range(50)])


def test_a_list_that_is_always_truncated_is_told(storage, oss_emulator):
    oss_emulator.put("a", b"")
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, operation="ListObjectsV2", size=300))
    with pytest.raises(ServiceError, match="ListObjectsV2 oss://examplebucket/"):
        storage.listdir("")


# Writing


@pytest.mark.parametrize("operation", ["InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize("fault", SERVER_FAULTS, ids=["500", "503", "reset"])
@pytest.mark.parametrize("way", ["save", "open"])
def test_parts_survive_a_passing_fault(parts, oss_emulator, operation, fault, way):
    oss_emulator.faults.add(again(fault, operation=operation))
    if way == "save":
        parts.save("a", ContentFile(BIG))
    else:
        with parts.open("a", "wb") as file:
            file.write(BIG)
    assert oss_emulator.get("a") == BIG
    # An upload begun by a request whose answer was lost has no id to be ended by.
    assert len(oss_emulator.uploads()) == 0


@pytest.mark.parametrize("operation", ["InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize("fault", SERVER_FAULTS, ids=["500", "503", "reset"])
@pytest.mark.parametrize("content_of", [ContentFile, Stream], ids=["file", "stream"])
def test_parts_that_fail_leave_nothing(parts, oss_emulator, operation, fault, content_of):
    oss_emulator.faults.add(again(fault, operation=operation, times=None))
    with pytest.raises(ServiceError, match=f"{operation} oss://examplebucket/a"):
        parts.save("a", content_of(BIG))
    assert (oss_emulator.keys(), oss_emulator.uploads()) == ([], [])


def test_a_part_that_fails_late_leaves_nothing(parts, oss_emulator):
    oss_emulator.put("a", b"old")
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="UploadPart", status=500, after=10))
    with pytest.raises(ServiceError):
        parts.save("a", Stream(BIG))
    assert (oss_emulator.get("a"), oss_emulator.uploads()) == (b"old", [])


def test_a_lost_answer_to_the_join_is_not_an_error(parts, oss_emulator):
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="CompleteMultipartUpload", times=1))
    parts.save("a", ContentFile(BIG))
    assert oss_emulator.get("a") == BIG


def test_a_lost_answer_to_the_join_where_nothing_may_be_overwritten(on_emulator, oss_emulator):
    storage = on_emulator(file_overwrite=False, transfer_config={"part_size": 102_400, "threshold": 102_400})
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="CompleteMultipartUpload", times=1))
    name = storage.save("a", ContentFile(BIG))
    assert oss_emulator.get(name) == BIG
    assert oss_emulator.keys() == [name], "stored once"


@pytest.mark.parametrize("content_of", [ContentFile, Stream], ids=["file", "stream"])
def test_a_lost_answer_to_a_write(storage, oss_emulator, content_of):
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="PutObject", times=1))
    assert storage.save("a", content_of(b"x" * 1000)) == "a"
    assert oss_emulator.get("a") == b"x" * 1000


class Interrupted(BaseException):
    """Such as KeyboardInterrupt, or a worker that is told to stop."""


class Interrupting(Stream):
    def readinto(self, buffer):
        if not self._rest:
            raise Interrupted
        return super().readinto(buffer)


def test_an_interrupted_upload_leaves_nothing(parts, oss_emulator):
    with pytest.raises(Interrupted):
        parts.save("a", Interrupting(BIG))
    assert (oss_emulator.keys(), oss_emulator.uploads()) == ([], [])


def test_no_thread_is_left_behind(parts, oss_emulator):
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="UploadPart", status=500, after=5))
    with pytest.raises(ServiceError):
        parts.save("a", ContentFile(BIG))
    oss_emulator.faults.clear()
    parts.save("b", ContentFile(BIG))
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("oss-part")] == []


def test_a_full_storage_quota_or_any_other_refusal_is_not_tried_again(on_emulator, oss_emulator):
    storage = on_emulator(secret_key="wrong")
    with pytest.raises(PermissionError):
        storage.save("a", ContentFile(b"x"))
    assert sum(oss_emulator.calls.values()) == 1


@pytest.mark.parametrize("offset", [-1200, 1200])
def test_a_clock_that_is_off(storage, oss_emulator, offset):
    oss_emulator.clock_offset = offset
    with pytest.raises(PermissionError, match="RequestTimeTooSkewed"):
        storage.save("a", ContentFile(b"x"))
    assert oss_emulator.keys() == []
