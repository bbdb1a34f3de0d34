from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from shares.conftest import offline, oss, quick_and_clean

__all__ = ["offline", "oss", "quick_and_clean"]


@pytest.fixture(autouse=True)
def routed(settings):
    settings.ROOT_URLCONF = "shares.urls"
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}


@pytest.fixture
def run(db) -> Callable[..., str]:
    """Run a command; what it printed."""

    def run(*arguments: str, **options: Any) -> str:
        out = io.StringIO()
        call_command(*arguments, stdout=out, **options)
        return out.getvalue()

    return run


@pytest.fixture
def run_json(run) -> Callable[..., dict[str, Any]]:
    return lambda *arguments: json.loads(run(*arguments, "--json"))
