"""What a visitor meets first: the page of a share, or the file at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from ..models import Kind, Mode
from ..services import access
from ..services.access import Visit
from .bots import is_automatic
from .door import door, enter
from .file import show_object
from .folder import show_folder
from .redirects import to_bucket
from .selection import show_selection

_PAGES: Mapping[str, Callable[[HttpRequest, str, Visit], HttpResponse]] = {
    Kind.OBJECT: show_object,
    Kind.SELECTION: show_selection,
    Kind.PREFIX: show_folder,
}


@door("GET", "HEAD")
def share(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page; a share of mode ``direct`` sends on, but for whoever came from the password or did not ask for it."""
    visit = enter(request, token)
    if request.method == "HEAD":
        return HttpResponse()
    if visit.share.mode == Mode.DIRECT and "page" not in request.GET and not is_automatic(request):
        return to_bucket(access.issue(visit))
    response = _PAGES[visit.share.kind](request, token, visit)
    access.record_view(visit)
    return response
