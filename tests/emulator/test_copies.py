"""CopyObject and UploadPartCopy."""

from __future__ import annotations

import os

import alibabacloud_oss_v2 as oss
import pytest

from .clients import OSS2_IS_OLD, oss2_bucket, refused, sdk


@pytest.fixture
def source(client, bucket) -> str:
    client.put_object(
        oss.PutObjectRequest(
            bucket, "来源 +%.txt", body=b"source", content_type="text/plain", metadata={"a": "b"}, tagging="t=1"
        )
    )
    return "来源 +%.txt"


def test_a_copy_has_the_bytes_and_all_that_belongs_to_them(client, bucket, oss_emulator, source):
    answer = client.copy_object(oss.CopyObjectRequest(bucket, "copy", source_bucket=bucket, source_key=source))

    head = client.head_object(oss.HeadObjectRequest(bucket, "copy"))
    assert oss_emulator.get("copy") == b"source"
    assert answer.etag == head.etag
    assert (head.content_type, head.metadata, head.tagging_count) == ("text/plain", {"a": "b"}, 1)


def test_the_copy_outlives_its_source(client, bucket, oss_emulator, source):
    client.copy_object(oss.CopyObjectRequest(bucket, "copy", source_bucket=bucket, source_key=source))
    client.delete_object(oss.DeleteObjectRequest(bucket, source))

    assert oss_emulator.get("copy") == b"source"


def test_metadata_and_tags_can_be_replaced(client, bucket, source):
    client.copy_object(
        oss.CopyObjectRequest(
            bucket,
            "copy",
            source_bucket=bucket,
            source_key=source,
            metadata_directive="REPLACE",
            content_type="text/html",
            metadata={"new": "1"},
            tagging_directive="REPLACE",
            tagging="x=1&y=2",
        )
    )

    head = client.head_object(oss.HeadObjectRequest(bucket, "copy"))
    assert (head.content_type, head.metadata, head.tagging_count) == ("text/html", {"new": "1"}, 2)


def test_onto_itself_to_change_its_metadata(client, bucket, oss_emulator, source):
    client.copy_object(
        oss.CopyObjectRequest(
            bucket, source, source_bucket=bucket, source_key=source, metadata_directive="REPLACE", metadata={"c": "d"}
        )
    )

    assert oss_emulator.get(source) == b"source"
    assert client.head_object(oss.HeadObjectRequest(bucket, source)).metadata == {"c": "d"}


def test_from_another_bucket(client, bucket, oss_emulator):
    oss_emulator.add_bucket("other-bucket")
    oss_emulator.put("far/away", b"far", bucket="other-bucket")

    client.copy_object(oss.CopyObjectRequest(bucket, "near", source_bucket="other-bucket", source_key="far/away"))

    assert oss_emulator.get("near") == b"far"


def test_conditions_on_the_source(client, bucket, source):
    def copy(**conditions):
        client.copy_object(oss.CopyObjectRequest(bucket, "copy", source_bucket=bucket, source_key=source, **conditions))

    etag = client.head_object(oss.HeadObjectRequest(bucket, source)).etag
    copy(if_match=etag)
    with refused(412, "PreconditionFailed"):
        copy(if_match='"0"')
    with refused(412, "PreconditionFailed"):
        copy(if_unmodified_since="Mon, 01 Jan 2001 00:00:00 GMT")


def test_no_overwriting_where_it_is_forbidden(client, bucket, oss_emulator, source):
    oss_emulator.put("copy", b"old")

    with refused(409, "FileAlreadyExists"):
        client.copy_object(
            oss.CopyObjectRequest(bucket, "copy", source_bucket=bucket, source_key=source, forbid_overwrite=True)
        )

    assert oss_emulator.get("copy") == b"old"


def test_what_cannot_be_copied(client, bucket):
    with refused(404, "NoSuchKey"):
        client.copy_object(oss.CopyObjectRequest(bucket, "copy", source_bucket=bucket, source_key="nothing"))
    with refused(404, "NoSuchBucket"):
        client.copy_object(oss.CopyObjectRequest(bucket, "copy", source_bucket="no-such-bucket", source_key="a"))
    for header in ("", "no-key", "/bucket/%ff"):
        with refused(400, "InvalidArgument"):
            client.put_object(oss.PutObjectRequest(bucket, "copy", headers={"x-oss-copy-source": header or "/"}))


def test_only_by_who_may_read_the_source(oss_emulator, bucket):
    oss_emulator.put("secret/a", b"secret")
    user = oss_emulator.add_user(
        "writer",
        '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:*", '
        f'"Resource": "acs:oss:*:*:{bucket}/open/*"}}]}}',
    )
    client = sdk(oss_emulator, keys=(user.access_key_id, user.access_key_secret))
    client.put_object(oss.PutObjectRequest(bucket, "open/mine", body=b"mine"))

    client.copy_object(oss.CopyObjectRequest(bucket, "open/b", source_bucket=bucket, source_key="open/mine"))
    with refused(403, "AccessDenied"):
        client.copy_object(oss.CopyObjectRequest(bucket, "open/a", source_bucket=bucket, source_key="secret/a"))

    assert oss_emulator.keys() == ["open/b", "open/mine", "secret/a"]


def test_a_part_copied_from_an_object(client, bucket, oss_emulator):
    data = os.urandom(300_000)
    oss_emulator.put("source", data)
    upload_id = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket, "made")).upload_id

    def part(number, wanted=None):
        answer = client.upload_part_copy(
            oss.UploadPartCopyRequest(
                bucket,
                "made",
                part_number=number,
                upload_id=upload_id,
                source_bucket=bucket,
                source_key="source",
                source_range=wanted,
            )
        )
        return oss.UploadPart(part_number=number, etag=answer.etag)

    parts = [part(1, "bytes=100000-250000"), part(2), part(3, "bytes=0-9")]
    client.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(
            bucket,
            "made",
            upload_id=upload_id,
            complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts),
        )
    )

    assert oss_emulator.get("made") == data[100_000:250_001] + data + data[:10]


def test_the_sdks_copier(client, bucket, oss_emulator):
    data = os.urandom(1_000_000)
    oss_emulator.put("source", data)

    client.copier().copy(
        oss.CopyObjectRequest(bucket, "copy", source_bucket=bucket, source_key="source"),
        part_size=200_000,
        multipart_copy_threshold=300_000,
        disable_shallow_copy=True,
    )

    assert oss_emulator.get("copy") == data
    assert oss_emulator.calls["UploadPartCopy"] == 5


@OSS2_IS_OLD
@pytest.mark.parametrize("v4", [True, False], ids=["v4", "v1"])
def test_by_oss2(oss_emulator, source, v4):
    bucket = oss2_bucket(oss_emulator, v4=v4)

    bucket.copy_object(oss_emulator.bucket, source, "copy")

    assert oss_emulator.get("copy") == b"source"
