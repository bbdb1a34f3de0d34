"""Tries at the passwords of shares and of file requests, charged before anything is hashed."""

from __future__ import annotations

from django.db import models

from .file_request import FileRequest
from .share import Share


class PasswordAttempt(models.Model):
    """One try that has not turned out right; forgotten once it no longer counts.

    ``client`` is a keyed digest: an address is not kept here whatever the privacy setting says.
    """

    id = models.BigAutoField(primary_key=True)
    # One of the two.
    share = models.ForeignKey(Share, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    request = models.ForeignKey(FileRequest, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    client = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["share", "at"], name="oss_share_attempt"),
            models.Index(fields=["request", "at"], name="oss_share_request_attempt"),
        ]

    def __str__(self) -> str:
        what = f"share {self.share_id}" if self.share_id else f"file request {self.request_id}"
        return f"try at {what}, {self.at:%Y-%m-%dT%H:%M:%SZ}"
