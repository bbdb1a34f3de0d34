"""A form field whose file goes straight from the browser into the bucket; the form itself carries a signed key.

::

    class DocumentForm(forms.ModelForm):
        file = DirectUploadField.of(Document, "file", max_size=5 * 1024**3, content_types=["image/*", ".pdf"])

        class Meta:
            model = Document
            fields = ["file", "title"]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .oss import InvalidArgument
from .oss.writer import SINGLE_PUT_LIMIT
from .services.objects import alias_of
from .services.uploads import fields as uploads
from .services.uploads.fields import Rules, Uploaded
from .services.uploads.patterns import checked_patterns

#: Bytes that a file may have unless the field says otherwise: as many as one PUT carries.
DEFAULT_MAX_SIZE = 5 * 1024**3


class DirectUploadInput(forms.ClearableFileInput):
    """A file input whose script sends the file, and puts what came of it into a hidden input of the field's name.

    Needs the URLs of this package, and a CORS rule of the bucket (``manage.py oss_cors allow``).
    """

    template_name = "oss_share/direct_upload.html"
    needs_multipart_form = False
    rules: Rules

    class Media:
        css = {"all": ("oss_share/direct.css",)}
        js = ("oss_share/upload.js", "oss_share/direct.js")

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        sent = value if isinstance(value, str) else ""
        context: dict[str, Any] = super().get_context(name, None if sent else value, attrs)
        begin = reverse("oss_share:direct", args=["begin"])
        context["widget"].update(
            sent=sent,
            sent_name=_name_of(self.rules, sent),
            url=begin.removesuffix("begin/"),
            rules=uploads.seal_rules(self.rules),
            max_size=self.rules.max_size,
            accept=",".join(self.rules.types),
            single=SINGLE_PUT_LIMIT,
        )
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The hidden input's value; False to clear the field; None: nothing was sent."""
        sent = super().value_from_datadict(data, data, name)
        return None if sent == "" else sent

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and self.clear_checkbox_name(name) not in data


class DirectUploadField(forms.FileField):
    """Its cleaned value is a key with ``filename``, ``size`` and ``content_type``, or what a ``FileField`` gives.

    :param storage: alias in ``STORAGES``. :param folder: ending in a slash, or empty; ``%Y`` and others are filled in.
    :param max_size: bytes. :param content_types: such as ``["image/*", ".pdf"]``; empty: any.
    """

    widget = DirectUploadInput
    default_error_messages = {"not_ours": _("The file was not received; choose it again.")}

    def __init__(
        self,
        *,
        folder: str,
        storage: str = "default",
        max_size: int = DEFAULT_MAX_SIZE,
        content_types: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        if folder and not folder.endswith("/"):
            raise ImproperlyConfigured(f"DirectUploadField: folder={folder!r} must end in '/'.")
        self.rules = Rules(storage, folder, max_size, tuple(checked_patterns(content_types)))
        super().__init__(**kwargs)
        widget: Any = self.widget
        widget.rules = self.rules

    @classmethod
    def of(cls, model: type[models.Model], name: str, **kwargs: Any) -> Self:
        """For the ``FileField`` ``name`` of ``model``: its storage, its folder, its length, whether it may be empty.

        :raises ImproperlyConfigured: its ``upload_to`` is a function; say ``folder=`` then.
        """
        field: Any = model._meta.get_field(name)
        if "folder" not in kwargs and callable(field.upload_to):
            raise ImproperlyConfigured(f"{field}: upload_to is a function, which needs a row; give folder='…/'.")
        folder = str(field.upload_to).rstrip("/")
        given = {
            "folder": f"{folder}/" if folder else "",
            "storage": alias_of(field.storage),
            "max_length": field.max_length,
            "required": not field.blank,
            "label": capfirst(field.verbose_name),
            "help_text": field.help_text,
        }
        return cls(**{**given, **kwargs})

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was sent stays sent when the form is shown again for another field's sake."""
        return data if isinstance(data, str) else initial

    def to_python(self, data: Any) -> Uploaded | None:  # type: ignore[override]
        """:raises ValidationError: a value that this field has not given, or a key too long for the model."""
        if data in self.empty_values:
            return None
        try:
            found = uploads.uploaded(self.rules, str(data))
        except InvalidArgument:
            raise ValidationError(self.error_messages["not_ours"], code="not_ours") from None
        if self.max_length is not None and len(found) > self.max_length:
            params = {"max": self.max_length, "length": len(found)}
            raise ValidationError(self.error_messages["max_length"], code="max_length", params=params)
        return found


def _name_of(rules: Rules, sent: str) -> str:
    try:
        return uploads.uploaded(rules, sent).filename if sent else ""
    except InvalidArgument:
        return ""
