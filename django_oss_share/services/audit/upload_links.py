"""Uploads by parts in access logs: whose they are is told by the row that says where each began, not by a digest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ...models import Action, AuditEvent
from ..uploads.promises import TICKET_LIFE
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
            if self._fits(opened, event.at):
                self.begun[opened.link.digest] = event

    def _fits(self, opened: Opened, begun_at: datetime) -> bool:
        """Links to parts are signed as they are asked for, as long as the upload's ticket is good."""
        signed_at, first = opened.link.signed_at, opened.tally.first
        if first is None or begun_at > first + self._skew:
            return False
        return signed_at is None or signed_at <= begun_at + TICKET_LIFE + self._skew
