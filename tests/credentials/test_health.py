"""Health for probes, and the system checks: what is told, and that neither touches the network."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import timezone

import django_oss_share
from django_oss_share.models import StoredCredentials
from django_oss_share.providers import RefreshFailed
from django_oss_share.services.health import Status, health
from django_oss_share.testing import Fault, Kind
from django_oss_share.views.health import health as view

KEY = "a-key-of-at-least-thirty-two-characters"


def probe():
    answer = view(RequestFactory().get("/health/"))
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db(transaction=True)
class TestHealth:
    def test_before_anybody_asked(self, role):
        assert probe() == (
            200,
            {
                "status": "ok",
                "credentials": [
                    {
                        "name": "default",
                        "status": "ok",
                        "token": "none",
                        "seconds_left": None,
                        "refreshed_at": None,
                        "next_refresh_at": None,
                        "failures": 0,
                        "last_error": "",
                    }
                ],
            },
        )

    def test_with_a_token(self, role):
        role.refresh()
        status, found = probe()
        (only,) = found["credentials"]
        assert (status, found["status"], only["token"]) == (200, "ok", "current")
        assert 865 <= only["seconds_left"] <= 870

    def test_a_failure_while_the_token_is_good_degrades(self, role, oss_emulator):
        role.refresh()
        oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
        with pytest.raises(RefreshFailed):
            role.refresh(force=True)
        status, found = probe()
        (only,) = found["credentials"]
        assert (status, found["status"], only["failures"]) == (200, "degraded", 1)
        assert "ServiceUnavailable" in only["last_error"]

    def test_a_failure_without_a_token_is_a_503(self, role, oss_emulator):
        role.refresh()
        oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
        with pytest.raises(RefreshFailed):
            role.refresh(force=True)
        now = timezone.now() + timedelta(seconds=900)
        assert health(now).status is Status.DOWN
        StoredCredentials.objects.update(expires_at=timezone.now())
        assert probe()[0] == 503

    def test_an_ended_token_that_nobody_asked_for_is_none(self, role):
        role.refresh()
        found = health(timezone.now() + timedelta(days=1))
        assert (found.status, found.credentials[0].token) == (Status.OK, "ended")

    def test_nothing_secret_in_it(self, role):
        role.refresh()
        credentials = role.retrieve()
        shown = view(RequestFactory().get("/")).content.decode() + repr(health())
        for secret in (credentials.access_key_id, credentials.access_key_secret, credentials.security_token):
            assert secret not in shown

    def test_only_to_be_read(self):
        assert view(RequestFactory().post("/")).status_code == 405
        assert view(RequestFactory().head("/")).status_code == 200

    def test_without_the_database(self, settings, monkeypatch):
        def refuse():
            raise OperationalError("could not connect to 10.0.0.5")

        monkeypatch.setattr(StoredCredentials.objects, "all", refuse)
        status, found = probe()
        assert status == 503
        assert found["credentials"][0]["last_error"] == "The database failed (OperationalError)."

    def test_sets_that_do_not_end(self, settings, monkeypatch):
        settings.OSS_SHARE = {
            "CREDENTIALS": {
                "keys": {"PROVIDER": "static", "ACCESS_KEY_ID": "a", "ACCESS_KEY_SECRET": "b"},
                "env": {"PROVIDER": "environment"},
                "wrong": {"PROVIDER": "vault"},
            }
        }
        found = {each.name: (each.status, each.last_error[:30]) for each in health().credentials}
        assert found["keys"] == (Status.OK, "")
        assert found["env"] == (Status.DOWN, "access_key_id is empty. Set OS")
        assert found["wrong"][0] is Status.DOWN


# System checks


def told() -> list:
    """What the checks of ours that need no database say."""
    return [each for each in run_checks(tags=["files", "security"]) if each.id.startswith("oss_share.")]


def ids() -> list[str]:
    return [each.id for each in told()]


def test_a_sound_project_has_nothing_to_be_told(settings, role):
    settings.OSS_SHARE = {**settings.OSS_SHARE, "ENCRYPTION_KEYS": [KEY]}
    assert ids() == []


def test_a_storage_that_cannot_be_made(settings):
    backend = "django_oss_share.storage.OSSStorage"
    settings.STORAGES = {
        "default": {"BACKEND": backend, "OPTIONS": {"bucket_name": "Bad_Bucket", "region_name": "cn-hangzhou"}},
        "other": {"BACKEND": backend, "OPTIONS": {"bucket_name": "b-1", "region_name": "a-b", "credentials": "nope"}},
        "absent": {"BACKEND": "nowhere.Storage"},
        "files": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    found = told()
    assert [message.obj for message in found] == ["default", "other"]
    assert "Bad_Bucket" in found[0].msg
    assert found[0].hint == "See STORAGES['default']['OPTIONS']."


def test_a_set_that_cannot_be_made(settings):
    settings.OSS_SHARE = {"CREDENTIALS": {"default": {"PROVIDER": "vault"}}}
    assert ids() == ["oss_share.E102"]
    settings.OSS_SHARE = {"CREDENTIALS": ["default"]}
    assert ids() == ["oss_share.E102"]


@pytest.mark.parametrize(
    ("keys", "expected"), [({}, ["oss_share.W101"]), ({"ENCRYPTION_KEYS": ["short"]}, ["oss_share.E103"])]
)
def test_how_tokens_are_encrypted(settings, role, keys, expected):
    settings.OSS_SHARE = {**settings.OSS_SHARE, **keys}
    assert ids() == expected
    settings.OSS_SHARE = keys
    assert "oss_share.W101" not in ids(), "nothing is stored where no credentials end"


def test_each_id_is_given_once():
    package = Path(django_oss_share.__file__).parent
    source = "".join(file.read_text() for file in sorted(package.rglob("*.py")))
    given = Counter(re.findall(r'id="(oss_share\.\w+)"', source))
    # A setting may be wrong as a whole, or in one of its members.
    assert {each for each, count in given.items() if count > 1} <= {"oss_share.E102"}
