"""The official Python clients, pointed at an emulator, and what they say when they are refused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import alibabacloud_oss_v2 as oss
import oss2
import pytest

from django_oss_share.testing import OSSEmulator

#: For tests that use oss2, which has not been told of Python 3.12.
OSS2_IS_OLD = pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")

_getaddrinfo = socket.getaddrinfo


def sdk(
    emulator: OSSEmulator,
    *,
    signature_version: str = "v4",
    keys: tuple[str, ...] = (),
    virtual: bool = False,
    anonymous: bool = False,
    attempts: int = 1,
) -> oss.Client:
    """alibabacloud-oss-v2, with the account's own keys unless others are given."""
    config = oss.config.load_default()
    config.region = emulator.region
    config.endpoint = emulator.virtual_endpoint if virtual else emulator.endpoint
    config.use_path_style = not virtual
    config.signature_version = signature_version
    config.retry_max_attempts = attempts
    config.credentials_provider = (
        oss.credentials.AnonymousCredentialsProvider()
        if anonymous
        else oss.credentials.StaticCredentialsProvider(*(keys or account_keys(emulator)))
    )
    return oss.Client(config)


def account_keys(emulator: OSSEmulator) -> tuple[str, str]:
    return emulator.access_key_id, emulator.access_key_secret


def oss2_bucket(emulator: OSSEmulator, *, v4: bool = True, name: str = "") -> oss2.Bucket:
    """oss2, the older client."""
    auth = oss2.AuthV4(*account_keys(emulator)) if v4 else oss2.Auth(*account_keys(emulator))
    return oss2.Bucket(auth, emulator.endpoint, name or emulator.bucket, region=emulator.region, is_path_style=True)


@contextmanager
def refused(status: int, code: str) -> Iterator[dict[str, Any]]:
    """The block is refused with that status and code; what the SDK learned is in the dictionary afterwards."""
    said: dict[str, Any] = {}
    with pytest.raises(oss.exceptions.OperationError) as caught:
        yield said
    error = caught.value.unwrap()
    assert isinstance(error, oss.exceptions.ServiceError), error
    assert (error.status_code, error.code) == (status, code), error
    said |= {"ec": error.ec, "message": error.message, "headers": error.headers, "snapshot": error.snapshot}


def resolve_localhost(host: Any, *args: Any, **kwargs: Any) -> Any:
    """Name look-up as browsers have it: everything under ``localhost`` is this machine."""
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "127.0.0.1"
    return _getaddrinfo(host, *args, **kwargs)
