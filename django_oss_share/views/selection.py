"""The page of several files that were picked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..services import access
from ..services.access import Target, Visit
from .file import address_of
from .kinds import kind_of, shown_name
from .showing import Entry, show


def show_selection(request: HttpRequest, token: str, visit: Visit) -> HttpResponse:
    """Names only: to know their sizes would take a question to OSS for each."""
    entries = [_entry(token, target) for target in access.targets_of(visit)]
    return show(request, "selection", token, visit, {"entries": entries})


def _entry(token: str, target: Target) -> Entry:
    return Entry(shown_name(target.name), kind_of(target.name), address_of(token, target.item), target.item)
