"""What was done, by whom, and what came of it: rows that are only ever added, sealed by a chain of digests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .choices import Action
from .guards import AppendOnlyModel, AppendOnlyQuerySet
from .share import Share
from .statements import insert


class AuditEvent(AppendOnlyModel):
    """One thing that happened.

    Its id is a UUIDv7: known before the row is written, so that the MAC can cover it, and ordered by time, so that the
    newest page of millions is read off the end of one index. The share and the actor may be gone: their ids stay,
    unchecked by the database, beside labels that say who they were.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    action = models.CharField(_("action"), max_length=24, choices=Action.choices)
    share = models.ForeignKey(
        Share,
        verbose_name=_("share"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="events",
    )
    share_label = models.CharField(_("share's name"), max_length=255, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    actor_label = models.CharField(_("user's name"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)
    storage = models.CharField(_("storage"), max_length=100, blank=True)
    key = models.CharField(_("key"), max_length=1023, blank=True)
    link_digest = models.CharField(_("digest of the link's signature"), max_length=64, blank=True)
    link_expires_at = models.DateTimeField(_("link's end"), null=True)
    data = models.JSONField(_("details"), default=dict)
    mac = models.CharField(max_length=32, editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("export_audit", _("Can export the audit log"))]
        indexes = [
            models.Index(fields=["share", "id"], name="oss_share_audit_share"),
            models.Index(fields=["action", "id"], name="oss_share_audit_action"),
            models.Index(fields=["actor", "id"], name="oss_share_audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action} {self.share_label}".rstrip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Every redirect waits for it, so it goes by a statement that is kept, without Django's signals of a save.

        :raises AppendOnly: the row is there already.
        """
        self.refuse_rewriting()
        insert(self)


class SealQuerySet(AppendOnlyQuerySet["AuditSeal"]):
    def mark_purged(self, now: datetime) -> None:
        """Forget which rows they covered, now that those are gone; what the chain is made of stays."""
        models.QuerySet.update(self, members=b"", purged_at=now)


class AuditSeal(AppendOnlyModel):
    """A batch of audit rows closed for good: which they were, a digest over them, and the digest of the seal before.

    ``members`` are their ids, 16 bytes each, so that a removed row can be named. A purge takes the rows and
    empties ``members``; the digests stay, and so the chain does.
    """

    id = models.BigAutoField(primary_key=True)
    sealed_at = models.DateTimeField(default=timezone.now)
    first_id = models.UUIDField()
    last_id = models.UUIDField()
    count = models.PositiveIntegerField()
    members = models.BinaryField()
    rows_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    purged_at = models.DateTimeField(null=True)

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["-id"]
        default_permissions = ("view",)
        # Two who seal at once would follow the same seal: the second one is refused.
        constraints = [models.UniqueConstraint(fields=["previous"], name="oss_share_seal_previous")]
        indexes = [models.Index(fields=["last_id"], name="oss_share_seal_last")]

    def __str__(self) -> str:
        return f"seal {self.pk} over {self.count} events"
