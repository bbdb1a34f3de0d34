"""Handing a file out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from ..services import access
from .door import door, enter
from .items import item_of
from .redirects import to_bucket


@door("POST")
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """Count it, write it down, and send the visitor on to the bucket."""
    visit = enter(request, token)
    return to_bucket(access.issue(visit, item_of(visit, request.POST)))
