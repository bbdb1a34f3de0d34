"""The fields of the form that starts an export, in the groups that they are shown in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..conf import conf
from ..models import Disposition, Mode, Output
from ..services.exports import writers
from ..services.exports.link_options import PLACEHOLDERS
from ..services.objects import linkable_storages
from ..services.policy import Policy
from ..services.presigning import MIN_SECONDS, Host
from ..storage.bulk import longest_cover
from .fields import SPANS, USES, MomentInput
from .share_form import limit_field, networks_field


class WhereForm(forms.Form):
    """Which objects, where nothing was chosen before."""

    storage = forms.ChoiceField(label=gettext_lazy("Storage"))
    beginning = forms.CharField(
        label=gettext_lazy("Keys beginning with"),
        required=False,
        max_length=1023,
        strip=False,
        help_text=gettext_lazy("A folder, with a slash at its end, or any beginning. Empty: the whole storage."),
    )
    recursive = forms.BooleanField(label=gettext_lazy("With all sub-folders"), required=False, initial=True)
    rules = forms.CharField(
        label=gettext_lazy("Filters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: “+ *.pdf” takes, “- *.tmp” leaves out; the first that matches decides."),
    )
    versions = forms.BooleanField(label=gettext_lazy("All versions"), required=False)
    min_size = forms.IntegerField(label=gettext_lazy("Bytes, at least"), required=False, min_value=0)
    max_size = forms.IntegerField(label=gettext_lazy("Bytes, at most"), required=False, min_value=0)
    modified_from = forms.DateTimeField(label=gettext_lazy("Changed since"), required=False, widget=MomentInput())
    modified_until = forms.DateTimeField(label=gettext_lazy("Changed until"), required=False, widget=MomentInput())
    limit = forms.IntegerField(label=gettext_lazy("Rows, at most"), required=False, min_value=1)
    manifest = forms.CharField(
        label=gettext_lazy("OSS inventory"),
        required=False,
        max_length=1023,
        strip=False,
        help_text=gettext_lazy("The key of its manifest.json: read instead of the bucket’s list, for very large ones."),
    )

    def offer_storages(self) -> None:
        _choices(self, "storage", [(alias, alias) for alias in linkable_storages()])


class URLsForm(forms.Form):
    """What OSS's console asks for presigned links, and more."""

    expires_in = forms.IntegerField(label=gettext_lazy("Valid for (seconds)"), min_value=MIN_SECONDS)
    https = forms.BooleanField(label=gettext_lazy("HTTPS"), required=False, initial=True)
    host = forms.ChoiceField(label=gettext_lazy("Host"), choices=Host.choices, initial=Host.USUAL)
    use = forms.ChoiceField(
        label=gettext_lazy("Browsers"),
        required=False,
        choices=USES,
    )
    filename = forms.CharField(label=gettext_lazy("File name"), required=False, max_length=255)
    process = forms.CharField(
        label=gettext_lazy("Image process"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Such as image/resize,w_100, for pictures alone."),
    )

    def offer_links(self, alias: str) -> None:
        """As the storage ``alias`` makes them."""
        seconds, filename = self.fields["expires_in"], self.fields["filename"]
        assert isinstance(seconds, forms.IntegerField)  # noqa: S101 - for the types
        storage = linkable_storages().get(alias)
        covered = longest_cover(storage) if storage is not None else None
        most = conf.max_presign if covered is None else min(covered, conf.max_presign)
        self.initial.setdefault("expires_in", min(most, 3600))
        seconds.help_text = _("%(least)d to %(most)d.") % {"least": MIN_SECONDS, "most": most}
        seconds.widget.attrs.update(min=MIN_SECONDS, max=most, list="oss-spans")
        filename.help_text = _("To save it as; each file’s own fills in %(names)s.") % {
            "names": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        }
        if storage is not None:
            self.initial.setdefault("https", storage.link_endpoint.scheme == "https")
            _choices(self, "host", [(Host.USUAL.value, storage.link_endpoint.host), *Host.choices[1:]])


class ShareLinksForm(forms.Form):
    """What the shares of an export are given."""

    share_ends = forms.ChoiceField(label=gettext_lazy("Ends"), required=False)
    max_downloads = limit_field()
    mode = forms.ChoiceField(label=gettext_lazy("Visitors meet"), choices=Mode.choices, required=False)
    disposition = forms.ChoiceField(label=gettext_lazy("Browsers"), choices=Disposition.choices, required=False)
    allowed_networks = networks_field()
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def offer_ends(self, policy: Policy) -> None:
        """What ``policy`` allows."""
        allowed = [
            (str(seconds), label)
            for seconds, label in SPANS
            if policy.max_expiry is None or timedelta(seconds=seconds) <= policy.max_expiry
        ]
        _choices(self, "share_ends", [("", _("as usual")), *allowed])


class FileForm(forms.Form):
    """What the list is written as."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Of the list, and of its file."),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=writers.Format.choices,
        help_text=gettext_lazy("Text has the links alone. Spreadsheets take what looks like a number in CSV for one."),
    )
    gzip = forms.BooleanField(label=gettext_lazy("Compressed (gzip)"), required=False)
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"),
        required=False,
        choices=writers.Column.choices,
        initial=[str(column) for column in writers.usual_columns(writers.Format.CSV)],
        widget=forms.CheckboxSelectMultiple,
    )


class OutputForm(forms.Form):
    """Which links."""

    output = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Output.choices, initial=Output.URLS, widget=forms.RadioSelect
    )


def _choices(form: forms.Form, name: str, choices: list[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the types
    field.choices = choices
