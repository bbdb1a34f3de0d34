"""The one way out: to a link that was just counted and written down."""

from __future__ import annotations

from django.http import HttpResponseRedirect

from ..oss import PresignedURL


def to_bucket(link: PresignedURL) -> HttpResponseRedirect:
    """A 302; its host is the storage's, for nothing that a visitor sent is in there but the name of a shared object."""
    return HttpResponseRedirect(link.url)
