"""What a form is about: a storage and the keys of some of its objects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..services import objects

_LINE_ENDS = re.compile(r"\r\n|\r|\n")


class KeysField(forms.Field):
    """Keys, one a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> list[str]:
        return [key for key in _LINE_ENDS.split(value or "") if key]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class TargetForm(forms.Form):
    """Which objects, of which storage; the rest is for subclasses."""

    storage = forms.ChoiceField(label=_("Storage"))
    key = KeysField(label=_("Files"), help_text=_("One key a line."))

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, initial=dict(initial), **kwargs)
        storage = self.fields["storage"]
        assert isinstance(storage, forms.ChoiceField)  # noqa: S101 - for the types
        storage.choices = [(alias, alias) for alias in objects.linkable_storages()]
        self.fields["key"].widget.attrs["rows"] = min(8, max(2, len(initial["key"])))


def asked_for(request: HttpRequest) -> dict[str, Any]:
    """What a link or another page says to begin with."""
    given = request.POST if request.method == "POST" else request.GET
    return {
        "storage": given.get("storage", "default"),
        "key": [key for key in given.getlist("key") if key],
        "version_id": given.get("version_id", ""),
        "filename": given.get("filename", ""),
    }


def query_for(storage: str, keys: Sequence[str], **more: str) -> str:
    """The query that :func:`asked_for` reads."""
    return urlencode([("storage", storage), *(("key", key) for key in keys), *more.items()])
