"""What all pages of a share say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from ..services import access, shares
from ..services.access import Visit
from .items import Item
from .kinds import FileKind, shown_name
from .pages import page
from .qr import is_installed


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a file, or a folder.

    :ivar item: what a form sends for it. :ivar href: of its own page. :ivar size: bytes, where the list knows it.
    """

    name: str
    kind: FileKind
    href: str
    item: Item = None
    size: int | None = None
    modified: datetime | None = None


def show(request: HttpRequest, template: str, token: str, visit: Visit, context: Mapping[str, Any]) -> HttpResponse:
    """Render ``template`` with what all pages of the share say, and ``context``."""
    share = visit.share
    common = {
        "token": token,
        "share": share,
        "title": shown_name(share.label),
        "url": shares.get_url(share, request),
        "has_qr": is_installed(),
        "has_zip": access.is_offered(visit),
        "downloads_left": share.downloads_left,
    }
    return page(request, template, {**common, **context}, origin=access.link_origin(visit))
