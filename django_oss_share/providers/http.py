"""One small HTTP request, by the standard library: bounded in time and size, never redirected."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from ..oss.secret import SecretBytes
from .errors import RefreshFailed

_MOST_BYTES = 64 * 1024


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Whoever is asked for secrets answers by itself."""


def opener(proxies: Mapping[str, str] | None) -> OpenerDirector:
    """:param proxies: by scheme; empty for none at all; None for the environment's."""
    return build_opener(ProxyHandler(None if proxies is None else dict(proxies)), _NoRedirect)


def send(
    service: str,
    through: OpenerDirector,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: SecretBytes | None = None,
    seconds: float,
) -> tuple[int, SecretBytes]:
    """The status and the body of the answer.

    :param service: for messages, which name no URL.
    :param seconds: for the whole of it.
    :raises RefreshFailed: no whole answer in time, or one of more than 64 KiB.
    """
    give_up = time.monotonic() + seconds
    request = Request(url, data=body, headers=dict(headers or {}), method=method)  # noqa: S310 - checked by callers
    try:
        try:
            response = through.open(request, timeout=seconds)
        except HTTPError as error:
            response = error
        with response:
            return response.status, _read(response, give_up)
    except (OSError, HTTPException) as error:
        raise RefreshFailed(f"{service} gave no answer ({_why(error)}).") from None


def _read(response: HTTPResponse, give_up: float) -> SecretBytes:
    read = b""
    while block := response.read1(8192):
        read += block
        if len(read) > _MOST_BYTES or time.monotonic() > give_up:
            raise TimeoutError("too long")
    return SecretBytes(read)


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return type(reason).__name__ if isinstance(reason, Exception) else str(reason)
