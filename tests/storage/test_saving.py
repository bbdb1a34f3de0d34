"""``save()``: what is stored, under which name, with which headers."""

from __future__ import annotations

import gzip
import io
import re
from datetime import UTC, datetime
from tempfile import NamedTemporaryFile, SpooledTemporaryFile

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    SimpleUploadedFile,
    TemporaryUploadedFile,
)

from django_oss_share.oss import InvalidKey, content_disposition
from django_oss_share.storage import OSSStorage, StorageMisconfigured

from .making import fetch

MIB = 1024 * 1024


class Stream(io.RawIOBase):
    """Bytes that come once, in small pieces, as from a socket."""

    def __init__(self, data: bytes, piece: int = 1000) -> None:
        super().__init__()
        self._rest, self._piece = data, piece

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = self._rest[: min(len(buffer), self._piece)]
        self._rest = self._rest[len(data) :]
        buffer[: len(data)] = data
        return len(data)


class TextStream(io.StringIO):
    """Text that comes once."""

    def seekable(self) -> bool:
        return False

    def seek(self, *args):
        raise io.UnsupportedOperation("seek")


def headers_of(storage, name):
    answer = fetch(storage.url(name))
    assert answer.status == 200
    return answer.headers


# Any content


def uploaded_in_memory(data):
    return InMemoryUploadedFile(io.BytesIO(data), "field", "a.bin", "application/octet-stream", len(data), None)


def uploaded_to_disk(data):
    upload = TemporaryUploadedFile("a.bin", "application/octet-stream", len(data), None)
    upload.write(data)
    return upload


def spooled(data):
    file = SpooledTemporaryFile(max_size=10)  # noqa: SIM115 - its File closes it
    file.write(data)
    return File(file, "a.bin")


def on_disk(data):
    file = NamedTemporaryFile()  # noqa: SIM115 - its File closes it
    file.write(data)
    file.flush()
    return File(file)


DATA = bytes(range(256)) * 40


@pytest.mark.parametrize(
    "content_of",
    [
        ContentFile,
        io.BytesIO,
        lambda data: File(io.BytesIO(data)),
        lambda data: SimpleUploadedFile("a.bin", data),
        uploaded_in_memory,
        uploaded_to_disk,
        spooled,
        on_disk,
        Stream,
        lambda data: File(Stream(data)),
        lambda data: File(io.BufferedReader(Stream(data))),
    ],
    ids=lambda made: getattr(made, "__name__", "made"),
)
@pytest.mark.parametrize("size", [0, 1, len(DATA)])
def test_bytes(storage, oss_emulator, content_of, size):
    with content_of(DATA[:size]) as content:
        assert storage.save("a.bin", content) == "a.bin"
        assert not content.closed, "the caller's file was closed"
    assert oss_emulator.get("a.bin") == DATA[:size]


@pytest.mark.parametrize(
    "content_of",
    [ContentFile, io.StringIO, lambda text: File(io.StringIO(text)), TextStream],
    ids=["ContentFile", "StringIO", "File", "stream"],
)
@pytest.mark.parametrize("text", ["", "new content", "季度报告 😀\n" * 20_000])
def test_text(storage, oss_emulator, content_of, text):
    storage.save("a.txt", content_of(text))
    assert oss_emulator.get("a.txt") == text.encode()


def test_text_keeps_the_encoding_of_its_file(storage, oss_emulator, tmp_path):
    path = tmp_path / "gbk.txt"
    path.write_text("季度报告", encoding="gbk")
    with path.open(encoding="gbk") as file:
        storage.save("gbk.txt", File(file))
    assert oss_emulator.get("gbk.txt") == path.read_bytes()


def test_from_the_start_wherever_it_stands(storage, oss_emulator):
    content = ContentFile(b"0123456789")
    content.read(5)
    storage.save("a", content)
    storage.save("b", content)
    assert oss_emulator.get("a") == oss_emulator.get("b") == b"0123456789"


def test_a_file_named_by_itself(storage):
    assert storage.save(None, ContentFile(b"x", name="dir/own.txt")) == "dir/own.txt"


def test_a_file_of_a_closed_stream(storage, oss_emulator):
    content = File(io.BytesIO(b"x"))
    content.close()
    with pytest.raises(ValueError, match="closed file"):
        storage.save("a", content)
    assert oss_emulator.keys() == []


# Large ones


@pytest.mark.parametrize("seekable", [True, False], ids=["file", "stream"])
@pytest.mark.parametrize("more", [-1, 0, 1, 250_000])
def test_in_parts(on_emulator, oss_emulator, seekable, more):
    storage = on_emulator(transfer_config={"part_size": 102_400, "threshold": 102_400, "parallel": 2})
    data = (b"0123456789abcdef" * 30_000)[: 102_400 + more]
    storage.save("big.bin", ContentFile(data) if seekable else Stream(data, 70_000))
    assert oss_emulator.get("big.bin") == data
    assert oss_emulator.uploads() == []
    in_parts = more > 0 or (more == 0 and not seekable)
    assert bool(oss_emulator.calls["CompleteMultipartUpload"]) is in_parts


def test_a_seekable_file_goes_in_one_request_by_default(storage, oss_emulator):
    data = b"x" * (20 * MIB)
    storage.save("big.bin", ContentFile(data))
    assert oss_emulator.get("big.bin") == data
    assert dict(oss_emulator.calls) == {"PutObject": 1}


def test_headers_of_what_goes_in_parts(on_emulator):
    storage = on_emulator(
        transfer_config={"part_size": 102_400, "threshold": 0},
        object_parameters={"CacheControl": "max-age=60", "Metadata": {"owner": "me"}},
        default_acl="public-read",
    )
    storage.save("big.txt", Stream(b"x" * 300_000))
    headers = headers_of(storage, "big.txt")
    assert (headers["Content-Type"], headers["Cache-Control"], headers["x-oss-meta-owner"]) == (
        "text/plain",
        "max-age=60",
        "me",
    )
    assert b"<Grant>public-read</Grant>" in fetch(storage.presign("big.txt", parameters={"acl": None})).body


# Names


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("a.txt", "a.txt"),
        ("dir/sub/a.txt", "dir/sub/a.txt"),
        ("dir//./a.txt", "dir/a.txt"),
        ("dir\\a.txt", "dir/a.txt"),
        ("季度 报告+1%.pdf", "季度 报告+1%.pdf"),
        ("😀'\"<&>.txt", "😀'\"<&>.txt"),
        ("a?b#c;d=e.txt", "a?b#c;d=e.txt"),
        (".htaccess", ".htaccess"),
        ("k" * 1017, "k" * 1017),
    ],
)
def test_names(on_emulator, oss_emulator, name, saved):
    storage = on_emulator(location="media")
    assert storage.save(name, ContentFile(b"x")) == saved
    assert oss_emulator.keys() == [f"media/{saved}"]
    assert fetch(storage.url(saved)).body == b"x"


@pytest.mark.parametrize("location", ["", "media"])
@pytest.mark.parametrize("name", ["../a", "a/../../b", "a/..", "/a", "\\a", "a\\..\\b", "..", ".", "", "a/", "/"])
def test_names_that_lead_elsewhere_or_nowhere(on_emulator, oss_emulator, location, name):
    with pytest.raises(SuspiciousFileOperation):
        on_emulator(location=location).save(name, ContentFile(b"x"))
    assert (oss_emulator.keys(), dict(oss_emulator.calls)) == ([], {})


@pytest.mark.parametrize("name", ["a\0b", "a\nb", "a\rb", "a\ud800", "k" * 1024, "季" * 342])
def test_names_that_cannot_be(storage, oss_emulator, name):
    with pytest.raises(InvalidKey, match=r"key "):
        storage.save(name, ContentFile(b"x"))
    assert (oss_emulator.keys(), dict(oss_emulator.calls)) == ([], {})


def test_locations_are_apart(on_emulator, oss_emulator):
    on_emulator(location="one").save("a", ContentFile(b"1"))
    on_emulator(location="two/").save("a", ContentFile(b"2"))
    assert oss_emulator.keys() == ["one/a", "two/a"]


def test_generate_filename(storage):
    assert storage.generate_filename("dir/sub/a file?.txt") == "dir/sub/a_file.txt"
    assert storage.generate_filename("dir\\a.txt") == "dir/a.txt"
    for name in ("../a", "dir/../../a", "dir\\..\\a"):
        with pytest.raises(SuspiciousFileOperation):
            storage.generate_filename(name)


# Headers


@pytest.mark.parametrize(
    ("name", "uploaded", "stored"),
    [
        ("a.jpg", None, "image/jpeg"),
        ("a.JPG", None, "image/jpeg"),
        ("a.txt", None, "text/plain"),
        ("noextension", None, "application/octet-stream"),
        ("a.unknownextension", None, "application/octet-stream"),
        ("noextension", "test/foo", "test/foo"),
        ("a.jpg", "image/x-special; q=1", "image/x-special; q=1"),
        ("a.txt", "text/plain; charset=gbk", "text/plain; charset=gbk"),
        # What a client says of its upload may be anything.
        ("a.txt", "", "text/plain"),
        ("a.txt", "text/plain\r\nx-oss-object-acl: public-read", "text/plain"),
        ("a.txt", "text/季度", "text/plain"),
        ("a.txt", "nonsense", "text/plain"),
    ],
)
def test_content_type(storage, name, uploaded, stored):
    content = ContentFile(b"data")
    content.content_type = uploaded
    storage.save(name, content)
    headers = headers_of(storage, name)
    assert headers["Content-Type"] == stored
    assert "Content-Encoding" not in headers


@pytest.mark.parametrize("uploaded", [None, "application/gzip"])
@pytest.mark.parametrize("gzip_option", [True, False])
def test_a_compressed_file_stays_one(on_emulator, oss_emulator, uploaded, gzip_option):
    """With a Content-Encoding, a browser would save it unpacked under its packed name, and open() unpack it."""
    storage = on_emulator(gzip=gzip_option)
    packed = gzip.compress(b"a tar")
    content = ContentFile(packed)
    content.content_type = uploaded
    storage.save("backup.tar.gz", content)
    headers = headers_of(storage, "backup.tar.gz")
    assert headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in headers
    assert storage.open("backup.tar.gz").read() == packed == oss_emulator.get("backup.tar.gz")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.xz", "application/x-xz"), ("a.bz2", "application/x-bzip"), ("a.zip", "application/zip")],
)
def test_other_compressed_files(storage, name, kind):
    storage.save(name, ContentFile(b"data"))
    headers = headers_of(storage, name)
    assert (headers["Content-Type"], headers["Content-Encoding"]) == (kind, None)


def test_an_svgz_is_shown(storage):
    storage.save("a.svgz", ContentFile(gzip.compress(b"<svg/>")))
    headers = headers_of(storage, "a.svgz")
    assert (headers["Content-Type"], headers["Content-Encoding"]) == ("image/svg+xml", "gzip")


PARAMETERS = {
    "ACL": "public-read",
    "CacheControl": "max-age=86400",
    "ContentDisposition": "attachment",
    "ContentLanguage": "zh-CN",
    "ContentType": "text/x-special",
    "Expires": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
    "Metadata": {"Author": "me", "pages": 7},
    "StorageClass": "IA",
    "Tagging": {"team": "sales", "year": "2026"},
}


@pytest.mark.parametrize(
    "parameters",
    [
        PARAMETERS,
        {
            "x-oss-object-acl": "public-read",
            "cache-control": "max-age=86400",
            "Content-Disposition": "attachment",
            "content-language": "zh-CN",
            "Content-Type": "text/x-special",
            "expires": "Wed, 02 Jan 2030 03:04:05 GMT",
            "x-oss-meta-author": "me",
            "x-oss-meta-pages": "7",
            "x-oss-storage-class": "IA",
            "Tagging": "team=sales&year=2026",
        },
    ],
    ids=["as S3Storage spells them", "as OSS spells them"],
)
@pytest.mark.parametrize("way", ["save", "open"])
def test_object_parameters(on_emulator, parameters, way):
    storage = on_emulator(object_parameters=parameters, default_acl="private")
    if way == "save":
        storage.save("a.txt", ContentFile(b"x"))
    else:
        with storage.open("a.txt", "wb") as file:
            file.write(b"x")
    headers = headers_of(storage, "a.txt")
    assert {
        name: headers[name]
        for name in (
            "Cache-Control",
            "Content-Disposition",
            "Content-Language",
            "Content-Type",
            "Expires",
            "x-oss-meta-author",
            "x-oss-meta-pages",
            "x-oss-storage-class",
        )
    } == {
        "Cache-Control": "max-age=86400",
        "Content-Disposition": "attachment",
        "Content-Language": "zh-CN",
        "Content-Type": "text/x-special",
        "Expires": "Wed, 02 Jan 2030 03:04:05 GMT",
        "x-oss-meta-author": "me",
        "x-oss-meta-pages": "7",
        "x-oss-storage-class": "IA",
    }
    acl = fetch(storage.presign("a.txt", parameters={"acl": None})).body
    assert b"<Grant>public-read</Grant>" in acl, "the parameter wins over default_acl"
    tags = fetch(storage.presign("a.txt", parameters={"tagging": None})).body
    assert re.findall(rb"<Key>(\w+)</Key>\s*<Value>(\w+)</Value>", tags) == [(b"team", b"sales"), (b"year", b"2026")]


@pytest.mark.parametrize("acl", ["default", "private", "public-read", "public-read-write"])
def test_default_acl(on_emulator, acl):
    storage = on_emulator(default_acl=acl)
    storage.save("a.txt", ContentFile(b"x"))
    body = fetch(storage.presign("a.txt", parameters={"acl": None})).body
    assert f"<Grant>{acl}</Grant>".encode() in body


def test_private_unless_said_otherwise(storage):
    storage.save("a.txt", ContentFile(b"x"))
    assert fetch(storage.url("a.txt").split("?")[0]).status == 403


def test_object_parameters_of_some(on_emulator):
    asked = []

    class Mixed(OSSStorage):
        def get_object_parameters(self, name):
            asked.append(name)
            own = {"ContentType": "application/gzip"} if name.endswith(".gz") else {}
            return {**super().get_object_parameters(name), **own}

    storage = on_emulator(Mixed, location="media", object_parameters={"CacheControl": "no-store"})
    storage.save("a.gz", ContentFile(b"x"))
    with storage.open("b.txt", "wb") as file:
        file.write(b"x")
    assert headers_of(storage, "a.gz")["Content-Type"] == "application/gzip"
    assert headers_of(storage, "b.txt")["Cache-Control"] == "no-store"
    assert asked == ["media/a.gz", "media/b.txt"], "with the location, as S3Storage passes it"


def test_a_bad_parameter_of_one(on_emulator, oss_emulator):
    class Wrong(OSSStorage):
        def get_object_parameters(self, name):
            return {"CacheControl": "a\r\nx-oss-object-acl: public-read"}

    with pytest.raises(StorageMisconfigured, match="control character"):
        on_emulator(Wrong).save("a", ContentFile(b"x"))
    assert dict(oss_emulator.calls) == {}


def test_the_name_of_a_download_beyond_ascii(on_emulator):
    disposition = content_disposition("attachment", "季度.pdf")
    storage = on_emulator(object_parameters={"ContentDisposition": disposition})
    storage.save("a", ContentFile(b"x"))
    assert headers_of(storage, "a")["Content-Disposition"] == disposition


# gzip


CSS = b"body { color: red }\n" * 500


@pytest.mark.parametrize("content_of", [ContentFile, Stream, lambda data: ContentFile(data.decode())])
def test_gzip(on_emulator, oss_emulator, content_of):
    storage = on_emulator(gzip=True)
    storage.save("a.css", content_of(CSS))
    headers = headers_of(storage, "a.css")
    assert (headers["Content-Type"], headers["Content-Encoding"]) == ("text/css", "gzip")
    assert gzip.decompress(oss_emulator.get("a.css")) == CSS
    assert len(oss_emulator.get("a.css")) < len(CSS) / 10
    assert storage.size("a.css") == len(oss_emulator.get("a.css"))
    with storage.open("a.css") as file:
        assert file.read() == CSS


def test_gzip_twice_and_alike(on_emulator, oss_emulator):
    storage = on_emulator(gzip=True)
    content = ContentFile(CSS)
    storage.save("a.css", content)
    storage.save("b.css", content)
    assert oss_emulator.get("a.css") == oss_emulator.get("b.css")


def test_gzip_leaves_others_alone(on_emulator, oss_emulator):
    storage = on_emulator(gzip=True, gzip_content_types=["text/plain"])
    content = ContentFile(CSS)
    content.content_type = "text/plain; charset=utf-8"
    storage.save("a.txt", content)
    storage.save("a.css", ContentFile(CSS))
    assert gzip.decompress(oss_emulator.get("a.txt")) == CSS
    assert oss_emulator.get("a.css") == CSS


def test_gzip_keeps_out_of_an_encoding_of_ones_own(on_emulator, oss_emulator):
    storage = on_emulator(gzip=True, object_parameters={"ContentEncoding": "br"})
    storage.save("a.css", ContentFile(CSS))
    assert oss_emulator.get("a.css") == CSS
    assert headers_of(storage, "a.css")["Content-Encoding"] == "br"


def test_gzip_in_parts(on_emulator, oss_emulator):
    storage = on_emulator(gzip=True, transfer_config={"part_size": 102_400, "threshold": 0})
    data = b"".join(number.to_bytes(4) for number in range(200_000))
    storage.save("a.css", ContentFile(data))
    assert gzip.decompress(oss_emulator.get("a.css")) == data
    assert oss_emulator.calls["UploadPart"] > 1


# Content that fails


class SourceBroke(Exception):
    pass


class Broken(io.RawIOBase):
    """Breaks after some bytes."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        size = min(len(buffer), self._left)
        if not size and len(buffer):
            raise SourceBroke
        self._left -= size
        buffer[:size] = b"x" * size
        return size


@pytest.mark.parametrize("size", [10, 500_000])
def test_a_source_that_breaks_leaves_nothing(on_emulator, oss_emulator, size):
    storage = on_emulator(transfer_config={"part_size": 102_400})
    with pytest.raises(SourceBroke):
        storage.save("a", Broken(size))
    assert (oss_emulator.keys(), oss_emulator.uploads()) == ([], [])
    assert oss_emulator.calls["AbortMultipartUpload"] == (1 if size > 102_400 else 0)


# The charset of texts

CHINESE = "本报告是第三季度的销售情况。由于市场变化，我们在上海的业务都有了新的进展。\n"


@pytest.mark.parametrize(
    ("name", "content", "stored"),
    [
        ("a.txt", CHINESE.encode("gb18030"), "text/plain; charset=gb18030"),
        ("a.csv", CHINESE.encode(), "text/csv; charset=utf-8"),
        ("a.txt", CHINESE, "text/plain; charset=utf-8"),
        ("a.txt", b"plain", "text/plain"),
        ("a.txt", b"", "text/plain"),
        ("a.txt", "Größe".encode("windows-1252"), "text/plain"),
        ("a.png", CHINESE.encode(), "image/png"),
    ],
)
def test_a_text_with_its_charset_where_that_is_certain(oss_emulator, name, content, stored):
    storage = OSSStorage(**oss_emulator.storage_options(), detect_charset=True)
    storage.save(name, ContentFile(content))
    assert headers_of(storage, name)["Content-Type"] == stored
    assert oss_emulator.get(name) == (content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    ("said", "stored"),
    [("Text/CSV", "Text/CSV; charset=utf-8"), ("text/csv; ", "text/csv; charset=utf-8")],
)
def test_a_type_oddly_written_gets_its_charset_all_the_same(oss_emulator, said, stored):
    storage = OSSStorage(**oss_emulator.storage_options(), detect_charset=True)
    storage.save("a.csv", SimpleUploadedFile("a.csv", CHINESE.encode(), content_type=said))
    assert headers_of(storage, "a.csv")["Content-Type"] == stored


def test_a_charset_that_was_said_stays(oss_emulator):
    storage = OSSStorage(**oss_emulator.storage_options(), detect_charset=True)
    upload = SimpleUploadedFile("a.txt", CHINESE.encode(), content_type="text/plain; charset=big5")
    storage.save("a.txt", upload)
    assert headers_of(storage, "a.txt")["Content-Type"] == "text/plain; charset=big5"


def test_what_comes_once_is_stored_whole_without_a_charset(oss_emulator):
    storage = OSSStorage(**oss_emulator.storage_options(), detect_charset=True)
    storage.save("a.txt", File(Stream(CHINESE.encode() * 100)))
    assert oss_emulator.get("a.txt") == CHINESE.encode() * 100
    assert headers_of(storage, "a.txt")["Content-Type"] == "text/plain"


def test_packed_on_its_way_it_keeps_its_charset(oss_emulator):
    options = {"detect_charset": True, "gzip": True, "gzip_content_types": ["text/plain"]}
    storage = OSSStorage(**oss_emulator.storage_options(), **options)
    storage.save("a.txt", ContentFile(CHINESE.encode() * 100))
    headers = headers_of(storage, "a.txt")
    assert (headers["Content-Type"], headers["Content-Encoding"]) == ("text/plain; charset=utf-8", "gzip")
    assert gzip.decompress(oss_emulator.get("a.txt")) == CHINESE.encode() * 100


def test_no_charset_unless_asked_for(oss_emulator):
    storage = OSSStorage(**oss_emulator.storage_options())
    storage.save("a.txt", ContentFile(CHINESE.encode()))
    assert headers_of(storage, "a.txt")["Content-Type"] == "text/plain"
