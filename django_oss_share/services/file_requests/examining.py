"""The quarantine: files that strangers left go where they belong once a scanner has found nothing in them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ...conf import conf
from ...models import ReceivedFile
from ...oss import OSSShareError
from ..objects import storage_of
from ..uploads.sending import object_headers
from .taking import accept, collect, promise_of, reject

logger = logging.getLogger("django_oss_share")

#: Seconds of one run, so that one which is started every minute seldom meets the one before.
MAX_SECONDS = 45.0
# Whoever took a file and was killed has lost it after this; a scanner that takes longer may see a file twice.
_LEASE = timedelta(minutes=30)
_PAGE = 100


@dataclass(slots=True)
class Examined:
    """What :func:`examine` did: files accepted, rejected, put off as the scanner failed, and given up by visitors."""

    accepted: int = 0
    rejected: int = 0
    put_off: int = 0
    given_up: int = 0


def examine(now: datetime | None = None, *, seconds: float = MAX_SECONDS) -> Examined:
    """Have ``OSS_SHARE["UPLOAD_SCANNER"]`` look at what waits, and let go of what never arrived.

    Safe to run twice at once: each file is taken by one. Without a scanner, nothing that waits is let through.
    """
    now, until = now or timezone.now(), time.monotonic() + seconds
    done = Examined()
    for received in _each(ReceivedFile.objects.overdue(now), until):
        _collect(received, now, done)
    scan = conf.upload_scanner
    if scan is not None:
        for received in _each(ReceivedFile.objects.to_examine(now), until):
            if _is_taken(received, now):
                _examine(received, scan, now, done)
    return done


def _examine(received: ReceivedFile, scan: Callable[..., Any], now: datetime, done: Examined) -> None:
    storage = storage_of(received.request.storage)
    try:
        finding = scan(storage, received.place, received)
        if finding:
            reject(received, str(finding)[:200], now)
            storage.client.delete(storage.object_key(received.place))
            done.rejected += 1
            return
        _move(received)
    except Exception:
        # The scanner is the project's own, and may raise anything; the other files are looked at all the same.
        logger.exception("A file could not be examined: receipt %s", received.receipt)
        done.put_off += 1
        return
    done.accepted += 1


def _move(received: ReceivedFile) -> None:
    """Copied first, so that whatever breaks off in between can be done again."""
    storage, place = storage_of(received.request.storage), received.place
    headers = object_headers(storage, promise_of(received))
    headers.pop("x-oss-forbid-overwrite", None)
    storage.client.copy(storage.object_key(place), storage.object_key(received.key), received.size, headers)
    accept(received, timezone.now())
    storage.client.delete(storage.object_key(place))


def _collect(received: ReceivedFile, now: datetime, done: Examined) -> None:
    try:
        done.given_up += not collect(received, now)
    except OSSShareError:
        logger.exception("What was expected could not be looked for: receipt %s", received.receipt)
        done.put_off += 1


def _is_taken(received: ReceivedFile, now: datetime) -> bool:
    """Whether it is ours to examine, of several who might."""
    own = ReceivedFile.objects.to_examine(now).filter(pk=received.pk)
    return bool(own.update(lease_until=now + _LEASE))


def _each(rows: QuerySet[ReceivedFile], until: float) -> Iterator[ReceivedFile]:
    """Each once, the oldest first; no more once it is ``until``."""
    after = 0
    while page := list(rows.filter(pk__gt=after).select_related("request").order_by("pk")[:_PAGE]):
        for received in page:
            if time.monotonic() >= until:
                return
            after = received.pk
            yield received
