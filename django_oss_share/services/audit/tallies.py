"""What access logs say of links, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from ..clients import Client, parse_address
from .access_logs import Line, Link, parse

#: Addresses that are told apart for one link.
MAX_ADDRESSES = 1000


@dataclass(slots=True)
class Tally:
    """Requests of one kind.

    :ivar downloads: that were sent whole. :ivar partial: of which a part was: a range, or the visitor hung up.
    :ivar other: HEAD, not modified, and uploads. :ivar refused: by OSS.
    :ivar sent: bytes. :ivar addresses: as ``IP_PRIVACY`` lets them be kept, with the number of requests of each.
    :ivar first, last: aware UTC.
    """

    downloads: int = 0
    partial: int = 0
    other: int = 0
    refused: int = 0
    sent: int = 0
    addresses: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def requests(self) -> int:
        return self.downloads + self.partial + self.other + self.refused

    @property
    def was_let_in(self) -> bool:
        return self.requests > self.refused

    def add(self, line: Line) -> None:
        if line.status >= 400:
            self.refused += 1
        elif line.method != "GET" or line.status not in (200, 206):
            self.other += 1
        elif line.status == 200 and (line.is_processed or line.size is None or line.sent >= line.size):
            self.downloads += 1
        else:
            self.partial += 1
        # Of a refusal that is the error document.
        self.sent += line.sent if line.status < 400 else 0
        self._seen(Client(parse_address(line.address)).recorded_address, 1)
        self._stretch(line.at, line.at)

    def merge(self, other: Tally) -> None:
        for name in ("downloads", "partial", "other", "refused", "sent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for address, count in other.addresses.items():
            self._seen(address, count)
        if other.first and other.last:
            self._stretch(other.first, other.last)

    def _seen(self, address: str, count: int) -> None:
        if address and (address in self.addresses or len(self.addresses) < MAX_ADDRESSES):
            self.addresses[address] += count

    def _stretch(self, first: datetime, last: datetime) -> None:
        self.first = min(self.first or first, first)
        self.last = max(self.last or last, last)


@dataclass(slots=True)
class Opened:
    """One link, as the log knows it."""

    link: Link
    bucket: str
    key: str
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class LogTally:
    """What one log file, or several, say.

    :ivar links: by digest. :ivar buckets: of ours, that there are lines of. :ivar anonymous: requests that nobody
        signed. :ivar cdn: a CDN's, on its way back to the bucket. :ivar elsewhere: lines of buckets that are none of
        ours. :ivar unreadable: lines that are none.
    """

    links: dict[str, Opened] = field(default_factory=dict)
    buckets: set[str] = field(default_factory=set)
    anonymous: Tally = field(default_factory=Tally)
    cdn: Tally = field(default_factory=Tally)
    lines: int = 0
    elsewhere: int = 0
    unreadable: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, line: Line) -> None:
        self._stretch(line.at, line.at)
        self.buckets.add(line.bucket)
        if line.link is not None:
            opened = self.links.setdefault(line.link.digest, Opened(line.link, line.bucket, line.key))
            opened.tally.add(line)
        elif line.is_cdn:
            self.cdn.add(line)
        elif line.is_anonymous and line.key:
            self.anonymous.add(line)

    def merge(self, other: LogTally) -> None:
        for name in ("lines", "elsewhere", "unreadable"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.buckets |= other.buckets
        self.anonymous.merge(other.anonymous)
        self.cdn.merge(other.cdn)
        for digest, opened in other.links.items():
            same = self.links.setdefault(digest, Opened(opened.link, opened.bucket, opened.key))
            same.tally.merge(opened.tally)
        if other.first and other.last:
            self._stretch(other.first, other.last)

    def _stretch(self, first: datetime, last: datetime) -> None:
        self.first = min(self.first or first, first)
        self.last = max(self.last or last, last)


def read(lines: Iterable[bytes], buckets: frozenset[str]) -> tuple[LogTally, str]:
    """What the lines say of ``buckets``, and the SHA-256 of them all."""
    tally, digest = LogTally(), sha256()
    for raw in lines:
        digest.update(raw)
        if not raw.strip():
            continue
        tally.lines += 1
        line = parse(raw.decode(errors="replace"))
        if line is None:
            tally.unreadable += 1
        elif line.bucket not in buckets:
            tally.elsewhere += 1
        else:
            tally.add(line)
    return tally, digest.hexdigest()
