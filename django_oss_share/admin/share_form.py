"""The settings of a share, changed by its services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Kind, Pin, Share
from ..models.share import MAX_DOWNLOADS
from ..oss import InvalidArgument
from ..services import shares
from ..services.clients import Client
from ..services.errors import WrongState
from ..services.policy import policy_of
from ..services.transactions import atomic
from .fields import ExpiryField, MomentInput, NetworksField, PasswordField, add_error
from .typed import ShareModelForm

_SETTINGS = (
    "name",
    "note",
    "filename",
    "disposition",
    "mode",
    "pin",
    "allow_zip",
    "starts_at",
    "max_downloads",
    "allowed_networks",
)


def limit_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Download limit"),
        required=False,
        min_value=1,
        max_value=MAX_DOWNLOADS,
        help_text=_("Links handed out altogether. Empty: no limit."),
    )


def networks_field() -> NetworksField:
    return NetworksField(
        label=_("Allowed networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, such as 10.0.0.0/8. Empty: from everywhere."),
    )


def start_field() -> forms.DateTimeField:
    return forms.DateTimeField(label=_("Starts"), required=False, widget=MomentInput(), help_text=_("Empty: at once."))


class ShareForm(ShareModelForm):
    """A change of settings: it is carried out when the form is checked, for the services are what checks it.

    :cvar by: the user. :cvar client: whence.
    """

    by: Any = None
    client: Client | None = None

    expires = ExpiryField(label=_("Ends"), required=False)
    starts_at = start_field()
    max_downloads = limit_field()
    allowed_networks = networks_field()
    new_password = PasswordField(
        label=_("New password"), help_text=_("Empty: as it is. Whoever had unlocked the page is asked again.")
    )
    remove_password = forms.BooleanField(label=_("Remove the password"), required=False)

    class Meta:
        model = Share
        fields = ("name", "note", "filename", "disposition", "mode", "pin", "allow_zip")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        expires, pin = self.fields.get("expires"), self.fields.get("pin")
        if isinstance(expires, ExpiryField):
            expires.offer(policy_of(self.by), _("as it is"))
        if isinstance(pin, forms.ChoiceField):
            pin.choices = [(value, label) for value, label in Pin.choices if value in _pins(self.instance)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("new_password") and cleaned.get("remove_password"):
            self.add_error("remove_password", _("Set a new password or remove it, not both."))
        return cleaned

    def _post_clean(self) -> None:
        """In place of Django's, which would write the values into the instance."""
        if self.errors:
            return
        try:
            with atomic():
                self._change()
        except (InvalidArgument, WrongState) as error:
            self.instance.refresh_from_db()
            add_error(self, error)

    def _change(self) -> None:
        who: dict[str, Any] = {"by": self.by, "client": self.client}
        values = self.cleaned_data
        if values.get("expires") is not None:
            shares.extend(self.instance, values["expires"], **who)
        changes = {field: values[field] for field in _SETTINGS if field in values and field in self.changed_data}
        if changes:
            shares.update(self.instance, **who, **changes)
        if values.get("new_password") or values.get("remove_password"):
            shares.set_password(self.instance, values["new_password"] or None, **who)


def _pins(share: Share) -> tuple[str, ...]:
    """What a share can be switched to: which version is served is settled when it is made."""
    if share.pin == Pin.VERSION or share.kind == Kind.PREFIX:
        return (share.pin,)
    return (Pin.NONE, Pin.REPORT, Pin.ETAG) if share.etag else (Pin.NONE, Pin.REPORT)
