"""Carrying out a request once, though its client sends it again because the answer was lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from ..conf import conf
from ..models import IdempotencyKey
from ..oss import OSSShareError
from .keyring import mac
from .transactions import atomic

#: How long a key is remembered.
KEPT = timedelta(hours=24)
#: What no request takes; one that has no outcome by then was broken off.
LONGEST = timedelta(minutes=2)
_PURPOSE = "idempotency"


class KeyReused(OSSShareError, ValueError):
    """The key came before, with another request."""


class Unfinished(OSSShareError, RuntimeError):
    """The first request of that key has no outcome: it is under way, or was broken off."""


class Once:
    """A request under its key.

    :ivar made: what came of it before, by the key of its row; "": this is the first time.
    """

    def __init__(self, row: IdempotencyKey) -> None:
        self._row = row
        self.made = row.made

    def remember(self, made: object) -> None:
        """That ``made`` is the key of the row that came of it."""
        self._row.made = str(made)
        self._row.save(update_fields=["made"])


@contextmanager
def once(user: Any, operation: str, key: str, body: Any, *, now: datetime | None = None) -> Iterator[Once]:
    """The request ``operation`` of ``user`` with ``body`` (as JSON has it), known by ``key``.

    A request that fails is forgotten, so that it can be mended and sent again under the same key.

    :raises KeyReused: the key came with another body. :raises Unfinished: the first one has no outcome (yet).
    """
    now = now or timezone.now()
    digest, body_digest = _digest([operation, key]), _digest(body)
    row = _claimed(user, digest, body_digest, now)
    if row is None:
        yield Once(_found(user, digest, body_digest, now))
        return
    try:
        yield Once(row)
    except BaseException:
        row.delete()
        raise


def _claimed(user: Any, digest: str, body_digest: str, now: datetime) -> IdempotencyKey | None:
    """The row, if this request is the first; of two at once, one is."""
    with atomic():
        IdempotencyKey.objects.filter(user=user).older(now - KEPT).delete()
    try:
        with atomic():
            return IdempotencyKey.objects.create(user=user, digest=digest, body_digest=body_digest, created_at=now)
    except IntegrityError:
        return None


def _found(user: Any, digest: str, body_digest: str, now: datetime) -> IdempotencyKey:
    with atomic():
        # Locked, so that it is read as it is now, not as it was when a transaction around this one began.
        row = IdempotencyKey.objects.select_for_update().filter(user=user, digest=digest).first()
    if row is not None and row.body_digest != body_digest:
        raise KeyReused("This Idempotency-Key came with another body before; take a new one for a new request.")
    if row is None or (not row.made and now - row.created_at < LONGEST):
        raise Unfinished("The first request with this Idempotency-Key is under way; ask again in a moment.")
    if not row.made:
        raise Unfinished(
            "The first request with this Idempotency-Key was broken off and may have been carried out: look for what "
            "it made, then take a new key."
        )
    return row


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return mac(conf.token_keys[0], _PURPOSE, text.encode()).hex()
