"""Storages on the emulator; a clock to set; no network."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

import pytest

from django_oss_share.storage import OSSStorage

#: 2026-01-02T03:04:05Z, at which the literal signatures were made.
SIGNED_AT = 1_767_323_045


@dataclass
class Clock:
    second: float

    def __call__(self) -> float:
        return self.second


@pytest.fixture
def clock(monkeypatch):
    """``time.time()`` is ``clock.second``."""
    clock = Clock(SIGNED_AT)
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture
def no_network(monkeypatch):
    """A look-up of a name or a connection fails the test, whoever catches the exception."""
    attempts = []

    def refuse(*args, **kwargs):
        attempts.append(args)
        raise AssertionError(f"the network was touched: {args}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    yield
    assert attempts == []


@pytest.fixture
def no_waiting(monkeypatch):
    """Pauses between tries, in seconds: counted, not waited for."""
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


@pytest.fixture(autouse=True)
def no_keys_around(monkeypatch):
    """The environment of whoever runs the tests gives no storage its options."""
    for name in (
        "OSS_ACCESS_KEY_ID",
        "OSS_ACCESS_KEY_SECRET",
        "OSS_SESSION_TOKEN",
        "OSS_BUCKET",
        "OSS_REGION",
        "OSS_ENDPOINT",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def on_emulator(oss_emulator):
    """``on_emulator(**options)`` makes a storage on the emulator's bucket; the kind comes first, if it is another."""

    def make(kind=OSSStorage, **options):
        return kind(**oss_emulator.storage_options(**options))

    return make


@pytest.fixture
def storage(on_emulator):
    return on_emulator()
