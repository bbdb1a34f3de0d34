"""Whose clock is off: OSS says in each answer what time it is."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ...oss.reading.words import span
from .case import Case
from .causes import Cause, Judgement
from .fetching import Answer

#: Seconds by which a clock may be off before it is told; before it is the cause.
WARN_SKEW, MAX_SKEW = 60, 600
SET_CLOCK = "Set the clocks of this machine and of the one that signs by NTP, and sign anew."


def clock_difference(answer: Answer, sent_at: datetime) -> float | None:
    """Seconds that OSS's clock is ahead of ours; None: it did not tell."""
    try:
        date = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    # "-0000", which stands for no zone, is UTC too. Half a second is what is cut off, on the average.
    return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - sent_at).total_seconds() + 0.5


def notes_on_clock(difference: float | None) -> list[str]:
    """What is to be told of a clock that is off, but not so far that it is the cause."""
    if difference is None or abs(difference) <= WARN_SKEW:
        return []
    return [f"OSS's clock is {_apart(difference)} this machine's; set it by NTP."]


def judge_clock(case: Case, difference: float | None) -> Judgement | None:
    """What works by luck, for now."""
    if difference is None or abs(difference) <= MAX_SKEW or case.link.signature is None:
        return None
    sooner = "sooner" if difference > 0 else "later"
    return Judgement(
        Cause.CLOCK_SKEW,
        f"It opens, but OSS's clock is {_apart(difference)} this machine's, so links end {sooner} than they say.",
        SET_CLOCK,
    )


def _apart(difference: float) -> str:
    return f"{span(round(difference))} {'ahead of' if difference > 0 else 'behind'}"
