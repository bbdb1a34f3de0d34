"""Whether links can be signed, for probes: read from the settings and the database, never from the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.utils import timezone

from ..conf import conf
from ..models import StoredCredentials, TokenState
from ..oss import OSSShareError
from ..oss.credentials import as_retriever
from ..providers import credentials_source, refreshing_provider


class Status(StrEnum):
    OK = "ok"
    #: Links are signed, but the last refresh failed.
    DEGRADED = "degraded"
    #: No link can be signed.
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class CredentialsHealth:
    """One set of ``OSS_SHARE["CREDENTIALS"]``.

    :ivar token: what the stored token is good for; empty where the credentials do not end.
    :ivar seconds_left: for which links can still be signed with it; None where there is no token.
    """

    name: str
    status: Status
    token: str = ""
    seconds_left: int | None = None
    refreshed_at: datetime | None = None
    next_refresh_at: datetime | None = None
    failures: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The whole of it; its status is that of the worst set."""

    status: Status
    credentials: tuple[CredentialsHealth, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; nothing in it is secret."""
        return {"status": self.status.value, "credentials": [asdict(each) for each in self.credentials]}


def health(now: datetime | None = None) -> Health:
    """The state of all credentials at ``now``."""
    now = now or timezone.now()
    try:
        rows = {row.name: row for row in StoredCredentials.objects.all()}
    except Error as error:
        failure = CredentialsHealth("*", Status.DOWN, last_error=f"The database failed ({type(error).__name__}).")
        return Health(Status.DOWN, (failure,))
    found = tuple(_of_set(name, rows, now) for name in sorted(conf.credentials))
    worst = max((each.status for each in found), key=list(Status).index, default=Status.OK)
    return Health(worst, found)


def _of_set(name: str, rows: Mapping[str, StoredCredentials], now: datetime) -> CredentialsHealth:
    try:
        if refreshing_provider(name) is None:
            as_retriever(credentials_source(name))()
            return CredentialsHealth(name, Status.OK)
    except (OSSShareError, ImproperlyConfigured) as error:
        return CredentialsHealth(name, Status.DOWN, last_error=str(error))
    return _of_row(name, rows.get(name) or StoredCredentials(name=name), now)


def _of_row(name: str, row: StoredCredentials, now: datetime) -> CredentialsHealth:
    state = row.state(now)
    usable = state not in (TokenState.NONE, TokenState.ENDED)
    # Without a failure, a token that is not there is one that nobody has asked for yet.
    failed = Status.DEGRADED if usable else Status.DOWN
    return CredentialsHealth(
        name,
        failed if row.failures else Status.OK,
        token=state.value,
        seconds_left=None if state is TokenState.NONE else row.seconds_left(now),
        refreshed_at=row.refreshed_at,
        next_refresh_at=row.next_refresh_at,
        failures=row.failures,
        last_error=row.last_error,
    )
