"""Tries at the passwords of shares, charged before anything is hashed."""

from __future__ import annotations

from django.db import models

from .share import Share


class PasswordAttempt(models.Model):
    """One try that has not turned out right; forgotten once it no longer counts.

    ``client`` is a keyed digest: an address is not kept here whatever the privacy setting says.
    """

    id = models.BigAutoField(primary_key=True)
    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="+", db_index=False)
    client = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["share", "at"], name="oss_share_attempt")]

    def __str__(self) -> str:
        return f"try at share {self.share_id}, {self.at:%Y-%m-%dT%H:%M:%SZ}"
