"""Rows of the audit log."""

from __future__ import annotations

from rest_framework import serializers

from ...models import Action, AuditEvent
from .. import fields
from ..fields import Moment, Text, WholeInQuery, choice_of
from ..paging import PageQuery


class EventOut(serializers.Serializer[AuditEvent]):
    """One thing that happened."""

    id = serializers.UUIDField()
    at = Moment()
    action = serializers.CharField()
    share = serializers.IntegerField(source="share_id", allow_null=True, help_text="Which may be gone.")
    share_label = serializers.CharField()
    actor = serializers.CharField(source="actor_label")
    reason = serializers.CharField()
    address = serializers.CharField()
    user_agent = serializers.CharField()
    storage = serializers.CharField()
    key = serializers.CharField()
    link_digest = serializers.CharField(help_text="Of the signature of the link that was handed out: SHA-256.")
    link_expires_at = Moment(allow_null=True)
    data = serializers.DictField(help_text="Further facts.")  # type: ignore[assignment]


class AuditQuery(PageQuery):
    """Which events."""

    action = choice_of(Action, required=False)
    share = WholeInQuery(1, 2**63 - 1, required=False)
    actor = fields.user(required=False)
    storage = Text(required=False, max_length=100)
    since = Moment(required=False)
    until = Moment(required=False)
