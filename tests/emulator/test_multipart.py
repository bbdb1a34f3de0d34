"""Multipart uploads, by alibabacloud-oss-v2 and oss2."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import alibabacloud_oss_v2 as oss
import oss2
import pytest

from django_oss_share.oss.crc import crc64

from .clients import OSS2_IS_OLD, oss2_bucket, refused

PART = 100 * 1024


@pytest.fixture
def begin(client, bucket):
    def begin(key: str = "big", **headers) -> str:
        return client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket, key, **headers)).upload_id

    return begin


@pytest.fixture
def send(client, bucket):
    def send(upload_id: str, number: int, body: bytes, key: str = "big", **more) -> oss.UploadPart:
        request = oss.UploadPartRequest(bucket, key, part_number=number, upload_id=upload_id, body=body, **more)
        return oss.UploadPart(part_number=number, etag=client.upload_part(request).etag)

    return send


@pytest.fixture
def complete(client, bucket):
    def complete(upload_id: str, parts, key: str = "big", **more):
        return client.complete_multipart_upload(
            oss.CompleteMultipartUploadRequest(
                bucket,
                key,
                upload_id=upload_id,
                complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts),
                **more,
            )
        )

    return complete


def test_parts_in_any_order_make_one_object(client, bucket, oss_emulator, begin, send, complete):
    data = os.urandom(PART * 3 + 7)
    upload_id = begin(content_type="video/mp4", metadata={"a": "b"})
    parts = {}
    for number in (3, 1, 4, 2):
        parts[number] = send(upload_id, number, data[(number - 1) * PART : number * PART])

    result = complete(upload_id, [parts[number] for number in sorted(parts)])

    head = client.head_object(oss.HeadObjectRequest(bucket, "big"))
    assert oss_emulator.get("big") == data
    assert result.hash_crc64 == head.hash_crc64 == str(crc64(data))
    assert result.etag == head.etag
    assert result.etag.endswith('-4"')
    assert (head.object_type, head.content_type, head.metadata) == ("Multipart", "video/mp4", {"a": "b"})
    assert oss_emulator.uploads() == []


def test_a_part_sent_twice_counts_as_it_was_last_sent(oss_emulator, begin, send, complete):
    upload_id = begin()
    send(upload_id, 1, b"old" * PART)
    new = send(upload_id, 1, b"new")

    complete(upload_id, [new])

    assert oss_emulator.get("big") == b"new"


def test_only_the_parts_named_are_joined(oss_emulator, begin, send, complete):
    upload_id = begin()
    parts = [send(upload_id, number, bytes([number]) * PART) for number in (1, 2, 3)]

    complete(upload_id, [parts[0], parts[2]])

    assert oss_emulator.get("big") == b"\1" * PART + b"\3" * PART


def test_all_parts_on_demand(client, bucket, oss_emulator, begin, send):
    upload_id = begin()
    for number in (2, 1):
        send(upload_id, number, bytes([number]) * PART)

    client.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(bucket, "big", upload_id=upload_id, complete_all="yes")
    )

    assert oss_emulator.get("big") == b"\1" * PART + b"\2" * PART


def test_what_cannot_be_joined(oss_emulator, begin, send, complete):
    upload_id = begin()
    first, second = send(upload_id, 1, b"small"), send(upload_id, 2, b"last")

    with refused(400, "EntityTooSmall"):
        complete(upload_id, [first, second])
    with refused(400, "InvalidPartOrder"):
        complete(upload_id, [second, first])
    with refused(400, "InvalidPart"):
        complete(upload_id, [oss.UploadPart(part_number=1, etag=f'"{"0" * 32}"')])
    with refused(400, "InvalidPart"):
        complete(upload_id, [oss.UploadPart(part_number=9, etag=first.etag)])
    with refused(400, "MalformedXML"):
        complete(upload_id, [])

    assert (oss_emulator.keys(), oss_emulator.uploads()) == ([], ["big"])
    complete(upload_id, [first])
    assert oss_emulator.get("big") == b"small"


@pytest.mark.parametrize("number", [0, 10_001, -1])
def test_part_numbers_out_of_range(begin, send, number):
    upload_id = begin()

    with refused(400, "InvalidArgument"):
        send(upload_id, number, b"x")


def test_an_upload_that_is_over_or_of_another_key(client, bucket, begin, send, complete):
    upload_id = begin()
    with refused(404, "NoSuchUpload"):
        send(upload_id, 1, b"x", key="other")
    client.abort_multipart_upload(oss.AbortMultipartUploadRequest(bucket, "big", upload_id=upload_id))

    with refused(404, "NoSuchUpload"):
        send(upload_id, 1, b"x")
    with refused(404, "NoSuchUpload"):
        complete(upload_id, [oss.UploadPart(part_number=1, etag="x")])
    with refused(404, "NoSuchUpload"):
        client.abort_multipart_upload(oss.AbortMultipartUploadRequest(bucket, "big", upload_id=upload_id))
    with refused(404, "NoSuchUpload"):
        client.list_parts(oss.ListPartsRequest(bucket, "big", upload_id=upload_id))


def test_no_overwriting_where_it_is_forbidden(oss_emulator, begin, send, complete):
    upload_id = begin()
    part = send(upload_id, 1, b"new")
    oss_emulator.put("big", b"old")

    with refused(409, "FileAlreadyExists"):
        complete(upload_id, [part], forbid_overwrite=True)

    assert (oss_emulator.get("big"), oss_emulator.uploads()) == (b"old", ["big"])
    complete(upload_id, [part])
    assert oss_emulator.get("big") == b"new"


def test_the_md5_of_a_part_is_checked(begin, send):
    upload_id = begin()

    with refused(400, "InvalidDigest"):
        send(upload_id, 1, b"x", content_md5="1B2M2Y8AsgTpgAmY7PhCfg==")


def test_listing_parts_page_by_page(client, bucket, begin, send):
    upload_id = begin()
    for number in (1, 2, 5, 9, 10):
        send(upload_id, number, bytes(number))

    found, marker = [], 0
    while True:
        page = client.list_parts(
            oss.ListPartsRequest(bucket, "big", upload_id=upload_id, max_parts=2, part_number_marker=marker)
        )
        found += [(part.part_number, part.size) for part in page.parts]
        if not page.is_truncated:
            break
        marker = page.next_part_number_marker

    assert found == [(1, 1), (2, 2), (5, 5), (9, 9), (10, 10)]
    assert page.parts[0].hash_crc64 == str(crc64(bytes(10)))


def test_listing_uploads_page_by_page(client, bucket, begin):
    ids = {(key, begin(key)) for key in ("a/1", "a/2", "b", "b", "c") for _ in range(2)}

    found, key_marker, id_marker = [], None, None
    while True:
        page = client.list_multipart_uploads(
            oss.ListMultipartUploadsRequest(bucket, max_uploads=3, key_marker=key_marker, upload_id_marker=id_marker)
        )
        found += [(each.key, each.upload_id) for each in page.uploads]
        if not page.is_truncated:
            break
        key_marker, id_marker = page.next_key_marker, page.next_upload_id_marker
    folded = client.list_multipart_uploads(oss.ListMultipartUploadsRequest(bucket, delimiter="/", prefix="a"))

    assert found == sorted(ids)
    assert folded.uploads is None


@pytest.mark.parametrize("step", ["get", "joined"])
def test_those_who_complete_at_once_make_one_object(oss_emulator, begin, send, complete, monkeypatch, step):
    upload_id = begin()
    parts = [send(upload_id, number, os.urandom(PART)) for number in range(1, 6)]
    uploads = oss_emulator._store.uploads
    alone, all_at_once = getattr(uploads, step), Barrier(4)

    def with_others(*args):
        done = alone(*args)
        # Whoever may go on alone, waits for the others in vain.
        with suppress(BrokenBarrierError):
            all_at_once.wait(timeout=0.2)
        return done

    monkeypatch.setattr(uploads, step, with_others)

    def finish(_) -> str:
        try:
            return complete(upload_id, parts).etag
        except oss.exceptions.OperationError as error:
            return error.unwrap().code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(finish, range(4)))

    assert sorted(answers)[1:] == ["NoSuchUpload"] * 3
    assert len(oss_emulator.get("big")) == 5 * PART


def test_the_sdks_uploader_and_downloader(client, bucket, oss_emulator, tmp_path):
    data = os.urandom(3 * 1024 * 1024 + 5)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)

    client.uploader(part_size=PART * 5, parallel_num=3).upload_file(oss.PutObjectRequest(bucket, "big"), str(source))
    client.downloader(part_size=PART * 3, parallel_num=3).download_file(
        oss.GetObjectRequest(bucket, "big"), str(target)
    )

    assert target.read_bytes() == data
    assert oss_emulator.calls["UploadPart"] == 7


@OSS2_IS_OLD
@pytest.mark.parametrize("v4", [True, False], ids=["v4", "v1"])
def test_oss2s_resumable_upload_and_download(oss_emulator, tmp_path, v4):
    bucket = oss2_bucket(oss_emulator, v4=v4)
    data = os.urandom(1024 * 1024)
    source, target, store = tmp_path / "source", tmp_path / "target", tmp_path / "store"
    source.write_bytes(data)

    oss2.resumable_upload(
        bucket,
        "big",
        str(source),
        store=oss2.ResumableStore(root=str(store)),
        multipart_threshold=PART,
        part_size=PART * 2,
        num_threads=2,
    )
    oss2.resumable_download(
        bucket,
        "big",
        str(target),
        store=oss2.ResumableDownloadStore(root=str(store)),
        multiget_threshold=PART,
        part_size=PART * 2,
        num_threads=2,
    )

    assert target.read_bytes() == data
