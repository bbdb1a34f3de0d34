"""Credentials from a function of the project's own."""

from __future__ import annotations

from collections.abc import Callable

from ..oss import Credentials
from ..oss.credentials import check_retrieved
from .errors import RefreshFailed
from .refreshing import RefreshingProvider
from .token import Token


class Asked:
    """Asks ``call`` at each link; once it gave credentials that end, these are kept and refreshed like any other.

    :param refreshed: makes what refreshes by a fetcher.
    """

    def __init__(
        self, call: Callable[[], Credentials], refreshed: Callable[[Callable[[], Credentials]], RefreshingProvider]
    ) -> None:
        self._call = call
        self._refreshed = refreshed
        self.refreshing: RefreshingProvider | None = None

    def retrieve(self) -> Credentials:
        """:raises CredentialsUnavailable: it fails, and has given credentials that end before."""
        return self.refreshing.retrieve() if self.refreshing is not None else self._first()

    def retrieve_for(self, seconds: int) -> Credentials:
        """As :meth:`RefreshingProvider.retrieve_for`."""
        if self.refreshing is None:
            self._first()
        return self.refreshing.retrieve_for(seconds) if self.refreshing is not None else self._first()

    @property
    def token(self) -> Token | None:
        """What is at hand; None where it does not end."""
        return self.refreshing.token if self.refreshing is not None else None

    @property
    def longest(self) -> int | None:
        """Seconds that the token at hand covered when it came; None as long as there is none."""
        return int(self.token.life) if self.token is not None else None

    def _first(self) -> Credentials:
        given = check_retrieved(self._call())
        if given.expiration is None:
            return given
        answers = [given]
        # The first answer is the first fetch, too: nothing is asked for twice.
        self.refreshing = self._refreshed(lambda: answers.pop() if answers else self._fetch())
        return self.refreshing.retrieve()

    def _fetch(self) -> Credentials:
        try:
            return check_retrieved(self._call())
        except Exception as error:
            # The project's own code may raise anything, with anything in it.
            raise RefreshFailed(f"The callable raised {type(error).__name__}.") from error
