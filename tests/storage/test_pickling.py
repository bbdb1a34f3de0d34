"""Storages travel between processes: tasks, caches, multiprocessing."""

from __future__ import annotations

import copy
import pickle
import pickletools

import pytest
from django.core.files.base import ContentFile
from django.test import override_settings

from django_oss_share.storage import OSSManifestStaticStorage, OSSStaticStorage, OSSStorage, StorageMisconfigured

from .making import KEYS, PLACE, make
from .testapp.models import ArchiveStorage, Report

SECRETS = {
    "access_key": "LTAI-sentinel-id",
    "secret_key": "sentinel-secret",
    "security_token": "sentinel-token",
    "cdn": {"domain": "cdn.example.com", "key": "sentinel-cdn"},
    "proxies": {"https": "http://user:sentinel-proxy@127.0.0.1:3128"},
}


def again(storage):
    return pickle.loads(pickle.dumps(storage))


@pytest.mark.parametrize("kind", [OSSStorage, OSSStaticStorage])
def test_round_trip(clock, kind):
    storage = make(kind, location="media", url_protocol="https", gzip_content_types={"text/plain"})
    assert type(again(storage)) is kind
    assert again(storage).url("a") == storage.url("a")
    assert again(again(storage)).deconstruct() == storage.deconstruct()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_secret_in_the_bytes(protocol):
    storage = make(**SECRETS)
    storage.url("a")
    data = pickle.dumps(storage, protocol)
    assert b"sentinel" not in data
    assert not any("sentinel" in str(argument) for _, argument, _ in pickletools.genops(data))
    restored = pickle.loads(data)
    for name, value in SECRETS.items():
        assert getattr(restored, name) == value


def test_a_subclass_with_arguments_of_its_own(clock):
    storage = Report._meta.get_field("archived").storage
    assert type(again(storage)) is ArchiveStorage
    assert again(storage).location == "archive/2025"
    assert again(storage).url("a") == storage.url("a")


def test_while_in_use(storage, oss_emulator):
    storage.save("a", ContentFile(b"x"))
    assert again(storage).open("a").read() == b"x"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies(clock, copied):
    storage = make(**SECRETS)
    assert copied(storage).url("a", http_method="PUT") == storage.url("a", http_method="PUT")


def test_the_environments_keys_stay_there(monkeypatch):
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAI-sentinel")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "sentinel")
    storage = OSSStorage(**PLACE)
    storage.url("a")
    restored = again(storage)
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAI-of-this-process")
    assert "LTAI-of-this-process" in restored.url("a")


def test_another_secret_key_opens_nothing():
    with override_settings(SECRET_KEY="old"):
        data = pickle.dumps(make())
    with override_settings(SECRET_KEY="new"), pytest.raises(StorageMisconfigured, match="another SECRET_KEY"):
        pickle.loads(data)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert pickle.loads(data).secret_key == KEYS["secret_key"]


def test_a_forged_pickle_is_not_opened():
    function, (kind, sealed) = make().__reduce__()
    forged = sealed[:-10] + b"A" * 10
    with pytest.raises(StorageMisconfigured):
        function(kind, forged)


def test_what_cannot_travel_is_told():
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(make(credentials=lambda: None))


def test_a_manifest_storage(on_emulator):
    storage = on_emulator(OSSManifestStaticStorage, location="static")
    assert type(again(storage)) is OSSManifestStaticStorage
    assert again(storage).location == "static"
