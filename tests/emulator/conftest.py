"""Clients of the emulator."""

from __future__ import annotations

import socket

import alibabacloud_oss_v2 as oss
import pytest

from .clients import resolve_localhost, sdk


@pytest.fixture
def client(oss_emulator) -> oss.Client:
    """alibabacloud-oss-v2 with Signature V4, which tries once."""
    return sdk(oss_emulator)


@pytest.fixture
def bucket(oss_emulator) -> str:
    return oss_emulator.bucket


@pytest.fixture
def virtual_hosts(monkeypatch) -> None:
    """``examplebucket.localhost`` is found, as browsers find it."""
    monkeypatch.setattr(socket, "getaddrinfo", resolve_localhost)
