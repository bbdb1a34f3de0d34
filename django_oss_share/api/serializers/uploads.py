"""Uploads straight into a bucket."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ...oss.writer import MAX_PARTS
from ...services.presigning import MIN_SECONDS
from ...services.uploads.promises import MAX_MULTIPART, MAX_PUT
from ...services.uploads.sending import MAX_SIGNED
from .. import fields
from ..fields import Flag, Moment, Strict, Text, Texts, Whole, Wholes

_TICKET = 8192
_is_number = re.compile(r"[1-9][0-9]{0,4}").fullmatch


def _expiry() -> Whole:
    return Whole(MIN_SECONDS, 604_800, default=600, help_text="Seconds; OSS_SHARE['MAX_PRESIGN'] may allow fewer.")


class _Where(Strict):
    storage = fields.storage()
    overwrite = Flag(default=False, help_text="Whether it may take the place of an object that is there.")


class UploadNew(_Where):
    """What is to arrive by one request."""

    key = fields.key(allow_blank=False)
    size = Whole(1, MAX_PUT, help_text="Bytes, exactly.")
    content_type = Text(default="", max_length=255, help_text="By default, what the name says.")
    md5 = Text(default="", max_length=24, help_text="Of the content, in base64.")
    expires_in = _expiry()


class FormNew(Strict):
    """What a form may send."""

    key = fields.key(allow_blank=False, help_text="Ending in `${filename}`: under its own name below that folder.")
    max_size = Whole(1, MAX_PUT, help_text="Bytes.")
    min_size = Whole(0, MAX_PUT, default=1, help_text="Bytes.")
    content_types = Texts(0, 50, default=list, help_text="Of which the form names one; none: any.")
    redirect = Text(default="", max_length=2000, help_text="Where the browser goes after it.")
    storage = fields.storage()
    expires_in = _expiry()


class MultipartNew(_Where):
    """What is to arrive by parts."""

    key = fields.key(allow_blank=False)
    size = Whole(1, MAX_MULTIPART, help_text="Bytes, exactly.")
    content_type = Text(default="", max_length=255)
    part_size = Whole(102_400, MAX_PUT, required=False, help_text="Bytes; 8 MiB, or as much more as it takes.")


class UploadIn(Strict):
    """Which upload."""

    upload = Text(allow_blank=False, max_length=_TICKET, help_text="The ticket that began it.")


class PartsNew(UploadIn):
    """Which parts to sign."""

    numbers = Wholes(1, MAX_SIGNED, most_of_each=MAX_PARTS)
    expires_in = _expiry()


@extend_schema_field(
    {
        "type": "object",
        "propertyNames": {"pattern": "^[1-9][0-9]{0,4}$"},
        "additionalProperties": {"type": "string"},
    }
)
class ETags(serializers.Field[Any, Any, Any, Any]):
    """By the number of a part, its ETag."""

    default_error_messages = {"invalid": "must be an object of part numbers and ETags."}

    def to_internal_value(self, data: Any) -> dict[int, str]:
        if not isinstance(data, dict) or not all(_is_number(n) and isinstance(tag, str) for n, tag in data.items()):
            self.fail("invalid")
        return {int(number): tag for number, tag in data.items()}


class Completion(UploadIn):
    """What to look at."""

    key = fields.key(required=False, allow_blank=False, help_text="Of a form for any name: which file.")
    etags = ETags(required=False, help_text="Of the parts, by number, to compare.")


class UploadOut(serializers.Serializer[Any]):
    """Where to PUT the bytes."""

    upload = serializers.CharField(help_text="The ticket, for `complete`.")
    key = serializers.CharField()
    url = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField(), help_text="To send, byte for byte.")
    expires_at = Moment()


class FormOut(serializers.Serializer[Any]):
    """Where to POST `fields` and then `file`, as multipart/form-data."""

    upload = serializers.CharField()
    key = serializers.CharField()
    url = serializers.CharField()
    fields_ = serializers.DictField(child=serializers.CharField())
    expires_at = Moment()

    def get_fields(self) -> dict[str, Any]:
        # A serializer's own attribute has that name.
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class MultipartOut(serializers.Serializer[Any]):
    """An upload that was begun."""

    upload = serializers.CharField()
    key = serializers.CharField()
    part_size = serializers.IntegerField(help_text="Bytes, of all but the last.")
    parts = serializers.IntegerField(help_text="Numbered from 1.")


class PartOut(serializers.Serializer[Any]):
    """Where to PUT one part."""

    number = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Bytes, exactly.")
    url = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    expires_at = Moment()


class PartsOut(serializers.Serializer[Any]):
    """Links for parts."""

    results = PartOut(many=True)


class ArrivedPartOut(serializers.Serializer[Any]):
    """A part that is there."""

    number = serializers.IntegerField()
    size = serializers.IntegerField()
    etag = serializers.CharField()


class ArrivedPartsOut(serializers.Serializer[Any]):
    """What need not be sent again."""

    results = ArrivedPartOut(many=True)


class ArrivalOut(serializers.Serializer[Any]):
    """What is in the bucket now."""

    storage = serializers.CharField()
    key = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    etag = serializers.CharField()
