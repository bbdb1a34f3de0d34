from __future__ import annotations

import pytest
from django.test import Client
from shares.conftest import offline, oss, quick_and_clean

__all__ = ["offline", "oss", "quick_and_clean"]

ADDRESS = "203.0.113.7"


@pytest.fixture(autouse=True)
def site(settings, offline):
    """A project as Django makes one, but that sessions need no table."""
    settings.ROOT_URLCONF = "views.urls"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.MIDDLEWARE = [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]


@pytest.fixture
def client() -> Client:
    return Client(REMOTE_ADDR=ADDRESS, headers={"User-Agent": "Firefox", "Accept-Language": "en"})
