"""Faults on demand: what goes wrong, for which requests, how often. The server carries them out.

>>> emulator.faults.add(Fault(Kind.STATUS, operation="GetObject", key="reports/*", status=503, times=2))
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any


class Kind(StrEnum):
    """What goes wrong."""

    #: Refused with ``status`` (500, 503 or 429) before anything is done.
    STATUS = "status"
    #: Nothing is done or said for ``seconds``; then the request goes on.
    HANG = "hang"
    #: The connection is reset before anything is done.
    RESET = "reset"
    #: The request is carried out, but the connection is reset instead of the answer.
    LOSE_ANSWER = "lose-answer"
    #: The body of the answer ends after ``size`` bytes, though its Content-Length is whole.
    TRUNCATE = "truncate"
    #: One byte of the body is wrong; ETag and CRC are those of what was stored.
    CORRUPT = "corrupt"
    #: The body is sent at ``rate`` bytes a second.
    SLOW = "slow"
    #: The server's clock is ``seconds`` ahead (or behind): for signatures, tokens and the Date header.
    SKEW = "skew"
    #: A list's page gives the token (or marker) that asked for it as the next one.
    REPEAT_TOKEN = "repeat-token"  # noqa: S105 - a name
    #: A list's page says that it is truncated, but not where the next one begins.
    DROP_TOKEN = "drop-token"  # noqa: S105 - a name
    #: STS hands out credentials that ended a minute ago.
    STS_EXPIRED = "sts-expired"
    #: STS hands out credentials without a security token.
    STS_PARTIAL = "sts-partial"
    #: STS answers 200 with half a JSON document.
    STS_MALFORMED = "sts-malformed"
    #: STS hands out credentials that live ``seconds``, whatever was asked for.
    TOKEN_LIFE = "token-life"  # noqa: S105 - a name


#: The parameter that a kind cannot do without.
_NEEDED = {
    Kind.STATUS: "status",
    Kind.HANG: "seconds",
    Kind.TRUNCATE: "size",
    Kind.SLOW: "rate",
    Kind.SKEW: "seconds",
    Kind.TOKEN_LIFE: "seconds",
}
_MOST = 2**53
#: Seconds that are still a time span: ten years.
MAX_SECONDS = 315_360_000
#: Least and most.
_WHOLE = {"times": (1, _MOST), "after": (0, _MOST), "size": (0, _MOST), "rate": (1, _MOST)}
_REAL = {"probability": (0, 1), "seconds": (-MAX_SECONDS, MAX_SECONDS)}


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule.

    :ivar operation: as OSS names it (``GetObject``, ``AssumeRole``, …), with ``*`` and ``?``.
    :ivar key: pattern of the object key; ``*`` matches requests without a key, too.
    :ivar times: how many requests it hits before it is spent; None for no end.
    :ivar after: how many matching requests pass first.
    :ivar probability: of hitting a matching request, 0 to 1.
    :raises ValueError: the parameter is missing that the kind needs, or a number is out of range.
    """

    kind: Kind
    operation: str = "*"
    key: str = "*"
    times: int | None = None
    after: int = 0
    probability: float = 1.0
    status: int | None = None
    seconds: float | None = None
    size: int | None = None
    rate: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))
        needed = _NEEDED.get(self.kind)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"A fault of kind {self.kind.value!r} needs {needed}=….")
        if not (isinstance(self.operation, str) and isinstance(self.key, str)):
            raise ValueError("operation and key are patterns, and so texts.")
        if self.status not in (None, 429, 500, 503):
            raise ValueError(f"status={self.status!r} is not one of 429, 500, 503.")
        for name, (least, most) in (_WHOLE | _REAL).items():
            self._check_range(name, least, most, whole=name in _WHOLE)

    def _check_range(self, name: str, least: int, most: int, *, whole: bool) -> None:
        number = getattr(self, name)
        if number is not None and not (isinstance(number, int if whole else int | float) and least <= number <= most):
            raise ValueError(f"{name}={number!r} is not a number from {least} to {most}.")

    def covers(self, operation: str, key: str | None) -> bool:
        """Whether a request of that kind, for that object, is one of those meant."""
        return fnmatchcase(operation, self.operation) and fnmatchcase(key or "", self.key)

    def to_json(self) -> dict[str, Any]:
        """What :meth:`from_json` takes, without what is at its default."""
        return {field.name: value for field in fields(self) if (value := asdict(self)[field.name]) != field.default}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Fault:
        """:raises ValueError: an unknown kind or parameter."""
        unknown = document.keys() - {field.name for field in fields(cls)}
        if unknown or "kind" not in document:
            raise ValueError(
                f"A fault has a kind, and no {', '.join(sorted(unknown)) or 'other'}; got {dict(document)}."
            )
        return cls(**document)


@dataclass(slots=True)
class _Rule:
    fault: Fault
    #: Requests that passed because of ``after``, and requests that were hit.
    counted: int = 0

    def strikes(self, chance: float) -> bool:
        fault, counted = self.fault, self.counted
        if fault.times is not None and counted >= fault.after + fault.times:
            return False
        if counted >= fault.after and chance >= fault.probability:
            return False
        self.counted += 1
        return counted >= fault.after


class Faults:
    """The rules in force. Thread-safe.

    :param chance: gives numbers from 0 up to 1, for faults with a probability.
    """

    def __init__(self, *, chance: Callable[[], float] = random.random) -> None:
        self._lock = Lock()
        self._rules: list[_Rule] = []
        self._chance = chance

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force, after those that are."""
        with self._lock:
            self._rules.append(_Rule(fault))
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._rules.clear()

    def match(self, operation: str, key: str | None) -> dict[Kind, Fault]:
        """What goes wrong with this request: of each kind, the first rule that hits it; it is counted as hit."""
        hits: dict[Kind, Fault] = {}
        with self._lock:
            for rule in self._rules:
                fault = rule.fault
                if fault.kind not in hits and fault.covers(operation, key) and rule.strikes(self._chance()):
                    hits[fault.kind] = fault
        return hits


class Calls(Mapping[str, int]):
    """How often each operation was asked for, whatever came of it; 0 for the others. Thread-safe.

    >>> emulator.calls["AssumeRole"]
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def record(self, operation: str) -> None:
        with self._lock:
            self._counts[operation] += 1

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()

    def __getitem__(self, operation: str) -> int:
        with self._lock:
            return self._counts[operation]

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(list(self._counts))

    def __len__(self) -> int:
        with self._lock:
            return len(self._counts)
