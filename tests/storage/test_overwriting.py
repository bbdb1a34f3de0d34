"""``file_overwrite``, names that are free, and what happens when two want the same one."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.db.models import FileField
from django.db.models.fields.files import FieldFile

from django_oss_share.oss.errors import ObjectExists
from django_oss_share.storage import OSSStorage
from django_oss_share.testing import Fault, Kind

from .test_saving import Stream

ALTERNATIVE = re.compile(r"dir/report_[A-Za-z0-9]{7}\.tar\.gz").fullmatch


@pytest.fixture
def keeping(on_emulator):
    return on_emulator(file_overwrite=False)


def test_overwritten_by_default(storage, oss_emulator):
    for data in (b"old", b"new"):
        assert storage.save("a.txt", ContentFile(data)) == "a.txt"
    assert oss_emulator.get("a.txt") == b"new"
    assert oss_emulator.calls["HeadObject"] == 0, "nothing is asked first"


def test_kept(keeping, oss_emulator):
    first = keeping.save("dir/report.tar.gz", ContentFile(b"1"))
    second = keeping.save("dir/report.tar.gz", ContentFile(b"2"))
    assert first == "dir/report.tar.gz"
    assert ALTERNATIVE(second)
    assert (oss_emulator.get(first), oss_emulator.get(second)) == (b"1", b"2")
    assert not oss_emulator.keys("dir/report.tar.gz_")


def test_get_available_name(storage, keeping, oss_emulator):
    oss_emulator.put("dir/report.tar.gz", b"")
    assert storage.get_available_name("dir/report.tar.gz") == "dir/report.tar.gz"
    assert ALTERNATIVE(keeping.get_available_name("dir\\report.tar.gz"))
    assert keeping.get_available_name("dir//other") == "dir/other"
    assert keeping.get_alternative_name("root", ".ext").startswith("root_")


@pytest.mark.parametrize("overwrite", [True, False])
def test_max_length(on_emulator, oss_emulator, overwrite):
    storage = on_emulator(file_overwrite=overwrite)
    name = storage.save("dir/" + "long" * 20 + ".txt", ContentFile(b"x"), max_length=30)
    assert len(name) <= 30
    assert re.fullmatch(r"dir/(long)+[a-z]*_[A-Za-z0-9]{7}\.txt", name)
    assert storage.save("dir/fits.txt", ContentFile(b"x"), max_length=12) == "dir/fits.txt"
    with pytest.raises(SuspiciousFileOperation, match="max_length"):
        storage.save("a-very-long-directory-name/a.txt", ContentFile(b"x"), max_length=10)


@pytest.mark.parametrize("name", ["../a", "a/../b/c", "a/..", "/a/b", ""])
def test_no_way_out(storage, keeping, name):
    for each in (storage, keeping):
        with pytest.raises(SuspiciousFileOperation):
            each.get_available_name(name)


# The race: free when asked, taken when written


class Raced(OSSStorage):
    """Each name is taken by somebody else right after it was found free."""

    losses = 1

    def get_available_name(self, name, max_length=None):
        name = super().get_available_name(name, max_length)
        if self.losses:
            self.losses -= 1
            self.client.put(self.object_key(name), b"theirs", {})
        return name


@pytest.mark.parametrize("losses", [1, 2, 4])
@pytest.mark.parametrize("size", [3, 300_000])
def test_a_lost_race_takes_another_name(on_emulator, oss_emulator, losses, size):
    storage = on_emulator(Raced, file_overwrite=False, transfer_config={"part_size": 102_400, "threshold": 102_400})
    storage.losses = losses
    name = storage.save("dir/report.tar.gz", ContentFile(b"x" * size))
    assert ALTERNATIVE(name)
    assert oss_emulator.get(name) == b"x" * size
    assert oss_emulator.get("dir/report.tar.gz") == b"theirs"
    assert len(oss_emulator.keys()) == losses + 1
    assert oss_emulator.uploads() == []


def test_the_other_name_fits_too(on_emulator, oss_emulator):
    """What a lost race ends up with goes into the same column of the database."""
    storage = on_emulator(Raced, file_overwrite=False)
    name = storage.save("dir/report-of-q3.pdf", ContentFile(b"x"), max_length=20)
    assert len(name) == 20
    assert name.startswith("dir/repo")
    assert oss_emulator.get(name) == b"x"


def test_a_race_that_never_ends_is_given_up(on_emulator, oss_emulator):
    storage = on_emulator(Raced, file_overwrite=False)
    storage.losses = 1000
    with pytest.raises(ObjectExists, match="FileAlreadyExists"):
        storage.save("a.txt", ContentFile(b"mine"))
    assert set(map(oss_emulator.get, oss_emulator.keys())) == {b"theirs"}


def test_a_lost_race_with_what_comes_only_once(on_emulator, oss_emulator):
    storage = on_emulator(Raced, file_overwrite=False)
    with pytest.raises(FileExistsError):
        storage.save("a.bin", Stream(b"mine"))
    assert oss_emulator.get("a.bin") == b"theirs"


def test_many_at_once(on_emulator, oss_emulator):
    storage = on_emulator(file_overwrite=False)
    start = Barrier(8, timeout=20)

    def save(number):
        start.wait()
        return storage.save("dir/same.txt", ContentFile(b"%d" % number))

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(save, range(8)))
    assert len(set(names)) == 8
    assert [oss_emulator.get(name) for name in names] == [b"%d" % number for number in range(8)]


def test_a_lost_answer_is_not_taken_for_somebody_else(keeping, oss_emulator):
    """The first try arrived; the second must not find "somebody's" object and store the file twice."""
    oss_emulator.faults.add(Fault(Kind.LOSE_ANSWER, operation="PutObject", times=1))
    assert keeping.save("a.txt", ContentFile(b"mine")) == "a.txt"
    assert oss_emulator.keys() == ["a.txt"]


def test_through_a_field(on_emulator, oss_emulator):
    field = FileField(storage=on_emulator(file_overwrite=False), upload_to="up", max_length=20)
    field.set_attributes_from_name("file")
    names = []
    for data in (b"1", b"2"):
        file = FieldFile(instance=type("Row", (), {"file": ""})(), field=field, name="")
        file.save("report-q3.txt", io.BytesIO(data), save=False)
        names.append(file.name)
    assert names[0] == "up/report-q3.txt"
    assert names[1] != names[0]
    assert len(names[1]) <= 20
    assert oss_emulator.get(names[1]) == b"2"
