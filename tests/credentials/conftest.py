from __future__ import annotations

import pytest

from django_oss_share.providers import credentials_source, sets, share_tokens_by
from django_oss_share.services.sts import DatabaseStore
from django_oss_share.testing import OSSEmulator

BACKEND = "django_oss_share.storage.OSSStorage"


@pytest.fixture(autouse=True)
def no_keys_around(monkeypatch):
    """The environment of whoever runs the tests gives nothing its keys, and no way out its proxy."""
    for name in ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def fresh_process():
    """No provider knows the token of another test, or goes on when this one is over."""
    share_tokens_by(DatabaseStore)
    yield
    # By what was made: the settings that name it are gone by now.
    for _, source in sets._made.values():
        thread = getattr(sets._refreshing(source), "_thread", None)
        if thread is not None:
            thread.join(10)
    share_tokens_by(DatabaseStore)


@pytest.fixture
def role_settings(oss_emulator: OSSEmulator) -> dict:
    """A set of credentials whose role the emulator's STS gives."""
    return {
        "PROVIDER": "assume_role",
        "ROLE_ARN": oss_emulator.add_role("links").arn,
        "DURATION": 900,
        "STS_ENDPOINT": oss_emulator.sts_endpoint,
        "ACCESS_KEY_ID": oss_emulator.access_key_id,
        "ACCESS_KEY_SECRET": oss_emulator.access_key_secret,
    }


@pytest.fixture
def role(oss_emulator: OSSEmulator, role_settings, settings):
    """The storage ``default`` signs with that role; the provider."""
    settings.OSS_SHARE = {"CREDENTIALS": {"default": role_settings}}
    options = oss_emulator.storage_options(access_key=None, secret_key=None, credentials="default")
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}
    oss_emulator.put("reports/q3.pdf", b"the third quarter")
    return credentials_source("default")
