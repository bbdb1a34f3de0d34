"""What is to be told to somebody outside: an outbox, emptied by a task or by cron."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .choices import Action


class Channel(models.TextChoices):
    """How it is told."""

    EMAIL = "email", _("e-mail")
    WEBHOOK = "webhook", _("webhook")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def due(self, now: datetime) -> Self:
        return self.filter(next_try_at__lte=now)

    def given_up(self) -> Self:
        return self.filter(sent_at__isnull=True, next_try_at__isnull=True)

    def about(self, channel: str, action: str, since: datetime, **subject: int) -> Self:
        """:param subject: ``share_id`` or ``request_id``."""
        return self.filter(channel=channel, action=action, created_at__gt=since, **subject)


class Notification(models.Model):
    """One message to one recipient. ``next_try_at`` is None once it was sent or given up."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices)
    # An e-mail address, or the URL of a webhook, whose secret stays in the settings.
    target = models.CharField(_("recipient"), max_length=500)
    event_id = models.UUIDField(_("audit event"))
    # What it tells of: one of the two.
    share_id = models.BigIntegerField(_("share"), null=True)
    request_id = models.BigIntegerField(_("file request"), null=True)
    action = models.CharField(_("action"), max_length=24, choices=Action.choices)
    payload = models.JSONField(_("content"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(_("last error"), max_length=200, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["next_try_at"], name="oss_share_notify_due"),
            models.Index(fields=["share_id", "action", "created_at"], name="oss_share_notify_share"),
            models.Index(fields=["request_id", "action", "created_at"], name="oss_share_notify_request"),
        ]

    def __str__(self) -> str:
        what = f"share {self.share_id}" if self.share_id else f"file request {self.request_id}"
        return f"{self.action} of {what} by {self.channel}"
