"""The option ``cdn``: links on a CDN's domain, signed as the CDN checks them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from ..oss import InvalidArgument, PresignedURL
from ..oss import cdn as oss_cdn
from ..oss.endpoints import Endpoint
from ..oss.validate import encoded_key, lifetime
from .endpoints import check_scheme
from .options import StorageMisconfigured, one_of

#: Keys of the option, besides those of :class:`django_oss_share.oss.cdn.Scheme`.
_OWN = ("domain", "key")


@dataclass(frozen=True, slots=True)
class CDN:
    """A CDN in front of the bucket."""

    base_url: str
    key: str = field(repr=False)
    scheme: oss_cdn.Scheme

    @classmethod
    def from_option(cls, owner: str, option: Mapping[str, Any], *, protocol: str) -> CDN:
        """:raises StorageMisconfigured: a key that is missing or unknown, or a value that is not allowed."""
        if not isinstance(option, Mapping):
            raise StorageMisconfigured(f"{owner}: cdn must be a dict; it is {type(option).__name__}.")
        known = (*_OWN, *(each.name for each in fields(oss_cdn.Scheme)))
        for name in option:
            one_of(owner, "cdn", name, known)
        _check_own(owner, option)
        try:
            endpoint = Endpoint(f"{protocol}://{option['domain']}", addressing="cname")
            scheme = oss_cdn.Scheme(**{name: value for name, value in option.items() if name not in _OWN})
        except InvalidArgument as error:
            raise StorageMisconfigured(f"{owner}: cdn: {error}") from error
        return cls(f"{check_scheme(owner, 'cdn', endpoint).url}/", option["key"], scheme)

    def link(self, key: str, query: str, expires_in: int | timedelta, *, window: int) -> PresignedURL:
        """A link to ``key``.

        :param query: encoded, or empty; the CDN passes it on to OSS.
        :param window: seconds within which the link stays the same, as the option ``url_window`` has it.
        """
        now = int(time.time())
        return oss_cdn.sign(
            self.base_url + encoded_key(key) + (f"?{query}" if query else ""),
            self.key,
            self.scheme,
            lifetime(expires_in, maximum=None) + window,
            now=datetime.fromtimestamp(now - now % window if window else now, UTC),
            # The random part makes no link safer, and would make each of a window another one.
            nonce="0" if window else None,
        )


def _check_own(owner: str, option: Mapping[str, Any]) -> None:
    for name in _OWN:
        if not option.get(name):
            raise StorageMisconfigured(f"{owner}: cdn needs {name!r}.")
        if not isinstance(option[name], str):
            raise StorageMisconfigured(f"{owner}: cdn's {name!r} must be a str, not {type(option[name]).__name__}.")
    if "/" in option["domain"]:
        raise StorageMisconfigured(
            f"{owner}: cdn's domain={option['domain']!r} must be a host alone, such as 'cdn.example.com'; its scheme "
            "is the option url_protocol."
        )
