"""What the tests of the ground floor share: one bucket, one key pair, one moment."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from django_oss_share.oss import Credentials, Endpoint, Presigner

if TYPE_CHECKING:
    from django_oss_share.oss.client import BucketClient
    from django_oss_share.testing import OSSEmulator

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


@pytest.fixture
def client(oss_emulator: OSSEmulator) -> BucketClient:
    """Reads and writes the emulator's bucket."""
    # Here, so that the signer's own tests run without the SDK.
    from django_oss_share.oss.client import BucketClient

    credentials = Credentials(oss_emulator.access_key_id, oss_emulator.access_key_secret)
    return BucketClient(credentials, Endpoint(oss_emulator.endpoint, region=oss_emulator.region), oss_emulator.bucket)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own retries follow at once."""
    for module in ("streams", "writer"):
        monkeypatch.setattr(f"django_oss_share.oss.{module}.pause", lambda attempt: None)


@pytest.fixture
def unused_address() -> str:
    """``http://127.0.0.1:PORT`` with nobody behind it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
