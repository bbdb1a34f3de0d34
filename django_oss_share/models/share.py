"""A share: what may be fetched, by whom, until when and how often."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .choices import Disposition, Kind, Mode, Pin, State
from .guards import Undeletable
from .lookups import last_part
from .share_queryset import ShareQuerySet

#: Bytes of the random public id; hexadecimal in the database, where base64 would fold with its letters' case.
PUBLIC_ID_BYTES = 9
#: Two bytes of the token.
MAX_TOKEN_VERSION = 65_535
#: What an integer column of every database holds.
MAX_DOWNLOADS = 2**31 - 1
_KEY_LENGTH = 1023


class Share(models.Model):
    """One link of ours. Its token is derived from ``public_id`` and ``token_version``, never stored.

    Rows are changed by :mod:`django_oss_share.services.shares` alone: every change bumps ``revision``, which is what a
    download that is under way compares.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=2 * PUBLIC_ID_BYTES, editable=False)
    token_version = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    kind = models.CharField(_("covers"), max_length=9, choices=Kind.choices, default=Kind.OBJECT)
    storage = models.CharField(_("storage"), max_length=100, default="default")
    # Of an object or a prefix; empty for a selection.
    key = models.CharField(_("key"), max_length=_KEY_LENGTH, blank=True)
    object_digest = models.CharField(max_length=64, editable=False)
    version_id = models.CharField(_("version"), max_length=128, blank=True)
    etag = models.CharField("ETag", max_length=128, blank=True, editable=False)
    pin = models.CharField(_("if the file changes"), max_length=7, choices=Pin.choices, default=Pin.REPORT)

    name = models.CharField(_("name"), max_length=200, blank=True)
    note = models.TextField(_("note"), max_length=2000, validators=[MaxLengthValidator(2000)], blank=True)
    filename = models.CharField(_("file name"), max_length=255, blank=True)
    disposition = models.CharField(
        _("browsers"), max_length=10, choices=Disposition.choices, default=Disposition.ATTACHMENT
    )
    mode = models.CharField(_("visitors meet"), max_length=6, choices=Mode.choices, default=Mode.PAGE)
    allow_zip = models.BooleanField(_("all files as one zip"), default=False)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="oss_shares",
        db_index=False,
    )
    created_by_label = models.CharField(_("owner's name"), max_length=150, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    max_downloads = models.PositiveIntegerField(_("download limit"), null=True, blank=True)
    downloads = models.PositiveBigIntegerField(_("downloads"), default=0, editable=False)
    # A hash of Django's; empty: none is set.
    password = models.CharField(_("password"), max_length=255, blank=True, editable=False)
    password_version = models.PositiveIntegerField(default=0, editable=False)
    allowed_networks = models.JSONField(_("allowed networks"), default=list, blank=True)

    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    revoked_by_label = models.CharField(_("revoked by"), max_length=150, blank=True, editable=False)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        default_permissions = ("view",)
        permissions = [
            ("share_object", _("Can share files")),
            ("browse_bucket", _("Can browse buckets")),
            ("view_all_shares", _("Can view everybody's shares")),
            ("change_all_shares", _("Can change and revoke everybody's shares")),
        ]
        # A constraint rather than unique=True, which on PostgreSQL brings a second index for LIKE.
        constraints = [models.UniqueConstraint(fields=["public_id"], name="oss_share_public_id")]
        indexes = [
            models.Index(fields=["created_by", "id"], name="oss_share_owner"),
            models.Index(fields=["object_digest"], name="oss_share_object"),
            models.Index(fields=["expires_at"], name="oss_share_expiry"),
            models.Index(fields=["starts_at"], name="oss_share_start"),
            # None on revoked_at: MariaDB would find the row of a download by it, and lock in another order than
            # a revocation, which then ends as the victim of a deadlock.
        ]

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return f"<Share {self.pk}: {self.label}>"

    @property
    def label(self) -> str:
        """What people call it: its name, its file's, or the last part of its key."""
        return self.name or self.filename or last_part(self.key) or str(self.get_kind_display())

    @property
    def has_password(self) -> bool:
        return bool(self.password)

    @property
    def is_limited(self) -> bool:
        return self.max_downloads is not None

    @property
    def downloads_left(self) -> int | None:
        """None: as many as one likes."""
        return None if self.max_downloads is None else max(0, self.max_downloads - self.downloads)

    def state(self, now: datetime | None = None) -> State:
        """What it is at ``now``; of several, the first of revoked, expired, scheduled, exhausted.

        The querysets of :class:`ShareQuerySet` say the same in SQL.
        """
        now = now or timezone.now()
        if self.revoked_at is not None:
            return State.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return State.EXPIRED
        if self.starts_at is not None and self.starts_at > now:
            return State.SCHEDULED
        if self.max_downloads is not None and self.downloads >= self.max_downloads:
            return State.EXHAUSTED
        return State.ACTIVE

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises Undeletable: always; revoke it."""
        raise Undeletable(f"Share {self.pk} is not deleted: revoke it, so that what was handed out stays on record.")


class ShareItem(models.Model):
    """One file of a selection, in the order in which they were chosen."""

    id = models.BigAutoField(primary_key=True)
    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveIntegerField()
    key = models.CharField(_("key"), max_length=_KEY_LENGTH)
    object_digest = models.CharField(max_length=64, editable=False)
    version_id = models.CharField(_("version"), max_length=128, blank=True)
    etag = models.CharField("ETag", max_length=128, blank=True, editable=False)
    filename = models.CharField(_("file name"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("shared file")
        verbose_name_plural = _("shared files")
        ordering = ["position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["share", "position"], name="oss_share_item_position")]
        indexes = [models.Index(fields=["object_digest"], name="oss_share_item_object")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.filename or last_part(self.key)
