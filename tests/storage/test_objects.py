"""Which objects there are, and what is known of them: exists, size, times, listdir, delete."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.test import override_settings
from django.utils import timezone

from django_oss_share.oss import InvalidKey
from django_oss_share.oss.errors import IncompleteListing, ObjectNotFound, PermissionDenied, ServiceError, Unreachable
from django_oss_share.storage import OSSStorage
from django_oss_share.testing import Fault, Kind

from .making import KEYS


@pytest.fixture
def media(on_emulator):
    return on_emulator(location="media")


# exists


def test_exists(media, oss_emulator):
    oss_emulator.put("media/dir/季度.txt", b"")
    assert media.exists("dir/季度.txt") is True
    assert media.exists("dir//./季度.txt") is True
    assert media.exists("dir/other.txt") is False
    assert media.exists("dir") is False
    assert media.exists("dir/") is False
    assert media.exists("media/dir/季度.txt") is False


def test_a_folder_made_by_a_console_exists_by_its_name(media, oss_emulator):
    oss_emulator.put("media/dir/", b"")
    assert media.exists("dir/") is True
    assert media.exists("dir") is False


def test_not_allowed_to_know(oss_emulator, on_emulator):
    policy = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:ListBuckets", "Resource": "*"}]}
    nobody = oss_emulator.add_user("nobody", json.dumps(policy))
    storage = on_emulator(access_key=nobody.access_key_id, secret_key=nobody.access_key_secret)
    oss_emulator.put("a", b"x")
    for ask in (storage.exists, storage.size, storage.get_modified_time, storage.delete, storage.open, storage.listdir):
        with pytest.raises(PermissionDenied, match=r"oss://examplebucket/a/?: AccessDenied \(403\)") as caught:
            ask("a")
        assert isinstance(caught.value, PermissionError)
        assert (caught.value.status, caught.value.code) == (403, "AccessDenied")
    assert oss_emulator.keys() == ["a"]


@pytest.mark.parametrize("ask", ["exists", "size", "get_modified_time", "delete", "open"])
def test_no_such_bucket_is_not_no_such_object(on_emulator, ask):
    with pytest.raises(ServiceError, match="NoSuchBucket") as caught:
        getattr(on_emulator(bucket_name="nosuchbucket"), ask)("a")
    assert not isinstance(caught.value, FileNotFoundError)


def test_nobody_answers(no_waiting):
    storage = OSSStorage(
        **KEYS, bucket_name="examplebucket", region_name="cn-hangzhou", endpoint_url="http://127.0.0.1:9"
    )
    with pytest.raises(Unreachable, match="HeadObject oss://examplebucket/a: no answer") as caught:
        storage.exists("a")
    assert isinstance(caught.value, ConnectionError)


# size and times


@pytest.mark.parametrize("size", [0, 1, 4098])
def test_size(media, oss_emulator, size):
    oss_emulator.put("media/a", b"x" * size)
    assert media.size("a") == size


@pytest.mark.parametrize("ask", ["size", "get_modified_time"])
def test_of_what_is_not_there(media, ask):
    with pytest.raises(FileNotFoundError, match=r"HeadObject oss://examplebucket/media/a") as caught:
        getattr(media, ask)("a")
    assert isinstance(caught.value, ObjectNotFound)


@pytest.mark.parametrize("use_tz", [True, False])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_modified_time(media, oss_emulator, use_tz, zone):
    oss_emulator.put("media/a", b"x")
    with override_settings(USE_TZ=use_tz, TIME_ZONE=zone):
        modified = media.get_modified_time("a")
        assert timezone.is_aware(modified) is use_tz
        moment = modified if use_tz else modified.replace(tzinfo=ZoneInfo(zone))
    assert abs(moment - datetime.now(UTC)) < timedelta(seconds=30)


def test_what_oss_does_not_keep(media, oss_emulator):
    oss_emulator.put("media/a", b"x")
    for ask in (media.get_accessed_time, media.get_created_time, media.path):
        with pytest.raises(NotImplementedError):
            ask("a")


# listdir


def test_listdir(media, oss_emulator):
    for key in ("some/path/1.txt", "2.txt", "other/path/3.txt", "4.txt", "季度/报 告+.txt", "some/5.txt"):
        oss_emulator.put(f"media/{key}", b"")
    oss_emulator.put("mediaother/6.txt", b"")
    oss_emulator.put("7.txt", b"")
    assert media.listdir("") == (["other", "some", "季度"], ["2.txt", "4.txt"])
    assert media.listdir(".") == media.listdir("")
    assert media.listdir("some") == media.listdir("some/") == media.listdir("./some") == (["path"], ["5.txt"])
    assert media.listdir("季度") == ([], ["报 告+.txt"])
    assert media.listdir("some/path") == ([], ["1.txt"])


def test_listdir_of_everything(storage, oss_emulator):
    oss_emulator.put("a/b", b"")
    oss_emulator.put("c", b"")
    assert storage.listdir("") == (["a"], ["c"])


def test_listdir_of_nothing(media, oss_emulator):
    assert media.listdir("") == ([], [])
    assert media.listdir("missing") == ([], [])
    oss_emulator.put("media/dir/", b"")
    assert media.listdir("dir") == ([], []), "an empty folder, as consoles make it"
    assert media.listdir("") == (["dir"], [])


def test_listdir_of_many(media, oss_emulator):
    for number in range(2345):
        oss_emulator.put(f"media/dir/{number:05}", b"")
    for number in range(12):
        oss_emulator.put(f"media/dir/sub{number:02}/file", b"")
    folders, files = media.listdir("dir")
    assert files == [f"{number:05}" for number in range(2345)]
    assert folders == [f"sub{number:02}" for number in range(12)]
    assert oss_emulator.calls["ListObjectsV2"] == 3


@pytest.mark.parametrize("name", ["a b", "a+b", "a%20b", "a&b=c", "<a>", "a\tb", "季", "😀", "a'\"b"])
def test_listdir_of_odd_names(media, oss_emulator, name):
    oss_emulator.put(f"media/{name}/{name}", b"")
    assert media.listdir("") == ([name], [])
    assert media.listdir(name) == ([], [name])


def test_what_no_name_leads_to_is_no_folder(media, oss_emulator):
    """A walk through the folders would otherwise never end."""
    oss_emulator.put("media//deep/a", b"")
    oss_emulator.put("media/dir//b", b"")
    oss_emulator.put("media/./c", b"")
    oss_emulator.put("media/../d", b"")
    oss_emulator.put("media/.", b"")
    assert media.listdir("") == (["dir"], [])
    assert media.listdir("dir") == ([], [])


@pytest.mark.parametrize("kind", [Kind.DROP_TOKEN, Kind.REPEAT_TOKEN])
def test_a_list_that_breaks_off_is_not_called_complete(media, oss_emulator, no_waiting, kind):
    for number in range(2100):
        oss_emulator.put(f"media/{number:05}", b"")
    oss_emulator.faults.add(Fault(kind, operation="ListObjectsV2"))
    with pytest.raises(IncompleteListing, match="given up rather than called complete"):
        media.listdir("")


# delete


def test_delete(media, oss_emulator):
    for key in ("media/a", "media/a/b", "a"):
        oss_emulator.put(key, b"")
    media.delete("a")
    assert oss_emulator.keys() == ["a", "media/a/b"]
    media.delete("a")
    media.delete("missing/季度")


@pytest.mark.parametrize("name", ["", None, ".", "./"])
def test_delete_needs_a_name(media, oss_emulator, name):
    oss_emulator.put("media/a", b"")
    with pytest.raises(ValueError, match="is empty; it must name an object"):
        media.delete(name)
    assert oss_emulator.keys() == ["media/a"]


def test_delete_of_a_folder_deletes_its_marker_alone(media, oss_emulator):
    oss_emulator.put("media/dir/", b"")
    oss_emulator.put("media/dir/a", b"")
    media.delete("dir/")
    assert oss_emulator.keys() == ["media/dir/a"]


# Names, for all of them


ASKS = ("exists", "size", "get_modified_time", "delete")


@pytest.mark.parametrize("ask", [*ASKS, "listdir", "object_key"])
@pytest.mark.parametrize("location", ["", "media"])
@pytest.mark.parametrize("name", ["..", "../a", "a/../../b", "a/..", "/a", "/", "\\a", "a\\..\\b"])
def test_no_way_out(on_emulator, oss_emulator, ask, location, name):
    with pytest.raises(SuspiciousFileOperation, match="leave the storage's location"):
        getattr(on_emulator(location=location), ask)(name)
    assert dict(oss_emulator.calls) == {}


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "\ud800", "k" * 1024, "季" * 342])
def test_a_name_that_cannot_be(media, oss_emulator, ask, name):
    with pytest.raises(InvalidKey, match="name|key"):
        getattr(media, ask)(name)
    assert dict(oss_emulator.calls) == {}


def test_object_key(media):
    assert media.object_key("dir//a") == "media/dir/a"
    assert media.object_key("") == "media/"


def test_every_method_cleans_alike(media, oss_emulator):
    name = media.save("dir\\sub//a.txt", ContentFile(b"x"))
    for spelt in ("dir/sub/a.txt", "dir\\sub\\a.txt", "./dir//sub/./a.txt"):
        assert media.exists(spelt)
        assert media.size(spelt) == 1
        assert media.open(spelt).read() == b"x"
        assert media.url(spelt).split("?")[0] == media.url(name).split("?")[0]
    media.delete("dir\\sub\\a.txt")
    assert oss_emulator.keys() == []
