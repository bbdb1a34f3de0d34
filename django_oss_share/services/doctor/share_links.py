"""Links of shares: what a visitor would be told, and whether the file behind it is to be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...conf import conf
from ...models import Kind, Share, State
from ...oss import OSSShareError
from ...oss.reading.words import moment
from .. import policy, tokens
from ..objects import storage_of
from .causes import Cause, Diagnosis, Judgement
from .describing import iso

Fetch = Callable[[str], Diagnosis]


def diagnose_share(token: str, *, fetch: Fetch | None, by: Any, now: datetime) -> Diagnosis:
    """:param token: a genuine one.
    :param fetch: what diagnoses the link that a visitor would be sent on to; None: nobody is asked.
    """
    parsed = tokens.parse(token)
    share = Share.objects.filter(public_id=parsed.public_id).select_related("created_by").first()
    if share is None:
        return _diagnosis(Judgement(Cause.NOT_FOUND, "The link is genuine, but its share is no longer there.", _NEW))
    may_see = by is None or policy.may_change(by, share) or by.has_perm(policy.VIEW_ALL)
    judgement = _of_version(share, parsed.version) or _BY_STATE[share.state(now)](share) or _of_owner(share)
    if not may_see:
        return _diagnosis(_without_details(judgement))
    if judgement is None and fetch is not None and share.kind == Kind.OBJECT:
        return _behind(share, fetch)
    return _diagnosis(judgement or _active(share), share, now)


_NEW = "Make a new share."


def _of_version(share: Share, version: int) -> Judgement | None:
    if share.token_version == version:
        return None
    explanation = "This link was replaced by a new one (rotated); the share has another address now."
    return Judgement(
        Cause.POLICY_DENIED, explanation, f"Send the new link: manage.py oss_share show {share.pk} --link."
    )


def _without_details(judgement: Judgement | None) -> Judgement:
    """What any visitor is told."""
    cause = judgement.cause if judgement else Cause.OK
    return Judgement(cause, f"Somebody else's share. {cause.label}", "Ask whoever shared it." if judgement else "")


def _revoked(share: Share) -> Judgement | None:
    when = f" on {moment(share.revoked_at)}" if share.revoked_at else ""
    who = f" by {share.revoked_by_label}" if share.revoked_by_label else ""
    return Judgement(
        Cause.POLICY_DENIED, f"The share was revoked{when}{who}; that is for good.", "Make a new share, if it is to be."
    )


def _expired(share: Share) -> Judgement | None:
    when = moment(share.expires_at) if share.expires_at else ""
    cure = f"Revive it: manage.py oss_share revive {share.pk} --expires 7d; the same link works again."
    return Judgement(Cause.LINK_EXPIRED, f"The share ended on {when}.", cure)


def _exhausted(share: Share) -> Judgement | None:
    return Judgement(
        Cause.POLICY_DENIED,
        f"All of its {share.max_downloads} downloads were had.",
        f"Raise the limit: manage.py oss_share revive {share.pk} --max-downloads {(share.max_downloads or 0) * 2}.",
    )


def _scheduled(share: Share) -> Judgement | None:
    when = moment(share.starts_at) if share.starts_at else ""
    return Judgement(Cause.POLICY_DENIED, f"The share does not begin before {when}.", "Wait, or change its beginning.")


def _fine(share: Share) -> Judgement | None:
    return None


_BY_STATE: dict[State, Callable[[Share], Judgement | None]] = {
    State.REVOKED: _revoked,
    State.EXPIRED: _expired,
    State.EXHAUSTED: _exhausted,
    State.SCHEDULED: _scheduled,
    State.ACTIVE: _fine,
}


def _of_owner(share: Share) -> Judgement | None:
    if conf.owner_deactivated != "deny" or not share.created_by_label:
        return None
    if share.created_by is not None and share.created_by.is_active:
        return None
    return Judgement(
        Cause.POLICY_DENIED,
        "Whoever made the share has no active account any more, and OSS_SHARE['OWNER_DEACTIVATED'] is 'deny'.",
        f"Hand it over: manage.py oss_share hand-over {share.pk} --to SOMEBODY.",
    )


def _active(share: Share) -> Judgement:
    until = f"until {moment(share.expires_at)}" if share.expires_at else "without an end"
    asks = " It asks for a password." if share.has_password else ""
    networks = [each for each in (conf.allowed_networks, share.allowed_networks) if each]
    bound = " It opens from some networks alone." if networks else ""
    return Judgement(Cause.OK, f"An active share, {until}.{asks}{bound}")


def _behind(share: Share, fetch: Fetch) -> Diagnosis:
    """What becomes of the link that a visitor is sent on to."""
    try:
        link = storage_of(share.storage).presign(
            share.key, expires_in=60, version_id=share.version_id or None, download=share.disposition == "attachment"
        )
    except OSSShareError as error:
        cure = "Look at the storage's options and credentials; 'manage.py check --deploy' tells of both."
        return _diagnosis(Judgement(Cause.UNREACHABLE, f"No link can be made: {error}", cure), share)
    inner = fetch(link.url)
    explanation = f"The share is active. What it leads to: {inner.explanation}"
    return replace(inner, explanation=explanation, link={**_facts(share), "leads_to": inner.link})


def _diagnosis(judgement: Judgement, share: Share | None = None, now: datetime | None = None) -> Diagnosis:
    facts = _facts(share, now) if share else {"kind": "share", "url": _MASKED}
    return Diagnosis(cause=judgement.cause, explanation=judgement.explanation, cure=judgement.cure, link=facts)


_MASKED = "…/***/"


def _facts(share: Share, now: datetime | None = None) -> dict[str, Any]:
    return {
        "kind": "share",
        "url": _MASKED,
        "id": share.pk,
        "public_id": share.public_id,
        "label": share.label,
        "state": str(share.state(now)),
        "storage": share.storage,
        "key": share.key or None,
        "version_id": share.version_id or None,
        "owner": share.created_by_label or None,
        "starts_at": iso(share.starts_at),
        "expires_at": iso(share.expires_at),
        "downloads": share.downloads,
        "max_downloads": share.max_downloads,
        "password": share.has_password,
        "allowed_networks": share.allowed_networks,
    }
