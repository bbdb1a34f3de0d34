"""Shares, and what can be done with them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ...conf import LONGEST
from ...models import Disposition, Kind, Mode, Pin, Share, State
from ...services import shares
from ...services.rights import may_see_link
from ...services.shares.creating import MAX_ITEMS
from .. import fields
from ..fields import Flag, Moment, Password, Strict, Text, Texts, Whole, choice_of
from ..paging import PageQuery

_SECONDS = int(LONGEST.total_seconds())


class ShareOut(serializers.Serializer[Share]):
    """A share, for whoever may see it."""

    id = serializers.IntegerField()
    url = serializers.SerializerMethodField(
        help_text="The link to give away; null for who may not change the share, and once it is revoked."
    )
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="Its name, its file's, or the last part of its key."
    )
    state = serializers.SerializerMethodField()
    kind = serializers.ChoiceField(Kind.choices)
    storage = serializers.CharField()
    key = serializers.CharField(help_text="Of a file or a folder; empty for a selection.")
    keys = serializers.SerializerMethodField(help_text="Of a selection.")
    version_id = serializers.CharField()
    pin = serializers.ChoiceField(Pin.choices)
    name = serializers.CharField()
    note = serializers.CharField()
    filename = serializers.CharField()
    disposition = serializers.ChoiceField(Disposition.choices)
    mode = serializers.ChoiceField(Mode.choices)
    allow_zip = serializers.BooleanField()
    owner = serializers.CharField(source="created_by_label")
    created_at = Moment()
    starts_at = Moment(allow_null=True)
    expires_at = Moment(allow_null=True)
    max_downloads = serializers.IntegerField(allow_null=True)
    downloads = serializers.IntegerField()
    downloads_left = serializers.IntegerField(allow_null=True)
    has_password = serializers.BooleanField()
    allowed_networks = serializers.ListField(child=serializers.CharField())
    revoked_at = Moment(allow_null=True)
    revoked_by = serializers.CharField(source="revoked_by_label")

    def get_url(self, share: Share) -> str | None:
        request = self.context["request"]
        return shares.get_url(share, request) if may_see_link(request.user, share) else None

    def get_state(self, share: Share) -> State:
        return share.state()

    def get_keys(self, share: Share) -> list[str]:
        return [item.key for item in share.items.all()] if share.kind == Kind.SELECTION else []


class SharesQuery(PageQuery):
    """Which shares."""

    state = choice_of(State, required=False)
    storage = Text(required=False, max_length=100)
    owner = fields.user(required=False)
    key = fields.key(required=False, help_text="Shares through which this object of `storage` can be fetched.")


class _Settings(Strict):
    name = Text(required=False, max_length=200)
    note = Text(required=False, max_length=2000)
    filename = Text(required=False, max_length=255, help_text="To save a file as.")
    disposition = choice_of(Disposition, required=False)
    mode = choice_of(Mode, required=False)
    starts_at = Moment(required=False, allow_null=True)
    max_downloads = fields.limit(required=False, allow_null=True)
    allowed_networks = Texts(0, 100, required=False, help_text="From which alone it opens, such as 10.0.0.0/8.")
    allow_zip = Flag(required=False)
    pin = choice_of(Pin, required=False, help_text="What happens if another file is stored under the key.")


class ShareNew(_Settings):
    """What to share (exactly one of key, keys and prefix), and on what terms; by default, the project's."""

    key = fields.key(required=False, allow_blank=False)
    keys = Texts(1, MAX_ITEMS, required=False)
    prefix = fields.key(required=False, allow_blank=False, help_text="A folder, ending in a slash.")
    storage = fields.storage()
    version_id = Text(required=False, max_length=128)
    expires_in = Whole(1, _SECONDS, required=False, help_text="Seconds; or expires_at.")
    expires_at = Moment(required=False, allow_null=True, help_text="null: never.")
    password = Password(required=False, allow_null=True)
    check = Flag(default=True, help_text="Whether to ask OSS that the objects are there.")


class ShareChange(_Settings):
    """What to change; what is not named stays."""


class ShareEnd(Strict):
    """When it ends now: exactly one of both."""

    expires_at = Moment(required=False, allow_null=True, help_text="null: never.")
    expires_in = Whole(1, _SECONDS, required=False, help_text="Seconds from now.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError({"expires_at": ["give exactly one of expires_at and expires_in."]})
        return attrs


class ShareRevival(Strict):
    """On what terms an expired or exhausted one works again."""

    expires_at = Moment(required=False, allow_null=True, help_text="null: never.")
    max_downloads = fields.limit(required=False, allow_null=True)


class ShareRevocation(Strict):
    """Why, if anybody should read it in the audit."""

    reason = Text(required=False, max_length=64)


class SharePassword(Strict):
    """null: none."""

    password = Password(allow_null=True)


class ShareOwner(Strict):
    """Whose it is from now on."""

    to = fields.user()


class Nothing(Strict):
    """An empty body, or none."""
