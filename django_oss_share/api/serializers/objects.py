"""What is in a storage."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from ...services.metadata import Result
from ...services.objects import MAX_PAGE_SIZE
from .. import fields
from ..fields import Choice, Flag, Moment, Strict, Text, Texts, WholeInQuery

# Each is asked for, and copied, before the answer comes.
_MAX_KEYS = 100


class FolderOut(serializers.Serializer[Any]):
    """Ends in a slash."""

    name = serializers.CharField()
    key = serializers.CharField()


class FileOut(serializers.Serializer[Any]):
    """An object in a folder."""

    key = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    modified = Moment()
    etag = serializers.CharField()
    storage_class = serializers.CharField()


@extend_schema_serializer(many=False)
class BrowseOut(serializers.Serializer[Any]):
    """One page of a folder."""

    folders = FolderOut(many=True)
    files = FileOut(many=True)
    next = serializers.URLField(allow_null=True, help_text="The address of the next page; null: this is the last.")


@extend_schema_serializer(many=False)
class ObjectOut(FileOut):
    """All that OSS says of an object."""

    storage = serializers.CharField()
    content_type = serializers.CharField()
    content_encoding = serializers.CharField()
    crc64 = serializers.CharField(allow_null=True, help_text="A number of 64 bits, which not every reader of JSON has.")
    version_id = serializers.CharField(allow_null=True)
    metadata = serializers.DictField(child=serializers.CharField())


class BrowseQuery(Strict):
    """Which folder."""

    storage = fields.storage()
    prefix = fields.key(default="", help_text="A folder, ending in a slash; empty: all of it.")
    search = Text(default="", max_length=200, help_text="What names in it begin with.")
    cursor = Text(required=False, allow_blank=False, max_length=4096)
    page_size = WholeInQuery(1, MAX_PAGE_SIZE, default=100)


class ObjectQuery(Strict):
    """Which object."""

    storage = fields.storage()
    key = fields.key(allow_blank=False)
    version_id = Text(default="", max_length=128)


class MetadataChange(Strict):
    """How objects are to be sent; what is null, or not named, stays as it is, and an empty text takes it away."""

    keys = Texts(1, _MAX_KEYS)
    storage = fields.storage()
    content_type = Text(default=None, allow_null=True, max_length=255)
    disposition = Choice(choices=["", "attachment", "inline"], default=None, allow_null=True)
    filename = Text(default="", max_length=255, help_text="Of a single object, to save it as.")
    own_filename = Flag(default=False, help_text="Each under the last part of its key.")
    cache_control = Text(default=None, allow_null=True, max_length=255)
    fix_types = Flag(default=False, help_text="The type that the name says, where what is stored says nothing.")
    fix_encoding = Flag(default=False, help_text="Of texts, the charset that they are in.")
    charset = Text(default="", max_length=40, help_text="That one, rather than what is found.")
    version_id = Text(default="", max_length=128)
    dry_run = Flag(default=False, help_text="Only look.")


class OutcomeOut(serializers.Serializer[Any]):
    """What came of one object."""

    key = serializers.CharField()
    result = serializers.ChoiceField(choices=[each.value for each in Result])
    before = serializers.DictField(child=serializers.CharField())
    after = serializers.DictField(child=serializers.CharField())
    reason = serializers.CharField()


class OutcomesOut(serializers.Serializer[Any]):
    """In the order of the keys."""

    results = OutcomeOut(many=True)
