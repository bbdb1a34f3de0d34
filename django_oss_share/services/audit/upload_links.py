"""Uploads by parts in access logs: whose they are is told by the row that says where each began, not by a digest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from ...models import Action, AuditEvent
from .tallies import Opened


def begins_parts(event: AuditEvent) -> bool:
    """Whether it tells of an upload whose links are made part by part, and are on no record."""
    data = event.data
    return event.action == Action.ISSUED and bool(data.get("upload")) and not (event.link_digest or data.get("form"))


class Uploads:
    """Those that are in the logs, each to be joined to the row of its beginning.

    :ivar begun: the row, by the digest of the upload's id.
    """

    def __init__(self, links: Iterable[Opened], skew: timedelta) -> None:
        self.begun: dict[str, AuditEvent] = {}
        self._skew = skew
        self._by_place: dict[tuple[str, str], list[Opened]] = {}
        for opened in links:
            if opened.link.is_part:
                self._by_place.setdefault((opened.bucket, opened.key), []).append(opened)

    def join(self, event: AuditEvent, bucket: str, key: str) -> None:
        """Of several rows, given in their order, an upload is the last one's that is no younger than its first part."""
        for opened in self._by_place.get((bucket, key), ()):
            if opened.tally.first is not None and event.at <= opened.tally.first + self._skew:
                self.begun[opened.link.digest] = event
