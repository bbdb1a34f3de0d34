"""Lists read without the SDK: what a page says, pages that are none, and a signature of our own that OSS takes."""

from __future__ import annotations

import subprocess
import sys
import traceback
from datetime import UTC, datetime

import alibabacloud_oss_v2 as sdk
import pytest

from django_oss_share.oss import Credentials, Endpoint
from django_oss_share.oss.client import BucketClient
from django_oss_share.oss.errors import CorruptTransfer, ObjectNotFound, PermissionDenied, ServiceError, Unreachable
from django_oss_share.oss.list_page import MalformedPage, _usual_objects, read_page
from django_oss_share.oss.listed import ListedObject
from django_oss_share.oss.listing import BucketLister
from django_oss_share.testing import Fault, Kind, OSSEmulator

PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>examplebucket</Name><Prefix></Prefix>'
    "<MaxKeys>2</MaxKeys><EncodingType>url</EncodingType><IsTruncated>{truncated}</IsTruncated>"
    "<NextContinuationToken>CgJiLg--</NextContinuationToken>{contents}"
    "<CommonPrefixes><Prefix>b%20%26/</Prefix></CommonPrefixes><KeyCount>2</KeyCount></ListBucketResult>"
)
CONTENTS = (
    "<Contents><Key>{key}</Key><TransitionTime>2026-02-01T00:00:00.000Z</TransitionTime>"
    '<LastModified>{modified}</LastModified><ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag><Type>Normal</Type>'
    "<Size>{size}</Size><StorageClass>Standard</StorageClass><Owner><ID>1</ID></Owner></Contents>"
)
MODIFIED = "2026-01-02T03:04:05.000Z"
STRANGE = ["a b", "a+b", "a%20b", "<&>'\"", "季度/报告.pdf", "\x01\x1f\x7f", "\n", "a\r\nb", "=1+1", "\u202e", "😀"]


def page(*, key: str = "a", size: object = 344, modified: str = MODIFIED, truncated: str = "true") -> bytes:
    contents = CONTENTS.format(key=key, size=size, modified=modified)
    return PAGE.format(contents=contents, truncated=truncated).encode()


@pytest.fixture
def lister(oss_emulator: OSSEmulator) -> BucketLister:
    return lister_with(oss_emulator)


def lister_with(emulator: OSSEmulator, **options: str) -> BucketLister:
    credentials = Credentials(emulator.access_key_id, emulator.access_key_secret)
    return BucketLister(credentials, Endpoint(emulator.endpoint, region=emulator.region), emulator.bucket, **options)


# A page


USUAL = page(key="a%2Bb", modified=MODIFIED)


@pytest.mark.parametrize(
    "body",
    [
        USUAL,
        USUAL.replace(b'"5B3C1A2E053D763E1B002CC607C5A0FE"', b"&quot;5B3C&quot;"),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b""),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"\n  ").replace(b"</Contents>", b"</Contents>\n "),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"a%2Bb", b"a&amp;b"),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"a%2Bb", "季".encode()),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"a%2Bb", b"<![CDATA[a]]>"),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"<Key>", b"<!-- --><Key>"),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"</Contents>", b"</Contents><!-- <Contents> -->"),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"a%2Bb", b"a\x01b"),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"<Size>344</Size>", b""),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"<Size>344", b"<Size>3x"),
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"")[:-30],
        USUAL.replace(b"<Owner><ID>1</ID></Owner>", b"").replace(b"</Contents>", b"</Contents></x>"),
    ],
)
def test_pages_say_the_same_however_they_are_read(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> object:
        try:
            return read_page(body)
        except MalformedPage:
            return "malformed"

    quickly = read()
    monkeypatch.setattr("django_oss_share.oss.list_page._usual_objects", lambda body: ([], body))
    assert quickly == read()


def test_usual_objects_are_read_without_xml() -> None:
    objects, rest = _usual_objects(USUAL.replace(b"<Owner><ID>1</ID></Owner>", b""))
    assert [each.key for each in objects] == ["a+b"]
    assert b"Contents" not in rest


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_versions_are_those_that_the_sdk_lists(oss_emulator: OSSEmulator, version: str) -> None:
    config = sdk.config.load_default()
    config.region, config.endpoint, config.use_path_style = oss_emulator.region, oss_emulator.endpoint, True
    config.credentials_provider = sdk.credentials.StaticCredentialsProvider(
        oss_emulator.access_key_id, oss_emulator.access_key_secret
    )
    client = sdk.Client(config)
    client.put_bucket_versioning(
        sdk.PutBucketVersioningRequest(
            oss_emulator.bucket, versioning_configuration=sdk.VersioningConfiguration(status="Enabled")
        )
    )
    for key in ["a b", "a b", "季度", "季度", "z"]:
        oss_emulator.put(key, b"x")
    client.delete_object(sdk.DeleteObjectRequest(oss_emulator.bucket, "季度"))
    theirs = client.list_object_versions(sdk.ListObjectVersionsRequest(oss_emulator.bucket)).version
    lister = lister_with(oss_emulator, signature_version=version)
    for size in (1, 2, 1000):
        ours = [each for read in lister.pages(page_size=size, versions=True) for each in read.objects]
        assert [(each.key, each.version_id, each.size) for each in ours] == [
            (each.key, each.version_id, each.size) for each in theirs
        ]
    later = [each.key for read in lister.pages(start_after="a b", versions=True) for each in read.objects]
    assert later == ["z", "季度", "季度"]


def test_what_a_page_says() -> None:
    read = read_page(page(key="%E5%AD%A3%2B%0A+.txt"))
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    etag = '"5B3C1A2E053D763E1B002CC607C5A0FE"'
    assert read.objects == [ListedObject("季+\n+.txt", 344, etag, moment, "Standard")]
    assert read.prefixes == ["b &/"]
    assert read.next_token == "CgJiLg--"


def test_the_last_page_has_no_next_one_whatever_it_names() -> None:
    assert read_page(page(truncated="false")).next_token is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<html><body>a proxy's page</body></html>",
        page()[:-30],
        page(truncated="perhaps"),
        page(truncated=""),
        page().replace(b"<IsTruncated>true</IsTruncated>", b""),
        page(key=""),
        page(key="%FF"),
        page(size=""),
        page(size="many"),
        page(modified=""),
        page(modified="yesterday"),
        page().replace(b"<Size>344</Size>", b""),
        page().replace(b"<Key>a</Key>", b""),
        page().replace(b">a<", b">\xff<"),
        page().replace(b"UTF-8", b"no-such-encoding"),
    ],
)
def test_what_is_no_page(body: bytes) -> None:
    with pytest.raises(MalformedPage):
        read_page(body)


def test_entities_do_not_grow_without_bound() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "{"x" * 100}">{entities}]><ListBucketResult>&e11;</ListBucketResult>'
    with pytest.raises(MalformedPage):
        read_page(bomb.encode())


# A bucket


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_the_same_as_the_sdk_reads(version: str, oss_emulator: OSSEmulator) -> None:
    for number, key in enumerate(STRANGE):
        oss_emulator.put(key, bytes(number))
    config = sdk.config.load_default()
    config.region, config.endpoint, config.use_path_style = oss_emulator.region, oss_emulator.endpoint, True
    config.credentials_provider = sdk.credentials.StaticCredentialsProvider(
        oss_emulator.access_key_id, oss_emulator.access_key_secret
    )
    request = sdk.ListObjectsV2Request(oss_emulator.bucket, max_keys=1000, encoding_type="url")
    theirs = [
        (entry.key, entry.size, entry.etag, entry.last_modified, entry.storage_class)
        for entry in sdk.Client(config).list_objects_v2(request).contents
    ]
    lister = lister_with(oss_emulator, signature_version=version)
    ours = [tuple(each) for read in lister.pages(page_size=3) for each in read.objects]
    assert ours == [(*each, "") for each in theirs]
    assert [each[0] for each in ours] == sorted(STRANGE, key=str.encode)


@pytest.mark.parametrize("prefix", ["a b", "季度/", "a+b", "<&"])
def test_prefixes_and_start_after_of_any_characters(
    prefix: str, lister: BucketLister, oss_emulator: OSSEmulator
) -> None:
    keys = [prefix + end for end in ("0", "1 +", "2%")]
    for key in [*keys, "z"]:
        oss_emulator.put(key, b"x")
    found = [key for read in lister.pages(prefix, start_after=keys[0], page_size=1) for key in read.keys]
    assert found == keys[1:]


def test_a_token_from_sts_is_sent_along(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"x")
    keys = Credentials(oss_emulator.access_key_id, oss_emulator.access_key_secret, "no-such-token")
    other = BucketLister(keys, Endpoint(oss_emulator.endpoint, region=oss_emulator.region), oss_emulator.bucket)
    with pytest.raises(PermissionDenied):
        other.page()


def test_an_absent_bucket(oss_emulator: OSSEmulator) -> None:
    keys = Credentials(oss_emulator.access_key_id, oss_emulator.access_key_secret)
    other = BucketLister(keys, Endpoint(oss_emulator.endpoint, region=oss_emulator.region), "nobodysbucket")
    with pytest.raises(ServiceError, match="NoSuchBucket") as caught:
        other.page("x/")
    assert not isinstance(caught.value, ObjectNotFound)
    assert caught.value.request_id
    assert "oss://nobodysbucket/x/" in str(caught.value)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failure_in_mid_list_is_tried_again(status: int, lister: BucketLister, oss_emulator: OSSEmulator) -> None:
    for number in range(6):
        oss_emulator.put(f"{number}", b"x")
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="ListObjectsV2", status=status, after=1, times=2))
    assert [key for read in lister.pages(page_size=2) for key in read.keys] == list("012345")


def test_a_failure_that_stays_ends_the_list(lister: BucketLister, oss_emulator: OSSEmulator) -> None:
    for number in range(6):
        oss_emulator.put(f"{number}", b"x")
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="ListObjectsV2", status=503, after=1))
    seen = []
    with pytest.raises(ServiceError, match="503") as caught:
        for read in lister.pages(page_size=2):
            seen += read.keys
    assert caught.value.is_transient
    assert seen == ["0", "1"]
    assert oss_emulator.calls["ListObjectsV2"] == 4


def test_a_page_with_a_flipped_byte_is_no_short_list(lister: BucketLister, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"x")
    oss_emulator.faults.add(Fault(Kind.CORRUPT))
    with pytest.raises(CorruptTransfer, match="ListObjectsV2 oss://.*not what OSS sends"):
        lister.page()


def test_no_secret_in_the_frames_of_an_error(unused_address: str) -> None:
    keys = Credentials("LTAIexample", "secret-sentinel", "token-sentinel")
    lister = BucketLister(keys, Endpoint(unused_address, region="cn-hangzhou"), "examplebucket")
    with pytest.raises(Unreachable) as caught:
        lister.page()
    report = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "sentinel" not in report
    assert "Signature=" not in report


def test_the_clients_lists_are_these(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"x")
    assert client.page() == lister_with(oss_emulator).page()


def test_listing_needs_neither_the_sdk_nor_django() -> None:
    script = "import sys, django_oss_share.oss.listing; print({'alibabacloud_oss_v2', 'django'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"
