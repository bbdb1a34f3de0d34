"""One cycle of a token: look what there is, fetch the next one if it is due, and say so if that fails."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from ..oss import Credentials
from .errors import RefreshFailed, StoreUnavailable
from .store import State, Store
from .token import Token, pause, utc

#: Seconds that anybody waits for a token, at most.
PATIENCE = 5
# Seconds between two looks at what somebody else is fetching.
_POLL = 0.05
_logger = logging.getLogger("django_oss_share.credentials")

T = TypeVar("T")
#: Whether a next token is due, given the one at hand and the time.
Due = Callable[[Token | None, float], bool]


class Outcome(StrEnum):
    """What a cycle came to."""

    FETCHED = "fetched"
    #: Nothing was due, or somebody else had done it.
    CURRENT = "current"
    #: Somebody else is at it.
    LEASED = "leased"
    #: The last try failed, and it is too early for another.
    PAUSED = "paused"


class Cycle:
    """The token that this process holds, and how it comes by the next.

    :ivar token: maybe of no use any more.
    :ivar credentials: the token's.
    :ivar look_at: until then nobody needs to look for another; never beyond the token's end. Set after
        ``credentials``, so that whoever reads the new moment first, and then them, reads the new ones.
    :ivar retry_at: nobody tries before, since the last try failed, or somebody else is at it.
    :ivar said: why there is no newer token.
    """

    def __init__(
        self,
        fetch: Callable[[], Credentials],
        *,
        name: str,
        make_store: Callable[[], Store],
        clock: Callable[[], float],
    ) -> None:
        self.token: Token | None = None
        self.credentials: Credentials | None = None
        self.look_at = 0.0
        self.retry_at = 0.0
        self.said = ""
        self._name = name
        self._fetch = fetch
        self._make_store = make_store
        self._store: Store | None = None
        self._clock = clock
        self._failures, self._failed_at = 0, 0.0

    @property
    def store(self) -> Store:
        """Made when it is first needed."""
        if self._store is None:
            self._store = self._make_store()
        return self._store

    def forget_store(self) -> None:
        """Have a new one made: the old one may think that a thread of another process is at it."""
        self._store = None

    def is_good_for(self, seconds: int) -> bool:
        """Whether the token is usable, and a link of ``seconds`` would gain nothing from a newer one."""
        token, now = self.token, self._clock()
        return token is not None and now < token.usable_until and token.covers(now, seconds)

    def run(self, due: Due, *, seconds: int = 0, force: bool = False) -> Outcome:
        """Fetch if it is ``due``, unless somebody else does.

        :param seconds: what the token must be good for, or somebody else's fetch is waited for.
        :param force: even if the last try failed a moment ago.
        :raises RefreshFailed: the source gave none.
        """
        give_up = time.monotonic() + PATIENCE
        try:
            while True:
                state = self.store.load()
                self._adopt(state.token)
                now = self._clock()
                if not due(self.token, now):
                    return Outcome.CURRENT
                if now < state.retry_at and not force:
                    return self.pause_until(state.retry_at, state.reason)
                if now >= state.leased_until:
                    number = self.store.acquire(state, now)
                    if number is not None:
                        return self._fetch_as(number, state)
                else:
                    self.said = "Another process is fetching new ones."
                    if self.is_good_for(seconds) or time.monotonic() >= give_up:
                        self.pause_until(self._next_look(now), self.said)
                        return Outcome.LEASED
                time.sleep(_POLL * random.uniform(0.5, 1))  # noqa: S311 - no secret
        except StoreUnavailable as error:
            return self._run_alone(due, error, force=force)

    def pause_until(self, moment: float, reason: str) -> Outcome:
        """Let nobody try before ``moment``; whoever holds a good token goes on with it."""
        self.retry_at, self.said = moment, reason
        if self.token is not None:
            self.look_at = min(max(moment, self.token.advisory_at), self.token.usable_until)
        return Outcome.PAUSED

    def _next_look(self, now: float) -> float:
        """When to look what came of somebody else's fetch: soon, and at the token's end at the latest."""
        if self.token is None or now >= self.token.usable_until:
            return now + _POLL
        return min(now + min(1, self.token.life / 100), self.token.usable_until)

    def _fetch_as(self, number: int, state: State) -> Outcome:
        """Fetch under the lease with that fencing number."""
        asked_at = self._clock()
        try:
            token = Token.of(self._fetch(), asked_at, number)
        except RefreshFailed as error:
            reason, retry_at = str(error), self._failed(error, state.failures, state.failed_at)
            self._tell_store(lambda: self.store.fail(number, reason, self._clock(), retry_at))
            raise
        self._adopt(token)
        if self._tell_store(lambda: self.store.save(number, token)) is False:
            # It came so late that somebody else had been let in.
            self._adopt(self.store.load().token)
            return Outcome.CURRENT
        return Outcome.FETCHED

    def _tell_store(self, write: Callable[[], T]) -> T | None:
        """Where that fails, this process still has what it needs, and the lease ends by itself."""
        try:
            return write()
        except StoreUnavailable as error:
            _logger.warning("What became of the credentials %r is known to this process alone: %s", self._name, error)
            return None

    def _run_alone(self, due: Due, error: StoreUnavailable, *, force: bool) -> Outcome:
        """Without the store, each process fetches for itself, and only when it must."""
        now, token = self._clock(), self.token
        if not due(token, now):
            return Outcome.CURRENT
        if token is not None and now < token.mandatory_at and not force:
            return self.pause_until(now + pause(self._failures, token.life), str(error))
        _logger.warning("The credentials %r are fetched for this process alone: %s", self._name, error)
        try:
            self._adopt(Token.of(self._fetch(), now, token.number if token else 0))
        except RefreshFailed as failed:
            self._failed(failed, self._failures, self._failed_at)
            raise
        return Outcome.FETCHED

    def _failed(self, error: RefreshFailed, failures: int, failed_at: float) -> float:
        """Say so, once a window; when to try again."""
        token, now = self.token, self._clock()
        self._failures, self._failed_at = failures + 1, now
        retry_at = now + pause(failures, token.life if token else None)
        self.pause_until(retry_at, str(error))
        _logger.log(
            _level(token, now, failures, failed_at),
            "The credentials %r could not be refreshed: %s %s; the next try is in %.0f s.",
            self._name,
            error,
            f"The current ones are good until {utc(token.usable_until):%H:%M:%SZ}" if token else "There are none",
            retry_at - now,
        )
        return retry_at

    def _adopt(self, token: Token | None) -> None:
        """Hold ``token`` from now on, if it is newer."""
        if token is None or not token.is_newer_than(self.token):
            return
        self.token = token
        self.credentials = token.credentials
        self.retry_at, self.said = 0.0, ""
        self._failures, self._failed_at = 0, 0.0
        self.look_at = token.advisory_at


def _level(token: Token | None, now: float, failures: int, failed_at: float) -> int:
    """A warning for the first failure, an error for the first that is pressing, and no word of the others."""
    if token is None or now >= token.usable_until:
        pressing_since: float = token.usable_until if token else 0
    elif now >= token.mandatory_at:
        pressing_since = token.mandatory_at
    else:
        return logging.DEBUG if failures else logging.WARNING
    return logging.DEBUG if failures and failed_at >= pressing_since else logging.ERROR
