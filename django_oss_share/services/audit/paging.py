"""Reading more rows than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)

PAGE = 1000


def in_order(rows: QuerySet[_Row]) -> Iterator[_Row]:
    """``rows`` by their ids, a page at a time: to ``iterator()``, MariaDB's driver would give all of them at once."""
    rows = rows.order_by("pk")
    page = list(rows[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1].pk)[:PAGE]) if len(page) == PAGE else []
