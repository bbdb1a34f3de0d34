"""A security token, and the moments of its life that matter."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..oss import Credentials
from .errors import RefreshFailed

#: Seconds before a token's end at which it is no longer used. STS gives none that lives shorter than 900 seconds; where
#: the emulator does, the margin shrinks with the life.
MARGIN = 30
_MARGIN_SHARE = 30
#: Seconds between two tries, at most; less for tokens that live shorter than 900 seconds.
LONGEST_PAUSE = 30
_PAUSE_SHARE = 30
#: What is left of a token's life, as a share of it, when a scheduled refresh fetches the next one ...
AHEAD = 1 / 2
#: ... when a reader has it fetched, because no schedule did, and goes on with this one meanwhile ...
ADVISORY = 1 / 3
#: ... and when a failure to fetch it is an error.
MANDATORY = 1 / 10


@dataclass(frozen=True, slots=True)
class Token:
    """Credentials that end. All moments are Unix times; windows scale with the life, so that none is always open.

    :ivar credentials: as handed out: their ``expiration`` is the token's own end less the margin.
    :ivar number: the fencing number under which they were fetched.
    :ivar asked_at: when they were asked for; they came a little later.
    :ivar usable_until: whole seconds, the moment of ``credentials.expiration``.
    :ivar ends_at: the token's own end.
    """

    credentials: Credentials
    number: int
    asked_at: float
    usable_until: int
    ends_at: int

    @classmethod
    def of(cls, fetched: Credentials, asked_at: float, number: int) -> Token:
        """What a source answered that was asked at ``asked_at``.

        :raises RefreshFailed: it has no end, or is past it, or is about to be.
        """
        if fetched.expiration is None:
            raise RefreshFailed("The answer has no expiration.")
        ends_at = int(fetched.expiration.timestamp())
        life = ends_at - asked_at
        usable_until = ends_at - math.ceil(min(MARGIN, max(life, 0) / _MARGIN_SHARE))
        if usable_until <= asked_at:
            raise RefreshFailed(
                f"The answer's token ends at {utc(ends_at):%Y-%m-%dT%H:%M:%SZ}, and by this machine's clock it is "
                f"{utc(asked_at):%Y-%m-%dT%H:%M:%SZ}."
            )
        credentials = Credentials(
            fetched.access_key_id, fetched.access_key_secret, fetched.security_token, utc(usable_until)
        )
        return cls(credentials, number, asked_at, usable_until, ends_at)

    @property
    def life(self) -> float:
        """Seconds for which it was good when it came."""
        return self.usable_until - self.asked_at

    @property
    def ahead_at(self) -> float:
        """See :data:`AHEAD`."""
        return self.usable_until - self.life * AHEAD

    @property
    def advisory_at(self) -> float:
        """See :data:`ADVISORY`."""
        return self.usable_until - self.life * ADVISORY

    @property
    def mandatory_at(self) -> float:
        """See :data:`MANDATORY`."""
        return self.usable_until - self.life * MANDATORY

    def covers(self, now: float, seconds: int) -> bool:
        """Whether a link of ``seconds`` made now ends before it, or would gain nothing from a newer one.

        A token younger than its margin is not replaced for the sake of a link: the next would hardly be better, and
        every such link would cost a call.
        """
        young_until = self.asked_at + self.ends_at - self.usable_until - 1
        return now + seconds <= self.usable_until or seconds > self.life or now < young_until

    def is_newer_than(self, other: Token | None) -> bool:
        """By fencing number; a store that lost its numbers, or a fetch without one, shows by a later end.

        Two that end within the same second are told apart by when they were asked for.
        """
        if other is None or self.number > other.number:
            return True
        return (self.usable_until, self.asked_at) > (other.usable_until, other.asked_at)


def pause(failures: int, life: float | None) -> float:
    """Seconds until the next try after ``failures`` in a row: doubled each time, jittered, in scale with the life."""
    longest = min(LONGEST_PAUSE, life / _PAUSE_SHARE) if life else LONGEST_PAUSE
    return min(longest, longest / 30 * 2.0**failures) * random.uniform(0.5, 1)  # noqa: S311 - no secret


def utc(moment: float) -> datetime:
    """``moment`` as an aware datetime. Unlike ``fromtimestamp`` it takes any float that a database gave back."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)
