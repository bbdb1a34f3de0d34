"""Keys that are hard on clients, servers, XML and file systems."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import alibabacloud_oss_v2 as oss
import pytest
import requests

from .clients import OSS2_IS_OLD, oss2_bucket, refused, sdk

KEYS = [
    "plain.txt",
    "季度/报告 (终稿).txt",
    "emoji 🎉/👩‍👩‍👧.png",
    "spaces in  a name ",
    " leading space",
    "a+b%20c%2Fd%.txt",
    'quote\'s "double".txt',
    "<tag>&amp;.xml",
    "query?and=hash#fragment&more",
    "semi;colon,comma:colon@at$dollar!",
    "[brackets]{braces}|pipe\\back^caret`tick~",
    "line\nbreak.txt",
    "carriage\rreturn.txt",
    "tab\tbed.txt",
    "control\x01\x1f.txt",
    "a//double/slash",
    "trailing/",
    "dots/./and/../more",
    "...",
    "nul\x00byte",
    "عربي.txt",
    "e\u0301 and \u00e9",
    "\u202egnp.exe",
    "\U00010348",
    "ends-with-%",
    "x" * 1023,
    "字" * 341,
]
# What HTTP libraries fold away before they send it, whatever the signature says.
SENT = [key for key in KEYS if "/./" not in key]


@pytest.mark.parametrize("key", SENT, ids=lambda key: ascii(key)[:40])
def test_put_head_get_list_and_delete(client, bucket, oss_emulator, key):
    client.put_object(oss.PutObjectRequest(bucket, key, body=key.encode()))

    assert oss_emulator.keys() == [key]
    assert client.get_object(oss.GetObjectRequest(bucket, key)).body.content == key.encode()
    assert client.head_object(oss.HeadObjectRequest(bucket, key)).content_length == len(key.encode())
    listed = client.list_objects_v2(oss.ListObjectsV2Request(bucket, encoding_type="url"))
    assert [each.key for each in listed.contents] == [key]
    client.delete_object(oss.DeleteObjectRequest(bucket, key))
    assert oss_emulator.keys() == []


@pytest.mark.parametrize("version", ["v4", "v1"])
@pytest.mark.parametrize("key", SENT, ids=lambda key: ascii(key)[:40])
def test_presigned(oss_emulator, bucket, key, version):
    oss_emulator.put(key, b"there")
    url = sdk(oss_emulator, signature_version=version).presign(oss.GetObjectRequest(bucket, key)).url

    assert requests.get(url, timeout=10).content == b"there"


@OSS2_IS_OLD
@pytest.mark.parametrize("v4", [True, False], ids=["v4", "v1"])
@pytest.mark.parametrize("key", SENT, ids=lambda key: ascii(key)[:40])
def test_by_oss2(oss_emulator, key, v4):
    bucket = oss2_bucket(oss_emulator, v4=v4)
    bucket.put_object(key, b"there")

    assert bucket.get_object(key).read() == b"there"
    assert [each.key for each in bucket.list_objects_v2().object_list] == [key]
    assert requests.get(bucket.sign_url("GET", key, 60, slash_safe=True), timeout=10).content == b"there"
    bucket.delete_object(key)
    assert oss_emulator.keys() == []


def test_the_order_is_that_of_utf_8(client, bucket, oss_emulator):
    for key in KEYS:
        oss_emulator.put(key, b"")

    listed = client.list_objects_v2(oss.ListObjectsV2Request(bucket, encoding_type="url", max_keys=1000))

    assert [each.key for each in listed.contents] == sorted(KEYS, key=str.encode)


@pytest.mark.parametrize("key", ["x" * 1024, "字" * 342, "/a", "\\a"])
def test_what_oss_refuses(oss_emulator, client, bucket, key):
    with refused(400, "InvalidObjectName"):
        client.put_object(oss.PutObjectRequest(bucket, key, body=b""))
    assert oss_emulator.keys() == []


def test_bytes_that_are_not_utf_8_are_no_key(oss_emulator, bucket):
    answer = requests.get(f"{oss_emulator.endpoint}/{bucket}/%ff", timeout=10)

    assert answer.status_code == 400
    assert "<Code>InvalidObjectName</Code>" in answer.text


def test_dot_segments_that_arrive_are_part_of_the_key(oss_emulator, bucket):
    """As in OSS, which folds nothing; most HTTP libraries fold them before they send."""
    oss_emulator.put("a/../b", b"dotted")
    url = urlsplit(sdk(oss_emulator).presign(oss.GetObjectRequest(bucket, "a/../b")).url)
    connection = HTTPConnection(url.netloc, timeout=10)

    with closing(connection):
        connection.request("GET", f"{url.path}?{url.query}")
        assert connection.getresponse().read() == b"dotted"
