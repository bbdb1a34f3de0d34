"""The page that sets what objects are sent with: first a look at what would change, then the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..oss import OSSShareError
from ..oss.charsets import KNOWN
from ..services import metadata
from ..services.clients import client_of
from ..services.metadata import Outcome, Result, Wanted
from .fields import add_error
from .targets import TargetForm, asked_for
from .typed import ShareModelAdmin

#: Objects changed by one request, each by a handful of calls to OSS.
MAX_KEYS = 50
_REMOVE = "remove"
#: How each result is called and coloured.
_RESULTS: Mapping[Result, tuple[Any, str]] = {
    Result.CHANGED: (gettext_lazy("changed"), "active"),
    Result.WOULD_CHANGE: (gettext_lazy("would change"), "scheduled"),
    Result.UNCHANGED: (gettext_lazy("as it should be"), "unchanged"),
    Result.SKIPPED: (gettext_lazy("stays as it is"), "expired"),
    Result.FAILED: (gettext_lazy("refused"), "revoked"),
}


class MetadataForm(TargetForm):
    """What is left empty stays as it is."""

    content_type = forms.CharField(
        label=gettext_lazy("Content-Type"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Such as text/plain; charset=utf-8. Empty: as it is."),
    )
    fix_types = forms.BooleanField(
        label=gettext_lazy("Put types right that are missing, or proved wrong by the bytes"), required=False
    )
    fix_encoding = forms.BooleanField(
        label=gettext_lazy("Put the charset of texts right, where it is certain"), required=False
    )
    charset = forms.ChoiceField(
        label=gettext_lazy("Charset of the texts"),
        required=False,
        choices=[("", gettext_lazy("found by looking at each")), *((name, name) for name in sorted(KNOWN))],
    )
    disposition = forms.ChoiceField(
        label=gettext_lazy("Browsers"),
        required=False,
        choices=[
            ("", gettext_lazy("as it is")),
            ("attachment", gettext_lazy("save it")),
            ("inline", gettext_lazy("show it")),
            (_REMOVE, gettext_lazy("do as they like")),
        ],
    )
    filename = forms.CharField(
        label=gettext_lazy("File name"), required=False, max_length=255, help_text=gettext_lazy("To save it as.")
    )
    own_filename = forms.BooleanField(label=gettext_lazy("Each under its own name"), required=False)
    cache_control = forms.CharField(
        label=gettext_lazy("Cache-Control"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Such as max-age=3600. Empty: as it is."),
    )
    remove_cache_control = forms.BooleanField(label=gettext_lazy("Remove Cache-Control"), required=False)
    version_id = forms.CharField(required=False, max_length=128, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={**initial, "filename": ""}, label_suffix="")

    def clean_key(self) -> list[str]:
        keys: list[str] = self.cleaned_data["key"]
        if any(key.endswith("/") for key in keys):
            raise forms.ValidationError(_("All of a folder is changed by the command oss_metadata --prefix."))
        if len(keys) > MAX_KEYS:
            raise forms.ValidationError(
                _("At most %d at once; more are changed by the command oss_metadata.") % MAX_KEYS
            )
        return keys

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("cache_control") and cleaned.get("remove_cache_control"):
            self.add_error("cache_control", _("Either name a value, or remove it."))
        return cleaned

    def outcomes(self, request: HttpRequest, *, dry_run: bool) -> list[Outcome]:
        """What came of each object; none, and the form says why not, if what is wanted makes no sense."""
        cleaned = self.cleaned_data
        try:
            return metadata.change(
                cleaned["storage"],
                cleaned["key"],
                _wanted(cleaned),
                version_id=cleaned["version_id"],
                dry_run=dry_run,
                by=request.user,
                client=client_of(request),
            )
        except OSSShareError as error:
            add_error(self, error)
            return []


def metadata_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """The form; below it, what would change or what was changed."""
    if not metadata.may_change_metadata(request.user):
        raise PermissionDenied
    is_looking, is_changing = ("_look" in request.POST), ("_change" in request.POST)
    submitted = request.method == "POST" and (is_looking or is_changing)
    form = MetadataForm(request.POST if submitted else None, initial=asked_for(request))
    outcomes = form.outcomes(request, dry_run=not is_changing) if submitted and form.is_valid() else []
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Type, name and caching"),
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "form": form,
        "rows": [_row(outcome) for outcome in outcomes],
        "is_changed": is_changing,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/oss_share/metadata.html", context)


def _wanted(cleaned: Mapping[str, Any]) -> Wanted:
    disposition = cleaned["disposition"]
    return Wanted(
        content_type=cleaned["content_type"] or None,
        disposition="" if disposition == _REMOVE else disposition or None,
        filename=cleaned["filename"],
        own_filename=cleaned["own_filename"],
        cache_control="" if cleaned["remove_cache_control"] else cleaned["cache_control"] or None,
        fix_types=cleaned["fix_types"],
        fix_encoding=cleaned["fix_encoding"],
        charset=cleaned["charset"],
    )


def _row(outcome: Outcome) -> dict[str, Any]:
    label, colour = _RESULTS[outcome.result]
    changes = [(name, before, outcome.after[name]) for name, before in sorted(outcome.before.items())]
    return {"key": outcome.key, "label": label, "colour": colour, "changes": changes, "reason": outcome.reason}
