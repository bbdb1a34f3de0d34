"""Presigned links."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ...services.presigning import MAX_LINKS, MIN_SECONDS, Host, Method
from .. import fields
from ..fields import Flag, Strict, Text, Texts, Whole, choice_of

_MAX_SECONDS = 604_800


@extend_schema_field({"type": "object", "additionalProperties": {"type": ["string", "integer"]}})
class Parameters(serializers.DictField):
    """Names and values of a query."""

    default_error_messages = {"not_a_dict": "must be an object of names and texts."}

    def to_internal_value(self, data: Any) -> dict[str, str | int]:
        if not isinstance(data, dict) or not all(isinstance(each, str | int) for each in data.values()):
            self.fail("not_a_dict")
        return data


class PresignNew(Strict):
    """Which objects (exactly one of key and keys), and what a link lets its holder do."""

    key = fields.key(required=False, allow_blank=False)
    keys = Texts(1, MAX_LINKS, required=False)
    storage = fields.storage()
    method = choice_of(Method, default=Method.GET.value)
    expires_in = Whole(
        MIN_SECONDS,
        _MAX_SECONDS,
        required=False,
        help_text="Seconds; OSS_SHARE['MAX_PRESIGN'] may allow fewer. By default as long as the storage's links live.",
    )
    download = Flag(default=None, allow_null=True, help_text="true: saved; false: shown; null: as the object says.")
    filename = Text(default="", max_length=255, help_text="To save a single object as.")
    version_id = Text(default="", max_length=128)
    process = Text(default="", max_length=1000, help_text="x-oss-process, such as image/resize,w_300.")
    content_type = Text(default="", max_length=255, help_text="To answer with; with PUT, what must be uploaded.")
    content_md5 = Text(default="", max_length=24, help_text="With PUT, in base64: what must be uploaded.")
    parameters = Parameters(default=dict, help_text="Further ones, such as response-cache-control.")
    host = choice_of(Host, default=Host.USUAL.value, help_text="Where links point.")
    https = Flag(default=None, allow_null=True, help_text="null: as the storage is set up.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("key" in attrs) == ("keys" in attrs):
            raise serializers.ValidationError({"key": ["give exactly one of key and keys."]})
        return attrs


class LinkOut(serializers.Serializer[Any]):
    """One link."""

    key = serializers.CharField()
    url = serializers.CharField()
    expires_at = fields.Moment(help_text="The truth: a security token may end before what was asked for.")
    clipped = serializers.BooleanField(help_text="Whether it did.")


class LinksOut(serializers.Serializer[Any]):
    """The links, in the order of the keys."""

    method = serializers.ChoiceField(Method.choices)
    headers = serializers.DictField(
        child=serializers.CharField(), help_text="What whoever uses a link must send, byte for byte."
    )
    results = LinkOut(many=True)
