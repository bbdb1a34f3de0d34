from __future__ import annotations

import pytest
from shares.conftest import offline, oss, quick_and_clean

__all__ = ["offline", "oss", "quick_and_clean"]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Parts as small as OSS takes them, so that a few kilobytes are several."""
    monkeypatch.setattr("django_oss_share.services.uploads.sending.PART_SIZE", 100 * 1024)
