"""The settings of a file request, made and changed by its services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import FileRequest
from ..models.share import MAX_DOWNLOADS
from ..oss import InvalidArgument, OSSShareError
from ..services import file_requests, objects
from ..services.clients import Client
from ..services.policy import policy_of
from ..services.transactions import atomic
from .fields import ExpiryField, NetworksField, PasswordField, add_error
from .typed import AnyModelForm

_MEGABYTE = 1024 * 1024
_SETTINGS = ("name", "note", "max_files", "max_size", "content_types", "notify")


class MegabytesField(forms.IntegerField):
    """Bytes, asked for in megabytes."""

    def prepare_value(self, value: Any) -> Any:
        return value // _MEGABYTE if isinstance(value, int) and value >= _MEGABYTE else value

    def clean(self, value: Any) -> Any:
        megabytes = super().clean(value)
        return None if megabytes is None else megabytes * _MEGABYTE


class RequestForm(AnyModelForm):
    """Carried out when the form is checked, for the services are what checks it.

    :cvar by: the user. :cvar client: whence.
    """

    by: Any = None
    client: Client | None = None

    storage = forms.ChoiceField(label=_("Storage"))
    folder = forms.CharField(
        label=_("Folder"),
        max_length=900,
        help_text=_("Ending in a slash, such as incoming/acme/."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    expires = ExpiryField(label=_("Ends"), required=False)
    max_files = forms.IntegerField(
        label=_("Files at most"),
        required=False,
        min_value=1,
        max_value=MAX_DOWNLOADS,
        help_text=_("Altogether. Empty: as many as come."),
    )
    max_size = MegabytesField(
        label=_("Megabytes of a file at most"), min_value=1, initial=file_requests.DEFAULT_MAX_SIZE
    )
    # A list of words, one a line, as networks are.
    content_types = NetworksField(
        label=_("Types"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, such as image/*, application/pdf or .docx. Empty: any."),
    )
    new_password = PasswordField(label=_("Password"))
    remove_password = forms.BooleanField(label=_("Remove the password"), required=False)

    class Meta:
        model = FileRequest
        fields = ("name", "note", "notify")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Declared fields are in every form, whatever the page shows.
        for name in ("storage", "folder") if self.instance.pk else ("remove_password",):
            self.fields.pop(name, None)
        storage, expires = self.fields.get("storage"), self.fields.get("expires")
        if self.instance.pk and "new_password" in self.fields:
            self.fields["new_password"].help_text = _("Empty: as it is.")
        if isinstance(storage, forms.ChoiceField):
            storage.choices = [(alias, alias) for alias in objects.linkable_storages()]
        if isinstance(expires, ExpiryField):
            expires.offer(policy_of(self.by), _("as it is") if self.instance.pk else _("as usual"))

    def _post_clean(self) -> None:
        """In place of Django's, which would write the values into the instance."""
        if self.errors:
            return
        try:
            with atomic():
                self._change() if self.instance.pk else self._create()
        except OSSShareError as error:
            if self.instance.pk:
                self.instance.refresh_from_db()
            if isinstance(error, InvalidArgument) and error.field == "prefix":
                error.field = "folder"
            add_error(self, error)

    def _create(self) -> None:
        values = self.cleaned_data
        self.instance = file_requests.create(
            values["folder"],
            storage=values["storage"],
            expires_at=values.get("expires"),
            password=values.get("new_password") or None,
            created_by=self.by,
            by=self.by,
            client=self.client,
            **{field: values[field] for field in _SETTINGS},
        )

    def _change(self) -> None:
        who: dict[str, Any] = {"by": self.by, "client": self.client}
        values = self.cleaned_data
        if values.get("expires") is not None:
            file_requests.extend(self.instance, values["expires"], **who)
        changes = {field: values[field] for field in _SETTINGS if field in values and field in self.changed_data}
        if changes:
            file_requests.update(self.instance, **who, **changes)
        if values.get("new_password") or values.get("remove_password"):
            file_requests.set_password(self.instance, values["new_password"] or None, **who)
