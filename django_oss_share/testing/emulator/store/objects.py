"""Objects and their versions: what a key stands for now, and what it stood for."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from ..errors import file_already_exists, no_such_key, no_such_version, not_appendable, position_not_equal_to_length
from ..response import FileBody
from .blobs import Blobs, Content
from .buckets import versioning_of
from .crc_combine import combine
from .database import Database
from .records import MARKER, NULL_VERSION, Draft, StoredObject, dump, load_segments, stored_object

_INSERT = """
INSERT INTO objects (bucket, key, version_id, latest, type, size, etag, crc64, modified, storage_class, acl, headers,
                     tags, segments)
VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWEST = "SELECT * FROM objects WHERE bucket = ? AND key = ? ORDER BY sequence DESC LIMIT 1"
_ONE = "bucket = ? AND key = ? AND version_id = ?"


class Deletion(NamedTuple):
    """What a deletion did.

    :ivar version_id: of the version removed or of the marker made; None without versions.
    :ivar marker: whether a delete marker was made, or the version removed was one.
    """

    version_id: str | None
    marker: bool


class Objects:
    """The table of objects."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self._blobs = database, blobs

    def find(self, bucket: str, key: str, version_id: str | None = None) -> StoredObject | None:
        """The current version or the one named; it may be a delete marker."""
        with self._database.reading() as db:
            return _find(db, bucket, key, version_id)

    def get(self, bucket: str, key: str, version_id: str | None = None) -> StoredObject:
        """:raises OSSError: NoSuchKey or NoSuchVersion; a delete marker is returned as it is."""
        return self._required(self.find(bucket, key, version_id), key, version_id)

    def open(self, bucket: str, key: str, version_id: str | None = None) -> tuple[StoredObject, FileBody]:
        """The object and its bytes as they are at this moment, whatever happens to it while they are read."""
        with self._database.reading() as db:
            found = self._required(_find(db, bucket, key, version_id), key, version_id)
            return found, self._blobs.open(found.draft.content)

    def put(self, bucket: str, key: str, draft: Draft, now: int, *, forbid_overwrite: bool = False) -> StoredObject:
        """Make ``draft`` the current version, all at once.

        :param now: milliseconds since 1970.
        :param forbid_overwrite: refuse where the key is taken; without meaning in a bucket with versions, as in OSS.
        :raises OSSError: it is taken; the draft's bytes are removed.
        """
        try:
            with self._database.transaction() as db:
                versioning = versioning_of(db, bucket)
                if forbid_overwrite and not versioning and _find(db, bucket, key, None) is not None:
                    raise file_already_exists(key)
                stored, replaced = _store(db, bucket, key, draft, now, versioning)
        except BaseException:
            self._blobs.remove(draft.content.blobs)
            raise
        self._blobs.remove(replaced)
        return stored

    def append(self, bucket: str, key: str, draft: Draft, position: int, now: int) -> StoredObject:
        """Add the draft's bytes to the appendable object ``key``, or begin one at position 0.

        :raises OSSError: it is of another type, or does not end at ``position``; the draft's bytes are removed.
        """
        try:
            with self._database.transaction() as db:
                existing = _find(db, bucket, key, None)
                if existing is None or existing.is_marker:
                    existing = None
                _check_append(key, existing, position)
                if existing is None:
                    return _store(db, bucket, key, draft, now, versioning_of(db, bucket))[0]
                return _extend(db, existing, draft.content, now)
        except BaseException:
            self._blobs.remove(draft.content.blobs)
            raise

    def delete(self, bucket: str, key: str, version_id: str | None, now: int) -> Deletion:
        """Remove one version, or the current one: in a bucket with versions a delete marker then takes its place."""
        with self._database.transaction() as db:
            versioning = versioning_of(db, bucket)
            if version_id is None and versioning:
                marker, removed = _store(db, bucket, key, Draft(type=MARKER), now, versioning)
                deletion = Deletion(marker.version_id, marker=True)
            else:
                gone = _find(db, bucket, key, version_id or NULL_VERSION)
                removed = _remove(db, bucket, key, version_id or NULL_VERSION)
                _promote(db, bucket, key)
                deletion = Deletion(version_id, marker=gone is not None and gone.is_marker)
        self._blobs.remove(removed)
        return deletion

    def delete_bucket_contents(self, bucket: str) -> None:
        """Remove all versions of all objects."""
        with self._database.transaction() as db:
            rows = db.execute("SELECT segments FROM objects WHERE bucket = ?", (bucket,)).fetchall()
            db.execute("DELETE FROM objects WHERE bucket = ?", (bucket,))
        self._blobs.remove(segment.blob for row in rows for segment in load_segments(row[0]))

    def set_acl(self, stored: StoredObject, acl: str) -> None:
        self._update(stored, "acl", acl)

    def set_tags(self, stored: StoredObject, tags: Mapping[str, str]) -> None:
        self._update(stored, "tags", dump(tags))

    def _update(self, stored: StoredObject, column: str, value: str) -> None:
        with self._database.transaction() as db:
            db.execute(
                f"UPDATE objects SET {column} = ? WHERE {_ONE}",  # noqa: S608
                (value, stored.bucket, stored.key.encode(), stored.version_id),
            )

    def _required(self, found: StoredObject | None, key: str, version_id: str | None) -> StoredObject:
        if found is None:
            raise no_such_key(key) if version_id is None else no_such_version(key, version_id)
        return found


def _find(db: sqlite3.Connection, bucket: str, key: str, version_id: str | None) -> StoredObject | None:
    if version_id is None:
        found = db.execute(_NEWEST, (bucket, key.encode()))
    else:
        found = db.execute(f"SELECT * FROM objects WHERE {_ONE}", (bucket, key.encode(), version_id))  # noqa: S608
    row = found.fetchone()
    return stored_object(row) if row else None


def _store(
    db: sqlite3.Connection, bucket: str, key: str, draft: Draft, now: int, versioning: str
) -> tuple[StoredObject, list[str]]:
    """Insert the current version; it and the blobs of the version that it replaced."""
    version_id = new_version_id() if versioning == "Enabled" else NULL_VERSION
    replaced = _remove(db, bucket, key, version_id) if version_id == NULL_VERSION else []
    db.execute("UPDATE objects SET latest = 0 WHERE bucket = ? AND key = ?", (bucket, key.encode()))
    content = draft.content
    values = (
        *(bucket, key.encode(), version_id, draft.type, content.size, content.etag, str(content.crc64), now),
        *(draft.storage_class, draft.acl, dump(draft.headers), dump(draft.tags), dump(content.segments)),
    )
    db.execute(_INSERT, values)
    return StoredObject(bucket, key, version_id, latest=True, modified=now, draft=draft), replaced


def _remove(db: sqlite3.Connection, bucket: str, key: str, version_id: str) -> list[str]:
    """Delete one version; its blobs."""
    values = (bucket, key.encode(), version_id)
    rows = db.execute(f"DELETE FROM objects WHERE {_ONE} RETURNING segments", values).fetchall()  # noqa: S608
    return [segment.blob for row in rows for segment in load_segments(row[0])]


def _promote(db: sqlite3.Connection, bucket: str, key: str) -> None:
    """Make the newest version that is left the current one."""
    db.execute(
        "UPDATE objects SET latest = 1 WHERE sequence ="
        " (SELECT MAX(sequence) FROM objects WHERE bucket = ? AND key = ?)",
        (bucket, key.encode()),
    )


def _check_append(key: str, existing: StoredObject | None, position: int) -> None:
    if existing is not None and existing.draft.type != "Appendable":
        raise not_appendable(key)
    length = existing.size if existing else 0
    if position != length:
        raise position_not_equal_to_length(length)


def _extend(db: sqlite3.Connection, existing: StoredObject, added: Content, now: int) -> StoredObject:
    old = existing.draft.content
    # OSS gives an appended object an ETag of its own making: no MD5 of the whole.
    content = Content((*old.segments, *added.segments), added.etag, combine(old.crc64, added.crc64, added.size))
    db.execute(
        f"UPDATE objects SET size = ?, etag = ?, crc64 = ?, modified = ?, segments = ? WHERE {_ONE}",  # noqa: S608
        (
            *(content.size, content.etag, str(content.crc64), now, dump(content.segments)),
            *(existing.bucket, existing.key.encode(), existing.version_id),
        ),
    )
    return replace(existing, modified=now, draft=replace(existing.draft, content=content))


def new_version_id() -> str:
    """As OSS's look: opaque, URL-safe."""
    return f"CAEQ{secrets.token_hex(24)}"
