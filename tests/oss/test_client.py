"""One bucket through the SDK: what is told of objects, our errors for the SDK's, lists that are whole or refused."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime, timedelta

import alibabacloud_oss_v2 as sdk
import pytest

from django_oss_share.oss import Credentials, CredentialsExpired, Endpoint, InvalidKey, MissingCredentials
from django_oss_share.oss.client import BucketClient, Part
from django_oss_share.oss.crc import crc64
from django_oss_share.oss.errors import (
    CorruptTransfer,
    IncompleteListing,
    ObjectExists,
    ObjectNotFound,
    PermissionDenied,
    ServiceError,
    Unreachable,
)
from django_oss_share.testing import OSSEmulator
from django_oss_share.testing.emulator.faults import Fault, Kind


def _other_client(emulator: OSSEmulator, credentials: object, **options: str) -> BucketClient:
    endpoint = Endpoint(emulator.endpoint, region=emulator.region)
    return BucketClient(credentials, endpoint, emulator.bucket, **options)  # type: ignore[arg-type]


# Objects


def test_what_is_told_of_an_object(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    client.put("目录/a +%.txt", b"hello", {"content-type": "text/plain", "content-encoding": "identity"})
    info = client.head("目录/a +%.txt")
    assert (info.size, info.content_type, info.content_encoding) == (5, "text/plain", "identity")
    assert info.crc64 == crc64(b"hello")
    assert before <= info.modified <= datetime.now(UTC)
    assert info.etag.strip('"') == "5D41402ABC4B2A76B9719D911017C592"
    assert oss_emulator.get("目录/a +%.txt") == b"hello"


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_both_signature_versions_are_understood(version: str, oss_emulator: OSSEmulator) -> None:
    keys = Credentials(oss_emulator.access_key_id, oss_emulator.access_key_secret)
    client = _other_client(oss_emulator, keys, signature_version=version)
    client.put("a b/季.txt", b"x", {})
    assert client.head("a b/季.txt").size == 1


@pytest.mark.parametrize("start", [0, 1, 4])
def test_a_body_from_somewhere_on(start: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"hello")
    info, blocks, hang_up = client.get("a", start=start)
    assert b"".join(blocks) == b"hello"[start:]
    assert info.size == 5
    hang_up()


def test_deleting_twice_is_no_error(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"x")
    client.delete("a")
    client.delete("a")
    assert oss_emulator.keys() == []


def test_what_is_stored_compressed_stays_compressed(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"\x1f\x8b-not-really-gzip", content_encoding="gzip")
    _, blocks, _ = client.get("a")
    assert b"".join(blocks) == b"\x1f\x8b-not-really-gzip"


@pytest.mark.parametrize("key", ["", "/a", "a/../b", "a\0", "a" * 1024])
def test_bad_keys_never_reach_oss(key: str, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    doors = (client.head, client.get, client.delete, lambda k: client.put(k, b"", {}), lambda k: client.initiate(k, {}))
    for door in doors:
        with pytest.raises(InvalidKey):
            door(key)
    assert sum(oss_emulator.calls.values()) == 0


# Refusals


def test_an_absent_object(client: BucketClient) -> None:
    for door in (client.head, client.get):
        with pytest.raises(ObjectNotFound, match="oss://examplebucket/a") as caught:
            door("a")
        assert (caught.value.status, caught.value.code) == (404, "NoSuchKey")
        assert caught.value.request_id


def test_an_absent_bucket_is_not_an_absent_object(oss_emulator: OSSEmulator) -> None:
    keys = Credentials(oss_emulator.access_key_id, oss_emulator.access_key_secret)
    other = BucketClient(keys, Endpoint(oss_emulator.endpoint, region=oss_emulator.region), "no-such-bucket")
    with pytest.raises(ServiceError, match="NoSuchBucket") as caught:
        other.get("a")
    assert not isinstance(caught.value, FileNotFoundError)


def test_an_object_that_was_there_first(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"first")
    with pytest.raises(ObjectExists) as caught:
        client.put("a", b"second", {"x-oss-forbid-overwrite": "true"})
    assert caught.value.code == "FileAlreadyExists"
    assert oss_emulator.get("a") == b"first"


@pytest.mark.parametrize(
    ("key_id", "secret", "code"),
    [("LTAInobody", "sk", "InvalidAccessKeyId"), (None, "wrong-secret-sentinel", "SignatureDoesNotMatch")],
)
def test_wrong_keys(key_id: str | None, secret: str, code: str, oss_emulator: OSSEmulator) -> None:
    other = _other_client(oss_emulator, Credentials(key_id or oss_emulator.access_key_id, secret))
    with pytest.raises(PermissionDenied, match="403") as caught:
        other.get("a")
    assert (caught.value.status, caught.value.code) == (403, code)


def test_a_conflict_of_another_kind(client: BucketClient, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {
        "code": "ObjectNotAppendable",
        "request_id": "R",
        "message": "",
        "ec": "",
        "timestamp": "",
        "request_target": "",
    }
    refusal = sdk.exceptions.ServiceError(status_code=409, **facts)

    def refuse(*args: object, **options: object) -> None:
        raise sdk.exceptions.OperationError(name="PutObject", error=refusal)

    monkeypatch.setattr(client._sdk, "put_object", refuse)
    with pytest.raises(ServiceError, match="ObjectNotAppendable") as caught:
        client.put("a", b"x", {})
    assert not isinstance(caught.value, FileExistsError)


def test_nothing_secret_in_errors_nor_in_the_frames_behind_them(oss_emulator: OSSEmulator) -> None:
    other = _other_client(oss_emulator, Credentials("LTAInobody", "secret-sentinel", "token-sentinel"))
    with pytest.raises(PermissionDenied) as caught:
        other.put("a", b"x", {})
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "sentinel" not in "".join(report.format())
    assert "sentinel" not in f"{caught.value!r}{vars(caught.value)}"


def test_credentials_are_asked_for_at_each_request(oss_emulator: OSSEmulator) -> None:
    right = Credentials(oss_emulator.access_key_id, oss_emulator.access_key_secret)
    current = [right]
    other = _other_client(oss_emulator, lambda: current[0])
    other.put("a", b"x", {})
    current[0] = Credentials("LTAInobody", "sk")
    with pytest.raises(PermissionDenied):
        other.head("a")
    current[0] = right
    assert other.head("a").size == 1


def test_the_sources_own_error_comes_through(oss_emulator: OSSEmulator) -> None:
    now = datetime.now(UTC)

    def gone() -> Credentials:
        raise CredentialsExpired(now - timedelta(minutes=1), now)

    def none() -> Credentials:
        raise MissingCredentials("the vault is sealed")

    with pytest.raises(CredentialsExpired):
        _other_client(oss_emulator, gone).head("a")
    with pytest.raises(MissingCredentials, match="vault is sealed"):
        _other_client(oss_emulator, none).head("a")


# Failures


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_failure_is_tried_again(status: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"hello")
    oss_emulator.faults.add(Fault(Kind.STATUS, status=status, times=2))
    assert client.head("a").size == 5
    assert oss_emulator.calls["HeadObject"] == 3


@pytest.mark.parametrize("status", [500, 503, 429])
def test_three_tries_are_the_end(status: int, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STATUS, status=status))
    with pytest.raises(ServiceError) as caught:
        client.head("a")
    assert caught.value.status == status
    assert caught.value.is_transient
    assert oss_emulator.calls["HeadObject"] == 3


def test_a_refusal_is_not_tried_again(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    with pytest.raises(ObjectNotFound) as caught:
        client.head("a")
    assert not caught.value.is_transient
    assert oss_emulator.calls["HeadObject"] == 1


def test_a_reset_connection(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.RESET))
    with pytest.raises(Unreachable, match="no answer") as caught:
        client.head("a")
    assert caught.value.is_transient
    assert oss_emulator.calls["HeadObject"] == 3


def test_nobody_listens(unused_address: str) -> None:
    client = BucketClient(Credentials("ak", "sk"), Endpoint(unused_address, region="cn-hangzhou"), "examplebucket")
    with pytest.raises(Unreachable, match="HeadObject oss://examplebucket/a"):
        client.head("a", attempts=1)


# Lists


@pytest.fixture
def five(oss_emulator: OSSEmulator) -> list[str]:
    keys = ["a", "b &<>/季.txt", "b &<>/\x01.txt", "b+", "c%20"]
    for key in keys:
        oss_emulator.put(key, key.encode())
    return sorted(keys, key=str.encode)


@pytest.mark.parametrize("page_size", [1, 2, 1000])
def test_all_pages_in_order(page_size: int, client: BucketClient, five: list[str]) -> None:
    assert [key for page in client.pages(page_size=page_size) for key in page.keys] == five


def test_folders(client: BucketClient, five: list[str]) -> None:
    (page,) = client.pages(delimiter="/")
    assert page.prefixes == ["b &<>/"]
    assert page.keys == ["a", "b+", "c%20"]
    (page,) = client.pages("b &<>/", delimiter="/")
    assert page.keys == ["b &<>/\x01.txt", "b &<>/季.txt"]


def test_a_page_and_the_next(client: BucketClient, five: list[str]) -> None:
    first = client.page(page_size=3)
    assert first.next_token is not None
    second = client.page(page_size=3, token=first.next_token)
    assert second.next_token is None
    assert first.keys + second.keys == five
    assert [listed.size for listed in first.objects] == [len(key.encode()) for key in first.keys]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("kind", [Kind.REPEAT_TOKEN, Kind.DROP_TOKEN])
def test_a_list_that_does_not_go_on_is_no_list(kind: Kind, client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(kind, operation="ListObjectsV2"))
    with pytest.raises(IncompleteListing, match="rather than called complete"):
        list(client.pages(page_size=2))
    assert oss_emulator.calls["ListObjectsV2"] <= 3


def test_a_broken_page_is_asked_for_again(client: BucketClient, oss_emulator: OSSEmulator, five: list[str]) -> None:
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, size=100, times=2))
    assert [key for page in client.pages(page_size=2) for key in page.keys] == five


@pytest.mark.usefixtures("five")
def test_a_page_that_stays_broken(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.TRUNCATE, size=100))
    with pytest.raises(Unreachable):
        list(client.pages())
    assert oss_emulator.calls["ListObjectsV2"] == 3


@pytest.mark.usefixtures("five")
def test_a_page_that_is_not_xml(client: BucketClient, oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.CORRUPT))
    with pytest.raises(CorruptTransfer, match="not what OSS sends"):
        list(client.pages())


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_the_parts_of_an_upload(
    page: int, client: BucketClient, oss_emulator: OSSEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_oss_share.oss.client._PARTS_PAGE", page)
    upload_id = client.initiate("季/a", {})
    assert client.parts("季/a", upload_id) == []
    etags = {number: client.upload_part("季/a", upload_id, number, b"x" * number) for number in (7, 2, 3)}
    assert client.parts("季/a", upload_id) == [Part(number, number, etags[number]) for number in (2, 3, 7)]
    client.abort("季/a", upload_id)
    with pytest.raises(ServiceError) as refused:
        client.parts("季/a", upload_id)
    assert refused.value.code == "NoSuchUpload"


@pytest.mark.parametrize("most", [10**9, 100_000])
def test_a_copy(most: int, client: BucketClient, oss_emulator: OSSEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_oss_share.oss.client._MAX_COPY", most)
    monkeypatch.setattr("django_oss_share.oss.client._COPY_PART", 102_400)
    content = bytes(range(256)) * 1000
    headers = {"content-type": "image/png", "x-oss-meta-a": "b"}
    oss_emulator.put("from 季", content, content_type="image/png", **{"x-oss-meta-a": "b"})
    client.copy("from 季", "to +", len(content), {**headers, "x-oss-forbid-overwrite": "true"})
    assert oss_emulator.get("to +") == oss_emulator.get("from 季") == content
    info = client.head("to +")
    assert (info.content_type, info.metadata) == ("image/png", {"a": "b"})
    with pytest.raises(ObjectExists):
        client.copy("from 季", "to +", len(content), {**headers, "x-oss-forbid-overwrite": "true"})
    with pytest.raises(ObjectNotFound):
        client.copy("none", "to", len(content), headers)
    assert oss_emulator.uploads() == []
