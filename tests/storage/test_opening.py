"""``open()``: objects as files, read from anywhere and written whole or not at all."""

from __future__ import annotations

import csv
import gc
import gzip
import io
import json
import zipfile

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.images import get_image_dimensions
from django.http import FileResponse
from PIL import Image

from django_oss_share.oss import InvalidArgument, InvalidKey
from django_oss_share.oss.errors import ObjectExists, ObjectNotFound
from django_oss_share.testing import Fault, Kind

LINES = b"line1\nline2\r\nmore\rtext\n"


@pytest.fixture
def digits(storage, oss_emulator):
    oss_emulator.put("digits", b"0123456789")
    with storage.open("digits") as file:
        yield file


# Reading


@pytest.mark.parametrize("mode", ["rb", "br"])
def test_bytes(storage, oss_emulator, mode):
    oss_emulator.put("a.txt", LINES)
    with storage.open("a.txt", mode) as file:
        assert isinstance(file, File)
        assert file.read() == LINES
        assert (file.name, file.size, file.closed, bool(file)) == ("a.txt", len(LINES), False, True)
        assert (file.readable(), file.writable(), file.seekable()) == (True, False, True)
    assert file.closed


@pytest.mark.parametrize("mode", ["r", "rt", "tr"])
def test_text(storage, oss_emulator, mode):
    oss_emulator.put("a.txt", "季度\r\n报告\r😀".encode())
    with storage.open("a.txt", mode) as file:
        assert file.read() == "季度\n报告\n😀"


def test_the_mode_is_rb_by_default(storage, oss_emulator):
    oss_emulator.put("a.txt", LINES)
    assert storage.open("a.txt").read() == LINES


def test_lines(storage, oss_emulator):
    oss_emulator.put("a.txt", LINES)
    # As FileSystemStorage: Django's own loop knows all three line ends, Python's methods one.
    assert list(storage.open("a.txt")) == [b"line1\n", b"line2\r\n", b"more\r", b"text\n"]
    assert storage.open("a.txt").readlines() == [b"line1\n", b"line2\r\n", b"more\rtext\n"]
    assert storage.open("a.txt", "r").readlines() == ["line1\n", "line2\n", "more\n", "text\n"]
    assert list(storage.open("a.txt", "r")) == ["line1\n", "line2\n", "more\n", "text\n"]
    with storage.open("a.txt") as file:
        assert [file.readline(), file.readline(3), file.readline()] == [b"line1\n", b"lin", b"e2\r\n"]


def test_lines_of_a_large_file_stream(storage, oss_emulator):
    data = b"".join(b"%07d\n" % number for number in range(100_000))
    oss_emulator.put("a.txt", data)
    with storage.open("a.txt") as file:
        assert sum(1 for _ in file) == 100_000
    assert oss_emulator.calls["GetObject"] == 1, "one request for all of it"


def test_pieces(digits):
    assert [digits.read(3), digits.read(3), digits.read(0), digits.read(100), digits.read(1)] == [
        b"012",
        b"345",
        b"",
        b"6789",
        b"",
    ]


def test_chunks(digits):
    assert list(digits.chunks(4)) == [b"0123", b"4567", b"89"]
    assert digits.multiple_chunks(4) is True


def test_seek_and_tell(digits):
    assert digits.seek(4) == 4
    assert (digits.read(2), digits.tell()) == (b"45", 6)
    assert digits.seek(-3, io.SEEK_END) == 7
    assert digits.read() == b"789"
    assert digits.seek(-9, io.SEEK_CUR) == 1
    assert digits.read(1) == b"1"
    assert digits.seek(100) == 100
    assert digits.read() == b""
    with pytest.raises(ValueError, match="negative seek position"):
        digits.seek(-1)


def test_readinto(digits):
    buffer = bytearray(4)
    assert digits.readinto(buffer) == 4
    assert buffer == b"0123"


def test_a_seek_asks_for_the_rest_alone(storage, oss_emulator):
    oss_emulator.put("big", bytes(range(256)) * 40_000)
    with storage.open("big") as file:
        file.seek(10_000_000)
        assert file.read(4) == bytes([128, 129, 130, 131])
    assert oss_emulator.calls["GetObject"] <= 2


def test_the_end_is_known_without_asking_again(storage, oss_emulator):
    """FileResponse, zipfile and Pillow look at the end and come back."""
    oss_emulator.put("a.txt", b"x" * 1_000_000)
    with storage.open("a.txt") as file:
        assert file.seek(0, io.SEEK_END) == 1_000_000
        file.seek(0)
        assert len(file.read()) == 1_000_000
    assert oss_emulator.calls["GetObject"] == 1


def test_an_empty_object(storage, oss_emulator):
    oss_emulator.put("empty", b"")
    with storage.open("empty") as file:
        assert (file.read(), file.size, list(file.chunks())) == (b"", 0, [])


def test_in_a_response(storage, oss_emulator):
    oss_emulator.put("季度.pdf", b"%PDF-" + b"x" * 100_000)
    with storage.open("季度.pdf") as file:
        response = FileResponse(file)
        assert response["Content-Length"] == "100005"
        assert b"".join(response) == b"%PDF-" + b"x" * 100_000
    assert oss_emulator.calls["GetObject"] == 1


def test_as_an_archive(storage):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("big", b"x" * 1_000_000)
        archive.writestr("季度.txt", "报告")
    storage.save("a.zip", packed)
    with storage.open("a.zip") as file, zipfile.ZipFile(file) as archive:
        assert archive.read("季度.txt").decode() == "报告"


def test_as_a_picture(storage):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PNG")
    storage.save("a.png", picture)
    with storage.open("a.png") as file:
        assert get_image_dimensions(file) == (40, 30)
        assert Image.open(file).size == (40, 30)


def test_as_a_table(storage, oss_emulator):
    oss_emulator.put("a.csv", "name,价\n季,1\n".encode())
    with storage.open("a.csv", "r") as file:
        assert list(csv.DictReader(file)) == [{"name": "季", "价": "1"}]
    oss_emulator.put("a.json", b'{"a": [1, 2]}')
    with storage.open("a.json") as file:
        assert json.load(file) == {"a": [1, 2]}


def test_opened_again(storage, oss_emulator):
    oss_emulator.put("a", b"0123")
    file = storage.open("a")
    assert file.read() == b"0123"
    assert file.open() is file
    assert file.read() == b"0123"
    file.close()
    file.close()
    with file.open() as same:
        assert same.read() == b"0123"
    assert file.open("r").read() == "0123"
    file.close()


def test_the_bytes_of_a_moment(storage, oss_emulator):
    """What is replaced while it is read is told, not mixed."""
    oss_emulator.put("a", b"old" * 100_000)
    with storage.open("a") as file:
        file.read(10)
        oss_emulator.put("a", b"new" * 100_000)
        file.seek(200_000)
        with pytest.raises(OSError, match=r"oss://examplebucket/a.*PreconditionFailed"):
            file.read(10)


def test_gzip_is_unpacked_where_the_storage_packs(on_emulator, oss_emulator):
    packed = gzip.compress("季度\n".encode() * 1000)
    oss_emulator.put("a.txt", packed, content_encoding="gzip")
    assert on_emulator().open("a.txt").read() == packed
    storage = on_emulator(gzip=True)
    assert storage.open("a.txt").read() == "季度\n".encode() * 1000
    assert storage.open("a.txt", "r").readline() == "季度\n"
    with storage.open("a.txt") as file:
        file.seek(7)
        assert file.read(6).decode() == "季度"


@pytest.mark.parametrize("mode", ["rb", "r"])
def test_what_is_not_there(on_emulator, mode):
    with pytest.raises(FileNotFoundError, match=r"GetObject oss://examplebucket/media/a\.txt: NoSuchKey") as caught:
        on_emulator(location="media").open("a.txt", mode)
    assert isinstance(caught.value, ObjectNotFound)
    assert caught.value.request_id


@pytest.mark.parametrize("mode", ["r+", "rb+", "w+", "wb+", "a", "ab", "x", "xb", "", "rw", "rbt", "z", None])
def test_other_modes(storage, oss_emulator, mode):
    with pytest.raises(InvalidArgument, match=r"mode .* is not one of"):
        storage.open("a", mode)
    assert dict(oss_emulator.calls) == {}


@pytest.mark.parametrize("mode", ["rb", "wb", "r", "w"])
@pytest.mark.parametrize("name", ["../a", "a/../b", "/a", "\\a", ".."])
@pytest.mark.parametrize("location", ["", "media"])
def test_no_way_out(on_emulator, oss_emulator, location, name, mode):
    with pytest.raises(SuspiciousFileOperation):
        on_emulator(location=location).open(name, mode)
    assert dict(oss_emulator.calls) == {}


@pytest.mark.parametrize("mode", ["rb", "wb"])
@pytest.mark.parametrize("name", ["", "a\0", "k" * 1024])
def test_no_name(storage, oss_emulator, name, mode):
    with pytest.raises(InvalidKey):
        storage.open(name, mode)
    assert dict(oss_emulator.calls) == {}


def test_a_reader_does_not_write(digits):
    with pytest.raises(io.UnsupportedOperation):
        digits.write(b"x")


# Writing


@pytest.mark.parametrize("data", [b"", b"x", b"new content", bytearray(b"content"), memoryview(b"content")])
def test_write(storage, oss_emulator, data):
    with storage.open("dir/季度.bin", "wb") as file:
        assert file.write(data) == len(data)
        assert (file.size, file.tell(), file.writable(), file.readable()) == (len(data), len(data), True, False)
        assert oss_emulator.keys() == [], "not before it is whole"
    assert oss_emulator.get("dir/季度.bin") == bytes(data)


@pytest.mark.parametrize("mode", ["w", "wt"])
def test_write_text(storage, oss_emulator, mode):
    with storage.open("a.txt", mode) as file:
        file.write("季度\n")
        file.writelines(["报", "告"])
        csv.writer(file).writerow(["a", "b"])
        print("c", file=file)
    assert oss_emulator.get("a.txt").decode() == "季度\n报告a,b\r\nc\n"


@pytest.mark.parametrize(("mode", "wrong"), [("wb", "text"), ("w", b"bytes")])
def test_the_other_kind(storage, oss_emulator, mode, wrong):
    with pytest.raises(TypeError), storage.open("a", mode) as file:
        file.write(wrong)
    assert oss_emulator.keys() == []


@pytest.mark.parametrize("count", [102_399, 102_400, 102_401, 1_000_000])
def test_in_parts(on_emulator, oss_emulator, count):
    storage = on_emulator(max_memory_size=102_400, object_parameters={"CacheControl": "no-store"})
    data = bytes(index % 251 for index in range(count))
    with storage.open("big", "wb") as file:
        for start in range(0, count, 30_000):
            file.write(data[start : start + 30_000])
    assert oss_emulator.get("big") == data
    assert oss_emulator.uploads() == []
    assert (oss_emulator.calls["UploadPart"] > 0) is (count > 102_400)


def test_an_archive_written_as_it_goes(on_emulator, oss_emulator):
    storage = on_emulator(max_memory_size=102_400)
    with storage.open("a.zip", "wb") as file, zipfile.ZipFile(file, "w") as archive:
        for number in range(5):
            archive.writestr(f"{number}.bin", bytes([number]) * 100_000)
    with zipfile.ZipFile(io.BytesIO(oss_emulator.get("a.zip"))) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 5


def test_nothing_written_is_an_empty_object(storage, oss_emulator):
    oss_emulator.put("a", b"old")
    storage.open("a", "wb").close()
    storage.open("b", "w").close()
    assert (oss_emulator.get("a"), oss_emulator.get("b")) == (b"", b"")


def test_written_twice(storage, oss_emulator):
    file = storage.open("a", "wb")
    for data in (b"first", b"second"):
        with file.open() as same:
            same.write(data)
        assert oss_emulator.get("a") == data


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("mode", ["wb", "w"])
@pytest.mark.parametrize("count", [10, 500_000])
def test_an_exception_stores_nothing(on_emulator, oss_emulator, mode, count):
    storage = on_emulator(max_memory_size=102_400)
    oss_emulator.put("a", b"old")
    with pytest.raises(Interrupted), storage.open("a", mode) as file:
        file.write("x" * count if mode == "w" else b"x" * count)
        raise Interrupted
    assert file.closed
    del file
    gc.collect()
    assert (oss_emulator.get("a"), oss_emulator.uploads()) == (b"old", [])


@pytest.mark.parametrize("mode", ["wb", "w"])
@pytest.mark.parametrize("count", [10, 500_000])
def test_what_nobody_closed_stores_nothing(on_emulator, oss_emulator, mode, count):
    storage = on_emulator(max_memory_size=102_400)
    file = storage.open("a", mode)
    file.write("x" * count if mode == "w" else b"x" * count)
    del file
    gc.collect()
    assert (oss_emulator.keys(), oss_emulator.uploads()) == ([], [])


@pytest.mark.parametrize(
    ("count", "operation"),
    [
        (10, "PutObject"),
        (500_000, "InitiateMultipartUpload"),
        (500_000, "UploadPart"),
        (500_000, "CompleteMultipartUpload"),
    ],
)
def test_a_write_that_is_refused_stores_nothing(on_emulator, oss_emulator, operation, count):
    storage = on_emulator(max_memory_size=102_400)
    oss_emulator.faults.add(Fault(Kind.STATUS, operation=operation, status=503))
    with pytest.raises(OSError, match=f"{operation} oss://examplebucket/a"), storage.open("a", "wb") as file:
        file.write(b"x" * count)
    assert (oss_emulator.keys(), oss_emulator.uploads()) == ([], [])


@pytest.mark.parametrize("count", [10, 500_000])
def test_a_written_file_overwrites_only_where_it_may(on_emulator, oss_emulator, count):
    oss_emulator.put("a", b"old")
    storage = on_emulator(file_overwrite=False, max_memory_size=102_400)
    with pytest.raises(FileExistsError) as caught, storage.open("a", "wb") as file:
        file.write(b"x" * count)
    assert isinstance(caught.value, ObjectExists)
    assert (oss_emulator.get("a"), oss_emulator.uploads()) == (b"old", [])


def test_a_closed_file(storage, oss_emulator):
    file = storage.open("a", "wb")
    file.write(b"x")
    file.close()
    file.close()
    assert oss_emulator.calls["PutObject"] == 1
    with pytest.raises(ValueError, match="closed file"):
        file.write(b"y")
    with storage.open("a") as reader:
        pass
    with pytest.raises(ValueError, match="closed file"):
        reader.read()


def test_copied_from_one_to_another(storage, oss_emulator):
    oss_emulator.put("a", b"x" * 300_000)
    with storage.open("a") as file:
        storage.save("b", file)
    storage.save("c", storage.open("a", "r"))
    storage.save("d", ContentFile(storage.open("a").read()))
    assert oss_emulator.get("a") == oss_emulator.get("b") == oss_emulator.get("c") == oss_emulator.get("d")
