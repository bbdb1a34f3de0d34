"""``{% load oss_share_pages %}``: what the public pages need beyond Django's own filters."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def exact_bytes(size: int) -> str:
    """``1,234,567 bytes``, in the visitor's language: what ``filesizeformat`` rounds."""
    return ngettext("%(count)s byte", "%(count)s bytes", size) % {"count": number_format(size, force_grouping=True)}
