"""What the tests of the ground floor share: one bucket, one key pair, one moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from django_oss_share.oss import Credentials, Endpoint, Presigner

#: Some moment, in whole seconds.
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def credentials() -> Credentials:
    return Credentials("LTAIexample", "secret-sentinel")


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint.for_region("cn-hangzhou")


@pytest.fixture
def presigner(credentials: Credentials, endpoint: Endpoint) -> Presigner:
    """Signs at :data:`NOW`, whatever the time is."""
    return Presigner(credentials, endpoint, "examplebucket", clock=lambda: NOW)


@pytest.fixture
def v1_presigner(credentials: Credentials, endpoint: Endpoint) -> Presigner:
    return Presigner(credentials, endpoint, "examplebucket", signature_version="v1", clock=lambda: NOW)
