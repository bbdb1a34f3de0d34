"""The page on which shares are made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Disposition, Mode, Pin, Share
from ..oss import OSSShareError
from ..services import shares
from ..services.clients import client_of
from ..services.policy import Policy, may_share, policy_of
from .fields import ExpiryField, PasswordField, add_error
from .share_form import limit_field, networks_field, start_field
from .targets import TargetForm, asked_for
from .typed import ShareModelAdmin

#: In the form's main part; the others are folded away.
_MAIN = ("storage", "key", "expires", "new_password", "max_downloads", "name", "note")


class CreateForm(TargetForm):
    """All that a share can be given."""

    expires = ExpiryField(label=gettext_lazy("Ends"), required=False)
    new_password = PasswordField(
        label=gettext_lazy("Password"), help_text=gettext_lazy("Tell it to visitors by another way than the link.")
    )
    max_downloads = limit_field()
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Visitors see it."),
    )
    filename = forms.CharField(
        label=gettext_lazy("File name"), required=False, max_length=255, help_text=gettext_lazy("To save it as.")
    )
    disposition = forms.ChoiceField(label=gettext_lazy("Browsers"), choices=Disposition.choices)
    mode = forms.ChoiceField(label=gettext_lazy("Visitors meet"), choices=Mode.choices)
    pin = forms.ChoiceField(
        label=gettext_lazy("If the file changes"),
        required=False,
        choices=[("", gettext_lazy("as usual")), *Pin.choices],
    )
    version_id = forms.CharField(label=gettext_lazy("Version"), required=False, max_length=128)
    starts_at = start_field()
    allowed_networks = networks_field()
    allow_zip = forms.BooleanField(label=gettext_lazy("All files as one zip"), required=False, initial=True)

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any], by: Any) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        policy = policy_of(by)
        self.fields["key"].help_text = _("One key a line; of a folder, with a slash at its end.")
        expires = self.fields["expires"]
        assert isinstance(expires, ExpiryField)  # noqa: S101 - for the types
        expires.offer(policy, _usual_end(policy))
        self.fields["new_password"].required = policy.password_required
        if not policy.allow_zip:
            del self.fields["allow_zip"]

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in _MAIN]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in _MAIN]

    @property
    def has_errors_in_more(self) -> bool:
        return any(field.errors for field in self.more)

    def create(self, request: HttpRequest) -> Share | None:
        """The share; or None, and the form says why not."""
        values = dict(self.cleaned_data)
        keys, expiry = values.pop("key"), values.pop("expires")
        password = values.pop("new_password") or None
        try:
            return shares.create(
                **_target(keys),
                **{name: value for name, value in values.items() if value not in ("", None)},
                expires_at=expiry,
                password=password,
                created_by=request.user,
                by=request.user,
                client=client_of(request),
            )
        except OSSShareError as error:
            add_error(self, error)
            return None


def create_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """The form; once it is filled in, the new share's page, with its link."""
    if not may_share(request.user):
        raise PermissionDenied
    submitted = request.method == "POST" and "_create" in request.POST
    form = CreateForm(request.POST if submitted else None, initial=asked_for(request), by=request.user)
    if submitted and form.is_valid():
        share = form.create(request)
        if share is not None:
            model_admin.message_user(request, _("Shared. Copy the link below."), messages.SUCCESS)
            name = model_admin.admin_site.name
            return HttpResponseRedirect(reverse("admin:oss_share_share_change", args=[share.pk], current_app=name))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Share"),
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "form": form,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/oss_share/create.html", context)


def _target(keys: list[str]) -> dict[str, Any]:
    if len(keys) != 1:
        return {"keys": keys}
    return {"prefix" if keys[0].endswith("/") else "key": keys[0]}


def _usual_end(policy: Policy) -> str:
    if policy.default_expiry is None:
        return _("never")
    now = timezone.now()
    return _("as usual, in %(time)s") % {"time": timeuntil(now + policy.default_expiry + timedelta(seconds=1), now)}
