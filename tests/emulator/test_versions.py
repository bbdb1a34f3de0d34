"""Buckets that keep versions."""

from __future__ import annotations

import alibabacloud_oss_v2 as oss
import pytest

from .clients import refused


@pytest.fixture
def versioning(client, bucket):
    def set_status(status: str) -> None:
        client.put_bucket_versioning(
            oss.PutBucketVersioningRequest(bucket, versioning_configuration=oss.VersioningConfiguration(status=status))
        )

    set_status("Enabled")
    return set_status


@pytest.fixture
def put(client, bucket):
    def put(body: bytes, key: str = "a") -> str | None:
        return client.put_object(oss.PutObjectRequest(bucket, key, body=body)).version_id

    return put


def read(client, bucket, version_id=None) -> bytes:
    return client.get_object(oss.GetObjectRequest(bucket, "a", version_id=version_id)).body.content


def test_the_status(client, bucket, versioning):
    def status():
        return client.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket)).version_status

    assert status() == "Enabled"
    versioning("Suspended")
    assert status() == "Suspended"
    with refused(400, "MalformedXML"):
        versioning("Off")


def test_a_new_bucket_has_none(client, bucket, put):
    assert client.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket)).version_status is None
    assert put(b"x") is None


def test_every_version_can_be_read(client, bucket, versioning, put):
    first, second = put(b"first"), put(b"second")

    assert first != second
    assert read(client, bucket) == b"second"
    assert read(client, bucket, first) == b"first"
    assert read(client, bucket, second) == b"second"
    assert client.head_object(oss.HeadObjectRequest(bucket, "a", version_id=first)).version_id == first
    with refused(404, "NoSuchVersion"):
        read(client, bucket, "CAEQ0000")


def test_deleting_hides_and_removing_the_marker_brings_back(client, bucket, versioning, put, oss_emulator):
    first = put(b"first")

    deleted = client.delete_object(oss.DeleteObjectRequest(bucket, "a"))

    assert deleted.delete_marker
    assert oss_emulator.keys() == []
    with refused(404, "NoSuchKey") as said:
        read(client, bucket)
    assert said["headers"]["x-oss-delete-marker"] == "true"
    assert said["headers"]["x-oss-version-id"] == deleted.version_id
    with refused(405, "MethodNotAllowed"):
        read(client, bucket, deleted.version_id)
    assert read(client, bucket, first) == b"first"

    undone = client.delete_object(oss.DeleteObjectRequest(bucket, "a", version_id=deleted.version_id))

    assert undone.delete_marker
    assert read(client, bucket) == b"first"
    assert oss_emulator.keys() == ["a"]


def test_removing_the_current_version_brings_back_the_one_before(client, bucket, versioning, put):
    put(b"first")
    second = put(b"second")

    client.delete_object(oss.DeleteObjectRequest(bucket, "a", version_id=second))

    assert read(client, bucket) == b"first"


def test_what_was_there_before_is_the_version_null(client, bucket, put, versioning, oss_emulator):
    versioning("Suspended")
    put(b"null")
    versioning("Enabled")
    newer = put(b"newer")

    assert read(client, bucket, "null") == b"null"
    versioning("Suspended")
    assert put(b"null again") == "null"
    assert read(client, bucket, "null") == b"null again"
    assert read(client, bucket, newer) == b"newer"
    client.delete_object(oss.DeleteObjectRequest(bucket, "a"))
    with refused(405, "MethodNotAllowed"):
        read(client, bucket, "null")
    assert read(client, bucket, newer) == b"newer"


def test_overwriting_cannot_be_forbidden_where_nothing_is_lost(client, bucket, versioning, put):
    put(b"first")

    client.put_object(oss.PutObjectRequest(bucket, "a", body=b"second", forbid_overwrite=True))

    assert read(client, bucket) == b"second"


@pytest.mark.parametrize("max_keys", [1, 2, 3, 4, 1000])
def test_listing_versions_page_by_page(client, bucket, versioning, put, max_keys):
    first, second = put(b"1"), put(b"2")
    marker = client.delete_object(oss.DeleteObjectRequest(bucket, "a")).version_id
    third, other = put(b"3"), put(b"b", key="b")

    found, key_marker, version_marker = [], None, None
    while True:
        page = client.list_object_versions(
            oss.ListObjectVersionsRequest(
                bucket, max_keys=max_keys, key_marker=key_marker, version_id_marker=version_marker
            )
        )
        found += [(each.key, each.version_id, each.is_latest, False) for each in page.version or ()]
        found += [(each.key, each.version_id, each.is_latest, True) for each in page.delete_marker or ()]
        if not page.is_truncated:
            break
        key_marker, version_marker = page.next_key_marker, page.next_version_id_marker

    assert sorted(found) == sorted(
        [
            ("a", third, True, False),
            ("a", marker, False, True),
            ("a", second, False, False),
            ("a", first, False, False),
            ("b", other, True, False),
        ]
    )


def test_versions_of_one_key_are_listed_from_the_newest(client, bucket, versioning, put):
    versions = [put(bytes([number])) for number in range(5)]

    page = client.list_object_versions(oss.ListObjectVersionsRequest(bucket))

    assert [each.version_id for each in page.version] == versions[::-1]
    assert [each.is_latest for each in page.version] == [True, False, False, False, False]


def test_deleting_many_versions(client, bucket, versioning, put, oss_emulator):
    versions = [put(b"1"), put(b"2")]
    objects = [oss.DeleteObject(key="a", version_id=each) for each in versions] + [oss.DeleteObject(key="b")]

    answer = client.delete_multiple_objects(
        oss.DeleteMultipleObjectsRequest(bucket, delete=oss.Delete(objects=objects), encoding_type="url")
    )

    assert [each.version_id for each in answer.deleted_objects[:2]] == versions
    assert answer.deleted_objects[2].delete_marker
    assert client.list_object_versions(oss.ListObjectVersionsRequest(bucket)).version is None


def test_copying_a_version(client, bucket, versioning, put, oss_emulator):
    first = put(b"first")
    put(b"second")

    answer = client.copy_object(
        oss.CopyObjectRequest(bucket, "copy", source_bucket=bucket, source_key="a", source_version_id=first)
    )

    assert oss_emulator.get("copy") == b"first"
    assert answer.source_version_id == first


def test_a_bucket_with_old_versions_is_not_empty(client, bucket, versioning, put):
    version = put(b"x")
    marker = client.delete_object(oss.DeleteObjectRequest(bucket, "a")).version_id

    with refused(409, "BucketNotEmpty"):
        client.delete_bucket(oss.DeleteBucketRequest(bucket))
    for each in (version, marker):
        client.delete_object(oss.DeleteObjectRequest(bucket, "a", version_id=each))
    client.delete_bucket(oss.DeleteBucketRequest(bucket))
