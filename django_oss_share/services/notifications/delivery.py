"""Sending what is in the outbox, and trying again what could not be sent."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from ...conf import conf
from ...models import Notification
from ...models.notification import Channel
from .emails import send_email
from .errors import DeliveryFailed, Unreachable
from .webhooks import send_webhook

logger = logging.getLogger("django_oss_share.notifications")

#: Tries of one message, over about a day and a half.
MAX_ATTEMPTS = 12
#: Of one run, so that one which is started every minute ends before the next.
MAX_SECONDS = 45.0
#: What was sent is kept for so long, or for ``RETENTION``, since it also keeps e-mails from piling up; what was given
#: up, too.
KEPT = timedelta(days=30)
_PAGE = 200
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


def deliver(now: datetime | None = None, *, seconds: float = MAX_SECONDS) -> Delivery:
    """Send what is due, for so many seconds at most. Safe to run twice at once: each message is taken by one.

    A recipient who cannot be reached is not tried again in the same run, so that nobody waits behind one who is down.
    """
    now = now or timezone.now()
    done, down = Delivery(), dict[str, Unreachable]()
    for message in _taken(now, time.monotonic() + seconds):
        try:
            _send(message, down)
        except DeliveryFailed as error:
            _failed(message, str(error), done, now)
        else:
            _update(message, sent_at=now, next_try_at=None, error="")
            done.sent += 1
    kept = min(KEPT, conf.retention or KEPT)
    Notification.objects.filter(next_try_at__isnull=True, created_at__lt=now - kept).delete()
    return done


def _send(message: Notification, down: dict[str, Unreachable]) -> None:
    """:raises DeliveryFailed: whatever went wrong."""
    # All e-mails go to one server, each webhook to its own.
    recipient = Channel.EMAIL if message.channel == Channel.EMAIL else message.target
    if recipient in down:
        raise down[recipient]
    try:
        _SENDERS[message.channel](message)
    except Unreachable as error:
        down[recipient] = error
        raise
    except DeliveryFailed:
        raise
    except Exception as error:
        # A mail backend or a template of the project's own may raise anything; the other messages go out all the same.
        logger.exception("%s failed in the project's own code.", message)
        raise DeliveryFailed(f"{type(error).__name__}; see the log.") from error


def _taken(now: datetime, until: float) -> Iterator[Notification]:
    """Due messages, the oldest first, each marked as under way by whoever gets it; no more once it is ``until``."""
    while page := list(Notification.objects.due(now).order_by("next_try_at", "id")[:_PAGE]):
        for message in page:
            if time.monotonic() >= until:
                return
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
