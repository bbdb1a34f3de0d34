"""The page on which an export is asked for, whatever page led to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import ExportJob, Share
from ..services.exports.permissions import may_export
from .export_choice import MAX_LENGTH, Choice
from .export_form import ExportForm
from .typed import AnyModelAdmin

_SHOWN = 10
_MEDIA = forms.Media(css={"all": ["oss_share/admin.css"]}, js=["oss_share/admin.js", "oss_share/exports.js"])


def start_view(model_admin: AnyModelAdmin, request: HttpRequest, choice: Choice) -> HttpResponse:
    """The form; once it is filled in, the page of the export.

    :param choice: what was chosen on the page that led here; the form's own posts bring it along.
    """
    if not may_export(request.user):
        raise PermissionDenied
    if "_export" not in request.POST:
        asked = {name: request.GET[name] for name in ("storage", "beginning") if name in request.GET}
        form = ExportForm(by=request.user, choice=choice, initial=asked)
    else:
        form = ExportForm(request.POST, by=request.user)
        job = form.start(request) if form.is_valid() else None
        if job is not None:
            return HttpResponseRedirect(_url(model_admin, "change", job.pk))
    return _page(model_admin, request, form)


def too_much(model_admin: AnyModelAdmin, request: HttpRequest, choice: Choice) -> bool:
    """Whether more was chosen than a form can carry, which is said."""
    if len(str(choice)) <= MAX_LENGTH:
        return False
    text = _("That is too much to choose one by one: export a folder.")
    model_admin.message_user(request, text, messages.ERROR)
    return True


def _page(model_admin: AnyModelAdmin, request: HttpRequest, form: ExportForm) -> HttpResponse:
    # Of the exports, whichever model's list led here.
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Export links"),
        "opts": ExportJob._meta,
        "media": _MEDIA + form.media,
        "form": form,
        "chosen": _labels(request, form.choice)[:_SHOWN],
        "hidden": max(0, len(form.choice.shares or form.choice.keys) - _SHOWN),
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/oss_share/export_add.html", context)


def _labels(request: HttpRequest, choice: Choice) -> list[str]:
    if not choice.shares:
        return list(choice.keys[:_SHOWN])
    found = Share.objects.visible_to(request.user).filter(pk__in=choice.shares[:_SHOWN])
    return [share.label for share in found]


def _url(model_admin: AnyModelAdmin, name: str, *args: Any) -> str:
    return reverse(f"admin:oss_share_exportjob_{name}", args=args, current_app=model_admin.admin_site.name)
