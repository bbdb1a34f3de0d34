"""Form fields for what shares are made of, and the services' errors on a form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..oss import InvalidArgument, OSSShareError
from ..services.inputs import veiled
from ..services.policy import Policy
from ..services.shares import NEVER, Expiry

_HOUR = 3600
_DAY = 24 * _HOUR
#: Seconds, and what people call so long from now.
SPANS = (
    (_HOUR, _("in an hour")),
    (_DAY, _("in a day")),
    (7 * _DAY, _("in 7 days")),
    (30 * _DAY, _("in 30 days")),
    (90 * _DAY, _("in 90 days")),
    (365 * _DAY, _("in a year")),
)
#: What browsers are to do with the file behind a link, and that as the argument ``download``.
USES = (("", _("do as the file says")), ("download", _("save it")), ("preview", _("show it")))
DOWNLOAD_OF_USE = {"download": True, "preview": False, "": None}
_SEPARATORS = re.compile(r"[\s,;]+")
# Fields of our forms that bear another name than the services' argument.
_FIELD_OF = {
    "expires_at": "expires",
    "expires_in": "expires",
    "password": "new_password",
    "keys": "key",
    "prefix": "key",
}


class PasswordField(forms.CharField):
    """A share's new password, which no error report shows."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(required=False, strip=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        return veiled(super().to_python(value))


class MomentInput(forms.DateTimeInput):
    """The browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ExpiryWidget(forms.MultiWidget):
    template_name = "admin/oss_share/expiry_widget.html"

    def __init__(self) -> None:
        super().__init__([forms.Select(), MomentInput()])

    def decompress(self, value: Any) -> list[Any]:
        return [value, None]


class ExpiryField(forms.MultiValueField):
    """When a share ends, as the services take it; None: what was not chosen."""

    widget = ExpiryWidget

    def __init__(self, **kwargs: Any) -> None:
        fields = (forms.ChoiceField(required=False), forms.DateTimeField(required=False))
        super().__init__(fields, require_all_fields=False, **kwargs)
        # One label cannot name two inputs.
        widget: Any = self.widget
        widget.widgets[0].attrs["aria-label"] = self.label
        widget.widgets[1].attrs["aria-label"] = _("time")

    def offer(self, policy: Policy, unchosen: Any = None) -> None:
        """Offer what ``policy`` allows, and first, with the label ``unchosen``, to choose nothing."""
        spans = [
            (str(seconds), label)
            for seconds, label in SPANS
            if policy.max_expiry is None or timedelta(seconds=seconds) <= policy.max_expiry
        ]
        choices = [("", unchosen)] if unchosen else []
        choices += [*spans, ("at", _("at the time:"))]
        choices += [("never", _("never"))] if policy.max_expiry is None else []
        self.fields[0].choices = choices  # type: ignore[attr-defined]
        widget: Any = self.widget
        widget.widgets[0].choices = choices

    def compress(self, data_list: Sequence[Any]) -> Expiry | None:
        choice, moment = data_list or ("", None)
        if choice == "at" and moment is None:
            raise ValidationError(_("Say when."), code="required")
        if choice == "never":
            return NEVER
        return timedelta(seconds=int(choice)) if choice and choice != "at" else moment


class NetworksField(forms.Field):
    """Networks, one a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> list[str]:
        return value if isinstance(value, list) else [each for each in _SEPARATORS.split(value or "") if each]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def add_error(form: forms.BaseForm, error: OSSShareError) -> None:
    """Say what a service refused, at the field that it is about."""
    argument = error.field if isinstance(error, InvalidArgument) else ""
    field = argument if argument in form.fields else _FIELD_OF.get(argument, "")
    form.add_error(field if field in form.fields else None, ValidationError(str(error)))
