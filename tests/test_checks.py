"""The system checks: each fires where it should, and is silent in a sound project."""

from __future__ import annotations

import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks.registry import registry

import django_oss_share
from django_oss_share.models import Action
from django_oss_share.services.notifications import TOLD

KEY = "k" * 40
SECRET = "a secret of more than 24 characters"
REDIS = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9"}}
SOUND = {
    "TOKEN_KEYS": [KEY],
    "AUDIT_KEYS": [KEY],
    "TRUSTED_PROXIES": ["10.0.0.1", "unix"],
    "ALLOWED_NETWORKS": ["10.0.0.0/8"],
    "BASE_URL": "https://files.example.com",
}


class Elsewhere:
    """A router that keeps the audit apart."""

    def db_for_write(self, model, **hints):
        return "audit" if model.__name__ == "AuditEvent" else None


@pytest.fixture(autouse=True)
def sound(settings, monkeypatch):
    # A project without Celery, whatever other tests have loaded.
    monkeypatch.delitem(sys.modules, "celery", raising=False)
    settings.ROOT_URLCONF = "shares.urls"
    settings.CACHES = REDIS
    settings.OSS_SHARE = SOUND


def told() -> list:
    """What ours say, those for deployment too; the database is out of reach."""
    ours = [check for check in registry.get_checks(True) if check.__module__.startswith("django_oss_share.")]
    return [message for check in ours for message in check(None)]


def ids() -> list[str]:
    return [each.id.removeprefix("oss_share.") for each in told()]


def test_a_sound_project_has_nothing_to_be_told():
    assert ids() == []


@pytest.mark.parametrize(
    ("values", "identity", "names"),
    [
        ({"DEFAULT_EXPIRY": "30 days"}, "E201", "'30 days'"),
        ({"BASE_URL": "files.example.com"}, "E201", "https://"),
        ({"BASE_URL": "https://https://files.example.com"}, "E201", "https://https://"),
        ({"BASE_URL": "https://:443"}, "E201", "https://:443"),
        ({"MAX_EXPIRY": timedelta(days=99_999)}, "E201", "at most 36525 days"),
        ({"GROUPS": {"sales": {"PASSWORD_MIN_LENGTH": "12"}}}, "E201", "sales"),
        ({"TOKEN_KEYS": ["short"]}, "E201", "TOKEN_KEYS"),
        ({"WEBHOOKS": [{"URL": "http://hooks.example.com/", "SECRET": SECRET}]}, "E201", "plain http"),
        ({"PASSWORD_REQIRED": True}, "E202", "PASSWORD_REQUIRED"),
        ({"SOMETHING_ELSE_ALTOGETHER": True}, "E202", "Known are"),
        ({"ALLOWED_NETWORKS": ["10.0.0.5/8"]}, "E203", "host bits set"),
        ({"TRUSTED_PROXIES": ["proxy.example.com"]}, "E203", "proxy.example.com"),
        ({"NOTIFY_OWNER": ["isued"]}, "E204", "issued"),
        ({"NOTIFY_OWNER": ["credentials_refreshed"]}, "E204", "be told of 'credentials_refreshed'"),
        (
            {"WEBHOOKS": [{"URL": "https://hooks.example.com/", "SECRET": SECRET, "ACTIONS": ["revokd"]}]},
            "E204",
            "revoked",
        ),
        ({"TRUSTED_PROXIES": ["0.0.0.0/0"]}, "W303", "0.0.0.0/0"),
        ({"TRUSTED_PROXIES": ["10.0.0.1", "::/0"]}, "W303", "::/0"),
        ({"TRUSTED_PROXIES": ["unix", "0.0.0.0/0.0.0.0"]}, "W303", "0.0.0.0/0.0.0.0"),
        ({"TRUSTED_PROXIES": [None]}, "E203", "None"),
        ({"NOTIFY_OWNER": [None]}, "E204", "None"),
        ({"CREDENTIALS": {"links": None}}, "E102", "it is NoneType"),
        ({"CREDENTIALS": {"links": SECRET}}, "E102", "must be a dict with a 'PROVIDER'; it is str"),
        ({"BASE_URL": "http://files.example.com"}, "W305", "https://"),
        ({"RETENTION": timedelta(days=90)}, "I401", "oss_audit purge"),
        ({"NOTIFY_OWNER": ["issued"]}, "I402", "oss_notify"),
    ],
)
def test_a_setting_that_does_not_do_what_it_seems_to(settings, values, identity, names):
    settings.OSS_SHARE = {**SOUND, **values}
    assert identity in ids()
    (message,) = [each for each in told() if each.id.endswith(identity)]
    assert names in f"{message.msg} {message.hint}"
    assert message.hint
    assert SECRET not in message.msg


def test_a_project_without_any_settings(settings):
    del settings.OSS_SHARE
    assert ids() == ["W304"]


@pytest.mark.parametrize(("given", "missing"), [("TOKEN_KEYS", "AUDIT_KEYS"), ("AUDIT_KEYS", "TOKEN_KEYS")])
def test_keys_that_go_with_djangos_own(settings, given, missing):
    settings.OSS_SHARE = {given: [KEY]}
    (message,) = told()
    assert message.id == "oss_share.W304"
    assert missing in message.msg and given not in message.msg


@pytest.mark.parametrize("kind", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_a_cache_that_each_process_has_of_its_own(settings, kind):
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{kind}"}}
    assert ids() == ["W301"]


@pytest.mark.parametrize("caches", [{}, {"default": {}}, {"default": {"BACKEND": "nobody.Cache"}}], ids=str)
def test_a_cache_that_is_not_there_is_djangos_to_tell(settings, caches):
    settings.CACHES = caches
    assert ids() == []


@pytest.mark.parametrize(
    ("django", "ours", "expected"),
    [
        ({}, {}, []),
        ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}, {}, ["W302"]),
        ({"USE_X_FORWARDED_HOST": True}, {}, ["W302"]),
        ({"USE_X_FORWARDED_HOST": True}, {"TRUSTED_PROXIES": []}, []),
        ({}, {"ALLOWED_NETWORKS": ["10.0.0.0/8"]}, ["W302"]),
        ({}, {"ALLOWED_NETWORKS": ["10.0.0.0/8"], "TRUSTED_PROXIES": []}, []),
    ],
)
def test_a_proxy_that_nobody_named(settings, django, ours, expected):
    settings.OSS_SHARE = {"TOKEN_KEYS": [KEY], "AUDIT_KEYS": [KEY], **ours}
    for name, value in django.items():
        setattr(settings, name, value)
    assert ids() == expected


def test_no_url_leads_to_shares(settings):
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": []})
    assert ids() == ["W201"]
    settings.INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django_oss_share"]
    assert ids() == [], "nobody is offered to share"


def test_times_without_a_zone(settings):
    settings.USE_TZ = False
    assert ids() == ["E205"]


def test_the_audit_in_another_database(settings):
    settings.DATABASE_ROUTERS = [Elsewhere()]
    assert ids() == ["E206"]


def test_every_action_of_a_share_can_be_told():
    of_no_share = {"exported", "granted", "purged", "credentials_refreshed", "reconciled"}
    assert set(Action.values) - of_no_share == TOLD


def test_each_id_is_given_once():
    source = "".join(file.read_text() for file in sorted(Path(django_oss_share.__file__).parent.rglob("*.py")))
    given = Counter(re.findall(r'"(oss_share\.[EWI]\d+)"', source))
    # A setting may be wrong as a whole, or in one of its members.
    assert {each for each, count in given.items() if count > 1} <= {"oss_share.E102"}
    assert len(given) >= 14
