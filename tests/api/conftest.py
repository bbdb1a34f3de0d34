from __future__ import annotations

import pytest
from shares.conftest import offline, oss, quick_and_clean

__all__ = ["offline", "oss", "quick_and_clean"]


@pytest.fixture(autouse=True)
def site(settings, offline):
    settings.ROOT_URLCONF = "api.urls"
