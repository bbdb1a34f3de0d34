"""From a token to a visit: is it ours, is it good now, for this client, and is the password known?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from ... import signals
from ...conf import conf
from ...models import Action, FileRequest, State
from .. import audit, throttles, tokens, unlocking
from ..access.denials import Denied, Reason, unavailable_on_failure
from ..access.opening import is_right, unknown
from ..clients import Client
from ..transactions import atomic, send_on_commit

_BY_STATE = {
    State.REVOKED: Reason.REVOKED,
    State.EXPIRED: Reason.EXPIRED,
    State.EXHAUSTED: Reason.EXHAUSTED,
}


@dataclass(frozen=True, slots=True)
class RequestVisit:
    """A visitor who may leave files, as it was decided at ``now``."""

    request: FileRequest
    client: Client
    user: Any
    now: datetime


@dataclass(frozen=True, slots=True)
class RequestUnlocked:
    """What a right password gives.

    :ivar mark: the value of a cookie, for :func:`open_request`. :ivar max_age: its seconds.
    """

    visit: RequestVisit
    mark: str = field(repr=False)
    max_age: int


@unavailable_on_failure
def open_request(
    token: str,
    client: Client,
    *,
    mark: str = "",
    user: Any = None,
    finishing: bool = False,
    now: datetime | None = None,
) -> RequestVisit:
    """Decide whether the visitor may leave files at what the token opens.

    :param mark: what :func:`unlock` gave, if anything. :param user: who is logged in, for the audit alone.
    :param finishing: whether it is for a file that has its place already.
    :raises Denied: for one of the reasons; a token that is malformed or forged costs no query.
    """
    visit = _visit(token, client, user, now)
    _check_gate(visit, finishing=finishing)
    if visit.request.password and not unlocking.opens(mark, visit.request, visit.now):
        raise denied(visit, Reason.PASSWORD)
    return visit


@unavailable_on_failure
def unlock(
    token: str, password: str, client: Client, *, user: Any = None, now: datetime | None = None
) -> RequestUnlocked:
    """Try a password. The try is charged, and committed, before anything is hashed.

    :raises Denied: WRONG_PASSWORD, THROTTLED, or as :func:`open_request`.
    """
    visit = _visit(token, client, user, now)
    _check_gate(visit, finishing=False)
    if visit.request.password:
        _try(visit, password)
    return RequestUnlocked(visit, unlocking.make_mark(visit.request, visit.now), conf.unlock_lifetime)


def denied(visit: RequestVisit, reason: Reason, *, retry_after: int = 0) -> Denied:
    """Write the refusal down; the exception to raise for it."""
    _record(visit, Action.DENIED, reason)
    if reason is Reason.ROTATED or (reason is Reason.REVOKED and conf.hide_revoked):
        return unknown(visit.client)
    return Denied(reason, retry_after=retry_after)


def reason_against(request: FileRequest, now: datetime, *, finishing: bool = False) -> Reason | None:
    """Why the request takes nothing now; None: it does.

    :param finishing: of a file that has its place already, which a limit reached meanwhile does not take.
    """
    reason = _BY_STATE.get(request.state(now))
    return None if finishing and reason is Reason.EXHAUSTED else reason


def _visit(token: str, client: Client, user: Any, now: datetime | None) -> RequestVisit:
    if wait := throttles.wait_for_tokens(client):
        raise Denied(Reason.THROTTLED, retry_after=wait)
    try:
        parsed = tokens.parse(token, FileRequest)
    except tokens.BadToken:
        raise unknown(client) from None
    request = FileRequest.objects.select_related("created_by").filter(public_id=parsed.public_id).first()
    if request is None:
        raise unknown(client)
    visit = RequestVisit(request, client, user, now or timezone.now())
    if request.token_version != parsed.version:
        raise denied(visit, Reason.ROTATED)
    return visit


def _check_gate(visit: RequestVisit, *, finishing: bool) -> None:
    if reason := reason_against(visit.request, visit.now, finishing=finishing):
        raise denied(visit, reason)
    if conf.allowed_networks and not visit.client.is_within(conf.allowed_networks):
        raise denied(visit, Reason.NETWORK)
    if conf.owner_deactivated == "deny" and _owner_is_out(visit.request):
        raise denied(visit, Reason.OWNER)


def _owner_is_out(request: FileRequest) -> bool:
    """Deactivated, or deleted: then the label alone is left."""
    if request.created_by is None:
        return bool(request.created_by_label)
    return not request.created_by.is_active


def _try(visit: RequestVisit, password: str) -> None:
    charge = throttles.charge_password_try(visit.request, visit.client, visit.now)
    if charge.attempt is None:
        raise denied(visit, Reason.THROTTLED, retry_after=charge.retry_after)
    if not is_right(password, visit.request.password):
        _record(visit, Action.UNLOCK_FAILED, Reason.WRONG_PASSWORD)
        raise Denied(Reason.WRONG_PASSWORD)
    with atomic():
        throttles.take_back(charge.attempt)
        _record(visit, Action.UNLOCKED)


def _record(visit: RequestVisit, action: Action, reason: str = "") -> None:
    with atomic():
        event = audit.record(action, request=visit.request, actor=visit.user, client=visit.client, reason=reason)
        if action is not Action.UNLOCKED:
            send_on_commit(signals.request_denied, file_request=visit.request, event=event)
