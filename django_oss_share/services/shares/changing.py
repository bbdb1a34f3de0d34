"""Changing and ending a share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.dispatch import Signal
from django.utils import timezone

from ... import signals
from ...models import Action, Disposition, Kind, Mode, Pin, Share, State
from ...models.share import MAX_TOKEN_VERSION
from ...oss import InvalidArgument
from .. import audit, inputs
from ..clients import Client
from ..errors import PolicyViolation, WrongState
from ..inputs import Expiry
from ..policy import Policy, policy_of, require_change
from ..transactions import atomic, send_on_commit
from .passwords import HashedPassword, hashed_password

_UNCHANGED: Any = object()


class _Change:
    """A change under way: the row as it is, held, and what is to be written down of it."""

    def __init__(self, share: Share, by: Any, client: Client | None, now: datetime) -> None:
        self.share, self.by, self.client, self.now = share, by, client, now

    def done(self, action: Action, signal: Signal, data: Mapping[str, Any] | None = None, reason: str = "") -> None:
        """Store the row, write the audit row, and tell receivers once both are committed."""
        self.share.save(force_update=True)
        event = audit.record(
            action, share=self.share, actor=self.by, client=self.client, reason=reason, data=data, at=self.now
        )
        send_on_commit(signal, share=self.share, event=event)


@contextmanager
def _changing(share: Share, by: Any, client: Client | None, now: datetime | None) -> Iterator[_Change]:
    with atomic():
        change = _Change(Share.objects.locked(share.pk), by, client, now or timezone.now())
        require_change(by, change.share)
        yield change
    for field in Share._meta.concrete_fields:
        setattr(share, field.attname, getattr(change.share, field.attname))


def extend(
    share: Share, expires_at: Expiry, *, by: Any = None, client: Client | None = None, now: datetime | None = None
) -> Share:
    """Let it end at another time, later or sooner; an expired one works again, on the same link.

    :param expires_at: an aware datetime, a timedelta or seconds from now, or NEVER.
    :raises NotAllowed, InvalidArgument, PolicyViolation. :raises WrongState: it is revoked.
    """
    with _changing(share, by, client, now) as change:
        _refuse_revoked(change.share, "extended")
        before = change.share.expires_at
        change.share.expires_at = inputs.checked_expiry(expires_at, policy_of(by), change.now, change.share.starts_at)
        change.done(Action.EXTENDED, signals.share_extended, {"expires_at": _pair(before, change.share.expires_at)})
    return share


def revive(
    share: Share,
    *,
    expires_at: Expiry | None = None,
    max_downloads: int | None = _UNCHANGED,
    by: Any = None,
    client: Client | None = None,
    now: datetime | None = None,
) -> Share:
    """Let an expired or exhausted one work again, on the same link.

    :param expires_at: as in :func:`extend`; an expired one gets what the policy gives new ones unless given.
    :param max_downloads: the new limit, over what has been downloaded; None: no limit. An exhausted one needs it.
    :raises WrongState: it is neither expired nor exhausted, or would still be.
    """
    with _changing(share, by, client, now) as change:
        row, policy = change.share, policy_of(by)
        if row.state(change.now) not in (State.EXPIRED, State.EXHAUSTED):
            raise WrongState(
                f"Share {row.pk} is {row.state(change.now)}; only an expired or exhausted one is revived.",
                row.state(change.now),
            )
        before = row.expires_at, row.max_downloads
        if expires_at is None and row.state(change.now) is State.EXPIRED:
            expires_at = policy.default_expiry or inputs.NEVER
        if expires_at is not None:
            row.expires_at = inputs.checked_expiry(expires_at, policy, change.now, row.starts_at)
        if max_downloads is not _UNCHANGED:
            row.max_downloads = inputs.checked_limit(max_downloads)
        _refuse_spent(row)
        data = {"expires_at": _pair(before[0], row.expires_at), "max_downloads": [before[1], row.max_downloads]}
        change.done(Action.REVIVED, signals.share_extended, data)
    return share


def revoke(
    share: Share, *, by: Any = None, reason: str = "", client: Client | None = None, now: datetime | None = None
) -> Share:
    """End it for good: the next request is refused. A second time changes nothing.

    :param reason: up to 64 characters, for the audit.
    """
    reason = inputs.checked_text("reason", reason, 64)
    with _changing(share, by, client, now) as change:
        if change.share.revoked_at is None:
            change.share.revoked_at = change.now
            change.share.revoked_by_label = by.get_username()[:150] if by else ""
            change.done(Action.REVOKED, signals.share_revoked, reason=reason)
    return share


def rotate(share: Share, *, by: Any = None, client: Client | None = None, now: datetime | None = None) -> Share:
    """Give it a new link: the old one opens nothing any more, nor do unlocked pages.

    :raises WrongState: it is revoked, or has had 65,536 links.
    """
    with _changing(share, by, client, now) as change:
        _refuse_revoked(change.share, "given a new link")
        if change.share.token_version >= MAX_TOKEN_VERSION:
            raise WrongState(
                f"Share {share.pk} has had {MAX_TOKEN_VERSION + 1} links, which is all a token can count; "
                "make a new share.",
                change.share.state(change.now),
            )
        change.share.token_version += 1
        change.done(Action.ROTATED, signals.share_rotated, {"token_version": change.share.token_version})
    return share


def set_password(
    share: Share,
    password: str | HashedPassword | None,
    *,
    by: Any = None,
    client: Client | None = None,
    now: datetime | None = None,
) -> Share:
    """Set, change or (None) remove the password; whoever had unlocked it must give the new one.

    :param password: for many shares, what :func:`~.passwords.hashed_password` made of it.
    :raises PolicyViolation: too short, too long, or missing where one is required.
    """
    # Before the row is held: hashing takes a fifth of a second.
    hashed = password if isinstance(password, HashedPassword) else hashed_password(password, by=by)
    with _changing(share, by, client, now) as change:
        _refuse_revoked(change.share, "given a password")
        change.share.password = hashed.encoded
        change.share.password_version += 1
        change.done(Action.PASSWORD_SET, signals.share_changed, {"password": bool(hashed.encoded)})
    return share


def hand_over(
    share: Share, to: Any, *, by: Any = None, client: Client | None = None, now: datetime | None = None
) -> Share:
    """Give it another owner; its link stays.

    :raises InvalidArgument: ``to`` is nobody, or may not log in.
    """
    if not inputs.checked_user("to", to).is_active:
        raise InvalidArgument(f"to={to.get_username()!r} may not log in; hand it to somebody who may.", field="to")
    with _changing(share, by, client, now) as change:
        before = change.share.created_by_label
        change.share.created_by = to
        change.share.created_by_label = to.get_username()[:150]
        change.done(Action.HANDED_OVER, signals.share_handed_over, {"owner": [before, change.share.created_by_label]})
    return share


def update(
    share: Share, *, by: Any = None, client: Client | None = None, now: datetime | None = None, **changes: Any
) -> Share:
    """Change settings: any of name, note, filename, disposition, mode, starts_at, max_downloads, allowed_networks,
    allow_zip, and pin (``none``, ``report``, or ``etag`` where the ETag is known).

    :raises InvalidArgument: an unknown setting, or a bad value, named.
    :raises WrongState: it is revoked.
    """
    with _changing(share, by, client, now) as change:
        _refuse_revoked(change.share, "changed")
        policy, data = policy_of(by), {}
        for field, value in changes.items():
            new = _checked(field)(change.share, value, policy)
            data[field] = _pair(getattr(change.share, field), new)
            setattr(change.share, field, new)
        data = {field: pair for field, pair in data.items() if pair[0] != pair[1]}
        if data:
            change.done(Action.CHANGED, signals.share_changed, data)
    return share


def _checked(field: str) -> Callable[[Share, Any, Policy], Any]:
    try:
        return _CHECKS[field]
    except KeyError:
        raise InvalidArgument(
            f"{field} is no setting of a share; settings are {', '.join(_CHECKS)}.", field=field
        ) from None


def _start(share: Share, value: Any, policy: Policy) -> datetime | None:
    start = inputs.checked_start(value)
    if start and share.expires_at and start >= share.expires_at:
        raise InvalidArgument(
            f"starts_at={start.isoformat()} is not before its end, {share.expires_at.isoformat()}.",
            field="starts_at",
            value=value,
        )
    return start


def _filename(share: Share, value: Any, policy: Policy) -> str:
    if value and share.kind != Kind.OBJECT:
        raise InvalidArgument(f"filename={value!r} goes with a single object.", field="filename", value=value)
    return inputs.checked_filename(value)


def _mode(share: Share, value: Any, policy: Policy) -> str:
    if value == Mode.DIRECT and share.kind != Kind.OBJECT:
        raise InvalidArgument(f"mode={value!r} goes with a single object.", field="mode", value=value)
    return inputs.checked_choice("mode", value, Mode)


def _zip(share: Share, value: Any, policy: Policy) -> bool:
    if value and not policy.allow_zip:
        raise PolicyViolation(
            "allow_zip=True is not allowed; OSS_SHARE['ALLOW_ZIP'] is off.", field="allow_zip", value=value
        )
    return bool(value) and share.kind != Kind.OBJECT


def _pin(share: Share, value: Any, policy: Policy) -> str:
    inputs.checked_choice("pin", value, Pin)
    if value != share.pin and (
        Pin.VERSION in (value, share.pin) or share.kind == Kind.PREFIX or (value == Pin.ETAG and not share.etag)
    ):
        raise InvalidArgument(
            f"pin={value!r}: share {share.pk} cannot be pinned so afterwards; make a new one.", field="pin", value=value
        )
    return str(value)


_CHECKS: Mapping[str, Callable[[Share, Any, Policy], Any]] = {
    "name": lambda share, value, policy: inputs.checked_text("name", value, 200),
    "note": lambda share, value, policy: inputs.checked_text("note", value, 2000),
    "filename": _filename,
    "disposition": lambda share, value, policy: inputs.checked_choice("disposition", value, Disposition),
    "mode": _mode,
    "starts_at": _start,
    "max_downloads": lambda share, value, policy: inputs.checked_limit(value),
    "allowed_networks": lambda share, value, policy: inputs.checked_networks(value),
    "allow_zip": _zip,
    "pin": _pin,
}


def _refuse_revoked(share: Share, what: str) -> None:
    if share.revoked_at is not None:
        raise WrongState(
            f"Share {share.pk} was revoked at {share.revoked_at:%Y-%m-%d %H:%M:%S} UTC and cannot be {what}; "
            "make a new one.",
            State.REVOKED,
        )


def _refuse_spent(share: Share) -> None:
    if share.max_downloads is not None and share.downloads >= share.max_downloads:
        raise WrongState(
            f"Share {share.pk} has been downloaded {share.downloads} times; its limit of {share.max_downloads} "
            f"must be raised above that to revive it.",
            State.EXHAUSTED,
        )


def _pair(before: Any, after: Any) -> list[Any]:
    return [_json(before), _json(after)]


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
