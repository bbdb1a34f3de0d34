"""Pages of tables with millions of rows, none of which are counted."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property

from .typed import AnyPaginator

#: Rows that are counted, and paged through, at most; whoever looks further back narrows the list.
MAX_COUNT = 10_000


class CappedPaginator(AnyPaginator):
    """Counts no further than :data:`MAX_COUNT`, along the index that the rows are ordered by."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MAX_COUNT].count())

    @property
    def is_capped(self) -> bool:
        """Whether there may be more."""
        return self.count == MAX_COUNT
