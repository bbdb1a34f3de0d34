"""How long a link may be promised where a security token signs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from ..conf import conf
from ..oss import Credentials
from ..oss.credentials import CredentialsSource
from ..oss.errors import ExpiryBeyondToken
from ..oss.validate import lifetime
from ..providers import Token
from ..providers.token import utc


@runtime_checkable
class Refreshing(Protocol):
    """A source of credentials that end, and are fetched anew."""

    @property
    def token(self) -> Token | None:
        """What is at hand."""

    @property
    def longest(self) -> int | None:
        """Seconds that a link can be covered for, at most; None: not known (yet), or without an end."""

    def retrieve(self) -> Credentials:
        """What there is."""

    def retrieve_for(self, seconds: int) -> Credentials:
        """With enough left for a link of ``seconds``, where a newer token would have it."""


def coverer(source: CredentialsSource, maximum: int | None) -> Callable[[int | timedelta], int] | None:
    """What sees to it that the token at hand covers a validity which a caller names; None where no token is fetched.

    :param maximum: seconds that the signature carries.
    """
    if not isinstance(source, Refreshing):
        return None
    refreshing = source

    def covered(expires_in: int | timedelta) -> int:
        """:raises ExpiryBeyondToken: no token could. :raises CredentialsUnavailable: there is none."""
        seconds = lifetime(expires_in, maximum=maximum)
        if refreshing.longest is None:
            # Nobody knows how long its tokens live before there is one.
            refreshing.retrieve()
        if refreshing.longest is None or seconds <= refreshing.longest:
            refreshing.retrieve_for(seconds)
        elif conf.on_clip == "raise":
            raise ExpiryBeyondToken(seconds, refreshing.longest)
        return seconds

    return covered


def token_end(source: CredentialsSource) -> datetime | None:
    """The own end of the token at hand, where ``source`` fetches tokens: later than that of its credentials."""
    token = source.token if isinstance(source, Refreshing) else None
    return utc(token.ends_at) if token is not None else None
