"""Credentials that refresh themselves."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import NoReturn, TypeVar

from ..oss import Credentials, CredentialsUnavailable
from .errors import RefreshFailed, StoreUnavailable
from .store import MemoryStore, State, Store
from .token import Token, pause, utc

#: Seconds that a caller waits for a token, at most.
PATIENCE = 5
# Seconds between two looks at what somebody else is fetching.
_POLL = 0.05
_logger = logging.getLogger("django_oss_share.credentials")

T = TypeVar("T")


class Outcome(StrEnum):
    """What a refresh came to."""

    FETCHED = "fetched"
    #: Nothing was due, or somebody else had done it.
    CURRENT = "current"
    #: Somebody else is at it.
    LEASED = "leased"
    #: The last try failed, and it is too early for another.
    PAUSED = "paused"


class RefreshingProvider:
    """Hands out the token at hand, and sees to it that there is a next one in time.

    While a token is good, nobody waits for anything: the next one is fetched by a thread of its own. Only where there
    is none, or too little left of it for a link that is to live long, does the caller wait, :data:`PATIENCE` seconds at
    most.

    :param fetch: gives fresh credentials with an expiration; :raises RefreshFailed: it cannot.
    :param name: for messages.
    :param longest: seconds that a link can be covered for, at most; None where nobody knows beforehand.
    :param store: makes the store, when it is first needed.
    :param clock: Unix time.
    """

    def __init__(
        self,
        fetch: Callable[[], Credentials],
        *,
        name: str = "default",
        longest: int | None = None,
        store: Callable[[], Store] = MemoryStore,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.longest = longest
        self._fetch = fetch
        self._make_store = store
        self._made_store: Store | None = None
        self._clock = clock
        self._token: Token | None = None
        # What retrieve() reads. Writers set _look_at last: whoever sees the new moment sees the new credentials.
        self._credentials: Credentials | None = None
        self._look_at = 0.0
        self._retry_at = 0.0
        self._said = ""
        self._failures, self._failed_at = 0, 0.0
        self._broken: Exception | None = None
        self._thread: threading.Thread | None = None
        self._after_fork()

    def __repr__(self) -> str:
        return f"RefreshingProvider({self.name!r})"

    @property
    def token(self) -> Token | None:
        """What this process holds; not looked up, not refreshed, maybe of no use any more."""
        return self._token

    def retrieve(self) -> Credentials:
        """The credentials to sign with now; they end :data:`~.token.MARGIN` seconds before their token does.

        :raises CredentialsUnavailable: there are none.
        """
        if self._clock() < self._look_at:
            return self._credentials  # type: ignore[return-value]
        return self._look(0)

    def retrieve_for(self, seconds: int) -> Credentials:
        """As :meth:`retrieve`, but with enough left for a link of ``seconds``, where a newer token would have it.

        :raises CredentialsUnavailable: there are none at all. Where only a newer one cannot be had, it is the old one.
        """
        now, token = self._clock(), self._token
        if now < self._look_at and token is not None and token.covers(now, seconds):
            return token.credentials
        return self._look(seconds)

    def refresh(self, *, force: bool = False) -> Outcome:
        """Fetch the next token, if the one at hand is past half of its life. For schedules and for the impatient.

        :param force: whatever is left of it, and even if the last try failed a moment ago.
        :raises RefreshFailed: the source gave none.
        """
        if not force:
            return self._cycle(lambda token, now: token is None or now >= token.ahead_at)
        number = self._store.load().number
        return self._cycle(lambda token, now: token is None or token.number <= number, force=True)

    # Readers

    def _look(self, seconds: int) -> Credentials:
        """What to do when there is no time left to do nothing."""
        give_up = time.monotonic() + PATIENCE
        for _ in range(2):  # the thread may have been under way before, for less than is wanted now
            working = self._start(seconds)
            if self._is_good_for(seconds) or working is None:
                break
            working.join(max(0.0, give_up - time.monotonic()))
        token, now = self._token, self._clock()
        if token is None or now >= token.usable_until:
            self._give_up(now)
        return token.credentials

    def _is_good_for(self, seconds: int) -> bool:
        token, now = self._token, self._clock()
        return token is not None and now < token.usable_until and token.covers(now, seconds)

    def _give_up(self, now: float) -> NoReturn:
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken.with_traceback(None)
        retry_after = max(1, round(self._retry_at - now))
        reason = self._said or f"There was no answer within {PATIENCE} seconds."
        raise CredentialsUnavailable(
            f"There are no usable credentials {self.name!r}: {reason} The next try is in {retry_after} s.",
            retry_after=retry_after,
        )

    def _start(self, seconds: int) -> threading.Thread | None:
        """The thread that fetches, a new one if need be; None if it is too early for another try, or all is done."""
        if self._pid != os.getpid():
            self._after_fork()
        if self._store.needs_callers_thread():
            self._work(seconds)
            return None
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                if self._clock() < self._retry_at:
                    return None
                self._thread = threading.Thread(
                    target=self._work_and_close, args=(seconds,), daemon=True, name=f"oss-credentials-{self.name}"
                )
                self._thread.start()
            return self._thread

    def _after_fork(self) -> None:
        # A child has the parent's memory, but none of its threads: neither the one that fetched nor who held the lock.
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._thread = None

    def _work_and_close(self, seconds: int) -> None:
        try:
            self._work(seconds)
        finally:
            self._store.close()

    def _work(self, seconds: int) -> None:
        def due(token: Token | None, now: float) -> bool:
            return token is None or now >= token.advisory_at or not token.covers(now, seconds)

        try:
            self._cycle(due)
        except RefreshFailed:
            pass  # reported where it happened; callers find what there is
        except Exception as error:
            _logger.exception("Refreshing the credentials %r broke.", self.name)
            self._broken = error
            self._later(self._clock() + pause(0, None), f"{type(error).__name__}.")

    # Refreshing

    @property
    def _store(self) -> Store:
        if self._made_store is None:
            self._made_store = self._make_store()
        return self._made_store

    def _cycle(self, due: Callable[[Token | None, float], bool], *, force: bool = False) -> Outcome:
        """Look what there is, and fetch if it is due, unless somebody else does."""
        give_up = time.monotonic() + PATIENCE
        try:
            while True:
                state = self._store.load()
                self._adopt(state.token)
                now = self._clock()
                if not due(self._token, now):
                    return Outcome.CURRENT
                if now < state.retry_at and not force:
                    self._later(state.retry_at, state.reason)
                    return Outcome.PAUSED
                if now >= state.leased_until:
                    number = self._store.acquire(state, now)
                    if number is not None:
                        return self._fetch_as(number, state)
                elif self._is_good_for(0) or time.monotonic() >= give_up:
                    self._later(min(state.leased_until, now + 1), "Another process is at it.")
                    return Outcome.LEASED
                time.sleep(_POLL * random.uniform(0.5, 1))  # noqa: S311 - no secret
        except StoreUnavailable as error:
            return self._alone(due, error)

    def _fetch_as(self, number: int, state: State) -> Outcome:
        asked_at = self._clock()
        try:
            token = Token.of(self._fetch(), asked_at, number)
        except RefreshFailed as error:
            reason, retry_at = str(error), self._failed(error, state.failures, state.failed_at)
            self._keep(lambda: self._store.fail(number, reason, self._clock(), retry_at))
            raise
        self._adopt(token)
        if self._keep(lambda: self._store.save(number, token)) is False:
            # It came so late that somebody else had been let in.
            self._adopt(self._store.load().token)
            return Outcome.CURRENT
        return Outcome.FETCHED

    def _keep(self, write: Callable[[], T]) -> T | None:
        """``write`` to the store; where that fails, this process has what it needs, and the lease ends by itself."""
        try:
            return write()
        except StoreUnavailable as error:
            _logger.warning("What became of the credentials %r is known to this process alone: %s", self.name, error)
            return None

    def _alone(self, due: Callable[[Token | None, float], bool], error: StoreUnavailable) -> Outcome:
        """Without the store, each process fetches for itself, and only when it must."""
        now, token = self._clock(), self._token
        if not due(token, now):
            return Outcome.CURRENT
        if token is not None and now < token.mandatory_at:
            self._later(now + pause(self._failures, token.life), str(error))
            return Outcome.PAUSED
        _logger.warning("The credentials %r are fetched for this process alone: %s", self.name, error)
        try:
            self._take(Token.of(self._fetch(), now, token.number if token else 0))
        except RefreshFailed as failed:
            self._failed(failed, self._failures, self._failed_at)
            raise
        return Outcome.FETCHED

    def _failed(self, error: RefreshFailed, failures: int, failed_at: float) -> float:
        """Say so, once a window; when to try again."""
        token, now = self._token, self._clock()
        self._failures, self._failed_at = failures + 1, now
        retry_at = now + pause(failures, token.life if token else None)
        self._later(retry_at, str(error))
        _logger.log(
            _level(token, now, failures, failed_at),
            "The credentials %r could not be refreshed: %s %s; the next try is in %.0f s.",
            self.name,
            error,
            f"The current ones are good until {utc(token.usable_until):%H:%M:%SZ}" if token else "There are none",
            retry_at - now,
        )
        return retry_at

    def _later(self, moment: float, reason: str) -> None:
        """Let nobody try before ``moment``; whoever holds a good token goes on with it."""
        self._retry_at, self._said = moment, reason
        if self._token is not None:
            self._look_at = min(max(moment, self._token.advisory_at), self._token.usable_until)

    def _adopt(self, token: Token | None) -> None:
        """Take over what somebody else fetched, if it is newer."""
        mine = self._token
        if token is not None and (mine is None or token.number > mine.number):
            self._take(token)

    def _take(self, token: Token) -> None:
        self._token = token
        self._credentials = token.credentials
        self._retry_at, self._failures, self._said, self._broken = 0.0, 0, "", None
        self._look_at = token.advisory_at


def _level(token: Token | None, now: float, failures: int, failed_at: float) -> int:
    """A warning for the first failure, an error for the first that is pressing, and no word of the others."""
    if token is None or now >= token.usable_until:
        pressing_since: float = token.usable_until if token else 0
    elif now >= token.mandatory_at:
        pressing_since = token.mandatory_at
    else:
        return logging.DEBUG if failures else logging.WARNING
    return logging.DEBUG if failures and failed_at >= pressing_since else logging.ERROR
