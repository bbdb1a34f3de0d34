"""Showing a file on a page of ours. Whatever is shown was handed out: it is counted as a download."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from ..services import access
from ..services.access import Target, Text, Visit
from ..services.previews import preview_kind
from .bots import is_automatic
from .door import door, enter
from .items import Item, item_of
from .redirects import to_bucket

if TYPE_CHECKING:
    from ..oss.client import ObjectInfo

#: Bytes of an image or a PDF beyond which it is shown only to those who ask for it.
AUTOMATIC_BYTES = 20 * 1024**2


@dataclass(frozen=True, slots=True)
class Preview:
    """What ``preview.html`` shows.

    :ivar kind: ``image``, ``pdf``, ``video``, ``audio`` or ``text``. :ivar src: the address, but of a text.
    """

    kind: str
    src: str = ""
    text: Text | None = None


@door("GET", "HEAD")
def preview(request: HttpRequest, token: str) -> HttpResponseBase:
    """Where pages get what they show. Not with a limit, which pages that are merely looked at would use up."""
    visit = enter(request, token)
    if request.method == "HEAD" or visit.share.is_limited or is_automatic(request):
        return redirect("oss_share:share", token)
    return to_bucket(access.issue(visit, item_of(visit, request.GET), preview=True))


def kind_shown(visit: Visit, name: str) -> str:
    """How a page may show a file of that name; "": not at all."""
    kind = preview_kind(name) or ""
    return "" if kind == "pdf" and _saves_documents(visit) else kind


def automatic(request: HttpRequest, token: str, visit: Visit, target: Target, info: ObjectInfo) -> Preview | None:
    """What a page shows of its own accord: nothing of a limited share, nothing large, nothing to programs."""
    kind = kind_shown(visit, target.name)
    is_large = kind in ("image", "pdf") and info.size > AUTOMATIC_BYTES
    if not kind or is_large or visit.share.is_limited or is_automatic(request):
        return None
    if kind == "text":
        return Preview(kind, text=access.read_text(visit, target.item))
    return Preview(kind, _address(token, target.item))


def on_demand(visit: Visit, target: Target) -> Preview | None:
    """What somebody asked to see, by a link that is in the page."""
    kind = kind_shown(visit, target.name)
    if kind == "text":
        return Preview(kind, text=access.read_text(visit, target.item))
    return Preview(kind, access.issue(visit, target.item, preview=True).url) if kind else None


def _address(token: str, item: Item) -> str:
    query = "" if item is None else "?" + urlencode({"item": item})
    return reverse("oss_share:preview", args=[token]) + query


def _saves_documents(visit: Visit) -> bool:
    """OSS's own domains make browsers save what is opened by itself, in a frame too; custom ones do not."""
    host = urlsplit(access.link_origin(visit)).hostname or ""
    return host.endswith(".aliyuncs.com")
