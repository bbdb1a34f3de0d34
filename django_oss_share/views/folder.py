"""The page of a folder: its sub-folders and files, a hundred at a time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..forms import BrowseForm, sign_position
from ..services import access
from ..services.access import Visit
from ..services.objects import File, Folder, Page
from .file import address_of
from .kinds import FileKind, kind_of, shown_name
from .showing import Entry, show

_FOLDER = FileKind("folder", _("Folder"))


def show_folder(request: HttpRequest, token: str, visit: Visit) -> HttpResponse:
    """What is directly in the folder ``?path=``, beginning with ``?search=``, from ``?after=`` on."""
    form = BrowseForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("path", "search", "after")}
    listed = access.browse(visit, asked["path"], token=asked["after"] or None, search=asked["search"])
    start = reverse("oss_share:share", args=[token])
    context = {
        **asked,
        "form": form,
        "crumbs": _crumbs(start, asked["path"]),
        "entries": _entries(start, token, len(visit.share.key), listed),
        **_pages(start, asked, listed),
    }
    return show(request, "folder", token, visit, context)


def _entries(start: str, token: str, cut: int, listed: Page) -> list[Entry]:
    return [
        *(_folder(start, cut, folder) for folder in listed.folders),
        *(_file(token, cut, file) for file in listed.files),
    ]


def _folder(start: str, cut: int, folder: Folder) -> Entry:
    return Entry(shown_name(folder.name), _FOLDER, _address(start, path=folder.key[cut:]))


def _file(token: str, cut: int, file: File) -> Entry:
    path = file.key[cut:]
    return Entry(
        shown_name(file.name), kind_of(file.name), address_of(token, path), path, size=file.size, modified=file.modified
    )


def _crumbs(start: str, path: str) -> list[tuple[str, str]]:
    """Names and addresses of the folders above and of this one, but for the shared one itself."""
    names = path.split("/")[:-1]
    return [
        (shown_name(name), _address(start, path="/".join(names[: depth + 1]) + "/")) for depth, name in enumerate(names)
    ]


def _pages(start: str, asked: dict[str, str], listed: Page) -> dict[str, Any]:
    same = {"path": asked["path"], "search": asked["search"]}
    following = listed.next_token and _address(start, **same, after=sign_position(listed.next_token))
    return {"next_page": following, "first_page": asked["after"] and _address(start, **same)}


def _address(start: str, **query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{start}?{urlencode(given)}" if given else start
