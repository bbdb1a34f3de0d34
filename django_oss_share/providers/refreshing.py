"""Credentials that refresh themselves."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import NoReturn, TypeVar

from ..oss import Credentials, CredentialsUnavailable
from .cycle import PATIENCE, Cycle, Outcome
from .errors import RefreshFailed
from .store import MemoryStore, Store
from .token import Token, pause

_logger = logging.getLogger("django_oss_share.credentials")

T = TypeVar("T")


class RefreshingProvider:
    """Hands out the token at hand, and sees to it that there is a next one in time.

    While a token is good, nobody waits for anything: the next one is fetched by a thread of its own. Only where there
    is none, or too little left of it for a link that is to live long, does the caller wait,
    :data:`~.cycle.PATIENCE` seconds at most.

    :param fetch: gives fresh credentials with an expiration; :raises RefreshFailed: it cannot.
    :param name: for messages.
    :param longest: seconds that a link can be covered for, at most; None where nobody knows beforehand.
    :param store: makes the store, when it is first needed.
    :param clock: gives Unix time; the system's by default.
    """

    def __init__(
        self,
        fetch: Callable[[], Credentials],
        *,
        name: str = "default",
        longest: int | None = None,
        store: Callable[[], Store] = MemoryStore,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.name = name
        self.longest = longest
        self._clock = clock or _now
        self._cycle = Cycle(fetch, name=name, make_store=store, clock=self._clock)
        self._broken: Exception | None = None
        self._thread: threading.Thread | None = None
        self._after_fork()

    def __repr__(self) -> str:
        return f"RefreshingProvider({self.name!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} holds keys and is not pickled; name its set instead.")

    @property
    def token(self) -> Token | None:
        """What this process holds: not looked up, not refreshed, maybe of no use any more."""
        return self._cycle.token

    def retrieve(self) -> Credentials:
        """The credentials to sign with now; they end :data:`~.token.MARGIN` seconds before their token does.

        :raises CredentialsUnavailable: there are none.
        """
        held = self._cycle
        if self._clock() < held.look_at:
            return held.credentials  # type: ignore[return-value]
        return self._look(0)

    def retrieve_for(self, seconds: int) -> Credentials:
        """As :meth:`retrieve`, but with enough left for a link of ``seconds``, where a newer token would have it.

        :raises CredentialsUnavailable: there are none at all. Where only a newer one cannot be had, it is the old one.
        """
        now, token = self._clock(), self._cycle.token
        if token is not None and now < self._cycle.look_at and token.covers(now, seconds):
            return token.credentials
        return self._look(seconds)

    def forget_store(self) -> None:
        """Have a new one made when it is next needed; the token at hand stays."""
        self._cycle.forget_store()

    def refresh(self, *, force: bool = False) -> Outcome:
        """Fetch the next token, if the one at hand is past half of its life. For schedules and for the impatient.

        :param force: whatever is left of it, and even if the last try failed a moment ago.
        :raises RefreshFailed: the source gave none.
        """
        started = self._clock()

        def due(token: Token | None, now: float) -> bool:
            return token is None or now >= token.ahead_at or (force and token.asked_at < started)

        return self._apart(lambda: self._cycle.run(due, force=force))

    def _apart(self, work: Callable[[], T]) -> T:
        """What ``work`` gives, done by a thread of its own: on its connection, no transaction of the caller is open."""
        if self._cycle.store.needs_callers_thread():
            return work()

        def closing() -> T:
            try:
                return work()
            finally:
                self._cycle.store.close()

        with ThreadPoolExecutor(1, f"oss-credentials-{self.name}") as pool:
            return pool.submit(copy_context().run, closing).result()

    def _look(self, seconds: int) -> Credentials:
        """What to do when it is time to do something."""
        give_up = time.monotonic() + PATIENCE
        working = self._start(seconds)
        while working is not None and not self._cycle.is_good_for(seconds):
            working.join(max(0.0, give_up - time.monotonic()))
            # It may have been under way before, for less than is wanted now.
            working = self._start(seconds) if time.monotonic() < give_up else None
        token, now = self._cycle.token, self._clock()
        if token is None or now >= token.usable_until:
            self._give_up(now)
        return token.credentials

    def _give_up(self, now: float) -> NoReturn:
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken.with_traceback(None)
        retry_after = max(1, round(self._cycle.retry_at - now))
        reason = self._cycle.said or f"There was no answer within {PATIENCE} seconds."
        raise CredentialsUnavailable(
            f"There are no usable credentials {self.name!r}: {reason} The next try is in {retry_after} s.",
            retry_after=retry_after,
        )

    def _start(self, seconds: int) -> threading.Thread | None:
        """The thread that fetches, a new one if need be; None if it is too early for another try, or all is done."""
        if self._pid != os.getpid():
            self._after_fork()
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return self._thread
            now = self._clock()
            if now < self._cycle.retry_at or not _is_due(self._cycle.token, now, seconds):
                return None
            self._thread = self._spawn(seconds)
            if self._thread is not None:
                return self._thread
        self._work(seconds)
        return None

    def _spawn(self, seconds: int) -> threading.Thread | None:
        """A new thread; None where there can be none."""
        if self._cycle.store.needs_callers_thread():
            return None
        thread = threading.Thread(
            target=self._work_and_close, args=(seconds,), daemon=True, name=f"oss-credentials-{self.name}"
        )
        try:
            thread.start()
        except RuntimeError:
            # The system has no more to give, or the interpreter is about to end.
            return None
        return thread

    def _after_fork(self) -> None:
        # A child has the parent's memory, but none of its threads: neither the one that fetched nor who held the lock.
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._thread = None
        self._cycle.forget_store()

    def _work_and_close(self, seconds: int) -> None:
        try:
            self._work(seconds)
        finally:
            self._cycle.store.close()

    def _work(self, seconds: int) -> None:
        try:
            self._cycle.run(lambda token, now: _is_due(token, now, seconds), seconds=seconds)
        except RefreshFailed:
            pass  # reported where it happened; callers find what there is
        except Exception as error:
            _logger.exception("Refreshing the credentials %r broke.", self.name)
            self._broken = error
            self._cycle.pause_until(self._clock() + pause(0, None), f"{type(error).__name__}.")


def _is_due(token: Token | None, now: float, seconds: int) -> bool:
    return token is None or now >= token.advisory_at or not token.covers(now, seconds)


def _now() -> float:
    # Looked up at each call, so that a test may put another clock in its place.
    return time.time()
