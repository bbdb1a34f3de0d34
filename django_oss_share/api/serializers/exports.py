"""Exports: lists of links, written to a file."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ...conf import LONGEST
from ...models import Disposition, ExportJob, ExportState, Mode, Output
from ...services.exports.jobs import MAX_SHARDS
from ...services.exports.sources import MAX_CHOSEN
from ...services.exports.writers import Column, Format
from ...services.presigning import MIN_SECONDS, Host
from .. import fields
from ..fields import Flag, Moment, Password, Strict, Text, Texts, Whole, Wholes, choice_of

_BIG = 2**63 - 1
_SOURCES = ("prefix", "keys", "shares", "inventory")


class URLOptionsIn(Strict):
    """Of presigned links."""

    expires_in = Whole(MIN_SECONDS, 604_800, required=False, help_text="Seconds.")
    host = choice_of(Host, required=False)
    https = Flag(required=False, allow_null=True)
    download = Flag(required=False, allow_null=True)
    filename = Text(required=False, max_length=255, help_text="A pattern, such as {folder}-{name}.")
    process = Text(required=False, max_length=1000)


class ShareOptionsIn(Strict):
    """Of share links."""

    expires_in = Whole(1, int(LONGEST.total_seconds()), required=False, help_text="Seconds.")
    max_downloads = fields.limit(required=False, allow_null=True)
    allowed_networks = Texts(0, 100, required=False)
    disposition = choice_of(Disposition, required=False)
    mode = choice_of(Mode, required=False)
    note = Text(required=False, max_length=2000)


class FiltersIn(Strict):
    """Which of what is listed."""

    rules = Texts(0, 500, required=False, help_text="Such as `+ *.txt` and `- *.tmp`; the first that matches decides.")
    min_size = Whole(0, _BIG, required=False, help_text="Bytes.")
    max_size = Whole(0, _BIG, required=False, help_text="Bytes.")
    modified_from = Moment(required=False)
    modified_until = Moment(required=False)
    start_after = fields.key(required=False)
    end_with = fields.key(required=False)
    limit = Whole(1, _BIG, required=False, help_text="Of rows.")


class ExportNew(Strict):
    """What to list (exactly one of prefix, keys, shares and inventory), and how to write it."""

    prefix = fields.key(required=False, help_text="What names begin with; empty: all.")
    keys = Texts(1, MAX_CHOSEN, required=False, help_text="What ends in a slash is a folder.")
    shares = Wholes(1, MAX_CHOSEN, required=False, help_text="Of shares, whose links are written.")
    inventory = fields.key(required=False, allow_blank=False, help_text="The manifest.json that OSS wrote.")
    recursive = Flag(required=False, help_text="Of prefix: whether folders in it are gone through, too.")
    versions = Flag(required=False, help_text="Of prefix: each version of an object.")
    filters = FiltersIn(required=False, help_text="Of prefix and inventory.")
    storage = fields.storage()
    output = choice_of(Output, required=False, help_text="By default urls; of shares, shares.")
    url_options = URLOptionsIn(required=False)
    share_options = ShareOptionsIn(required=False)
    format = choice_of(Format, default=Format.CSV.value)
    gzip = Flag(default=False)
    columns = Texts(1, len(Column), required=False)
    name = Text(default="", max_length=200)
    shards = Whole(1, MAX_SHARDS, default=1, allow_null=True, help_text="Written at once; null: as many as it takes.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        chosen = [name for name in _SOURCES if name in attrs]
        if len(chosen) != 1:
            raise serializers.ValidationError({"prefix": [f"give exactly one of {', '.join(_SOURCES)}."]})
        for name, goes_with in _GO_WITH.items():
            if name in attrs and chosen[0] not in goes_with:
                raise serializers.ValidationError({name: [f"goes with {' and '.join(goes_with)}, not {chosen[0]}."]})
        attrs.setdefault("output", (Output.SHARES if chosen == ["shares"] else Output.URLS).value)
        other = "share_options" if attrs["output"] == Output.URLS else "url_options"
        if other in attrs:
            raise serializers.ValidationError({other: [f"does not go with the output {attrs['output']!r}."]})
        return attrs


_GO_WITH = {"recursive": ("prefix",), "versions": ("prefix",), "filters": ("prefix", "inventory")}


class ExportOut(serializers.Serializer[ExportJob]):
    """An export."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(ExportState.choices)
    output = serializers.ChoiceField(Output.choices)
    format = serializers.ChoiceField(Format.choices)
    gzip = serializers.BooleanField()
    storage = serializers.CharField()
    filename = serializers.CharField(help_text="Of the result.")
    owner = serializers.CharField(source="created_by_label")
    created_at = Moment()
    started_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)
    expires_at = Moment(allow_null=True, help_text="Until when the result is kept.")
    has_result = serializers.BooleanField()
    error = serializers.CharField()


class ProgressOut(serializers.Serializer[Any]):
    """How far it has come."""

    listed = serializers.IntegerField()
    written = serializers.IntegerField(help_text="Rows.")
    skipped = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True, help_text="Rows; null: nobody knows yet.")
    size = serializers.IntegerField(help_text="Bytes.")
    rate = serializers.FloatField(help_text="Rows a second.")
    seconds_left = serializers.IntegerField(allow_null=True)
    fraction = serializers.FloatField(allow_null=True, help_text="From 0 to 1.")
    shards = serializers.IntegerField()
    shards_done = serializers.IntegerField()


class ExportDetail(ExportOut):
    """An export, and how far it has come."""

    progress = ProgressOut()


class ResultNew(Strict):
    """A password for the share by which it is downloaded, where the policy asks for one."""

    password = Password(required=False, allow_null=True)
