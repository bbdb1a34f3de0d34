"""HTTP as all our requests to OSS go: pooled, by the environment's proxies, with nothing put in or taken out."""

from __future__ import annotations

from typing import Any

import requests
import urllib3

#: Seconds.
CONNECT_TIMEOUT = 5
READ_TIMEOUT = 30
_POOL_SIZE = 20


class Session(requests.Session):
    """A session that keeps bodies as OSS stores them, so that ranges, lengths and CRCs hold for gzip too."""

    def __init__(self, verify: bool | str) -> None:
        super().__init__()
        self._verify_with = verify
        # requests would put a ~/.netrc entry in place of our Authorization header.
        self.auth = _keep_authorization
        adapter = requests.adapters.HTTPAdapter(
            max_retries=urllib3.Retry(total=False, redirect=False, raise_on_status=False),
            pool_connections=_POOL_SIZE,
            pool_maxsize=_POOL_SIZE,
        )
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["verify"] = self._verify_with
        response = super().request(*args, **kwargs)
        raw = response.raw
        # Not "response.raw": a response that held itself would hold the part that was sent, until garbage is collected.
        response.iter_content = lambda chunk_size=1, decode_unicode=False: raw.stream(  # type: ignore[method-assign]
            chunk_size, decode_content=False
        )
        return response


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
