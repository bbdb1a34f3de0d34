"""Sending what is in the outbox, and trying again what could not be sent."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from ...models import Notification
from ...models.notification import Channel
from .emails import send_email
from .errors import DeliveryFailed
from .webhooks import send_webhook

logger = logging.getLogger("django_oss_share.notifications")

#: Tries of one message, over about a day and a half.
MAX_ATTEMPTS = 12
#: What was sent is kept for so long, since it also keeps e-mails from piling up; what was given up, too.
KEPT = timedelta(days=30)
# Whoever took a message and was killed has lost it after this.
_LEASE = timedelta(minutes=2)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=6)

_SENDERS: Mapping[str, Callable[[Notification], None]] = {Channel.EMAIL: send_email, Channel.WEBHOOK: send_webhook}


@dataclass(slots=True)
class Delivery:
    """What :func:`deliver` did: messages sent, put off until later, and given up."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0


def deliver(now: datetime | None = None, *, limit: int = 200) -> Delivery:
    """Send up to ``limit`` messages that are due. Safe to run twice at once: each message is taken by one."""
    now = now or timezone.now()
    done = Delivery()
    for message in _taken(now, limit):
        try:
            _SENDERS[message.channel](message)
        except DeliveryFailed as error:
            _failed(message, str(error), done, now)
        else:
            _update(message, sent_at=now, next_try_at=None, error="")
            done.sent += 1
    Notification.objects.filter(next_try_at__isnull=True, created_at__lt=now - KEPT).delete()
    return done


def _taken(now: datetime, limit: int) -> Iterator[Notification]:
    """Due messages, the oldest first, each marked as under way by whoever gets it."""
    for message in list(Notification.objects.due(now).order_by("next_try_at", "id")[:limit]):
        unchanged = Notification.objects.filter(pk=message.pk, next_try_at=message.next_try_at)
        if unchanged.update(next_try_at=now + _LEASE, attempts=F("attempts") + 1):
            message.attempts += 1
            yield message


def _failed(message: Notification, error: str, done: Delivery, now: datetime) -> None:
    if message.attempts >= MAX_ATTEMPTS:
        done.given_up += 1
        _update(message, next_try_at=None, error=error[:200])
        logger.error("%s to be told was given up after %d tries: %s", message, message.attempts, error)
        return
    done.put_off += 1
    _update(message, next_try_at=now + _wait(message.attempts), error=error[:200])
    logger.warning("%s could not be told (try %d of %d): %s", message, message.attempts, MAX_ATTEMPTS, error)


def _wait(attempts: int) -> timedelta:
    """Twice as long each time, and never quite the same."""
    doubled: timedelta = min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311


def _update(message: Notification, **values: object) -> None:
    Notification.objects.filter(pk=message.pk).update(**values)
