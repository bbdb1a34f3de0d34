"""Keys in the order of their UTF-8 bytes, page by page, folded at a delimiter.

A folded group is jumped over by one seek of the index, however many keys it holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from .database import Database

_CURRENT = """
SELECT key, etag, size, modified, type, storage_class FROM objects
WHERE bucket = ? AND latest AND type != 'DeleteMarker' AND key >= ? AND key < ? ORDER BY key
"""
_VERSIONS = """
SELECT key, version_id, latest, etag, size, modified, type, storage_class, sequence FROM objects
WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key, sequence DESC
"""
_UPLOADS = """
SELECT key, upload_id, initiated, storage_class FROM uploads
WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key, upload_id
"""
#: A limit that is none.
ALL = 2**62
# Over every byte of UTF-8.
_END = b"\xff"


class Window(NamedTuple):
    """Which part of a bucket's keys to list.

    :ivar after: a key, or a common prefix of an earlier page.
    :ivar within: list what is left of the key ``after``, too, from this version or upload id on.
    :ivar limit: keys and common prefixes together.
    """

    prefix: str = ""
    delimiter: str = ""
    after: str = ""
    within: str = ""
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """:ivar last: the key or common prefix that the page ended with. :ivar truncated: there is more."""

    rows: list[sqlite3.Row]
    prefixes: list[str]
    truncated: bool
    last: str


class Listing:
    """Reads the index; see :class:`Window` for what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def objects(self, bucket: str, window: Window) -> Page:
        """Current versions: ``key, etag, size, modified, type, storage_class``."""
        return self._page(_CURRENT, bucket, window, lambda row: False)

    def versions(self, bucket: str, window: Window) -> Page:
        """All versions, of one key the newest first, with ``version_id`` and ``latest``."""
        with self._database.reading() as db:
            marker = db.execute(
                "SELECT sequence FROM objects WHERE bucket = ? AND key = ? AND version_id = ?",
                (bucket, window.after.encode(), window.within),
            ).fetchone()
        return self._page(_VERSIONS, bucket, window, lambda row: marker is not None and row["sequence"] < marker[0])

    def uploads(self, bucket: str, window: Window) -> Page:
        """Multipart uploads: ``key, upload_id, initiated, storage_class``."""
        return self._page(_UPLOADS, bucket, window, lambda row: row["upload_id"] > window.within)

    def _page(self, sql: str, bucket: str, window: Window, goes_on: Callable[[sqlite3.Row], bool]) -> Page:
        """:param goes_on: whether a row of the key ``after`` comes after ``within``."""
        prefix, after = window.prefix.encode(), window.after.encode()
        end = _successor(prefix) if prefix else _END
        with self._database.reading() as db:

            def rows_from(start: bytes) -> Iterator[sqlite3.Row]:
                for row in db.execute(sql, (bucket, max(start, prefix), end)):
                    if row["key"] != after or (window.within and goes_on(row)):
                        yield row

            found = list(islice(_folded(rows_from, prefix, window.delimiter.encode(), after), window.limit + 1))
        shown = found[: window.limit]
        return Page(
            rows=[row for row in shown if isinstance(row, sqlite3.Row)],
            prefixes=[group.decode() for group in shown if isinstance(group, bytes)],
            truncated=len(found) > window.limit > 0,
            last=_name(shown[-1]).decode() if shown else "",
        )


def _folded(
    rows_from: Callable[[bytes], Iterator[sqlite3.Row]], prefix: bytes, delimiter: bytes, after: bytes
) -> Iterator[sqlite3.Row | bytes]:
    """Rows, and in place of those with the delimiter beyond the prefix their common start, once."""
    start: bytes | None = after
    while start is not None:
        rows, start = rows_from(start), None
        for row in rows:
            group = _group(row["key"], prefix, delimiter)
            if group is None:
                yield row
                continue
            # The marker of an earlier page may be the group itself.
            if group != after:
                yield group
            start = _successor(group)
            break


def _group(key: bytes, prefix: bytes, delimiter: bytes) -> bytes | None:
    if not delimiter:
        return None
    found = key.find(delimiter, len(prefix))
    return key[: found + len(delimiter)] if found >= 0 else None


def _successor(text: bytes) -> bytes:
    """The first byte string after all that start with ``text``, which is UTF-8 and so ends below 0xFF."""
    return text[:-1] + bytes([text[-1] + 1])


def _name(entry: sqlite3.Row | bytes) -> bytes:
    name: bytes = entry if isinstance(entry, bytes) else entry["key"]
    return name
