"""Checks of storages and of what signs their links: each fires where it should, and nothing else does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import celery
import pytest
from celery import _state
from django.core.checks.registry import registry

import django_oss_share
from django_oss_share.oss import EnvironmentProvider
from django_oss_share.tasks import beat_schedule

TESTS = Path(__file__).parents[1]
EXAMPLE = TESTS.parent / "example_project"
KEY = "k" * 40
PAIR = {"access_key": "LTAIexample", "secret_key": "planted-secret"}
SOUND = {"bucket_name": "examplebucket", "region_name": "cn-hangzhou", "custom_domain": "static.example.com"}
ROLE = {"PROVIDER": "ecs_ram_role"}


@pytest.fixture(autouse=True)
def sound(settings, monkeypatch):
    """A project that no check has anything to say of."""
    for name in ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN", "OSS_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    # Of another test's application nothing is to be seen.
    monkeypatch.delitem(sys.modules, "celery")
    settings.ROOT_URLCONF = "shares.urls"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9"}
    }
    settings.OSS_SHARE = {
        "TOKEN_KEYS": [KEY],
        "AUDIT_KEYS": [KEY],
        "ENCRYPTION_KEYS": [KEY],
        "CREDENTIALS": {"links": ROLE},
    }
    storage(settings)


def storage(settings, backend: str = "OSSStorage", **options: object) -> None:
    given = {**SOUND, "credentials": "links", **options}
    kept = {name: value for name, value in given.items() if value is not None}
    settings.STORAGES = {"default": {"BACKEND": f"django_oss_share.storage.{backend}", "OPTIONS": kept}}


def ours(settings, **values: object) -> None:
    settings.OSS_SHARE = {**settings.OSS_SHARE, **values}


def told() -> list:
    checks = [check for check in registry.get_checks(True) if check.__module__.startswith("django_oss_share.")]
    return [message for check in checks for message in check(None)]


def ids() -> list[str]:
    return [each.id.removeprefix("oss_share.") for each in told()]


def test_a_sound_project_has_nothing_to_be_told():
    assert ids() == []


FIRING = [
    ({"endpoint_url": "http://oss-cn-hangzhou.aliyuncs.com", "custom_domain": None}, ["W501", "I509"], "https://"),
    ({"endpoint_url": "http://127.0.0.1:9000", "custom_domain": None}, [], ""),
    ({"url_protocol": "http:"}, ["W502"], "static.example.com"),
    ({"cdn": {"domain": "cdn.example.com", "key": "planted-secret"}, "url_protocol": "http"}, ["W502"], "cdn.e"),
    ({"querystring_expire": 32_400}, [], ""),
    ({"querystring_expire": 32_401}, ["W503"], "32401 seconds"),
    ({"querystring_expire": timedelta(days=6), "url_window": 86_400}, ["W503"], "604800 seconds"),
    ({"signature_version": "v1"}, ["W504"], "V1"),
    ({"default_acl": "public-read"}, ["W505"], "default_acl"),
    ({"default_acl": "public-read-write"}, ["W505"], "replace"),
    ({"object_parameters": {"ACL": "public-read"}}, ["W505"], "object_parameters"),
    ({"default_acl": "private"}, [], ""),
    ({"verify": False}, ["W506"], "CA bundle"),
    ({"network": "internal", "custom_domain": None}, ["W507", "I509"], "io_endpoint_url"),
    ({"io_endpoint_url": "https://oss-cn-hangzhou-internal.aliyuncs.com"}, [], ""),
    ({"querystring_auth": False, "default_acl": "private", "custom_domain": None}, ["W508"], "no link opens"),
    ({"querystring_auth": False, "default_acl": "private"}, [], ""),
    (
        {"querystring_auth": False, "object_parameters": {"ACL": "private"}, "custom_domain": None},
        ["W508"],
        "object_parameters",
    ),
    ({"custom_domain": None}, ["I509"], "oss-cn-hangzhou.aliyuncs.com"),
    ({"credentials": None, **PAIR}, ["W601"], "its options"),
    ({"credentials": None, **PAIR, "security_token": "token"}, [], ""),
]


@pytest.mark.parametrize(("options", "expected", "names"), FIRING, ids=repr)
def test_an_option_that_makes_links_dangerous_or_useless(settings, options, expected, names):
    # What allows plain http, if OSS_SHARE does not.
    settings.DEBUG = True
    storage(settings, **options)
    assert ids() == expected
    for message in told():
        assert message.obj == "default" and message.hint
        assert "planted-secret" not in f"{message.msg}{message.hint}"
    if told():
        assert names in f"{told()[0].msg} {told()[0].hint}"


@pytest.mark.parametrize("entry", [None, "OSSStorage", {}, {"BACKEND": None}, {"OPTIONS": {}}], ids=repr)
def test_an_entry_that_names_no_backend_is_not_ours(settings, entry):
    settings.STORAGES = {"default": entry}
    assert ids() == []


@pytest.mark.parametrize("options", [None, ["examplebucket"]], ids=repr)
def test_options_that_are_none(settings, options):
    settings.STORAGES = {"default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}}
    (message,) = told()
    assert message.id == "oss_share.E101"
    assert message.msg == f"STORAGES['default']['OPTIONS'] must be a dict; it is {type(options).__name__}."


@pytest.mark.parametrize("options", [{"endpoint_url": "https://a:b@[::1"}, {"object_parameters": {1: "x"}}], ids=repr)
def test_a_value_that_cannot_be_read_is_told_rather_than_raised(settings, options):
    storage(settings, **options)
    (message,) = told()
    assert message.id == "oss_share.E101"
    assert "a:b" not in message.msg


def test_public_files_of_a_static_storage_are_public_on_purpose(settings):
    storage(settings, "OSSStaticStorage", default_acl="public-read", custom_domain=None)
    assert ids() == []
    storage(settings, "OSSStaticStorage", default_acl="public-read-write")
    assert ids() == ["W505"]


def test_previews_matter_only_where_there_are_pages(settings):
    storage(settings, custom_domain=None)
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": []})
    assert "I509" not in ids()


@pytest.mark.parametrize(
    ("values", "identity"),
    [
        ({"MAX_PRESIGN": 32_401}, "W510"),
        ({"DEFAULT_EXPIRY": None}, "W511"),
        ({"ALLOW_HTTP": True}, "W512"),
        ({"MAX_PRESIGN": "9 hours"}, "E201"),
    ],
)
def test_a_setting_that_lets_links_live_too_long_or_travel_openly(settings, values, identity):
    ours(settings, **values)
    assert ids() == [identity]


@pytest.mark.parametrize("named", [None, "env", EnvironmentProvider()])
def test_a_key_pair_in_the_environment(settings, monkeypatch, named):
    ours(settings, CREDENTIALS={"env": {"PROVIDER": "environment"}})
    storage(settings, credentials=named)
    assert ids() == [], "there is none, and the first link tells so"
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAIexample")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "planted-secret")
    (message,) = told()
    assert message.id == "oss_share.W601" and "from the environment" in message.msg
    monkeypatch.setenv("OSS_SESSION_TOKEN", "token")
    assert ids() == []


def test_a_key_pair_in_a_set(settings):
    pair = {"PROVIDER": "static", "ACCESS_KEY_ID": "LTAIexample", "ACCESS_KEY_SECRET": "planted-secret"}
    ours(settings, CREDENTIALS={"links": pair})
    assert ids() == ["W601"]
    ours(settings, CREDENTIALS={"links": {**pair, "SECURITY_TOKEN": "token"}})
    assert ids() == []


@pytest.mark.parametrize(("duration", "expected"), [(3600, []), (7200, []), (7201, ["W602"]), (43_200, ["W602"])])
def test_tokens_that_outlive_their_links(settings, duration, expected):
    role = {"PROVIDER": "assume_role", "ROLE_ARN": "acs:ram::1234567890123456:role/links", "DURATION": duration}
    keys = {"ACCESS_KEY_ID": "LTAIexample", "ACCESS_KEY_SECRET": "planted-secret"}
    ours(settings, CREDENTIALS={"links": {**role, **keys}, "unused": {**role, **keys, "DURATION": 43_200}})
    assert ids() == expected, "only what signs links is looked at"


def test_what_cannot_be_made_is_told_by_one_check_only(settings):
    storage(settings, region_name="Nowhere", querystring_expire=99_999)
    assert ids() == ["E101"]
    ours(settings, CREDENTIALS=["links"])
    assert set(ids()) == {"E101", "E102"}


# What has to run now and then


@pytest.fixture
def application(monkeypatch, settings):
    """A Celery application of the project's own."""
    settings.OSS_SHARE = {"TOKEN_KEYS": [KEY], "AUDIT_KEYS": [KEY], "ENCRYPTION_KEYS": [KEY]}
    monkeypatch.setitem(sys.modules, "celery", celery)
    # Without its fixup for Django, which would make it everybody's for good.
    app = celery.Celery("shop", set_as_current=False, fixups=[])
    monkeypatch.setattr(_state._tls, "current_app", app, raising=False)
    return app


def test_a_schedule_that_lacks_what_has_to_run(application, settings):
    settings.STORAGES = {}
    (message,) = told()
    assert message.id == "oss_share.W403"
    assert "oss_share.seal_audit" in message.msg and "oss_share.purge" not in message.msg
    ours(settings, RETENTION=timedelta(days=90), NOTIFY_OWNER=["issued"], CREDENTIALS={"links": ROLE})
    (message,) = told()
    for name in ("refresh_credentials", "deliver_notifications", "seal_audit", "purge"):
        assert f"oss_share.{name}" in message.msg


def test_a_schedule_that_has_it_all(application, settings):
    settings.STORAGES = {}
    application.on_after_finalize.connect(
        lambda sender, **_: setattr(sender.conf, "beat_schedule", beat_schedule()), weak=False
    )
    ours(settings, RETENTION=timedelta(days=90), NOTIFY_OWNER=["issued"], CREDENTIALS={"links": ROLE})
    assert ids() == []


def test_without_an_application_one_is_reminded(settings, application, monkeypatch):
    settings.STORAGES = {}
    ours(settings, RETENTION=timedelta(days=90))
    monkeypatch.setattr(application, "main", "default")
    assert ids() == ["I401"], "Celery is loaded, but nobody made an application"
    monkeypatch.delitem(sys.modules, "celery")
    assert ids() == ["I401"]


# The table as a whole


def test_every_check_is_shown_to_fire():
    package = Path(django_oss_share.__file__).parent
    source = "".join(file.read_text() for file in sorted((package / "checks").glob("*.py")))
    tests = [TESTS / "test_checks.py", TESTS / "credentials" / "test_health.py", *TESTS.glob("checks/test_*.py")]
    shown = set(re.findall(r'"(?:oss_share\.)?([EWI]\d{3})"', "".join(file.read_text() for file in tests)))
    assert set(re.findall(r'"oss_share\.([EWI]\d+)"', source)) == shown


PRODUCTION = {
    "SITE_HOST": "files.example.com",
    "SECRET_KEY": "".join(map(chr, range(48, 123))),
    **dict.fromkeys(("TOKEN_KEYS", "AUDIT_KEYS", "ENCRYPTION_KEYS"), f"{KEY},{KEY[::-1]}"),
    "TRUSTED_PROXIES": "10.0.0.1, unix",
    **dict.fromkeys(("DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD"), "example"),
    "DATABASE_HOST": "127.0.0.1",
    **dict.fromkeys(("REDIS_URL", "CELERY_BROKER_URL"), "redis://127.0.0.1:9"),
    "OSS_BUCKET": "examplebucket",
    "OSS_REGION": "cn-hangzhou",
    "OSS_DOMAIN": "static.example.com",
    "OSS_ROLE": "links",
    "STATIC_ROOT": "/srv/static",
    "DJANGO_SETTINGS_MODULE": "example.production",
}


def production_check(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OSS_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=EXAMPLE,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_demos_production_settings_are_clean():
    done = production_check(**PRODUCTION)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_what_production_lacks_is_named():
    done = production_check(**{**PRODUCTION, "TOKEN_KEYS": " "})
    assert done.returncode == 1
    assert "Set TOKEN_KEYS in the environment; see example/production.py." in done.stderr
