"""Looking at an object from the admin: its link, or a page that shows it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from ..models.lookups import folders_above, last_part
from ..oss import OSSShareError
from ..services.clients import client_of
from ..services.objects import File
from ..services.policy import may_browse, may_share
from ..services.preview_links import Preview, Way, link_to_look_by, preview_of, thumbnails
from .typed import ShareModelAdmin


def preview_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """On to the object where its link opens; else a page that shows it, or says why not."""
    if not (may_browse(request.user) and may_share(request.user)):
        raise PermissionDenied
    alias, key = request.GET.get("storage", "default"), request.GET.get("key", "")
    context: dict[str, Any] = {"storage": alias, "key": key, "title": last_part(key) or key}
    try:
        preview = preview_of(alias, key)
        context["preview"] = preview
        if preview.way != Way.NONE:
            context["src"] = link_to_look_by(alias, key, by=request.user, client=client_of(request))
        if preview.way == Way.LINK:
            return HttpResponseRedirect(context["src"], headers={"Referrer-Policy": "no-referrer"})
    except OSSShareError as error:
        context["problem"] = str(error)
    return _render(model_admin, request, context)


def thumbnails_for(request: HttpRequest, alias: str, files: list[File]) -> dict[str, str]:
    """By key; of none where the user may not make links, or none can be made now: the list does without."""
    try:
        return thumbnails(alias, files, by=request.user, client=client_of(request))
    except OSSShareError:
        return {}


def preview_told(alias: str, key: str) -> Preview | None:
    """How the object can be looked at, for its page."""
    try:
        return preview_of(alias, key)
    except OSSShareError:
        return None


def _render(model_admin: ShareModelAdmin, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    request.current_app = model_admin.admin_site.name
    shared = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "media": model_admin.media,
        "crumbs": [(last_part(folder), folder) for folder in folders_above(context["key"])],
    }
    return TemplateResponse(request, "admin/oss_share/preview.html", {**shared, **context})
