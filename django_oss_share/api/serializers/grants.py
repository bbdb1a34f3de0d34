"""Temporary credentials for somebody else."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ...models import Grant
from ...oss.session_policy import ACTIONS
from .. import fields
from ..fields import Choice, Moment, Strict, Text, Texts, Whole


class GrantOut(serializers.Serializer[Grant]):
    """What was granted, to whom, until when; never the credentials."""

    id = serializers.IntegerField()
    recipient = serializers.CharField()
    note = serializers.CharField()
    storage = serializers.CharField()
    bucket = serializers.CharField()
    prefix = serializers.CharField()
    actions = serializers.ListField(child=serializers.CharField())
    duration = serializers.IntegerField()
    is_active = serializers.BooleanField()
    granted_by = serializers.CharField(source="created_by_label")
    created_at = Moment()
    expires_at = Moment()
    access_key_id = serializers.CharField(help_text="By which OSS's access logs name the holder; no secret.")


class CredentialsOut(serializers.Serializer[Any]):
    """What the recipient needs."""

    access_key_id = serializers.CharField()
    access_key_secret = serializers.CharField()
    security_token = serializers.CharField()
    expiration = Moment()
    endpoint = serializers.CharField()
    region = serializers.CharField()


class GrantMade(GrantOut):
    """A grant, with its credentials, which are kept nowhere."""

    credentials = CredentialsOut(allow_null=True, help_text="Once; null if the request is sent again.")


class GrantNew(Strict):
    """What to grant."""

    prefix = fields.key(allow_blank=False, help_text="A folder, ending in a slash.")
    recipient = Text(max_length=200, allow_blank=False, help_text="For the record.")
    actions = Texts(1, len(ACTIONS), child=Choice(choices=list(ACTIONS)), default=["list", "get"])
    duration = Whole(900, 43_200, default=3600, help_text="Seconds.")
    storage = fields.storage()
    credentials = Text(required=False, max_length=100, help_text="Of OSS_SHARE['CREDENTIALS'], whose role is assumed.")
    note = Text(default="", max_length=2000)
