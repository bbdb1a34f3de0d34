"""Putting messages into the outbox, once what they tell of is committed."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from django.dispatch import Signal
from django.utils import timezone

from ... import signals
from ...conf import conf
from ...models import Action, AuditEvent, Notification, Share
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
    )
)
_ALL = [each for each in vars(signals).values() if isinstance(each, Signal)]


def connect() -> None:
    """Subscribe to every signal; the settings decide, live, what comes of it."""
    for signal in _ALL:
        signal.connect(_enqueue, dispatch_uid="django_oss_share.notifications")


def _enqueue(sender: type[Share], share: Share, event: AuditEvent, **_: Any) -> None:
    rows = [_row(Channel.WEBHOOK, hook.url, share, event) for hook in conf.webhooks if hook.wants(event.action)]
    if event.action in conf.notify_owner and (address := _owner_address(share, event)):
        rows.append(_row(Channel.EMAIL, address, share, event))
    if rows:
        Notification.objects.bulk_create(rows)


def _owner_address(share: Share, event: AuditEvent) -> str:
    """Where to write to the owner; "" if there is nowhere, nothing new, or it was the owner's own doing."""
    owner = share.created_by
    if owner is None or owner.pk == event.actor_id or not owner.is_active:
        return ""
    since = timezone.now() - EMAIL_INTERVAL
    if Notification.objects.about(Channel.EMAIL, share.pk, event.action, since).exists():
        return ""
    return str(getattr(owner, owner.get_email_field_name(), "") or "")


def _row(channel: str, target: str, share: Share, event: AuditEvent) -> Notification:
    return Notification(
        channel=channel,
        target=target,
        event_id=event.pk,
        share_id=share.pk,
        action=event.action,
        payload=_payload(share, event),
    )


def _payload(share: Share, event: AuditEvent) -> dict[str, Any]:
    """What is told: never a link, which would open the share."""
    return {
        "type": f"share.{event.action}",
        "timestamp": f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "data": {
            "share": {
                "id": share.pk,
                "label": share.label,
                "owner": share.created_by_label,
                "downloads": share.downloads,
                "max_downloads": share.max_downloads,
            },
            "reason": event.reason,
            "actor": event.actor_label,
            "address": event.address,
            "user_agent": event.user_agent,
            "storage": event.storage,
            "key": event.key,
        },
    }
