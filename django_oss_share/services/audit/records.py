"""One row of the audit: what it holds, and the MAC by which a row that nobody recorded gives itself away."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from django.utils import timezone

from ...conf import conf
from ...models import Action, AuditEvent, FileRequest, Share
from ...oss import PresignedURL
from ..clients import Client
from ..keyring import mac
from .ids import uuid7

_PURPOSE = "audit row"
_SIGNATURE = re.compile(r"[?&](?:x-oss-signature|Signature)=([^&]+)").search


def record(
    action: Action,
    *,
    share: Share | None = None,
    request: FileRequest | None = None,
    actor: Any = None,
    client: Client | None = None,
    reason: str = "",
    storage: str = "",
    key: str = "",
    link: PresignedURL | None = None,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEvent:
    """Write one row, in the transaction under way.

    :param request: a file request that it is about; its number is kept among the further facts.
    :param actor: the user who did it; an anonymous one counts as none.
    :param client: whence it was done; its address is kept as ``OSS_SHARE["IP_PRIVACY"]`` says.
    :param link: what was handed out: a digest of its signature and its end are kept, never the link.
    :param data: further facts, as JSON has them; nothing secret.
    """
    if actor is not None and actor.pk is None:
        actor = None
    at = at or timezone.now()
    subject = share or request
    event = AuditEvent(
        id=uuid7(at),
        at=at,
        action=action.value,
        share_id=share.pk if share else None,
        share_label=_label(subject) if subject else "",
        actor_id=actor.pk if actor else None,
        actor_label=actor.get_username()[:150] if actor else "",
        reason=reason,
        address=client.recorded_address if client else "",
        user_agent=_printable(client.user_agent) if client else "",
        storage=storage or (subject.storage if subject and key else ""),
        key=key,
        link_digest=signature_digest(link.url) if link else "",
        link_expires_at=link.expires_at if link else None,
        data={**({"request": request.pk} if request else {}), **(data or {})},
    )
    event.mac = _mac(conf.audit_keys[0], event)
    event.save()
    return event


def signature_digest(url: str) -> str:
    """What a link is found by in OSS's access logs: SHA-256, hexadecimal, of its signature; "" if it has none."""
    # V4 puts it last. A key's own "=" is encoded, so it is no other's end.
    _, found, signature = url.rpartition("&x-oss-signature=")
    if found and "&" not in signature:
        return sha256(signature.encode()).hexdigest()
    other = _SIGNATURE(url)
    return sha256(unquote(other[1]).encode()).hexdigest() if other else ""


def is_genuine(event: AuditEvent) -> bool:
    """Whether the row is as it was recorded, by one of the present ``AUDIT_KEYS``."""
    return any(hmac.compare_digest(_mac(key, event), event.mac) for key in conf.audit_keys)


def content(event: AuditEvent) -> bytes:
    """All that the row says, spelt in one way on every database."""
    values = [
        str(event.pk),
        _moment(event.at),
        event.action,
        event.share_id,
        event.share_label,
        None if event.actor_id is None else str(event.actor_id),
        event.actor_label,
        event.reason,
        event.address,
        event.user_agent,
        event.storage,
        event.key,
        event.link_digest,
        event.link_expires_at and _moment(event.link_expires_at),
        event.data,
    ]
    return json.dumps(values, separators=(",", ":"), sort_keys=True).encode()


def _mac(secret: str, event: AuditEvent) -> str:
    return mac(secret, _PURPOSE, content(event))[:16].hex()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _label(subject: Share | FileRequest) -> str:
    return f"{subject.label[:200]} [{subject.public_id[:8]}]"


def _printable(text: str) -> str:
    """A NUL would keep PostgreSQL from storing the row, and so a visitor from being recorded."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
