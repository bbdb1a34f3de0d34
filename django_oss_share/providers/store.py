"""Where tokens are kept, and who may fetch the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

from .token import Token

#: Seconds for which whoever fetches a token keeps others from doing so; twice what a fetch may take.
LEASE = 10


@dataclass(frozen=True, slots=True)
class State:
    """What a store knows. All moments are Unix times.

    :ivar number: the last fencing number given out.
    :ivar leased_until: nobody else fetches before.
    :ivar retry_at: nobody fetches before, since the last try failed.
    :ivar failures: in a row; ``reason``: of the last of them.
    """

    token: Token | None = None
    number: int = 0
    leased_until: float = 0
    retry_at: float = 0
    failures: int = 0
    failed_at: float = 0
    reason: str = ""


class Store(Protocol):
    """Shared by all that use one set of credentials.

    Every method but :meth:`needs_callers_thread` may raise :class:`~.errors.StoreUnavailable`.
    """

    def needs_callers_thread(self) -> bool:
        """Whether a thread of its own could not write what the caller is in the midst of."""

    def load(self) -> State:
        """What there is now; a token that cannot be read counts as none."""

    def acquire(self, seen: State, now: float) -> int | None:
        """Take the lease, if all is still as ``seen``; its fencing number, or None."""

    def save(self, number: int, token: Token) -> bool:
        """Keep ``token`` and give the lease back; False if the lease went to somebody else meanwhile."""

    def fail(self, number: int, reason: str, now: float, retry_at: float) -> None:
        """Give the lease back without a token."""

    def close(self) -> None:
        """Let go of what a thread of its own had opened."""


class MemoryStore:
    """For one process alone."""

    def __init__(self) -> None:
        self._state = State()
        self._lock = Lock()

    def needs_callers_thread(self) -> bool:
        return False

    def load(self) -> State:
        return self._state

    def acquire(self, seen: State, now: float) -> int | None:
        with self._lock:
            if self._state is not seen:
                return None
            self._state = replace(seen, number=seen.number + 1, leased_until=now + LEASE, retry_at=0)
            return self._state.number

    def save(self, number: int, token: Token) -> bool:
        return self._give_back(number, State(token, number))

    def fail(self, number: int, reason: str, now: float, retry_at: float) -> None:
        failures = self._state.failures + 1
        self._give_back(number, State(self._state.token, number, 0, retry_at, failures, now, reason))

    def _give_back(self, number: int, state: State) -> bool:
        with self._lock:
            if self._state.number != number:
                return False
            self._state = state
            return True

    def close(self) -> None:
        """Nothing was opened."""


#: Makes the store of a set from its name and the fingerprint of its settings.
StoreFactory = Callable[[str, str], Store]
