"""How often one may guess: at passwords, counted exactly in the database; at tokens, counted in the cache."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import F

from ..models import FileRequest, PasswordAttempt, Share
from .clients import Client
from .transactions import atomic

TRIES_OF_A_CLIENT = 5
CLIENT_WINDOW = timedelta(minutes=15)
TRIES_AT_A_SHARE = 60
SHARE_WINDOW = timedelta(hours=1)
UNKNOWN_TOKENS = 30
UNKNOWN_WINDOW = timedelta(minutes=10)
_UNKNOWN_SECONDS = int(UNKNOWN_WINDOW.total_seconds())

logger = logging.getLogger("django_oss_share")


@dataclass(frozen=True, slots=True)
class Charge:
    """The outcome of asking for a try.

    :ivar attempt: the row that counts it, to be taken back if it turns out right; None: too many were there.
    :ivar retry_after: seconds until the next try can be had.
    """

    attempt: PasswordAttempt | None
    retry_after: int = 0


def charge_password_try(subject: Share | FileRequest, client: Client, now: datetime) -> Charge:
    """Count a try before anything is hashed.

    In any 15 minutes one client has 5 tries at a share, and in any hour everybody together has 60. The share's row is
    held while the tries are counted, so of tries at once exactly the allowed ones come through.
    """
    of = {"share" if isinstance(subject, Share) else "request": subject}
    with atomic():
        _hold(subject)
        attempts = PasswordAttempt.objects.filter(**of)
        attempts.filter(at__lte=now - SHARE_WINDOW).delete()
        recent = list(attempts.order_by("-at").values_list("client", "at"))
        own = [at for who, at in recent if who == client.identity and at > now - CLIENT_WINDOW]
        waits = (
            _wait(own, TRIES_OF_A_CLIENT, CLIENT_WINDOW, now),
            _wait([at for _, at in recent], TRIES_AT_A_SHARE, SHARE_WINDOW, now),
        )
        if any(waits):
            return Charge(None, max(waits))
        return Charge(attempts.create(**of, client=client.identity, at=now))


def take_back(attempt: PasswordAttempt) -> None:
    """The try turned out right: it does not count."""
    with atomic():
        _hold(attempt.share or attempt.request)
        attempt.delete()


def _hold(subject: Any) -> None:
    """Lock the subject's row, before any row of a try: whoever locked in another order would deadlock on MariaDB."""
    type(subject).objects.filter(pk=subject.pk).update(revision=F("revision"))


def _wait(tries: list[datetime], allowed: int, window: timedelta, now: datetime) -> int:
    """Seconds until one of ``tries`` (the latest first) is out of the window; 0: there is room."""
    if len(tries) < allowed:
        return 0
    return max(1, -((now - tries[allowed - 1] - window) // timedelta(seconds=1)))


def wait_for_tokens(client: Client) -> int:
    """Seconds for which the client may open nothing, since it brought too many unknown tokens; 0: it may."""
    try:
        count = cache.get(_key(client), 0)
    except Exception:
        return _open_without_cache()
    return _UNKNOWN_SECONDS if count >= UNKNOWN_TOKENS else 0


def charge_unknown_token(client: Client) -> int:
    """Count a token that opens nothing; seconds to wait, if it was one too many."""
    try:
        count = _counted(_key(client))
    except Exception:
        return _open_without_cache()
    return _UNKNOWN_SECONDS if count > UNKNOWN_TOKENS else 0


def _counted(key: str) -> int:
    cache.add(key, 0, _UNKNOWN_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:
        # It ended in between: this is the first of a new window.
        cache.set(key, 1, _UNKNOWN_SECONDS)
        return 1


def _open_without_cache() -> int:
    """Whatever a cache backend raises, tokens are as hard to guess: better unthrottled than closed."""
    logger.warning("The cache failed, so unknown tokens are not counted.", exc_info=True)
    return 0


def _key(client: Client) -> str:
    return f"oss_share:unknown:{client.identity}"
