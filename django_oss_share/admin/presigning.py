"""The page that makes presigned links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..conf import conf
from ..oss import OSSShareError, PresignedURL
from ..services import presigning
from ..services.clients import client_of
from ..services.objects import linkable_storages
from ..services.policy import may_share
from ..services.presigning import MIN_SECONDS, Host
from ..services.transactions import atomic
from .fields import DOWNLOAD_OF_USE, USES, add_error
from .moments import exact
from .targets import TargetForm, asked_for
from .typed import ShareModelAdmin

#: Links made at once.
MAX_LINKS = 200


class PresignForm(TargetForm):
    """What OSS's console asks for."""

    expires_in = forms.IntegerField(label=gettext_lazy("Valid for (seconds)"), min_value=MIN_SECONDS, initial=3600)
    https = forms.BooleanField(label=gettext_lazy("HTTPS"), required=False, initial=True)
    host = forms.ChoiceField(label=gettext_lazy("Host"), choices=Host.choices, initial=Host.USUAL)
    use = forms.ChoiceField(
        label=gettext_lazy("Browsers"),
        required=False,
        choices=USES,
    )
    filename = forms.CharField(
        label=gettext_lazy("File name"), required=False, max_length=255, help_text=gettext_lazy("To save it as.")
    )
    version_id = forms.CharField(label=gettext_lazy("Version"), required=False, max_length=128)

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        seconds = self.fields["expires_in"]
        assert isinstance(seconds, forms.IntegerField)  # noqa: S101 - for the types
        seconds.help_text = _("%(least)d to %(most)d.") % {"least": MIN_SECONDS, "most": conf.max_presign}
        seconds.widget.attrs.update(min=MIN_SECONDS, max=conf.max_presign, list="oss-spans")
        storage = linkable_storages().get(initial["storage"])
        if storage is not None:
            self.initial["https"] = storage.link_endpoint.scheme == "https"
            host = self.fields["host"]
            assert isinstance(host, forms.ChoiceField)  # noqa: S101 - for the types
            host.choices = [(Host.USUAL.value, storage.link_endpoint.host), *Host.choices[1:]]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        keys = cleaned.get("key", ())
        if len(keys) > MAX_LINKS:
            self.add_error("key", _("At most %d at once; for more, make an export.") % MAX_LINKS)
        for field in ("filename", "version_id"):
            if len(keys) > 1 and cleaned.get(field):
                self.add_error(field, _("This goes with a single file."))
        return cleaned

    def links(self, request: HttpRequest) -> list[tuple[str, PresignedURL]]:
        """Each key with its link; none, and the form says why not, if any cannot be made."""
        values = dict(self.cleaned_data)
        keys, use = values.pop("key"), values.pop("use")
        who: dict[str, Any] = {"by": request.user, "client": client_of(request)}
        try:
            with atomic():
                return [
                    (key, presigning.presign(key=key, download=DOWNLOAD_OF_USE[use], **values, **who)) for key in keys
                ]
        except OSSShareError as error:
            add_error(self, error)
            return []


def presign_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """The form, and below it what it made: shown once, kept nowhere."""
    if not may_share(request.user):
        raise PermissionDenied
    submitted = request.method == "POST" and "_presign" in request.POST
    form = PresignForm(request.POST if submitted else None, initial=asked_for(request))
    made = form.links(request) if submitted and form.is_valid() else []
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Presigned link"),
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "form": form,
        "links": made,
        "all_links": "\n".join(link.url for _key, link in made),
        "ends": exact(min(link.expires_at for _key, link in made)) if made else "",
        "is_clipped": any(link.clipped for _key, link in made),
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/oss_share/presign.html", context)
