"""Shares as CSV, with the links of those that the user could make new ones for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ..models import Kind, Share
from ..services import shares
from ..services.rights import may_see_link
from .csv_lines import BYTE_ORDER_MARK, batches, line, utc

HEADINGS = (
    "id",
    "state",
    "label",
    "covers",
    "storage",
    "keys",
    "owner",
    "created",
    "starts",
    "expires",
    "downloads",
    "max_downloads",
    "password",
    "link",
)


def lines(request: HttpRequest, queryset: Any) -> Iterator[str]:
    """The whole file, the newest share first."""
    now = timezone.now()
    yield BYTE_ORDER_MARK + line(HEADINGS)
    for batch in batches(queryset.order_by("-id").prefetch_related("items")):
        yield "".join(line(_cells(request, share, now)) for share in batch)


def _cells(request: HttpRequest, share: Share, now: datetime) -> list[str]:
    keys = [item.key for item in share.items.all()] if share.kind == Kind.SELECTION else [share.key]
    return [
        str(share.pk),
        share.state(now).value,
        share.label,
        share.kind,
        share.storage,
        "\n".join(keys),
        share.created_by_label,
        utc(share.created_at),
        utc(share.starts_at),
        utc(share.expires_at),
        str(share.downloads),
        "" if share.max_downloads is None else str(share.max_downloads),
        "yes" if share.has_password else "no",
        shares.get_url(share, request) if may_see_link(request.user, share) else "",
    ]
