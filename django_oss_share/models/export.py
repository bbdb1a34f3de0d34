"""Exports: what was asked for, how far each part of it has come, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .guards import Undeletable

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

CHANGE_ALL_EXPORTS = "oss_share.change_all_exports"


class ExportState(models.TextChoices):
    """What has become of an export."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Output(models.TextChoices):
    """What links an export writes."""

    #: Straight to OSS, uncounted and irrevocable.
    URLS = "urls", _("presigned links")
    #: Each of which can be revoked, counted and audited.
    SHARES = "shares", _("share links")


class ExportQuerySet(models.QuerySet["ExportJob"]):
    """Which exports: by state, by who may see them, by what is to be done about them."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """The user's own; everybody's with the permission ``change_all_exports``."""
        if user.has_perm(CHANGE_ALL_EXPORTS):  # type: ignore[union-attr]
            return self.all()
        return self.none() if user.pk is None else self.filter(created_by=user)

    def under_way(self) -> Self:
        return self.filter(state__in=(ExportState.QUEUED, ExportState.RUNNING))

    def over(self) -> Self:
        return self.exclude(state__in=(ExportState.QUEUED, ExportState.RUNNING))

    def to_tidy(self, now: datetime) -> Self:
        """Those that leave something in OSS which nobody waits for any more."""
        ended = Q(state=ExportState.CANCELLED) | Q(
            state__in=(ExportState.DONE, ExportState.FAILED), expires_at__lte=now
        )
        return self.filter(ended, Q(removed_at__isnull=True))

    def delete(self) -> NoReturn:
        """:raises Undeletable: always."""
        raise Undeletable("Exports are not deleted, so that what was handed out stays on record.")


class ExportJob(models.Model):
    """One list of links, in the making or made; written by :mod:`django_oss_share.services.exports` alone."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="oss_exports",
        editable=False,
    )
    created_by_label = models.CharField(_("owner's name"), max_length=150, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    # As services.exports.sources and .options write them.
    source = models.JSONField(_("source"), default=dict)
    output = models.CharField(_("links"), max_length=6, choices=Output.choices, default=Output.URLS)
    options = models.JSONField(_("options of the links"), default=dict)
    format = models.CharField(_("format"), max_length=8, default="csv")
    gzip = models.BooleanField(_("compressed"), default=False)
    columns = models.JSONField(_("columns"), default=list)
    storage = models.CharField(_("storage"), max_length=100, default="default")
    base_url = models.CharField(max_length=500, blank=True, editable=False)
    # 0: as many as the list's length suggests.
    wanted_shards = models.PositiveIntegerField(default=1, editable=False)
    # Random: what share links are told apart by when a part is written a second time.
    seed = models.CharField(max_length=32, editable=False)

    state = models.CharField(_("state"), max_length=9, choices=ExportState.choices, default=ExportState.QUEUED)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    error = models.CharField(_("error"), max_length=500, blank=True, editable=False)
    # Rows; None: nobody knows before the list has been read.
    total = models.PositiveBigIntegerField(_("rows expected"), null=True, editable=False)

    result_storage = models.CharField(max_length=100, editable=False)
    # Its name in that storage.
    result_key = models.CharField(_("result"), max_length=1023, editable=False)
    result_size = models.PositiveBigIntegerField(_("bytes"), null=True, editable=False)
    upload_id = models.CharField(max_length=255, blank=True, editable=False)
    # None: it has been split into no parts yet.
    planned_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(_("kept until"), null=True, editable=False)
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("export_links", _("Can export links")),
            ("change_all_exports", _("Can view, cancel and download everybody's exports")),
        ]
        indexes = [
            models.Index(fields=["created_by", "id"], name="oss_share_export_owner"),
            models.Index(fields=["state"], name="oss_share_export_state"),
        ]

    def __str__(self) -> str:
        return self.name or self.filename

    @property
    def filename(self) -> str:
        """Of the result."""
        return self.result_key.rpartition("/")[2]

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state not in (ExportState.QUEUED, ExportState.RUNNING)

    @property
    def has_result(self) -> bool:
        """Whether there is something to download."""
        return self.state == ExportState.DONE and self.removed_at is None

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises Undeletable: always."""
        raise Undeletable(f"Export {self.pk} is not deleted, so that what was handed out stays on record.")


class ShardQuerySet(models.QuerySet["ExportShard"]):
    """Changes are conditional updates: who was thought dead and comes back finds that its number is gone."""

    def lease(self, shard: ExportShard, owner: str, now: datetime, until: datetime) -> bool:
        """Take the lease of ``shard`` as it was read, with the next fencing number, unless somebody holds it."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
        found = self.filter(free, pk=shard.pk, number=shard.number)
        return found.update(number=F("number") + 1, lease_owner=owner, lease_until=until) == 1

    def held(self, pk: int, number: int) -> Self:
        """The shard, if ``number`` is still the last fencing number that was given out."""
        return self.filter(pk=pk, number=number)

    def fence(self, job: ExportJob) -> None:
        """Take the shards of ``job`` from whoever works on them."""
        self.filter(job=job).update(number=F("number") + 1, lease_owner="", lease_until=None)

    def forsaken(self, before: datetime) -> Self:
        """Those of jobs under way that somebody began, and that nobody has gone on with since ``before``."""
        return self.filter(job__state=ExportState.RUNNING, is_done=False, lease_until__lte=before)


class ExportShard(models.Model):
    """A stretch of an export's rows: which, and how far they are written.

    What is in ``parts`` is in OSS and ends at ``position``. ``head`` is what comes before the first part, ``tail``
    what comes behind the last: too little for a part of its own, they are joined with those of the neighbours.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="shards", db_index=False)
    index = models.PositiveIntegerField()
    # Of the source: keys from one to another, or some of its files; {}: all.
    stretch = models.JSONField(default=dict)
    is_done = models.BooleanField(default=False)

    number = models.PositiveBigIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)

    # Where to read on, with the counts until there; {}: at the beginning.
    position = models.JSONField(default=dict)
    writer_state = models.JSONField(null=True)
    # [number, ETag, bytes] of each, in order.
    parts = models.JSONField(default=list)
    head = models.BinaryField(default=bytes)
    tail = models.BinaryField(default=bytes)
    links_end_at = models.DateTimeField(null=True)

    # As of a moment ago, for whoever looks on.
    listed = models.PositiveBigIntegerField(default=0)
    written = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0)
    rate = models.FloatField(default=0)

    objects = ShardQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["job", "index"], name="oss_share_shard_index")]
        indexes = [models.Index(fields=["lease_until"], name="oss_share_shard_lease")]

    def __str__(self) -> str:
        return f"shard {self.index} of export {self.job_id}"
