"""Buckets and their configurations."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple

from ..errors import bucket_not_empty, no_such_bucket
from .database import Database
from .records import Bucket


class Buckets:
    """The table of buckets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, bucket: Bucket) -> None:
        """Make it; one that is there stays as it is."""
        with self._database.transaction() as db:
            db.execute("INSERT OR IGNORE INTO buckets VALUES (?, ?, ?, ?, ?, ?)", astuple(bucket))

    def find(self, name: str) -> Bucket | None:
        with self._database.reading() as db:
            return _find(db, name)

    def get(self, name: str) -> Bucket:
        """:raises OSSError: NoSuchBucket."""
        found = self.find(name)
        if found is None:
            raise no_such_bucket(name)
        return found

    def all(self) -> list[Bucket]:
        """In the order of their names."""
        with self._database.reading() as db:
            return [Bucket(*row) for row in db.execute("SELECT * FROM buckets ORDER BY name")]

    def delete(self, name: str) -> None:
        """:raises OSSError: it holds objects, versions or uploads."""
        with self._database.transaction() as db:
            for table in ("objects", "uploads"):
                if db.execute(f"SELECT 1 FROM {table} WHERE bucket = ? LIMIT 1", (name,)).fetchone():  # noqa: S608
                    raise bucket_not_empty(name)
            db.execute("DELETE FROM configurations WHERE bucket = ?", (name,))
            db.execute("DELETE FROM buckets WHERE name = ?", (name,))

    def set_acl(self, name: str, acl: str) -> None:
        with self._database.transaction() as db:
            db.execute("UPDATE buckets SET acl = ? WHERE name = ?", (acl, name))

    def set_versioning(self, name: str, status: str) -> None:
        with self._database.transaction() as db:
            db.execute("UPDATE buckets SET versioning = ? WHERE name = ?", (status, name))

    def usage(self, name: str) -> tuple[int, int, int]:
        """Bytes of all versions, current objects, uploads under way."""
        with self._database.reading() as db:
            size, current = db.execute(
                "SELECT COALESCE(SUM(size), 0), COALESCE(SUM(latest AND type != 'DeleteMarker'), 0)"
                " FROM objects WHERE bucket = ?",
                (name,),
            ).fetchone()
            uploads = db.execute("SELECT COUNT(*) FROM uploads WHERE bucket = ?", (name,)).fetchone()[0]
        return size, current, uploads

    def configuration(self, bucket: str, name: str) -> str | None:
        """What :meth:`configure` stored."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT value FROM configurations WHERE bucket = ? AND name = ?", (bucket, name)
            ).fetchone()
        return row[0] if row else None

    def configure(self, bucket: str, name: str, value: str | None) -> None:
        """Store the configuration ``name`` (``cors``, ``referer``, ``policy``, ``tagging``), or remove it by None."""
        with self._database.transaction() as db:
            if value is None:
                db.execute("DELETE FROM configurations WHERE bucket = ? AND name = ?", (bucket, name))
            else:
                db.execute("INSERT OR REPLACE INTO configurations VALUES (?, ?, ?)", (bucket, name, value))


def _find(db: sqlite3.Connection, name: str) -> Bucket | None:
    row = db.execute("SELECT * FROM buckets WHERE name = ?", (name,)).fetchone()
    return Bucket(*row) if row else None


def versioning_of(db: sqlite3.Connection, name: str) -> str:
    """:raises OSSError: the bucket was deleted meanwhile."""
    bucket = _find(db, name)
    if bucket is None:
        raise no_such_bucket(name)
    return bucket.versioning
