"""The emulator's index: one SQLite file under its root, one connection, one lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

# Keys are blobs, because OSS orders them by their UTF-8 bytes, as SQLite does blobs.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, region TEXT NOT NULL, owner TEXT NOT NULL, created INTEGER NOT NULL,
    acl TEXT NOT NULL, versioning TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS configurations (
    bucket TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (bucket, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL, key BLOB NOT NULL, version_id TEXT NOT NULL, latest INTEGER NOT NULL,
    type TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, crc64 TEXT NOT NULL,
    modified INTEGER NOT NULL, storage_class TEXT NOT NULL, acl TEXT NOT NULL,
    headers TEXT NOT NULL, tags TEXT NOT NULL, segments TEXT NOT NULL,
    UNIQUE (bucket, key, version_id)
);
CREATE INDEX IF NOT EXISTS objects_latest ON objects (bucket, key) WHERE latest AND type != 'DeleteMarker';
CREATE INDEX IF NOT EXISTS objects_versions ON objects (bucket, key, sequence DESC);
CREATE TABLE IF NOT EXISTS uploads (
    upload_id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, initiated INTEGER NOT NULL,
    storage_class TEXT NOT NULL, acl TEXT NOT NULL, headers TEXT NOT NULL, tags TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uploads_keys ON uploads (bucket, key, upload_id);
CREATE TABLE IF NOT EXISTS parts (
    upload_id TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, crc64 TEXT NOT NULL,
    modified INTEGER NOT NULL, segments TEXT NOT NULL, PRIMARY KEY (upload_id, number)
) WITHOUT ROWID;
"""


class RootInUse(RuntimeError):
    """Another emulator serves this root."""


class Database:
    """Safe to share between threads; a transaction is whole or nothing."""

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        # Autocommit: transactions are begun where they are meant.
        self._connection = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            if "locked" not in str(error):
                raise
            raise RootInUse(f"{path.parent} is served by another emulator; stop it, or name another root.") from None

    def _prepare(self) -> None:
        # It need not survive a power cut, only the end of the process: no syncs.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA} COMMIT;")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, while nobody changes anything."""
        with self._lock:
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection; what is done to it counts together, when the block ends without an exception."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
