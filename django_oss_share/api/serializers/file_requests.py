"""File requests, and what was left through them."""

from __future__ import annotations

from rest_framework import serializers

from ...conf import LONGEST
from ...models import FileRequest, FileState, ReceivedFile, State
from ...models.share import MAX_DOWNLOADS
from ...services import file_requests
from ...services.uploads.promises import MAX_MULTIPART
from .. import fields
from ..fields import Choice, Flag, Moment, Password, Strict, Text, Texts, Whole
from ..paging import PageQuery

# Nothing of a file request begins later than it was made.
_STATES = [state.value for state in State if state is not State.SCHEDULED]
_MAX_TYPES = 50


class FileRequestOut(serializers.Serializer[FileRequest]):
    """A file request, for whoever may see it."""

    id = serializers.IntegerField()
    url = serializers.SerializerMethodField(
        help_text="The link to give away; null for who may not change the request, and once it is revoked."
    )
    name = serializers.CharField(help_text="What visitors read: what the files are for.")
    state = serializers.SerializerMethodField()
    storage = serializers.CharField()
    prefix = serializers.CharField(help_text="The folder that files arrive in.")
    note = serializers.CharField()
    owner = serializers.CharField(source="created_by_label")
    created_at = Moment()
    expires_at = Moment(allow_null=True)
    max_files = serializers.IntegerField(allow_null=True)
    received = serializers.IntegerField(help_text="Files.")
    files_left = serializers.IntegerField(allow_null=True)
    max_size = serializers.IntegerField(help_text="Bytes of each.")
    content_types = serializers.ListField(child=serializers.CharField())
    notify = serializers.BooleanField()
    has_password = serializers.BooleanField()
    revoked_at = Moment(allow_null=True)
    revoked_by = serializers.CharField(source="revoked_by_label")

    def get_url(self, row: FileRequest) -> str | None:
        request = self.context["request"]
        may_see = row.revoked_at is None and file_requests.may_change(request.user, row)
        return file_requests.get_url(row, request) if may_see else None

    def get_state(self, row: FileRequest) -> State:
        return row.state()


class ReceivedFileOut(serializers.Serializer[ReceivedFile]):
    """A file that somebody left."""

    receipt = serializers.CharField(help_text="By which the visitor can speak of it; it opens nothing.")
    filename = serializers.CharField(help_text="As the visitor has it.")
    key = serializers.CharField(help_text="Where it is once its state is `accepted`.")
    size = serializers.IntegerField(help_text="Bytes.")
    content_type = serializers.CharField()
    state = serializers.ChoiceField([FileState.WAITING.value, FileState.ACCEPTED.value, FileState.REJECTED.value])
    verdict = serializers.CharField(help_text="What the scanner found.")
    address = serializers.CharField(help_text="Of the visitor.")
    arrived_at = Moment()


class FileRequestsQuery(PageQuery):
    """Which file requests."""

    state = Choice(choices=_STATES, required=False)
    storage = Text(required=False, max_length=100)
    owner = fields.user(required=False)


class _Settings(Strict):
    note = Text(required=False, max_length=2000, help_text="Which visitors read, too.")
    max_files = Whole(1, MAX_DOWNLOADS, required=False, allow_null=True, help_text="Altogether; null: no limit.")
    max_size = Whole(1, MAX_MULTIPART, required=False, help_text="Bytes of each.")
    content_types = Texts(
        0, _MAX_TYPES, required=False, help_text="Such as `image/*`, `application/pdf` and `.docx`; none: any."
    )
    notify = Flag(required=False, help_text="Whether the owner gets an e-mail when files arrive.")


class FileRequestNew(_Settings):
    """Where files are to arrive, and on what terms; by default, the project's."""

    prefix = fields.key(allow_blank=False, help_text="A folder, ending in a slash.")
    name = Text(max_length=200, allow_blank=False, help_text="What visitors read: what the files are for.")
    storage = fields.storage()
    expires_in = Whole(1, int(LONGEST.total_seconds()), required=False, help_text="Seconds; or expires_at.")
    expires_at = Moment(required=False, allow_null=True, help_text="null: never.")
    password = Password(required=False, allow_null=True)


class FileRequestChange(_Settings):
    """What to change; what is not named stays."""

    name = Text(required=False, max_length=200, allow_blank=False)
