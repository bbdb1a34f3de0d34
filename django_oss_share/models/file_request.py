"""A file request: a page where strangers leave files in a folder; and the files that they left."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxLengthValidator
from django.db import models, router
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .choices import State
from .guards import Undeletable
from .share import PUBLIC_ID_BYTES

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

VIEW_ALL_REQUESTS = "oss_share.view_all_requests"
CHANGE_ALL_REQUESTS = "oss_share.change_all_requests"
#: Letters and digits that nobody takes for another, of a receipt.
RECEIPT_LENGTH = 10


class FileState(models.TextChoices):
    """What has become of a file."""

    EXPECTED = "expected", _("under way")
    WAITING = "waiting", _("being examined")
    ACCEPTED = "accepted", _("received")
    REJECTED = "rejected", _("rejected")
    GIVEN_UP = "given_up", _("given up")


class FileRequestQuerySet(models.QuerySet["FileRequest"]):
    """Which requests: by state, by who may see them."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """The user's own; everybody's with the permission ``view_all_requests`` or ``change_all_requests``."""
        return self._all_or_own(user, VIEW_ALL_REQUESTS, CHANGE_ALL_REQUESTS)

    def changeable_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """The user's own; everybody's with the permission ``change_all_requests``."""
        return self._all_or_own(user, CHANGE_ALL_REQUESTS)

    def _all_or_own(self, user: Any, *permissions: str) -> Self:
        if any(user.has_perm(permission) for permission in permissions):
            return self.all()
        return self.none() if user.pk is None else self.filter(created_by=user)

    def in_state(self, state: State | str, now: datetime | None = None) -> Self:
        """As :meth:`FileRequest.state` says it, in SQL; :raises ValueError: no such state."""
        now, state = now or timezone.now(), State(state)
        if state is State.REVOKED:
            return self.filter(revoked_at__isnull=False)
        standing = self.filter(revoked_at__isnull=True)
        if state is State.EXPIRED:
            return standing.filter(expires_at__lte=now)
        open_still = standing.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        if state is State.EXHAUSTED:
            return open_still.filter(received__gte=F("max_files"))
        return open_still.filter(Q(max_files__isnull=True) | Q(received__lt=F("max_files")))

    def locked(self, pk: int) -> FileRequest:
        """The request, its row held by the transaction under way until that ends; ``revision`` is one higher.

        :raises FileRequest.DoesNotExist: there is none.
        """
        rows = self.using(router.db_for_write(self.model))
        rows.filter(pk=pk).update(revision=F("revision") + 1)
        return rows.get(pk=pk)

    def ended(self, before: datetime) -> Self:
        """Those that were revoked or expired earlier than ``before``."""
        return self.filter(Q(revoked_at__lt=before) | Q(expires_at__lt=before))

    def purge(self) -> list[str]:
        """Remove them, and what is recorded of their files, within the transaction under way; their public ids.

        For :func:`django_oss_share.services.file_requests.purge` alone.
        """
        rows = self.order_by().using(router.db_for_write(self.model))
        # Holds the rows, so that none is changed out of this queryset while it goes.
        rows.update(revision=F("revision") + 1)
        gone = dict(rows.values_list("pk", "public_id"))
        for relation in self.model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel) and relation.on_delete is models.CASCADE:
                own: Any = relation.related_model
                own._base_manager.using(rows.db).filter(**{f"{relation.field.name}__in": gone})._raw_delete(rows.db)
        self.model._base_manager.using(rows.db).filter(pk__in=gone)._raw_delete(rows.db)
        return list(gone.values())

    def delete(self) -> NoReturn:
        """:raises Undeletable: always."""
        raise Undeletable("File requests are not deleted: revoke them, so that what was handed out stays on record.")


class FileRequest(models.Model):
    """One page of ours that takes files. Its token is derived from ``public_id`` and ``token_version``, never stored.

    Rows are changed by :mod:`django_oss_share.services.requests` alone.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=2 * PUBLIC_ID_BYTES, editable=False)
    token_version = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    storage = models.CharField(_("storage"), max_length=100, default="default")
    prefix = models.CharField(_("folder"), max_length=900)
    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(_("note"), max_length=2000, validators=[MaxLengthValidator(2000)], blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="oss_file_requests",
        db_index=False,
    )
    created_by_label = models.CharField(_("owner's name"), max_length=150, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    max_files = models.PositiveIntegerField(_("files at most"), null=True, blank=True)
    # Bytes.
    max_size = models.PositiveBigIntegerField(_("size of a file at most"))
    content_types = models.JSONField(_("types"), default=list, blank=True)
    notify = models.BooleanField(_("tell the owner by e-mail"), default=True)
    # A hash of Django's; empty: none is set.
    password = models.CharField(_("password"), max_length=255, blank=True, editable=False)
    password_version = models.PositiveIntegerField(default=0, editable=False)

    received = models.PositiveIntegerField(_("files"), default=0, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    revoked_by_label = models.CharField(_("revoked by"), max_length=150, blank=True, editable=False)

    objects = FileRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("file request")
        verbose_name_plural = _("file requests")
        default_permissions = ("view",)
        permissions = [
            ("request_files", _("Can request files")),
            ("view_all_requests", _("Can view everybody's file requests")),
            ("change_all_requests", _("Can change and revoke everybody's file requests")),
            ("upload_object", _("Can upload files straight to a bucket")),
        ]
        constraints = [models.UniqueConstraint(fields=["public_id"], name="oss_share_request_public_id")]
        indexes = [models.Index(fields=["created_by", "id"], name="oss_share_request_owner")]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<FileRequest {self.pk}: {self.name}>"

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name

    @property
    def has_password(self) -> bool:
        return bool(self.password)

    @property
    def files_left(self) -> int | None:
        """None: as many as one likes."""
        return None if self.max_files is None else max(0, self.max_files - self.received)

    def state(self, now: datetime | None = None) -> State:
        """What it is at ``now``; of several, the first of revoked, expired, exhausted."""
        if self.revoked_at is not None:
            return State.REVOKED
        if self.expires_at is not None and self.expires_at <= (now or timezone.now()):
            return State.EXPIRED
        return State.EXHAUSTED if self.files_left == 0 else State.ACTIVE

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises Undeletable: always; revoke it."""
        raise Undeletable(f"File request {self.pk} is not deleted: revoke it, so that what arrived stays on record.")


class ReceivedFileQuerySet(models.QuerySet["ReceivedFile"]):
    def counted(self, now: datetime) -> Self:
        """Those that take a place: what arrived, and what may still arrive."""
        under_way = Q(state=FileState.EXPECTED, ends_at__gt=now)
        return self.filter(under_way | Q(state__in=(FileState.WAITING, FileState.ACCEPTED)))

    def arrived(self) -> Self:
        return self.filter(state__in=(FileState.WAITING, FileState.ACCEPTED, FileState.REJECTED))

    def to_examine(self, now: datetime) -> Self:
        """Those that wait, and are not being examined by anybody."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now), state=FileState.WAITING)

    def overdue(self, now: datetime) -> Self:
        """Those that never arrived."""
        return self.filter(state=FileState.EXPECTED, ends_at__lte=now)


class ReceivedFile(models.Model):
    """One file that was promised by a visitor, and what came of it."""

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(FileRequest, on_delete=models.CASCADE, related_name="files", db_index=False)
    # By which the visitor and the owner can speak of it; it opens nothing.
    receipt = models.CharField(_("receipt"), max_length=RECEIPT_LENGTH)
    filename = models.CharField(_("file name"), max_length=255)
    key = models.CharField(_("key"), max_length=1023)
    # Where it is until it was examined; "": under its own key.
    quarantine_key = models.CharField(max_length=1023, blank=True, editable=False)
    # OSS's, of an upload by parts, to be dropped if it never arrives.
    upload_id = models.CharField(max_length=255, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("bytes"))
    content_type = models.CharField(_("type"), max_length=255)
    etag = models.CharField("ETag", max_length=128, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=FileState.choices, default=FileState.EXPECTED)
    verdict = models.CharField(_("finding"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    # When it no longer can arrive.
    ends_at = models.DateTimeField(editable=False)
    arrived_at = models.DateTimeField(_("received"), null=True, editable=False)
    examined_at = models.DateTimeField(_("examined"), null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    objects = ReceivedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("received file")
        verbose_name_plural = _("received files")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["receipt"], name="oss_share_receipt")]
        indexes = [
            models.Index(fields=["request", "state"], name="oss_share_file_request"),
            models.Index(fields=["state", "ends_at"], name="oss_share_file_state"),
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.receipt})"

    @property
    def place(self) -> str:
        """The key under which it is now."""
        return self.quarantine_key or self.key
