from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.core.cache import cache

from .world import BACKEND, SITE, World

FILES = {
    "q3.pdf": (b"%PDF-1.7", "application/pdf"),
    "a b.txt": (b"plain", "text/plain"),
    "季度.txt": (b"plain", "text/plain"),
    "café.txt": (b"plain", "text/plain"),
    "notes.txt": ("季度报告：收入增长".encode("gb18030"), "text/plain"),
    "utf8.txt": ("季度报告：收入增长".encode(), "text/plain"),
    "declared.txt": ("季度报告：收入增长".encode("gb18030"), "text/plain;charset=gb18030"),
    "logo.png": (b"\x89PNG", "application/octet-stream"),
    "empty.txt": (b"", "text/plain"),
}


@pytest.fixture
def world(db, settings, oss_emulator) -> Iterator[World]:
    """A project on an emulator, whose pages of shares have an address."""
    cache.clear()
    settings.ROOT_URLCONF = "shares.urls"
    settings.OSS_SHARE = {"BASE_URL": SITE}
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": oss_emulator.storage_options()}}
    for key, (data, content_type) in FILES.items():
        oss_emulator.put(key, data, content_type=content_type)
    with ExitStack() as closing:
        yield World(oss_emulator, settings, closing)
