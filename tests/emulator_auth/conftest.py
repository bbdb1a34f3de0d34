"""What these tests share: an account, and a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from django_oss_share.testing.emulator.accounts import Accounts

#: Some moment, in whole seconds.
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def accounts() -> Accounts:
    return Accounts("LTAIexample", "secretexample")
