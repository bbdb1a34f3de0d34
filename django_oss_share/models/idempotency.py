"""Requests that are carried out once, however often they arrive."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Kept for a while, then forgotten."""

    def older(self, than: datetime) -> Self:
        return self.filter(created_at__lt=than)


class IdempotencyKey(models.Model):
    """What a client calls one request by, and which row came of it.

    Digests only: the key may be anything, and a body may hold a password. The answer is made anew from the row, since
    a link, or credentials, are never stored.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    # Of what was made; empty while that is under way.
    made = models.CharField(max_length=36, blank=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="oss_share_idempotency_key")]
        indexes = [models.Index(fields=["created_at"], name="oss_share_idempotency_age")]

    def __str__(self) -> str:
        return f"request of {self.created_at:%Y-%m-%dT%H:%M:%SZ}"
