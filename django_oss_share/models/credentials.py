"""The security token that all processes sign with, encrypted, and who is fetching the next one."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..providers.token import ADVISORY, AHEAD, MANDATORY


class TokenState(models.TextChoices):
    """What a token is good for now."""

    NONE = "none", _("no token yet")
    CURRENT = "current", _("good")
    DUE = "due", _("good, a new one is due")
    PRESSING = "pressing", _("about to end")
    ENDED = "ended", _("ended")


class CredentialsQuerySet(models.QuerySet["StoredCredentials"]):
    """Changes are conditional updates: of two processes that try, one finds its row."""

    def free(self, name: str, number: int, now: datetime) -> CredentialsQuerySet:
        """The row, if nobody holds its lease and nobody has held it since ``number`` was read."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now), name=name, number=number)

    def lease(self, name: str, number: int, owner: str, now: datetime, until: datetime) -> bool:
        """Take the lease and the next fencing number, if it is :meth:`free`."""
        taken = self.free(name, number, now).update(number=F("number") + 1, lease_owner=owner, lease_until=until)
        return taken == 1

    def held(self, name: str, number: int) -> CredentialsQuerySet:
        """The row, if ``number`` is still the last fencing number that was given out."""
        return self.filter(name=name, number=number)


class StoredCredentials(models.Model):
    """The state of one set of ``OSS_SHARE["CREDENTIALS"]``; written by :mod:`django_oss_share.services.sts` alone.

    ``sealed`` says of itself what it is and when it ends, under encryption that would show any change; the plain
    columns beside it are for people, and for the lease.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    # Of the settings that the token was fetched by: a token of a former role is not used for a new one.
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    number = models.PositiveBigIntegerField(_("fencing number"), default=0, editable=False)
    refreshed_at = models.DateTimeField(_("last refresh"), null=True, editable=False)
    # The margin before the token's own end is taken off already.
    expires_at = models.DateTimeField(_("good until"), null=True, editable=False)

    lease_owner = models.CharField(_("being refreshed by"), max_length=100, blank=True, editable=False)
    lease_until = models.DateTimeField(_("at the latest until"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failed_at = models.DateTimeField(_("last failure"), null=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    retry_at = models.DateTimeField(_("next try"), null=True, editable=False)

    objects = CredentialsQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored credentials")
        verbose_name_plural = _("stored credentials")
        ordering = ["name"]
        default_permissions = ("view",)
        permissions = [("refresh_credentials", _("Can refresh credentials"))]
        constraints = [models.UniqueConstraint(fields=["name"], name="oss_share_credentials_name")]

    def __str__(self) -> str:
        return self.name

    def state(self, now: datetime | None = None) -> TokenState:
        """What the token is good for at ``now``."""
        now = now or timezone.now()
        if self.expires_at is None or self.refreshed_at is None:
            return TokenState.NONE
        if now >= self.expires_at:
            return TokenState.ENDED
        left = (self.expires_at - now) / (self.expires_at - self.refreshed_at)
        if left <= MANDATORY:
            return TokenState.PRESSING
        return TokenState.DUE if left <= ADVISORY else TokenState.CURRENT

    def seconds_left(self, now: datetime | None = None) -> int:
        """Seconds for which links can still be signed; 0 where there is no token."""
        left = (self.expires_at - (now or timezone.now())).total_seconds() if self.expires_at else 0
        return max(0, int(left))

    @property
    def next_refresh_at(self) -> datetime | None:
        """When a schedule will fetch the next one: after the pause that a failure brought, or ahead of the end."""
        if self.failures:
            return self.retry_at
        if self.expires_at is None or self.refreshed_at is None:
            return None
        return self.expires_at - (self.expires_at - self.refreshed_at) * AHEAD
