from __future__ import annotations

import pytest
from django.core.cache import cache

from django_oss_share.testing import OSSEmulator

BACKEND = "django_oss_share.storage.OSSStorage"


@pytest.fixture(autouse=True)
def quick_and_clean(settings):
    """No counts of another test in the cache, and hashes that cost nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture(autouse=True)
def offline(settings):
    """A storage that signs; nothing is at the other end."""
    options = {
        "bucket_name": "examplebucket",
        "region_name": "cn-hangzhou",
        "access_key": "LTAItest",
        "secret_key": "s",
    }
    settings.STORAGES = {
        "default": {"BACKEND": BACKEND, "OPTIONS": options},
        "archive": {"BACKEND": BACKEND, "OPTIONS": {**options, "bucket_name": "archivebucket"}},
        "local": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }


@pytest.fixture
def oss(oss_emulator: OSSEmulator, settings) -> OSSEmulator:
    """The storage ``default`` is a bucket of the emulator, with one file."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": BACKEND, "OPTIONS": oss_emulator.storage_options()},
    }
    oss_emulator.put("reports/q3.pdf", b"the third quarter")
    return oss_emulator
