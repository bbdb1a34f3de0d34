"""Which objects of a bucket are wanted, page by page of its list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from ...oss.listed import ListedObject
from ...oss.listing import BucketLister
from .patterns import Rules


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of the objects whose keys start with ``prefix``; None and "" ask nothing.

    :ivar recursive: False: only those directly in the folder.
    :ivar start_after: only keys later than that. :ivar end_with: none later than that.
    :ivar rules: on names relative to the prefix's last slash.
    :ivar min_size: bytes, as is ``max_size``; both are allowed themselves.
    :ivar modified_from: aware, as is ``modified_until``; both are allowed themselves.
    :ivar limit: of objects.
    """

    prefix: str = ""
    recursive: bool = True
    start_after: str = ""
    end_with: str = ""
    rules: Rules | None = None
    min_size: int | None = None
    max_size: int | None = None
    modified_from: datetime | None = None
    modified_until: datetime | None = None
    limit: int | None = None

    def pages(self, lister: BucketLister, page_size: int = 1000) -> Iterator[tuple[int, list[ListedObject]]]:
        """For each page of the list, how many objects it had, and those that are wanted.

        :raises ServiceError: OSS does not tell, or breaks the list off; what was given until then stays true.
        """
        left = self.limit
        delimiter = "" if self.recursive else "/"
        for page in lister.pages(self.prefix, delimiter=delimiter, start_after=self.start_after, page_size=page_size):
            wanted = list(islice(self._wanted(page.objects), left))
            yield len(page.objects), wanted
            if left is not None:
                left -= len(wanted)
            if left == 0 or self._is_over(page.objects):
                return

    def _is_over(self, objects: list[ListedObject]) -> bool:
        return bool(self.end_with and objects and objects[-1].key >= self.end_with)

    def _wanted(self, objects: list[ListedObject]) -> Iterator[ListedObject]:
        wanted: Iterator[ListedObject] = iter(objects)
        if self.end_with:
            # Python orders text as OSS orders its UTF-8.
            wanted = (each for each in wanted if each.key <= self.end_with)
        if self.min_size is not None or self.max_size is not None:
            wanted = (each for each in wanted if self._has_size(each.size))
        if self.modified_from is not None or self.modified_until is not None:
            wanted = (each for each in wanted if self._has_time(each.modified))
        if self.rules is not None:
            allow, start = self.rules.allow, self.prefix.rfind("/") + 1
            wanted = (each for each in wanted if allow(each.key[start:]))
        return wanted

    def _has_size(self, size: int) -> bool:
        return (self.min_size is None or size >= self.min_size) and (self.max_size is None or size <= self.max_size)

    def _has_time(self, modified: datetime) -> bool:
        if self.modified_from is not None and modified < self.modified_from:
            return False
        return self.modified_until is None or modified <= self.modified_until
