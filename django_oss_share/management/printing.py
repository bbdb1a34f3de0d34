"""How commands show a share: as lines for people, or as JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from ..models import AuditEvent, Share

# What a terminal obeys rather than shows; json.dumps spells the first 32 out by itself.
_CONTROL = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def as_json(known: dict[str, Any]) -> str:
    """``known`` on one line."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(known, ensure_ascii=False))


def as_text(text: str) -> str:
    """``text`` on one line that moves no cursor: a name or a browser must not write a line of its own."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


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
        "created_at": as_moment(share.created_at),
        "starts_at": as_moment(share.starts_at),
        "expires_at": as_moment(share.expires_at),
        "downloads": share.downloads,
        "max_downloads": share.max_downloads,
        "password": share.has_password,
        "allowed_networks": share.allowed_networks,
        "revoked_at": as_moment(share.revoked_at),
        "note": share.note,
    }
    return known if link is None else {**known, "url": link}


def event_facts(event: AuditEvent) -> dict[str, Any]:
    """One audit row, fit for JSON."""
    names = ("action", "reason", "actor_label", "address", "user_agent", "storage", "key", "data")
    return {"id": str(event.pk), "at": as_moment(event.at), **{name: getattr(event, name) for name in names}}


def lines(known: dict[str, Any]) -> Iterable[str]:
    """``name: value`` for each fact that there is one of."""
    for name, value in known.items():
        if value not in (None, "", [], {}):
            yield as_text(f"{name + ':':18}{_plain(value)}")


def event_line(event: dict[str, Any]) -> str:
    """:func:`event_facts` on one line."""
    names = ("at", "action", "reason", "actor_label", "address", "key")
    return as_text("  ".join(event[name] for name in names if event[name]))


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
    return as_text("  ".join((*cells, share.label)))


HEADING = f"{'number':>6}  {'state':9}  {'downloads':>9}  {'expires (UTC)':16}  {'owner':16}  label"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def as_moment(moment: datetime | None) -> str | None:
    """As ISO 8601 writes it, in UTC, to the second."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
