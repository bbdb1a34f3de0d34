"""The bucket browser: what is in a storage, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import Share
from ..models.lookups import folders_above, last_part
from ..oss import OSSShareError
from ..services import objects
from ..services.exports.permissions import may_export
from ..services.metadata import may_change_metadata
from ..services.policy import may_browse, may_set_access, may_share
from .export_choice import Choice
from .export_starting import start_view
from .previewing import preview_told, thumbnails_for
from .targets import query_for
from .typed import ShareModelAdmin

T = TypeVar("T")

_PAGE_SIZE = 100
_SHARES = 20


class BrowserForm(forms.Form):
    """Which part of which storage; what makes no sense is said."""

    storage = forms.ChoiceField(required=False)
    folder = forms.CharField(required=False, strip=False, max_length=1023)
    search = forms.CharField(required=False, strip=False, max_length=200)
    after = forms.CharField(required=False, strip=False, max_length=4096)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.aliases = list(objects.linkable_storages())
        storage = self.fields["storage"]
        assert isinstance(storage, forms.ChoiceField)  # noqa: S101 - for the types
        storage.choices = [(alias, alias) for alias in self.aliases]


def browser_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """One page of one folder."""
    _require(request)
    form = BrowserForm(request.GET)
    form.is_valid()
    asked = {"storage": "", "folder": "", "search": "", "after": "", **form.cleaned_data}
    alias = asked["storage"] or next(iter(form.aliases), "")
    page, problem = None, _first_error(form)
    if not form.aliases:
        problem = _("None of STORAGES is an OSSStorage.")
    elif not problem:
        page, problem = _told(
            lambda: objects.browse(
                alias,
                asked["folder"],
                token=asked["after"] or None,
                search=asked["search"],
                page_size=_PAGE_SIZE,
                by=request.user,
            )
        )
    context = {
        "title": _("Browse buckets"),
        **asked,
        "storage": alias,
        "aliases": form.aliases,
        "crumbs": [(last_part(folder), folder) for folder in folders_above(asked["folder"])],
        "page": page,
        "files": _with_thumbnails(request, alias, page),
        "problem": problem,
        "next_query": _next_query(alias, asked, page),
        "is_continued": bool(asked["after"]),
    }
    return _render(model_admin, request, "admin/oss_share/browser.html", context)


def object_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """All that OSS says of one object, its versions, and the shares that lead to it."""
    _require(request)
    alias, key = request.GET.get("storage", "default"), request.GET.get("key", "")
    version_id = request.GET.get("version_id", "")
    info, problem = _told(lambda: objects.describe(alias, key, version_id, by=request.user))
    kept, version_problem = _told(lambda: objects.versions(alias, key, by=request.user)) if info or key else (None, "")
    context = {
        "title": last_part(key) or key,
        "storage": alias,
        "key": key,
        "version_id": version_id,
        "crumbs": [(last_part(folder), folder) for folder in folders_above(key)],
        "info": info,
        "problem": problem,
        "versions": kept or [],
        "version_problem": "" if problem else version_problem,
        "preview": preview_told(alias, key),
        "shares": Share.objects.of_object(alias, key).visible_to(request.user).order_by("-id")[:_SHARES],
        "target_query": query_for(alias, [key], **({"version_id": version_id} if version_id else {})),
    }
    return _render(model_admin, request, "admin/oss_share/object.html", context)


def chosen_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """What is to be done with what was ticked: it goes on to that form, along with the ticks."""
    _require(request)
    step = next((name for name in ("presign", "metadata") if name in request.POST), "add")
    keys = request.POST.getlist("key")
    if not keys:
        query = {"storage": request.POST.get("storage", ""), "folder": request.POST.get("folder", "")}
        model_admin.message_user(request, _("Tick what you want to share or change first."))
        return HttpResponseRedirect(f"{_url(model_admin, 'browse')}?{urlencode(query)}")
    if "export" in request.POST:
        return start_view(model_admin, request, Choice.of_keys(request.POST.get("storage", ""), keys))
    view: Callable[..., HttpResponse] = getattr(model_admin, f"{step}_view")
    return view(request)


def _with_thumbnails(request: HttpRequest, alias: str, page: objects.Page | None) -> list[tuple[objects.File, str]]:
    """The files, each with the address of a small picture of it, or ""."""
    files = page.files if page else []
    pictures = thumbnails_for(request, alias, files)
    return [(file, pictures.get(file.key, "")) for file in files]


def _require(request: HttpRequest) -> None:
    if not may_browse(request.user):
        raise PermissionDenied


def _told(ask: Callable[[], T]) -> tuple[T | None, str]:
    """What OSS answers, or one sentence on why not."""
    try:
        return ask(), ""
    except OSSShareError as error:
        return None, str(error)


def _first_error(form: forms.Form) -> str:
    return next((f"{field}: {errors[0]}" for field, errors in form.errors.items()), "")


def _next_query(alias: str, asked: dict[str, str], page: objects.Page | None) -> str:
    if page is None or page.next_token is None:
        return ""
    return urlencode({"storage": alias, "folder": asked["folder"], "search": asked["search"], "after": page.next_token})


def _url(model_admin: ShareModelAdmin, name: str) -> str:
    return reverse(f"admin:oss_share_share_{name}", current_app=model_admin.admin_site.name)


def _render(model_admin: ShareModelAdmin, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    request.current_app = model_admin.admin_site.name
    shared = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "media": model_admin.media,
        "may_share": may_share(request.user),
        "may_change_metadata": may_change_metadata(request.user),
        "may_export": may_export(request.user),
        "may_set_access": may_set_access(request.user),
    }
    return TemplateResponse(request, template, {**shared, **context})
