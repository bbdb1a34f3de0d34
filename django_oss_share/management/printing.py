"""How commands show a share: as lines for people, or as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from ..models import AuditEvent, Share


def facts(share: Share, *, link: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """What a share is, fit for JSON; without its link, unless that is given, and without its password."""
    known = {
        "id": share.pk,
        "public_id": share.public_id,
        "state": str(share.state(now or timezone.now())),
        "label": share.label,
        "kind": share.kind,
        "storage": share.storage,
        "keys": [item.key for item in share.items.all()] if share.kind == "selection" else [share.key],
        "version_id": share.version_id or None,
        "owner": share.created_by_label or None,
        "created_at": _iso(share.created_at),
        "starts_at": _iso(share.starts_at),
        "expires_at": _iso(share.expires_at),
        "downloads": share.downloads,
        "max_downloads": share.max_downloads,
        "password": share.has_password,
        "allowed_networks": share.allowed_networks,
        "revoked_at": _iso(share.revoked_at),
        "note": share.note,
    }
    return known if link is None else {**known, "url": link}


def event_facts(event: AuditEvent) -> dict[str, Any]:
    """One audit row, fit for JSON."""
    names = ("action", "reason", "actor_label", "address", "user_agent", "storage", "key", "data")
    return {"id": str(event.pk), "at": _iso(event.at), **{name: getattr(event, name) for name in names}}


def lines(known: dict[str, Any]) -> Iterable[str]:
    """``name: value`` for each fact that there is one of."""
    for name, value in known.items():
        if value not in (None, "", [], {}):
            yield f"{name + ':':18}{_plain(value)}"


def row(share: Share, now: datetime) -> str:
    """One share on one line of a list."""
    limit = "" if share.max_downloads is None else f"/{share.max_downloads}"
    end = "never" if share.expires_at is None else f"{share.expires_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    cells = (
        f"{share.pk:>6}",
        f"{share.state(now)!s:9}",
        f"{share.downloads}{limit}".rjust(9),
        f"{end:16}",
        f"{share.created_by_label or '-':16}",
    )
    return "  ".join((*cells, share.label))


HEADING = f"{'number':>6}  {'state':9}  {'downloads':>9}  {'expires (UTC)':16}  {'owner':16}  label"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
