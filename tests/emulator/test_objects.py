"""One object at a time, by alibabacloud-oss-v2."""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import alibabacloud_oss_v2 as oss
import pytest
import requests

from django_oss_share.oss.crc import crc64

from .clients import refused, sdk

DATA = bytes(range(256)) * 40


def md5_of(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_what_was_put_is_got_with_all_that_belongs_to_it(oss_emulator, bucket, version):
    client = sdk(oss_emulator, signature_version=version)
    client.put_object(
        oss.PutObjectRequest(
            bucket,
            "季度 report.txt",
            body=DATA,
            content_type="text/plain; charset=utf-8",
            cache_control="max-age=60",
            content_disposition="inline",
            headers={"Content-Language": "zh"},
            metadata={"owner": "me", "Case": "Kept"},
            storage_class="IA",
            tagging="a=1&b=x%20y",
        )
    )

    got = client.get_object(oss.GetObjectRequest(bucket, "季度 report.txt"))

    assert got.body.content == DATA
    assert got.content_length == len(DATA)
    assert got.content_type == "text/plain; charset=utf-8"
    assert got.cache_control == "max-age=60"
    assert got.content_disposition == "inline"
    assert got.headers["Content-Language"] == "zh"
    assert got.metadata == {"owner": "me", "case": "Kept"}
    assert got.storage_class == "IA"
    assert got.tagging_count == 2
    assert got.object_type == "Normal"
    assert got.etag == f'"{md5_of(DATA).hex().upper()}"'
    assert got.hash_crc64 == str(crc64(DATA))
    assert got.headers["Server"] == "AliyunOSS"
    assert len(got.request_id) == 24
    assert abs(got.last_modified - datetime.now(UTC)) < timedelta(minutes=1)


def test_head_says_the_same_as_get_without_the_bytes(client, bucket):
    client.put_object(oss.PutObjectRequest(bucket, "a.txt", body=DATA, metadata={"x": "y"}))

    head = client.head_object(oss.HeadObjectRequest(bucket, "a.txt"))
    meta = client.get_object_meta(oss.GetObjectMetaRequest(bucket, "a.txt"))

    assert head.content_length == meta.content_length == len(DATA)
    assert head.etag == meta.etag == f'"{md5_of(DATA).hex().upper()}"'
    assert head.metadata == {"x": "y"}
    assert head.hash_crc64 == meta.hash_crc64 == str(crc64(DATA))


def test_an_object_of_no_bytes(client, bucket):
    client.put_object(oss.PutObjectRequest(bucket, "empty", body=b""))

    got = client.get_object(oss.GetObjectRequest(bucket, "empty"))

    assert got.body.content == b""
    assert got.etag == '"D41D8CD98F00B204E9800998ECF8427E"'
    assert got.hash_crc64 == "0"


def test_a_second_put_takes_the_place_of_the_first(client, bucket, oss_emulator):
    for body in (b"first", b"second"):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=body))

    assert oss_emulator.get("a") == b"second"
    assert oss_emulator.keys() == ["a"]


def test_a_body_of_unknown_length_arrives_in_chunks(client, bucket, oss_emulator):
    client.put_object(oss.PutObjectRequest(bucket, "chunked", body=iter([b"one,", b"two,", b"three"])))

    assert oss_emulator.get("chunked") == b"one,two,three"


def test_what_is_not_there(client, bucket):
    with refused(404, "NoSuchKey"):
        client.get_object(oss.GetObjectRequest(bucket, "nothing"))
    with refused(404, "NoSuchKey"):
        client.head_object(oss.HeadObjectRequest(bucket, "nothing"))
    with refused(404, "NoSuchBucket"):
        client.get_object(oss.GetObjectRequest("no-such-bucket", "nothing"))


def test_deleting_removes_and_is_no_error_a_second_time(client, bucket, oss_emulator):
    client.put_object(oss.PutObjectRequest(bucket, "a", body=b"x"))

    for _ in range(2):
        assert client.delete_object(oss.DeleteObjectRequest(bucket, "a")).status_code == 204

    assert oss_emulator.keys() == []


def test_no_overwriting_where_it_is_forbidden(client, bucket, oss_emulator):
    client.put_object(oss.PutObjectRequest(bucket, "a", body=b"first", forbid_overwrite=True))

    with refused(409, "FileAlreadyExists") as said:
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"second", forbid_overwrite=True))

    assert said["ec"] == "0026-00000002"
    assert oss_emulator.get("a") == b"first"


def test_content_md5_is_checked(client, bucket, oss_emulator):
    right = b64encode(md5_of(b"hello")).decode()
    client.put_object(oss.PutObjectRequest(bucket, "right", body=b"hello", content_md5=right))
    for wrong in (b64encode(bytes(16)).decode(), "nonsense", b64encode(b"short").decode()):
        with refused(400, "InvalidDigest"):
            client.put_object(oss.PutObjectRequest(bucket, "wrong", body=b"hello", content_md5=wrong))

    assert oss_emulator.keys() == ["right"]


def test_a_storage_class_acl_or_tag_that_oss_does_not_know(client, bucket, oss_emulator):
    with refused(400, "InvalidArgument"):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"", storage_class="Cellar"))
    with refused(400, "InvalidArgument"):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"", acl="everybody"))
    with refused(400, "InvalidTag"):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"", tagging="&".join(f"{n}=1" for n in range(11))))

    assert oss_emulator.keys() == []


def test_upload_callbacks_are_not_implemented(client, bucket, oss_emulator):
    with refused(501, "NotImplemented"):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"", callback="e30="))

    assert oss_emulator.keys() == []


class TestAppending:
    def test_each_append_goes_on_where_the_last_one_ended(self, client, bucket, oss_emulator):
        position = 0
        for piece in (b"one,", b"two,", DATA):
            answer = client.append_object(oss.AppendObjectRequest(bucket, "log", position=position, body=piece))
            position += len(piece)
            assert answer.next_position == position

        head = client.head_object(oss.HeadObjectRequest(bucket, "log"))

        assert oss_emulator.get("log") == b"one,two," + DATA
        assert head.object_type == "Appendable"
        assert head.next_append_position == position
        assert head.hash_crc64 == answer.hash_crc64 == str(crc64(b"one,two," + DATA))

    def test_nowhere_but_at_the_end(self, client, bucket, oss_emulator):
        client.append_object(oss.AppendObjectRequest(bucket, "log", position=0, body=b"12345"))

        with refused(409, "PositionNotEqualToLength") as said:
            client.append_object(oss.AppendObjectRequest(bucket, "log", position=3, body=b"678"))

        assert said["headers"]["x-oss-next-append-position"] == "5"
        assert oss_emulator.get("log") == b"12345"

    def test_not_to_an_object_of_another_type(self, client, bucket):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"x"))

        with refused(409, "ObjectNotAppendable"):
            client.append_object(oss.AppendObjectRequest(bucket, "a", position=1, body=b"y"))


class TestRanges:
    @pytest.fixture(autouse=True)
    def ten_digits(self, oss_emulator):
        oss_emulator.put("digits", b"0123456789")

    def get(self, client, bucket, wanted, behavior=None):
        return client.get_object(oss.GetObjectRequest(bucket, "digits", range_header=wanted, range_behavior=behavior))

    @pytest.mark.parametrize(
        ("wanted", "expected", "header"),
        [
            ("bytes=0-0", b"0", "bytes 0-0/10"),
            ("bytes=2-4", b"234", "bytes 2-4/10"),
            ("bytes=7-", b"789", "bytes 7-9/10"),
            ("bytes=-3", b"789", "bytes 7-9/10"),
            ("bytes=-20", b"0123456789", "bytes 0-9/10"),
        ],
    )
    @pytest.mark.parametrize("behavior", [None, "standard"])
    def test_a_part(self, client, bucket, wanted, expected, header, behavior):
        got = self.get(client, bucket, wanted, behavior)

        assert (got.status_code, got.body.content) == (206, expected)
        assert got.content_range == header
        assert got.content_length == len(expected)

    def test_more_than_there_is_the_standard_way(self, client, bucket):
        assert self.get(client, bucket, "bytes=8-99", "standard").body.content == b"89"
        with refused(416, "InvalidRange") as said:
            self.get(client, bucket, "bytes=10-11", "standard")
        assert said["headers"]["Content-Range"] == "bytes */10"

    @pytest.mark.parametrize("wanted", ["bytes=8-99", "bytes=10-11", "bytes=5-2", "bytes=a-b", "bytes=-", "lines=1-2"])
    def test_a_range_that_does_not_fit_is_passed_over(self, client, bucket, wanted):
        got = self.get(client, bucket, wanted)

        assert (got.status_code, got.body.content) == (200, b"0123456789")

    def test_across_the_parts_of_a_multipart_object(self, client, bucket, oss_emulator):
        data = bytes(1000) + DATA * 30
        upload = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket, "parts")).upload_id
        parts = []
        for number, start in enumerate(range(0, len(data), 102_400), 1):
            request = oss.UploadPartRequest(
                bucket, "parts", part_number=number, upload_id=upload, body=data[start : start + 102_400]
            )
            parts.append(oss.UploadPart(part_number=number, etag=client.upload_part(request).etag))
        client.complete_multipart_upload(
            oss.CompleteMultipartUploadRequest(
                bucket,
                "parts",
                upload_id=upload,
                complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts),
            )
        )

        for first, last in [(0, 9), (102_399, 102_400), (100_000, 250_000), (204_800, len(data) - 1)]:
            got = client.get_object(oss.GetObjectRequest(bucket, "parts", range_header=f"bytes={first}-{last}"))
            assert got.body.content == data[first : last + 1]


class TestConditions:
    @pytest.fixture
    def stored(self, client, bucket):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"hello"))
        return client.head_object(oss.HeadObjectRequest(bucket, "a"))

    def status(self, client, bucket, **conditions) -> int:
        url = client.presign(oss.GetObjectRequest(bucket, "a")).url
        return requests.get(url, headers=conditions, timeout=10).status_code

    def test_of_the_etag(self, client, bucket, stored):
        etag, other = stored.etag, '"00000000000000000000000000000000"'

        assert self.status(client, bucket, **{"If-Match": etag}) == 200
        assert self.status(client, bucket, **{"If-Match": "*"}) == 200
        assert self.status(client, bucket, **{"If-Match": other}) == 412
        assert self.status(client, bucket, **{"If-Match": f"{other}, {etag.lower()}"}) == 200
        assert self.status(client, bucket, **{"If-None-Match": etag}) == 304
        assert self.status(client, bucket, **{"If-None-Match": other}) == 200

    def test_of_the_time(self, client, bucket, stored):
        at = stored.headers["Last-Modified"]
        earlier, later = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"

        assert self.status(client, bucket, **{"If-Modified-Since": at}) == 304
        assert self.status(client, bucket, **{"If-Modified-Since": earlier}) == 200
        assert self.status(client, bucket, **{"If-Unmodified-Since": at}) == 200
        assert self.status(client, bucket, **{"If-Unmodified-Since": earlier}) == 412
        assert self.status(client, bucket, **{"If-Modified-Since": later}) == 304
        assert self.status(client, bucket, **{"If-Modified-Since": "yesterday"}) == 200

    def test_not_modified_has_the_etag_and_no_body(self, client, bucket, stored):
        url = client.presign(oss.GetObjectRequest(bucket, "a")).url

        answer = requests.get(url, headers={"If-None-Match": stored.etag}, timeout=10)

        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == stored.etag

    def test_by_the_sdk(self, client, bucket, stored):
        with refused(412, "PreconditionFailed"):
            client.get_object(oss.GetObjectRequest(bucket, "a", if_match='"0"'))


class TestOverrides:
    def test_each_header_can_be_replaced(self, client, bucket):
        client.put_object(oss.PutObjectRequest(bucket, "a", body=b"x", content_type="text/html"))

        got = client.get_object(
            oss.GetObjectRequest(
                bucket,
                "a",
                response_content_type="text/plain",
                response_content_language="zh-CN",
                response_expires="Fri, 01 Jan 2100 00:00:00 GMT",
                response_cache_control="no-store",
                response_content_disposition="attachment; filename*=UTF-8''%E5%AD%A3.txt",
                response_content_encoding="identity",
            )
        )

        assert got.headers["Content-Type"] == "text/plain"
        assert got.headers["Content-Language"] == "zh-CN"
        assert got.headers["Expires"] == "Fri, 01 Jan 2100 00:00:00 GMT"
        assert got.headers["Cache-Control"] == "no-store"
        assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%AD%A3.txt"
        assert got.headers["Content-Encoding"] == "identity"

    def test_a_line_break_in_one_starts_no_header(self, client, bucket, oss_emulator):
        oss_emulator.put("a", b"x")
        request = oss.GetObjectRequest(bucket, "a", response_content_type="text/plain\r\nX-Evil: 1")

        answer = requests.get(client.presign(request).url, timeout=10)

        assert answer.status_code == 200
        assert "X-Evil" not in answer.headers

    def test_not_for_anonymous_visitors(self, oss_emulator, bucket):
        oss_emulator.put("a", b"x")
        sdk(oss_emulator).put_object_acl(oss.PutObjectAclRequest(bucket, "a", acl="public-read"))
        url = f"{oss_emulator.endpoint}/{bucket}/a"

        assert requests.get(url, timeout=10).content == b"x"
        assert requests.get(f"{url}?response-content-type=text/plain", timeout=10).status_code == 400


def test_a_stored_line_break_cannot_be_had(client, bucket, oss_emulator):
    """A header's value is what the wire allows, however it came into the store."""
    oss_emulator.put("a", b"x", content_type="text/plain\r\nX-Evil: 1")

    got = client.get_object(oss.GetObjectRequest(bucket, "a"))

    assert "X-Evil" not in got.headers


def test_symbolic_links(client, bucket, oss_emulator):
    oss_emulator.put("目标.txt", b"there")
    client.put_symlink(oss.PutSymlinkRequest(bucket, "link", symlink_target="%E7%9B%AE%E6%A0%87.txt"))

    assert client.get_object(oss.GetObjectRequest(bucket, "link")).body.content == b"there"
    assert client.get_symlink(oss.GetSymlinkRequest(bucket, "link")).target == "%E7%9B%AE%E6%A0%87.txt"
    with refused(400, "NotSymlink"):
        client.get_symlink(oss.GetSymlinkRequest(bucket, "目标.txt"))
    client.delete_object(oss.DeleteObjectRequest(bucket, "目标.txt"))
    with refused(404, "SymlinkTargetNotExist"):
        client.get_object(oss.GetObjectRequest(bucket, "link"))


def test_a_body_read_from_a_file_comes_back(client, bucket, tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(DATA * 100)
    client.put_object_from_file(oss.PutObjectRequest(bucket, "file"), str(path))

    got = client.get_object(oss.GetObjectRequest(bucket, "file"))

    assert b"".join(got.body.iter_bytes()) == DATA * 100


def test_put_from_a_stream_that_was_partly_read(client, bucket, oss_emulator):
    stream = io.BytesIO(b"skipped:kept")
    stream.seek(8)

    client.put_object(oss.PutObjectRequest(bucket, "rest", body=stream))

    assert oss_emulator.get("rest") == b"kept"
