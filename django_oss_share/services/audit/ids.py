"""Ids in the order of time: UUIDs of version 7 (RFC 9562, section 5.7)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)
# Starts anywhere, so that two processes seldom count alike, and far from where its bits end: there, order is lost.
_counter = count(int.from_bytes(os.urandom(2)))


def uuid7(at: datetime) -> UUID:
    """A new id: 48 bits of milliseconds, 12 of what is left of ``at``, 24 of a counter that keeps the order of rows
    made in one microsecond of one process, 38 random.
    """
    milliseconds, microseconds = divmod((at - _EPOCH) // _MICROSECOND, 1000)
    tail = (next(_counter) & 0xFFFFFF) << 38 | int.from_bytes(os.urandom(5)) >> 2
    return UUID(int=milliseconds << 80 | _VERSION_AND_VARIANT | microseconds << 64 | tail)


def first_id_at(at: datetime) -> UUID:
    """Under every id made at ``at`` or later, over all that were made before; none is from before 1970."""
    milliseconds, microseconds = divmod((max(at, _EPOCH) - _EPOCH) // _MICROSECOND, 1000)
    return UUID(int=milliseconds << 80 | _VERSION_AND_VARIANT | microseconds << 64)


def time_of(identifier: UUID) -> datetime:
    """When it was made, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


_MICROSECOND = datetime.resolution
