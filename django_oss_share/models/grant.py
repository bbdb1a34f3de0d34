"""Temporary credentials that were handed to somebody else: who, what for, until when; never the credentials."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .guards import Undeletable


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants end by themselves."""

    def active(self, now: datetime | None = None) -> Self:
        return self.filter(expires_at__gt=now or timezone.now())

    def ended(self, now: datetime | None = None) -> Self:
        return self.filter(expires_at__lte=now or timezone.now())

    def delete(self) -> NoReturn:
        """:raises Undeletable: always."""
        raise Undeletable("Grants are not deleted: they end by themselves, and what was handed out stays on record.")


class Grant(models.Model):
    """One set of STS credentials limited to a prefix and to some actions; written by ``services.grants`` alone."""

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(_("granted"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("granted by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="oss_grants",
        editable=False,
    )
    created_by_label = models.CharField(_("granted by (name)"), max_length=150, blank=True, editable=False)
    recipient = models.CharField(_("granted to"), max_length=200)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    storage = models.CharField(_("storage"), max_length=100)
    bucket = models.CharField(_("bucket"), max_length=63)
    prefix = models.CharField(_("folder"), max_length=1023, blank=True)
    actions = models.JSONField(_("may"), default=list)
    duration = models.PositiveIntegerField(_("seconds"))
    expires_at = models.DateTimeField(_("ends"))
    # Not a secret: it is what OSS's access logs name the holder by.
    access_key_id = models.CharField(_("access key ID"), max_length=128)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("grant_access", _("Can grant temporary access to a bucket"))]
        indexes = [models.Index(fields=["expires_at"], name="oss_share_grant_expiry")]

    def __str__(self) -> str:
        return f"{self.recipient}: oss://{self.bucket}/{self.prefix}"

    def is_active(self, now: datetime | None = None) -> bool:
        """Whether its credentials still open anything."""
        return self.expires_at > (now or timezone.now())

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises Undeletable: always."""
        raise Undeletable(f"Grant {self.pk} is not deleted, so that what was handed out stays on record.")
