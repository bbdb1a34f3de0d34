"""Credentials that all processes share: kept in the database, fetched by one of them at a time.

::

    sts.refresh("default", force=True, by=user)
    sts.refresh_all()
    sts.reencrypt()
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections, router

from ..conf import conf
from ..models import Action, StoredCredentials
from ..models.credentials import CredentialsQuerySet
from ..oss import OSSShareError
from ..oss.credentials import mask
from ..providers import (
    LEASE,
    Outcome,
    State,
    StoreUnavailable,
    Token,
    UnknownProvider,
    refreshing_provider,
)
from ..providers.token import utc
from . import audit, sealing
from .errors import NotAllowed
from .transactions import atomic

_REFRESH = "oss_share.refresh_credentials"
_ERROR_LENGTH = 500
_logger = logging.getLogger("django_oss_share.credentials")
# Who asked for the refresh that is under way; nobody did for those that just were due.
_by: ContextVar[Any] = ContextVar("refresh_by", default=None)


def refresh(name: str, *, force: bool = False, by: Any = None) -> Outcome:
    """Fetch the next token of the set ``name``, if the one at hand is past half of its life.

    :param force: whatever is left of it, and even if the last try failed a moment ago.
    :param by: the user who asks; None for code.
    :raises NotAllowed: ``by`` lacks the permission.
    :raises UnknownProvider: no such set, or one whose credentials do not end.
    :raises RefreshFailed: the source gave no usable token. :raises StoreUnavailable: the database cannot be reached.
    """
    if by is not None and not by.has_perm(_REFRESH):
        raise NotAllowed("Refreshing credentials needs the permission 'oss_share.refresh_credentials'.")
    provider = refreshing_provider(name)
    if provider is None:
        raise UnknownProvider(f"The credentials {name!r} do not end, so there is nothing to refresh.")
    asked_by = _by.set(by)
    try:
        return provider.refresh(force=force)
    finally:
        _by.reset(asked_by)


def refresh_all() -> dict[str, str]:
    """:func:`refresh` every set whose credentials end; by name, the outcome or what went wrong."""
    outcomes = {name: _refreshed(name) for name in conf.credentials}
    return {name: outcome for name, outcome in outcomes.items() if outcome}


def reencrypt() -> tuple[int, list[str]]:
    """Seal all stored tokens anew under the first of ``OSS_SHARE["ENCRYPTION_KEYS"]``.

    :return: how many were, and the names of those that no key opens: they are fetched anew when they are needed.
    """
    done, unreadable = 0, []
    for name, sealed in _rows().exclude(sealed="").values_list("name", "sealed"):
        try:
            # A token that came in meanwhile is under the first key already.
            done += _rows().filter(name=name, sealed=sealed).update(sealed=sealing.reseal(sealed))
        except sealing.Unreadable:
            unreadable.append(name)
    return done, unreadable


def _refreshed(name: str) -> str:
    try:
        return refresh(name).value if refreshing_provider(name) else ""
    except (OSSShareError, ImproperlyConfigured) as error:
        return f"failed: {error}"


class DatabaseStore:
    """The store of one set: its row of :class:`StoredCredentials`.

    No transaction of ours is open while STS is asked. The lease is taken, and the token kept, by short statements of
    their own, on a connection of the thread that fetches; so a caller's rollback undoes neither.
    """

    def __init__(self, name: str, fingerprint: str) -> None:
        self._name = name
        self._fingerprint = fingerprint
        self._unreadable = ""

    def needs_callers_thread(self) -> bool:
        """SQLite has one writer, and no second connection to what is in memory: there, it is the caller's or none."""
        connection = connections[_rows().db]
        if connection.vendor != "sqlite":
            return False
        return connection.in_atomic_block or connection.is_in_memory_db()  # type: ignore[attr-defined]

    def load(self) -> State:
        with _translated():
            row = _rows().filter(name=self._name).first()
        if row is None:
            return State()
        return State(
            self._token(row),
            row.number,
            _unix(row.lease_until),
            _unix(row.retry_at),
            row.failures,
            _unix(row.failed_at),
            row.last_error,
        )

    def acquire(self, seen: State, now: float) -> int | None:
        with _translated():
            if not seen.number:
                _rows().get_or_create(name=self._name)
            taken = _rows().lease(self._name, seen.number, _process(), utc(now), utc(now + LEASE))
        return seen.number + 1 if taken else None

    def save(self, number: int, token: Token) -> bool:
        """Keep the token and say so in the audit, or neither."""
        columns = {
            "fingerprint": self._fingerprint,
            "sealed": sealing.seal(self._name, self._fingerprint, token),
            "refreshed_at": utc(token.asked_at),
            "expires_at": utc(token.usable_until),
        }
        with _translated(), atomic():
            kept = _rows().held(self._name, number).update(**columns, **_AFTER_SUCCESS)
            if kept:
                facts = {"credentials": self._name, "number": number, "key": mask(token.credentials.access_key_id)}
                audit.record(
                    Action.CREDENTIALS_REFRESHED,
                    actor=_by.get(),
                    data={**facts, "until": utc(token.usable_until).isoformat()},
                )
        return kept == 1

    def fail(self, number: int, reason: str, now: float, retry_at: float) -> None:
        with _translated():
            row = _rows().held(self._name, number).first()
            if row is not None:
                _rows().held(self._name, number).update(
                    failures=row.failures + 1,
                    failed_at=utc(now),
                    last_error=reason[:_ERROR_LENGTH],
                    retry_at=utc(retry_at),
                    **_FREE,
                )

    def close(self) -> None:
        connections[_rows().db].close()

    def _token(self, row: StoredCredentials) -> Token | None:
        """What is sealed in the row; None where it is of no use, which is said once."""
        if not row.sealed or row.fingerprint != self._fingerprint:
            return None
        try:
            return sealing.unseal(self._name, self._fingerprint, row.sealed)
        except sealing.Unreadable as error:
            if self._unreadable != row.sealed:
                self._unreadable = row.sealed
                _logger.warning("%s They are fetched anew.", error)
            return None


_FREE: dict[str, Any] = {"lease_owner": "", "lease_until": None}
_AFTER_SUCCESS: dict[str, Any] = {**_FREE, "failures": 0, "last_error": "", "retry_at": None}


def _rows() -> CredentialsQuerySet:
    # Never of a replica, which would show a lease too late.
    return StoredCredentials.objects.using(router.db_for_write(StoredCredentials))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Error as error:
        raise StoreUnavailable(f"The database failed ({type(error).__name__}).") from error


def _process() -> str:
    return f"{socket.gethostname()[:80]}, process {os.getpid()}"


def _unix(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0
