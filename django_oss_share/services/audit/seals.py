"""Closing batches of the audit: each seal holds a digest over its rows and over the seal before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from ...conf import conf
from ...models import AuditEvent, AuditSeal
from ..keyring import mac
from ..transactions import atomic
from .ids import first_id_at
from .records import content

_PURPOSE = "audit seal"
#: Rows of one seal; a purge removes as many in one transaction.
BATCH = 1000
#: Rows younger than this stay open: the transaction of an older one may still be under way, or another server's
#: clock be behind.
DELAY = timedelta(minutes=5)


def seal(now: datetime | None = None) -> int:
    """Seal all rows that are old enough; how many they were. Safe to run twice at once."""
    end = first_id_at((now or timezone.now()) - DELAY)
    sealed = 0
    while rows := _open_rows(end):
        if not _close(*rows):
            break
        sealed += len(rows[1])
    return sealed


def _open_rows(end: Any) -> tuple[AuditSeal | None, list[AuditEvent]] | None:
    last = AuditSeal.objects.order_by("-id").first()
    rows = AuditEvent.objects.filter(id__lt=end).order_by("id")
    if last is not None:
        rows = rows.filter(id__gt=last.last_id)
    batch = list(rows[:BATCH])
    return (last, batch) if batch else None


def _close(last: AuditSeal | None, rows: Sequence[AuditEvent]) -> bool:
    """False: somebody else closed them first, which the unique column ``previous`` tells."""
    new = AuditSeal(
        first_id=rows[0].pk,
        last_id=rows[-1].pk,
        count=len(rows),
        members=b"".join(row.pk.bytes for row in rows),
        rows_digest=rows_digest(rows),
        previous=last.digest if last else "",
    )
    new.digest = seal_digest(conf.audit_keys[0], new)
    try:
        with atomic():
            new.save()
    except IntegrityError:
        return False
    return True


def rows_digest(rows: Sequence[AuditEvent]) -> str:
    """SHA-256, hexadecimal, over all that the rows say, in order."""
    digest = sha256()
    for row in rows:
        text = content(row) + row.mac.encode()
        digest.update(len(text).to_bytes(4) + text)
    return digest.hexdigest()


def seal_digest(secret: str, seal: AuditSeal) -> str:
    """The seal's own digest, keyed, so that a chain cannot be forged by SQL alone."""
    facts = f"{seal.previous}|{seal.first_id}|{seal.last_id}|{seal.count}|{seal.rows_digest}"
    return mac(secret, _PURPOSE, facts.encode()).hex()
