"""A share's address as a picture for the camera of a phone."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound

from ..services import shares
from .door import door, enter


@door("GET", "HEAD")
def qr(request: HttpRequest, token: str) -> HttpResponseBase:
    """The address of the page; 404 without the extra ``[qr]``."""
    visit = enter(request, token)
    if not is_installed():
        return HttpResponseNotFound("The extra django-oss-share[qr] is not installed.\n", content_type="text/plain")
    return HttpResponse(draw(shares.get_url(visit.share, request)), content_type="image/svg+xml")


def is_installed() -> bool:
    """Whether there is something to draw with."""
    return find_spec("segno") is not None


def draw(text: str) -> bytes:
    """``text`` as an SVG, dark on white also on a dark page, where cameras would not find it otherwise."""
    import segno

    image = BytesIO()
    segno.make(text, error="m", micro=False).save(image, kind="svg", scale=4, border=3, light="#fff", svgclass=None)
    return image.getvalue()
