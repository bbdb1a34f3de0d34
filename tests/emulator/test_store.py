"""What is kept under a root, and for how long."""

from __future__ import annotations

import errno
import os
import shutil
from io import BytesIO
from pathlib import Path

import alibabacloud_oss_v2 as oss
import pytest
import requests

from django_oss_share.oss.crc import crc64
from django_oss_share.testing import OSSEmulator
from django_oss_share.testing.emulator.store import Bucket, Draft, RootInUse, Store, Window
from django_oss_share.testing.emulator.store.crc_combine import combine

from .clients import refused, sdk


def blobs(root: Path) -> list[Path]:
    return [path for path in (root / "data").rglob("*") if path.is_file()]


class TestRestart:
    def test_everything_is_still_there(self, tmp_path):
        with OSSEmulator(tmp_path, buckets=["one-bucket"]) as first:
            client = sdk(first)
            client.put_object(oss.PutObjectRequest("one-bucket", "季度", body=b"x", metadata={"a": "b"}))
            client.put_bucket_acl(oss.PutBucketAclRequest("one-bucket", acl="public-read"))
            upload_id = client.initiate_multipart_upload(
                oss.InitiateMultipartUploadRequest("one-bucket", "big")
            ).upload_id
            part = client.upload_part(
                oss.UploadPartRequest("one-bucket", "big", part_number=1, upload_id=upload_id, body=b"part")
            )
            keys = first.access_key_id, first.access_key_secret

        with OSSEmulator(tmp_path, buckets=["other-bucket"]) as second:
            client = sdk(second)
            assert (second.access_key_id, second.access_key_secret) == keys
            assert client.head_object(oss.HeadObjectRequest("one-bucket", "季度")).metadata == {"a": "b"}
            assert client.get_bucket_acl(oss.GetBucketAclRequest("one-bucket")).acl == "public-read"
            client.complete_multipart_upload(
                oss.CompleteMultipartUploadRequest(
                    "one-bucket",
                    "big",
                    upload_id=upload_id,
                    complete_multipart_upload=oss.CompleteMultipartUpload(
                        parts=[oss.UploadPart(part_number=1, etag=part.etag)]
                    ),
                )
            )
            assert second.get("big", bucket="one-bucket") == b"part"

    def test_the_key_is_readable_by_its_owner_only(self, tmp_path):
        with OSSEmulator(tmp_path):
            assert (tmp_path / "access-key.json").stat().st_mode & 0o077 == 0

    def test_keys_can_be_named(self, tmp_path):
        with OSSEmulator(tmp_path, access_key_id="LTAImine", access_key_secret="secret") as emulator:
            assert emulator.access_key_id == "LTAImine"
        with OSSEmulator(tmp_path) as emulator:
            assert emulator.access_key_secret == "secret"

    def test_what_a_killed_process_was_receiving_is_gone(self, tmp_path):
        (tmp_path / "incoming").mkdir()
        (tmp_path / "incoming" / "half").write_bytes(b"x")

        with OSSEmulator(tmp_path):
            assert list((tmp_path / "incoming").iterdir()) == []

    def test_a_root_serves_one_at_a_time(self, tmp_path):
        with OSSEmulator(tmp_path), pytest.raises(RootInUse, match="served by another emulator"):
            OSSEmulator(tmp_path)
        with OSSEmulator(tmp_path):
            pass

    def test_what_cannot_listen_leaves_nothing_open(self, tmp_path):
        with OSSEmulator(tmp_path / "one") as first:
            port = int(first.endpoint.rpartition(":")[2])
            with pytest.raises(OSError, match="in use"):
                OSSEmulator(tmp_path / "two", port=port)
        with OSSEmulator(tmp_path / "two"):
            pass

    def test_stopping_what_never_started_or_has_stopped(self, tmp_path):
        emulator = OSSEmulator(tmp_path)
        for _ in range(2):
            emulator.stop()
        with OSSEmulator(tmp_path):
            pass

    def test_a_temporary_root_is_removed(self):
        with OSSEmulator() as emulator:
            emulator.put("a", b"x")
            assert emulator.root.exists()
        assert not emulator.root.exists()


class TestDisk:
    def test_it_holds_only_what_can_still_be_read(self, oss_emulator, client, bucket):
        for body in (b"1", b"22", b"333"):
            client.put_object(oss.PutObjectRequest(bucket, "a", body=body))
        upload_id = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket, "b")).upload_id
        for _ in range(2):
            client.upload_part(oss.UploadPartRequest(bucket, "b", part_number=1, upload_id=upload_id, body=b"p"))
        assert sorted(path.stat().st_size for path in blobs(oss_emulator.root)) == [1, 3]

        client.abort_multipart_upload(oss.AbortMultipartUploadRequest(bucket, "b", upload_id=upload_id))
        client.delete_object(oss.DeleteObjectRequest(bucket, "a"))

        assert blobs(oss_emulator.root) == []

    def test_refused_uploads_leave_nothing(self, oss_emulator, client, bucket):
        oss_emulator.put("a", b"x")
        client.append_object(oss.AppendObjectRequest(bucket, "log", position=0, body=b"y"))
        with refused(409, "FileAlreadyExists"):
            client.put_object(oss.PutObjectRequest(bucket, "a", body=b"new", forbid_overwrite=True))
        with refused(409, "PositionNotEqualToLength"):
            client.append_object(oss.AppendObjectRequest(bucket, "log", position=5, body=b"new"))
        with refused(400, "InvalidDigest"):
            client.put_object(oss.PutObjectRequest(bucket, "b", body=b"n", content_md5="1B2M2Y8AsgTpgAmY7PhCfg=="))

        with refused(400, "InvalidTag"):
            client.put_object(oss.PutObjectRequest(bucket, "b", body=b"n", tagging="=no name"))

        assert len(blobs(oss_emulator.root)) == 2
        assert list((oss_emulator.root / "incoming").iterdir()) == []

    def test_a_full_one_is_an_error_of_the_server_and_leaves_nothing(
        self, oss_emulator, client, bucket, monkeypatch, caplog
    ):
        class FullDisk(BytesIO):
            def write(self, data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        path_open = Path.open

        def open_full(path, mode="r", *args, **kwargs):
            if "incoming" in path.parts and "w" in mode:
                path_open(path, mode).close()
                return FullDisk()
            return path_open(path, mode, *args, **kwargs)

        monkeypatch.setattr(Path, "open", open_full)
        with refused(500, "InternalError"):
            client.put_object(oss.PutObjectRequest(bucket, "a", body=b"x"))

        assert "No space left on device" in caplog.text
        assert list((oss_emulator.root / "incoming").iterdir()) == []
        assert oss_emulator.keys() == []

    def test_without_hard_links_copies_are_copies(self, oss_emulator, client, bucket, monkeypatch):
        def no_links(*args, **kwargs):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", no_links)
        oss_emulator.put("a", b"hello")
        client.copy_object(oss.CopyObjectRequest(bucket, "b", source_bucket=bucket, source_key="a"))
        client.delete_object(oss.DeleteObjectRequest(bucket, "a"))

        assert oss_emulator.get("b") == b"hello"

    def test_files_that_were_taken_away_are_an_error_of_the_server(self, oss_emulator, client, bucket, caplog):
        oss_emulator.put("a", bytes(1000))
        shutil.rmtree(oss_emulator.root / "data")
        (oss_emulator.root / "data").mkdir()

        with pytest.raises((oss.exceptions.OperationError, requests.RequestException)):
            _ = client.get_object(oss.GetObjectRequest(bucket, "a")).body.content
        assert "FileNotFoundError" in caplog.text


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path)
    made.buckets.create(Bucket("bucket", "cn-hangzhou", "1", 0, "private", ""))
    yield made
    made.close()


class TestReaders:
    def test_bytes_stay_until_their_last_reader_has_left(self, store, tmp_path):
        store.objects.put("bucket", "a", Draft(store.blobs.receive(BytesIO(b"old"))), 0)
        _, first = store.objects.open("bucket", "a")
        _, second = store.objects.open("bucket", "a")
        store.objects.delete("bucket", "a", None, 0)

        assert b"".join(first.blocks()) == b"old"
        first.close()
        first.close()
        assert len(blobs(tmp_path)) == 1
        assert b"".join(second.blocks()) == b"old"
        second.close()
        assert blobs(tmp_path) == []

    def test_a_part_across_files(self, store):
        for position, piece in [(0, b"0123"), (4, b""), (4, b"456"), (7, b"789")]:
            content = store.blobs.receive(BytesIO(piece))
            store.objects.append("bucket", "a", Draft(content, type="Appendable"), position, 0)
        _, body = store.objects.open("bucket", "a")

        for start in range(11):
            for end in range(start, 11):
                assert b"".join(body.part(start, end - start).blocks()) == b"0123456789"[start:end]
        body.close()


def test_listing_jumps_over_what_it_folds(store):
    for number in range(500):
        store.objects.put("bucket", f"{number % 2}/{number:04}", Draft(store.blobs.receive(BytesIO())), 0)
    steps = 0

    def count():
        nonlocal steps
        steps += 1

    with store._database.reading() as connection:
        connection.set_progress_handler(count, 10)
        page = store.listing.objects("bucket", Window(delimiter="/"))
        connection.set_progress_handler(None, 10)

    assert (page.prefixes, page.rows, page.truncated) == (["0/", "1/"], [], False)
    assert steps < 50


def test_the_crc_of_two_pieces_is_that_of_the_whole():
    for first, second in [(b"", b""), (b"a", b""), (b"", b"a"), (b"hello, ", b"world"), (os.urandom(99), bytes(5000))]:
        assert combine(crc64(first), crc64(second), len(second)) == crc64(first + second)
