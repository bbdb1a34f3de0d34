"""No link is promised for longer than its token lives."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.core.files.storage import storages

from django_oss_share.oss import CredentialsUnavailable, ExpiryBeyondToken, InvalidExpiry
from django_oss_share.testing import Fault, Kind

from .making import Clock, Source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def storage(role):
    """Signs with a role whose tokens live 900 seconds."""
    return storages["default"]


def test_a_named_validity_is_kept(storage, role):
    link = storage.presign("reports/q3.pdf", expires_in=840)
    assert not link.clipped
    assert link.expires_at - datetime.now(UTC) > timedelta(seconds=838)
    assert link.expires_at <= role.token.credentials.expiration
    assert urlopen(storage.url("reports/q3.pdf", expire=60)).status == 200


def test_one_beyond_any_token_is_refused_with_both_and_the_way_out(storage, oss_emulator):
    for ask in (
        lambda: storage.url("reports/q3.pdf", expire=841),
        lambda: storage.presign("reports/q3.pdf", expires_in=timedelta(seconds=841)),
    ):
        with pytest.raises(ExpiryBeyondToken, match="expires_in=841 .* 840 .* make a share") as caught:
            ask()
        assert (caught.value.requested, caught.value.maximum) == (841, 840)
        assert isinstance(caught.value, ValueError)
    assert oss_emulator.calls["AssumeRole"] == 0


def test_or_clipped_if_the_project_says_so(storage, role, settings):
    settings.OSS_SHARE = {**settings.OSS_SHARE, "ON_CLIP": "clip"}
    link = storage.presign("reports/q3.pdf", expires_in=86_400)
    assert link.clipped
    assert link.expires_at == role.token.credentials.expiration
    assert storage.token_expires_at - link.expires_at == timedelta(seconds=30)
    assert storage.url("reports/q3.pdf", expire=86_400)


def test_the_storages_default_is_clipped_quietly(storage, role):
    assert storage.querystring_expire == 3600
    link = storage.presign("reports/q3.pdf")
    assert link.clipped
    assert link.expires_at == role.token.credentials.expiration
    assert urlopen(storage.url("reports/q3.pdf")).status == 200


def test_too_little_left_is_refreshed_first(storage, oss_emulator, monkeypatch):
    assert not storage.presign("reports/q3.pdf", expires_in=500).clipped
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 400)
    oss_emulator.clock_offset = 400
    assert not storage.presign("reports/q3.pdf", expires_in=400).clipped
    assert oss_emulator.calls["AssumeRole"] == 1
    link = storage.presign("reports/q3.pdf", expires_in=500)
    assert not link.clipped
    assert urlopen(link.url).status == 200
    assert oss_emulator.calls["AssumeRole"] == 2


def test_the_wrong_kind_is_told_as_ever(storage):
    with pytest.raises(InvalidExpiry, match="neither an int of seconds nor a timedelta"):
        storage.url("reports/q3.pdf", expire="1 hour")


def test_a_link_works_until_the_end_it_names_and_not_after(storage, oss_emulator):
    oss_emulator.faults.add(Fault(Kind.TOKEN_LIFE, operation="AssumeRole", seconds=4))
    link = storage.presign("reports/q3.pdf", expires_in=60)
    assert link.clipped
    assert urlopen(link.url).read() == b"the third quarter"
    # The emulator's clock goes ahead: to just before, and to just after the end that the link names.
    oss_emulator.clock_offset = link.expires_at.timestamp() - time.time() - 0.5
    assert urlopen(link.url).status == 200
    oss_emulator.clock_offset = link.expires_at.timestamp() - time.time() + 1.5
    with pytest.raises(HTTPError, match="403"):
        urlopen(link.url)


def test_no_token_no_link(storage, oss_emulator):
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
    for ask in (storage.url, storage.presign, lambda name: storage.url(name, expire=60)):
        with pytest.raises(CredentialsUnavailable, match="ServiceUnavailable") as caught:
            ask("reports/q3.pdf")
        assert caught.value.retry_after >= 1


def test_reading_and_writing_say_so_too(storage, oss_emulator):
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
    with pytest.raises(CredentialsUnavailable):
        storage.exists("reports/q3.pdf")


def test_static_keys_know_no_such_end(settings, oss_emulator):
    settings.STORAGES = {
        "default": {
            "BACKEND": "django_oss_share.storage.OSSStorage",
            "OPTIONS": oss_emulator.storage_options(),
        }
    }
    assert not storages["default"].presign("a", expires_in=604_800).clipped


def test_a_callables_tokens_are_measured(settings, role):
    clock = Clock()
    clock.now = time.time()
    settings.OSS_SHARE = {"CREDENTIALS": {"default": {"PROVIDER": "callable", "CALLABLE": Source(clock)}}}
    storage = storages.create_storage(settings.STORAGES["default"])
    assert not storage.presign("a", expires_in=800).clipped
    with pytest.raises(ExpiryBeyondToken, match="is over the 8[67]"):
        storage.url("a", expire=3600)
