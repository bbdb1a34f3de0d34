"""Lists of keys, uploads and buckets: paging, folding, encoding."""

from __future__ import annotations

import alibabacloud_oss_v2 as oss
import pytest
import requests

from .clients import OSS2_IS_OLD, oss2_bucket, refused, sdk

TREE = ["a.txt", "docs/", "docs/1.txt", "docs/sub/2.txt", "docs/sub/3.txt", "docs2/x", "img/p.png", "z"]


@pytest.fixture
def tree(oss_emulator) -> list[str]:
    for key in TREE:
        oss_emulator.put(key, key.encode())
    return TREE


def all_pages_v2(client, bucket, **options):
    """Keys and common prefixes of all pages, and how many pages there were."""
    keys, prefixes, token, count = [], [], None, 0
    while True:
        page = client.list_objects_v2(oss.ListObjectsV2Request(bucket, continuation_token=token, **options))
        keys += [each.key for each in page.contents or ()]
        prefixes += [each.prefix for each in page.common_prefixes or ()]
        assert page.key_count == len(page.contents or ()) + len(page.common_prefixes or ())
        count += 1
        if not page.is_truncated:
            assert page.next_continuation_token is None
            return keys, prefixes, count
        token = page.next_continuation_token


def all_pages_v1(client, bucket, **options):
    keys, prefixes, marker, count = [], [], None, 0
    while True:
        page = client.list_objects(oss.ListObjectsRequest(bucket, marker=marker, **options))
        keys += [each.key for each in page.contents or ()]
        prefixes += [each.prefix for each in page.common_prefixes or ()]
        count += 1
        if not page.is_truncated:
            return keys, prefixes, count
        marker = page.next_marker


@pytest.mark.parametrize("pages", [all_pages_v1, all_pages_v2])
@pytest.mark.parametrize("max_keys", [1, 2, 3, 7, 8, 1000])
class TestPaging:
    def test_every_key_once_in_order(self, client, bucket, tree, pages, max_keys):
        keys, prefixes, count = pages(client, bucket, max_keys=max_keys)

        assert (keys, prefixes) == (tree, [])
        assert count == -(-len(tree) // max_keys)

    def test_folders(self, client, bucket, tree, pages, max_keys):
        keys, prefixes, _ = pages(client, bucket, delimiter="/", max_keys=max_keys)

        assert keys == ["a.txt", "z"]
        assert prefixes == ["docs/", "docs2/", "img/"]

    def test_in_a_folder(self, client, bucket, tree, pages, max_keys):
        keys, prefixes, _ = pages(client, bucket, prefix="docs/", delimiter="/", max_keys=max_keys)

        assert keys == ["docs/", "docs/1.txt"]
        assert prefixes == ["docs/sub/"]

    def test_below_a_prefix_that_is_no_folder(self, client, bucket, tree, pages, max_keys):
        keys, prefixes, _ = pages(client, bucket, prefix="docs", max_keys=max_keys)

        assert keys == [key for key in tree if key.startswith("docs")]
        assert prefixes == []

    def test_a_delimiter_of_several_characters(self, client, bucket, tree, pages, max_keys):
        keys, prefixes, _ = pages(client, bucket, delimiter=".txt", max_keys=max_keys)

        assert prefixes == ["a.txt", "docs/1.txt", "docs/sub/2.txt", "docs/sub/3.txt"]
        assert keys == ["docs/", "docs2/x", "img/p.png", "z"]


def test_all_that_is_said_of_an_object(client, bucket, tree, oss_emulator):
    page = client.list_objects_v2(oss.ListObjectsV2Request(bucket, prefix="a.txt", fetch_owner=True))

    (entry,) = page.contents
    head = client.head_object(oss.HeadObjectRequest(bucket, "a.txt"))
    assert (entry.etag, entry.size, entry.storage_class) == (head.etag, 5, "Standard")
    assert entry.object_type == "Normal"
    assert entry.last_modified == head.last_modified
    assert entry.owner.id == oss_emulator.accounts.account_id
    assert (page.name, page.prefix, page.max_keys) == (bucket, "a.txt", 100)


def test_the_owner_only_where_it_is_asked_for(client, bucket, tree):
    assert client.list_objects_v2(oss.ListObjectsV2Request(bucket)).contents[0].owner is None
    assert client.list_objects(oss.ListObjectsRequest(bucket)).contents[0].owner is not None


def test_starting_after_a_key(client, bucket, tree):
    page = client.list_objects_v2(oss.ListObjectsV2Request(bucket, start_after="docs/sub/2.txt"))

    assert [each.key for each in page.contents] == tree[tree.index("docs/sub/3.txt") :]
    assert page.start_after == "docs/sub/2.txt"


def test_starting_after_what_is_no_key(client, bucket, tree):
    page = client.list_objects_v2(oss.ListObjectsV2Request(bucket, start_after="docs/sub/2"))

    assert page.contents[0].key == "docs/sub/2.txt"


def test_an_empty_bucket(client, bucket):
    page = client.list_objects_v2(oss.ListObjectsV2Request(bucket))

    assert (page.contents, page.key_count, page.is_truncated) == (None, 0, False)


@pytest.mark.parametrize("max_keys", ["-1", "1001", "ten", "1e3"])
def test_a_page_size_out_of_range(client, bucket, max_keys):
    with refused(400, "InvalidArgument"):
        client.list_objects_v2(oss.ListObjectsV2Request(bucket, parameters={"max-keys": max_keys}))


def test_a_made_up_continuation_token(client, bucket):
    with refused(400, "InvalidArgument"):
        client.list_objects_v2(oss.ListObjectsV2Request(bucket, continuation_token="*"))


def test_keys_are_url_encoded_on_demand_in_all_places(oss_emulator, bucket):
    oss_emulator.put("ä/ö ü/+", b"")
    oss_emulator.put("ä/ü", b"")
    client = sdk(oss_emulator)
    client.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl="public-read"))
    query = "prefix=%C3%A4/&delimiter=/&start-after=%C3%A4/%20&max-keys=1&encoding-type=url&list-type=2"

    answer = requests.get(f"{oss_emulator.endpoint}/{bucket}?{query}", timeout=10).text

    assert "<EncodingType>url</EncodingType>" in answer
    assert "<Prefix>%C3%A4/</Prefix>" in answer
    assert "<StartAfter>%C3%A4/%20</StartAfter>" in answer
    assert "<CommonPrefixes><Prefix>%C3%A4/%C3%B6%20%C3%BC/</Prefix></CommonPrefixes>" in answer
    assert "<IsTruncated>true</IsTruncated>" in answer


def test_another_encoding_is_refused(client, bucket):
    with refused(400, "InvalidArgument"):
        client.list_objects_v2(oss.ListObjectsV2Request(bucket, encoding_type="base64"))


def test_without_encoding_the_xml_is_still_xml(client, bucket, oss_emulator):
    for key in ("<a>&b", "c\rd", 'e"f'):
        oss_emulator.put(key, b"")

    page = client.list_objects_v2(oss.ListObjectsV2Request(bucket, encoding_type=None))

    assert [each.key for each in page.contents] == ["<a>&b", "c\rd", 'e"f']


@OSS2_IS_OLD
def test_by_oss2(oss_emulator, tree):
    bucket = oss2_bucket(oss_emulator)
    bucket_v1 = oss2_bucket(oss_emulator, v4=False)

    assert [each.key for each in bucket.list_objects(max_keys=3).object_list] == tree[:3]
    v2 = bucket_v1.list_objects_v2(delimiter="/", prefix="docs/")
    assert (v2.prefix_list, [each.key for each in v2.object_list]) == (["docs/sub/"], ["docs/", "docs/1.txt"])


def test_buckets(oss_emulator, client):
    for name in ("zz-bucket", "aa-bucket", "mm-bucket"):
        client.put_bucket(oss.PutBucketRequest(name))

    listed = client.list_buckets(oss.ListBucketsRequest())
    page = client.list_buckets(oss.ListBucketsRequest(max_keys=2))
    rest = client.list_buckets(oss.ListBucketsRequest(max_keys=2, marker=page.next_marker))

    assert [each.name for each in listed.buckets] == ["aa-bucket", "examplebucket", "mm-bucket", "zz-bucket"]
    assert listed.buckets[0].location == "oss-cn-hangzhou"
    assert page.is_truncated
    assert [each.name for each in rest.buckets] == ["mm-bucket", "zz-bucket"]
    assert [each.name for each in client.list_buckets(oss.ListBucketsRequest(prefix="zz")).buckets] == ["zz-bucket"]
