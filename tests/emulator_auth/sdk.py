"""The official SDK, signing and asking: none of our code signs in these tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import alibabacloud_oss_v2 as oss
from alibabacloud_oss_v2.credentials import Credentials
from alibabacloud_oss_v2.signer import SignerV1, SignerV4
from alibabacloud_oss_v2.types import HttpRequest, SigningContext

from django_oss_share.testing import OSSEmulator

_SIGNERS = {"v4": SignerV4, "v1": SignerV1}


def signed(
    version: str,
    base: str,
    *,
    key: str | None = "reports/q3.pdf",
    bucket: str | None = "examplebucket",
    method: str = "GET",
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    pair: tuple[str, str] = ("LTAIexample", "secretexample"),
    token: str | None = None,
    region: str = "cn-hangzhou",
    at: datetime,
    seconds: int | None = 900,
) -> tuple[str, dict[str, str]]:
    """URL and headers of a request: a link, or for ``seconds=None`` one signed in its header.

    :param base: what stands before the key in the URL.
    """
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in (query or {}).items())
    url = f"{base}/{quote(key or '')}" + (f"?{text}" if text else "")
    request = HttpRequest(method, url, headers=dict(headers or {}))
    context = SigningContext(
        product="oss",
        region=region,
        bucket=bucket,
        key=key,
        request=request,
        credentials=Credentials(*pair, token),
        signing_time=at,
    )
    context.expiration_time = at + timedelta(seconds=seconds or 0)
    context.auth_method_query = seconds is not None
    _SIGNERS[version]().sign(context)
    return request.url, dict(request.headers)


def client(emulator: OSSEmulator, *key: str, **config: Any) -> oss.Client:
    """A client of the emulator, with its own key or another; it tries once."""
    options = oss.config.load_default()
    options.credentials_provider = oss.credentials.StaticCredentialsProvider(
        *(key or (emulator.access_key_id, emulator.access_key_secret))
    )
    options.region, options.endpoint = emulator.region, emulator.endpoint
    options.retry_max_attempts = 1
    for name, value in config.items():
        setattr(options, name, value)
    return oss.Client(options)


def refused(error: oss.exceptions.OperationError) -> tuple[int, str, str]:
    """Status, Code and EC as the SDK read them."""
    service_error = error.unwrap()
    assert isinstance(service_error, oss.exceptions.ServiceError)
    return service_error.status_code, service_error.code, service_error.ec
