"""What came of objects whose headers were to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Result(StrEnum):
    """What came of one object."""

    CHANGED = "changed"
    #: Of a dry run.
    WOULD_CHANGE = "would_change"
    UNCHANGED = "unchanged"
    #: It stays as it is: nobody can tell what is right, or it cannot be changed.
    SKIPPED = "skipped"
    #: OSS refused.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one object.

    :ivar before: the headers that were, or would be, changed, by lower-case names; ``""`` for none.
    :ivar reason: why it was skipped or failed, in one sentence; of a changed one, what else to know.
    """

    key: str
    result: Result
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def needs_attention(self) -> bool:
        return self.result in (Result.SKIPPED, Result.FAILED)
