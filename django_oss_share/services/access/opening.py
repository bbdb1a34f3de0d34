"""From a token to a visit: is it ours, is it good now, for this client, and is the password known?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import router
from django.utils import timezone

from ... import signals
from ...conf import conf
from ...models import Action, Share, State
from ...models.statements import share_by_public_id
from .. import audit, throttles, tokens, unlocking
from ..clients import Client
from ..inputs import MAX_PASSWORD_BYTES
from ..transactions import atomic, send_on_commit
from .denials import Denied, Reason, unavailable_on_failure

_BY_STATE = {
    State.REVOKED: Reason.REVOKED,
    State.EXPIRED: Reason.EXPIRED,
    State.SCHEDULED: Reason.SCHEDULED,
    State.EXHAUSTED: Reason.EXHAUSTED,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor who may have what is shared, as it was decided at ``now``.

    :ivar mark: by which the password was known, if there is one.
    """

    share: Share
    client: Client
    user: Any
    now: datetime
    mark: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a right password gives.

    :ivar mark: the value of a cookie, for :func:`open_share`. :ivar max_age: its seconds.
    """

    visit: Visit
    mark: str = field(repr=False)
    max_age: int


@unavailable_on_failure
def open_share(token: str, client: Client, *, mark: str = "", user: Any = None, now: datetime | None = None) -> Visit:
    """Decide whether the visitor may have what the token opens.

    :param mark: what :func:`unlock` gave, if anything.
    :param user: who is logged in, for the audit alone.
    :raises Denied: for one of the reasons; a token that is malformed or forged costs no query.
    """
    now = now or timezone.now()
    visit = Visit(_find(token, client, user, now), client, user, now, mark)
    check(visit)
    return visit


def check(visit: Visit) -> None:
    """:raises Denied: what the share says by now is against it."""
    _check_gate(visit)
    if visit.share.password and not unlocking.opens(visit.mark, visit.share, visit.now):
        raise denied(visit, Reason.PASSWORD)


@unavailable_on_failure
def unlock(token: str, password: str, client: Client, *, user: Any = None, now: datetime | None = None) -> Unlocked:
    """Try a password. The try is charged, and committed, before anything is hashed.

    Call it outside of a transaction that a refusal would roll back.

    :raises Denied: WRONG_PASSWORD, THROTTLED, or as :func:`open_share`.
    """
    now = now or timezone.now()
    visit = Visit(_find(token, client, user, now), client, user, now)
    _check_gate(visit)
    if visit.share.password:
        _try(visit, password)
    mark = unlocking.make_mark(visit.share, now)
    return Unlocked(replace(visit, mark=mark), mark, conf.unlock_lifetime)


@unavailable_on_failure
def record_view(visit: Visit) -> None:
    """Write down that the visitor saw the page."""
    _record(visit, Action.VIEWED, signals.share_viewed)


def reread(visit: Visit) -> Visit:
    """The visit with the share as it is committed by now, wherever reads go otherwise.

    :raises Denied: it is no longer good for the visitor.
    """
    share = _read(visit.share.public_id, router.db_for_write(Share))
    if share is None:
        raise unknown(visit.client)
    moved_on = share.token_version != visit.share.token_version
    visit = replace(visit, share=share, now=timezone.now())
    if moved_on:
        raise denied(visit, Reason.ROTATED)
    check(visit)
    return visit


def denied(visit: Visit, reason: Reason, *, retry_after: int = 0, key: str = "") -> Denied:
    """Write the refusal down; the exception to raise for it."""
    with atomic():
        event = audit.record(
            Action.DENIED, share=visit.share, actor=visit.user, client=visit.client, reason=reason, key=key
        )
        send_on_commit(signals.share_denied, share=visit.share, event=event)
    if reason is Reason.ROTATED or (reason is Reason.REVOKED and conf.hide_revoked):
        return unknown(visit.client)
    return Denied(reason, share=visit.share, retry_after=retry_after)


def _find(token: str, client: Client, user: Any, now: datetime) -> Share:
    if wait := throttles.wait_for_tokens(client):
        raise Denied(Reason.THROTTLED, retry_after=wait)
    try:
        parsed = tokens.parse(token)
    except tokens.BadToken:
        raise unknown(client) from None
    share = _read(parsed.public_id)
    if share is None:
        raise unknown(client)
    if share.token_version != parsed.version:
        raise denied(Visit(share, client, user, now), Reason.ROTATED)
    return share


def _read(public_id: str, using: str | None = None) -> Share | None:
    return share_by_public_id(public_id, with_owner_state=conf.owner_deactivated == "deny", using=using)


def unknown(client: Client) -> Denied:
    """The exception to raise for a token that opens nothing, which is counted."""
    if wait := throttles.charge_unknown_token(client):
        return Denied(Reason.THROTTLED, retry_after=wait)
    return Denied(Reason.UNKNOWN)


def _check_gate(visit: Visit) -> None:
    share = visit.share
    state = share.state(visit.now)
    if state is not State.ACTIVE:
        raise denied(visit, _BY_STATE[state])
    networks = (conf.allowed_networks, share.allowed_networks)
    if not all(visit.client.is_within(each) for each in networks if each):
        raise denied(visit, Reason.NETWORK)
    if conf.owner_deactivated == "deny" and _owner_is_out(share):
        raise denied(visit, Reason.OWNER)


def _owner_is_out(share: Share) -> bool:
    """Deactivated, or deleted: then the label alone is left."""
    if share.created_by_id is None:
        return bool(share.created_by_label)
    return getattr(share, "owner_is_active", None) is False


def _try(visit: Visit, password: str) -> None:
    charge = throttles.charge_password_try(visit.share, visit.client, visit.now)
    if charge.attempt is None:
        raise denied(visit, Reason.THROTTLED, retry_after=charge.retry_after)
    if not is_right(password, visit.share.password):
        _record(visit, Action.UNLOCK_FAILED, signals.share_denied, Reason.WRONG_PASSWORD)
        raise Denied(Reason.WRONG_PASSWORD, share=visit.share)
    with atomic():
        throttles.take_back(charge.attempt)
        _record(visit, Action.UNLOCKED, signals.share_unlocked)


def is_right(password: str, hashed: str) -> bool:
    """What no password can be is not hashed."""
    try:
        return len(password.encode()) <= MAX_PASSWORD_BYTES and check_password(password, hashed)
    except UnicodeEncodeError:
        return False


def _record(visit: Visit, action: Action, signal: Any, reason: str = "") -> None:
    with atomic():
        event = audit.record(action, share=visit.share, actor=visit.user, client=visit.client, reason=reason)
        send_on_commit(signal, share=visit.share, event=event)
