"""Providers with a clock to set and a source to steer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from django_oss_share.oss import Credentials
from django_oss_share.providers import MemoryStore, RefreshFailed, RefreshingProvider

START = 1_767_323_045.0
LIFE = 900


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Source:
    """Gives a new token at each call, unless told otherwise.

    :ivar calls: how many there were.
    :ivar fails: what the next calls raise. :ivar gate: what they wait for, once ``entered`` is set.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.calls = 0
        self.life: float = LIFE
        self.fails: Exception | None = None
        self.gate: Event | None = None
        self.entered = Event()

    def __call__(self) -> Credentials:
        self.calls += 1
        number = self.calls
        if self.gate is not None:
            self.entered.set()
            assert self.gate.wait(10)
        if self.fails is not None:
            raise self.fails
        end = datetime.fromtimestamp(int(self.clock() + self.life), UTC)
        return Credentials(f"STS.{number}", f"secret-{number}", f"token-{number}", end)


class Setup:
    """A provider, its clock and its source."""

    def __init__(self, store=MemoryStore, longest: int | None = LIFE - 60) -> None:
        self.clock = Clock()
        self.source = Source(self.clock)
        self.provider = RefreshingProvider(self.source, name="default", longest=longest, store=store, clock=self.clock)

    def retrieve(self) -> str:
        return self._asked(self.provider.retrieve)

    def retrieve_for(self, seconds: int) -> str:
        return self._asked(lambda: self.provider.retrieve_for(seconds))

    def _asked(self, ask: Callable[[], Credentials]) -> str:
        """What was retrieved; nothing is left under way behind it, unless the source has a gate."""
        retrieved = ask().access_key_id
        if self.source.gate is None:
            self.settle()
        return retrieved

    def settle(self) -> None:
        """Wait until nothing is under way in the background."""
        thread = self.provider._thread
        if thread is not None:
            thread.join(10)
            assert not thread.is_alive()


DOWN = RefreshFailed("STS is down.")
