"""Which objects of a bucket are wanted, page by page of its list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from ...oss.listed import ListedObject
from ...oss.listing import BucketLister
from .patterns import Rules


class Chosen(NamedTuple):
    """What a page of the list comes to.

    :ivar listed: objects on it. :ivar objects: those that are wanted.
    :ivar next_token: where the list goes on; None: nothing more is wanted.
    """

    listed: int
    objects: list[ListedObject]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of the objects whose keys start with ``prefix``; None and "" ask nothing.

    :ivar recursive: False: only those directly in the folder.
    :ivar start_after: only keys later than that. :ivar end_with: none later than that.
    :ivar rules: on names relative to the prefix's last slash.
    :ivar min_size: bytes, as is ``max_size``; both are allowed themselves.
    :ivar modified_from: aware, as is ``modified_until``; both are allowed themselves.
    :ivar limit: of objects.
    :ivar versions: each version of them, not only the latest.
    :ivar hidden: what keys begin with that are never wanted.
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
    versions: bool = False
    hidden: str = ""

    def pages(self, lister: BucketLister, page_size: int = 1000, *, token: str | None = None) -> Iterator[Chosen]:
        """For each page of the list, what is wanted of it.

        :param token: the ``next_token`` of the page before.
        :raises ServiceError: OSS does not tell, or breaks the list off; what was given until then stays true.
        """
        left = self.limit
        for page in lister.pages(
            self.prefix,
            delimiter="" if self.recursive else "/",
            start_after=self.start_after,
            token=token,
            page_size=page_size,
            versions=self.versions,
        ):
            wanted = list(islice(self.wanted(page.objects), left))
            if left is not None:
                left -= len(wanted)
            is_over = left == 0 or self._is_over(page.objects)
            yield Chosen(len(page.objects), wanted, None if is_over else page.next_token)
            if is_over:
                return

    def _is_over(self, objects: list[ListedObject]) -> bool:
        if not self.end_with or not objects:
            return False
        last = objects[-1].key
        # Further versions of the last key may be on the next page.
        return last > self.end_with or (last == self.end_with and not self.versions)

    def wanted(self, objects: list[ListedObject]) -> Iterator[ListedObject]:
        """Those of ``objects`` that are wanted, whatever the limit."""
        wanted: Iterator[ListedObject] = iter(objects)
        if self.hidden:
            wanted = (each for each in wanted if not each.key.startswith(self.hidden))
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
