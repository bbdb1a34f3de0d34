"""Putting messages into the outbox, once what they tell of is committed."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from django.dispatch import Signal
from django.utils import timezone

from ... import signals
from ...conf import conf
from ...models import Action, AuditEvent, FileRequest, Notification, Share
from ...models.notification import Channel

#: Owners get one e-mail about a share and an action in this time; a share that is being guessed at sends thousands.
EMAIL_INTERVAL = timedelta(hours=1)
#: Actions that can be told; of all others there is no share, or no signal.
TOLD = frozenset(
    action.value
    for action in (
        Action.CREATED,
        Action.VIEWED,
        Action.UNLOCKED,
        Action.UNLOCK_FAILED,
        Action.ISSUED,
        Action.DENIED,
        Action.EXTENDED,
        Action.CHANGED,
        Action.PASSWORD_SET,
        Action.ROTATED,
        Action.REVOKED,
        Action.REVIVED,
        Action.HANDED_OVER,
        Action.OBJECT_CHANGED,
        Action.UPLOADED,
    )
)
_ALL = [each for each in vars(signals).values() if isinstance(each, Signal)]


def connect() -> None:
    """Subscribe to every signal; the settings decide, live, what comes of it."""
    for signal in _ALL:
        signal.connect(_enqueue, dispatch_uid="django_oss_share.notifications")


def _enqueue(
    sender: type[Any], event: AuditEvent, share: Share | None = None, file_request: FileRequest | None = None, **_: Any
) -> None:
    if (subject := share or file_request) is None:
        return
    rows = [_row(Channel.WEBHOOK, hook.url, subject, event) for hook in conf.webhooks if hook.wants(event.action)]
    if _is_told(subject, event) and (address := _owner_address(subject, event)):
        rows.append(_row(Channel.EMAIL, address, subject, event))
    if rows:
        Notification.objects.bulk_create(rows)


def _is_told(subject: Share | FileRequest, event: AuditEvent) -> bool:
    """Whether owners want an e-mail of it: of files that arrive, each request says so by itself."""
    if isinstance(subject, FileRequest) and event.action == Action.UPLOADED:
        return subject.notify
    return event.action in conf.notify_owner


def _owner_address(subject: Share | FileRequest, event: AuditEvent) -> str:
    """Where to write to the owner; "" if there is nowhere, nothing new, or it was the owner's own doing."""
    owner = subject.created_by
    if owner is None or owner.pk == event.actor_id or not owner.is_active:
        return ""
    since = timezone.now() - EMAIL_INTERVAL
    if Notification.objects.about(Channel.EMAIL, event.action, since, **_which(subject)).exists():
        return ""
    return str(getattr(owner, owner.get_email_field_name(), "") or "")


def _row(channel: str, target: str, subject: Share | FileRequest, event: AuditEvent) -> Notification:
    return Notification(
        channel=channel,
        target=target,
        event_id=event.pk,
        action=event.action,
        payload=_payload(subject, event),
        **_which(subject),
    )


def _which(subject: Share | FileRequest) -> dict[str, int]:
    return {"share_id" if isinstance(subject, Share) else "request_id": subject.pk}


def _payload(subject: Share | FileRequest, event: AuditEvent) -> dict[str, Any]:
    """What is told: never a link, which would open the share."""
    kind = "share" if isinstance(subject, Share) else "request"
    return {
        "type": f"{kind}.{event.action}",
        "timestamp": f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "data": {
            kind: _facts(subject),
            "reason": event.reason,
            "actor": event.actor_label,
            "address": event.address,
            "user_agent": event.user_agent,
            "storage": event.storage,
            "key": event.key,
        },
    }


def _facts(subject: Share | FileRequest) -> dict[str, Any]:
    facts = {"id": subject.pk, "label": subject.label, "owner": subject.created_by_label}
    if isinstance(subject, Share):
        return {**facts, "downloads": subject.downloads, "max_downloads": subject.max_downloads}
    return {**facts, "files": subject.received, "max_files": subject.max_files}
