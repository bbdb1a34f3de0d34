from __future__ import annotations

import pytest
from shares.conftest import offline, oss, quick_and_clean

__all__ = ["offline", "oss", "quick_and_clean"]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Parts as small as OSS takes them, and sent already where 200 KB are."""
    monkeypatch.setattr("django_oss_share.services.uploads.sending.PART_SIZE", 100 * 1024)
    for module in ("services.file_requests.receiving", "views.requests"):
        monkeypatch.setattr(f"django_oss_share.{module}.SINGLE_PUT_LIMIT", 200 * 1024)


@pytest.fixture(autouse=True)
def urls(settings):
    settings.ROOT_URLCONF = "views.urls"
