"""Changing and ending a file request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.dispatch import Signal
from django.utils import timezone

from ... import signals
from ...models import Action, FileRequest, State
from ...models.share import MAX_TOKEN_VERSION
from ...oss import InvalidArgument
from .. import audit, inputs
from ..clients import Client
from ..errors import WrongState
from ..inputs import Expiry
from ..policy import policy_of
from ..shares import hashed_password
from ..transactions import atomic, send_on_commit
from ..uploads.patterns import checked_patterns
from . import checks
from .permissions import require_change


class _Change:
    """A change under way: the row as it is, held, and what is to be written down of it."""

    def __init__(self, row: FileRequest, by: Any, client: Client | None, now: datetime) -> None:
        self.row, self.by, self.client, self.now = row, by, client, now

    def refuse_revoked(self, what: str) -> None:
        if self.row.revoked_at is not None:
            raise WrongState(
                f"File request {self.row.pk} was revoked at {self.row.revoked_at:%Y-%m-%d %H:%M:%S} UTC and cannot be "
                f"{what}; make a new one.",
                State.REVOKED,
            )

    def done(
        self,
        action: Action,
        data: Mapping[str, Any] | None = None,
        *,
        reason: str = "",
        signal: Signal = signals.request_changed,
    ) -> None:
        """Store the row, write the audit row, and tell receivers once both are committed."""
        self.row.save(force_update=True)
        event = audit.record(
            action, request=self.row, actor=self.by, client=self.client, reason=reason, data=data, at=self.now
        )
        send_on_commit(signal, file_request=self.row, event=event)


@contextmanager
def _changing(request: FileRequest, by: Any, client: Client | None, now: datetime | None) -> Iterator[_Change]:
    with atomic():
        change = _Change(FileRequest.objects.locked(request.pk), by, client, now or timezone.now())
        require_change(by, change.row)
        yield change
    for field in FileRequest._meta.concrete_fields:
        setattr(request, field.attname, getattr(change.row, field.attname))


def extend(
    request: FileRequest,
    expires_at: Expiry,
    *,
    by: Any = None,
    client: Client | None = None,
    now: datetime | None = None,
) -> FileRequest:
    """Let it end at another time, later or sooner; an expired one works again, on the same link.

    :raises NotAllowed, InvalidArgument, PolicyViolation. :raises WrongState: it is revoked.
    """
    with _changing(request, by, client, now) as change:
        change.refuse_revoked("extended")
        before = change.row.expires_at
        change.row.expires_at = inputs.checked_expiry(expires_at, policy_of(by), change.now, None)
        ends = [moment and moment.isoformat() for moment in (before, change.row.expires_at)]
        change.done(Action.EXTENDED, {"expires_at": ends})
    return request


def revoke(
    request: FileRequest,
    *,
    by: Any = None,
    reason: str = "",
    client: Client | None = None,
    now: datetime | None = None,
) -> FileRequest:
    """End it for good: the next request is refused, and what is under way does not arrive. Twice changes nothing."""
    reason = inputs.checked_text("reason", reason, 64)
    with _changing(request, by, client, now) as change:
        if change.row.revoked_at is None:
            change.row.revoked_at = change.now
            change.row.revoked_by_label = by.get_username()[:150] if by else ""
            change.done(Action.REVOKED, reason=reason, signal=signals.request_revoked)
    return request


def rotate(
    request: FileRequest, *, by: Any = None, client: Client | None = None, now: datetime | None = None
) -> FileRequest:
    """Give it a new link: the old one opens nothing any more.

    :raises WrongState: it is revoked, or has had 65,536 links.
    """
    with _changing(request, by, client, now) as change:
        change.refuse_revoked("given a new link")
        if change.row.token_version >= MAX_TOKEN_VERSION:
            raise WrongState(
                f"File request {request.pk} has had {MAX_TOKEN_VERSION + 1} links; make a new one.",
                change.row.state(change.now),
            )
        change.row.token_version += 1
        change.done(Action.ROTATED, {"token_version": change.row.token_version})
    return request


def set_password(
    request: FileRequest,
    password: str | None,
    *,
    by: Any = None,
    client: Client | None = None,
    now: datetime | None = None,
) -> FileRequest:
    """Set, change or (None) remove the password; whoever had unlocked the page must give the new one."""
    hashed = hashed_password(password, by=by)
    with _changing(request, by, client, now) as change:
        change.refuse_revoked("given a password")
        change.row.password = hashed.encoded
        change.row.password_version += 1
        change.done(Action.PASSWORD_SET, {"password": bool(hashed.encoded)})
    return request


def hand_over(
    request: FileRequest, to: Any, *, by: Any = None, client: Client | None = None, now: datetime | None = None
) -> FileRequest:
    """Give it another owner; its link stays. :raises InvalidArgument: ``to`` may not log in."""
    if not inputs.checked_user("to", to).is_active:
        raise InvalidArgument(f"to={to.get_username()!r} may not log in; hand it to somebody who may.", field="to")
    with _changing(request, by, client, now) as change:
        before = change.row.created_by_label
        change.row.created_by, change.row.created_by_label = to, to.get_username()[:150]
        change.done(Action.HANDED_OVER, {"owner": [before, change.row.created_by_label]})
    return request


def update(
    request: FileRequest, *, by: Any = None, client: Client | None = None, now: datetime | None = None, **changes: Any
) -> FileRequest:
    """Change settings: any of name, note, max_files, max_size, content_types and notify.

    :raises InvalidArgument: an unknown setting, or a bad value, named. :raises WrongState: it is revoked.
    """
    with _changing(request, by, client, now) as change:
        change.refuse_revoked("changed")
        data = {}
        for field, value in changes.items():
            before, after = getattr(change.row, field, None), _checked(field)(value)
            if before != after:
                setattr(change.row, field, after)
                data[field] = [before, after]
        if data:
            change.done(Action.CHANGED, data)
    return request


def _checked(field: str) -> Callable[[Any], Any]:
    try:
        return _CHECKS[field]
    except KeyError:
        raise InvalidArgument(
            f"{field} is no setting of a file request; settings are {', '.join(_CHECKS)}.", field=field
        ) from None


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": checks.checked_name,
    "note": lambda value: inputs.checked_text("note", value, 2000),
    "max_files": checks.checked_max_files,
    "max_size": checks.checked_max_size,
    "content_types": checked_patterns,
    "notify": bool,
}
