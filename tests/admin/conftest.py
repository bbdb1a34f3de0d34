from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from shares.conftest import offline, oss, quick_and_clean
from shares.factories import make_user

__all__ = ["offline", "oss", "quick_and_clean"]


@pytest.fixture(autouse=True)
def site(settings, offline):
    settings.ROOT_URLCONF = "admin.urls"


@pytest.fixture
def login(db):
    """A function: a client of a new user of the staff with these permissions, and the user."""

    def log_in(name: str, *permissions: str, **fields: Any) -> tuple[Client, Any]:
        user = make_user(name, *permissions, is_staff=True, **fields)
        client = Client(REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Firefox", "Accept-Language": "en"})
        client.force_login(user)
        return client, user

    return log_in
