"""The page of one file: a shared one, or one of a folder or a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from ..models import Kind
from ..services import access
from ..services.access import Target, Visit
from .door import door, enter
from .items import Item, item_of
from .kinds import kind_of, shown_name
from .previews import automatic, kind_shown, on_demand
from .showing import show

if TYPE_CHECKING:
    from ..oss.client import ObjectInfo


@door("GET", "HEAD", "POST")
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET: what it is, with a preview where one costs nothing. POST: with a preview, which is counted."""
    visit = enter(request, token)
    if request.method == "HEAD":
        return HttpResponse()
    if request.method == "POST":
        return _previewed(request, token, visit)
    if visit.share.kind == Kind.OBJECT:
        return redirect("oss_share:share", token)
    target = access.resolve(visit, item_of(visit, request.GET))
    response = _show(request, token, visit, target)
    access.record_view(visit)
    return response


def show_object(request: HttpRequest, token: str, visit: Visit) -> HttpResponse:
    """The landing page of a share of one file."""
    return _show(request, token, visit, access.resolve(visit))


def address_of(token: str, item: Item) -> str:
    """Of the page of one file of a folder or a selection."""
    return reverse("oss_share:file", args=[token]) + "?" + urlencode({"item": item})


def _show(request: HttpRequest, token: str, visit: Visit, target: Target) -> HttpResponse:
    info = access.inspect(visit, target)
    preview = automatic(request, token, visit, target, info)
    can_preview = preview is None and bool(kind_shown(visit, target.name))
    return show(request, "file", token, visit, {**_facts(target, info), "preview": preview, "can_preview": can_preview})


def _previewed(request: HttpRequest, token: str, visit: Visit) -> HttpResponse:
    target = access.resolve(visit, item_of(visit, request.POST))
    info = access.inspect(visit, target)
    context = {**_facts(target, info), "preview": on_demand(visit, target), "was_counted": visit.share.is_limited}
    if visit.share.downloads_left is not None:
        context["downloads_left"] = visit.share.downloads_left - 1
    return show(request, "file", token, visit, context)


def _facts(target: Target, info: ObjectInfo) -> dict[str, Any]:
    return {
        "name": shown_name(target.name),
        "kind": kind_of(target.name),
        "item": target.item,
        "folder": target.item.rpartition("/")[0] if isinstance(target.item, str) else "",
        "info": info,
    }
