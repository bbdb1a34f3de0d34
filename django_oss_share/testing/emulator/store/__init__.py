"""Where the emulator keeps buckets and objects: bytes in files, everything else in one SQLite index, under one root."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .blobs import Blobs, Content, Segment
from .buckets import Buckets
from .database import Database, RootInUse
from .listing import ALL, Listing, Page, Window
from .objects import Deletion, Objects
from .records import EMPTY, NULL_VERSION, Bucket, Draft, Part, StoredObject, Upload
from .uploads import Uploads

__all__ = [
    "ALL",
    "EMPTY",
    "NULL_VERSION",
    "Blobs",
    "Bucket",
    "Content",
    "Deletion",
    "Draft",
    "Page",
    "Part",
    "RootInUse",
    "Segment",
    "Store",
    "StoredObject",
    "Upload",
    "Window",
]


class Store:
    """Everything under ``root``, which is made if need be; a second start on it finds what the first one stored.

    :raises RootInUse: another emulator has it.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._database = Database(root / "index.sqlite3")
        self.blobs = Blobs(root)
        self.buckets = Buckets(self._database)
        self.objects = Objects(self._database, self.blobs)
        self.uploads = Uploads(self._database, self.blobs)
        self.listing = Listing(self._database)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes anything in this block."""
        with self._database.reading():
            yield

    def complete(self, upload: Upload, draft: Draft, now: int, *, forbid_overwrite: bool) -> StoredObject:
        """Make the object of an upload whose parts are ``draft.content``, and end the upload.

        :raises OSSError: the key is taken, and the upload stays.
        """
        with self.alone():
            # Links of its own: whatever happens in between, object and upload never share a file.
            own = replace(draft, content=self.blobs.copy(draft.content))
            stored = self.objects.put(upload.bucket, upload.key, own, now, forbid_overwrite=forbid_overwrite)
            self.uploads.end(upload.upload_id)
            return stored

    def clear(self, bucket: str) -> None:
        """Remove the bucket with all that is in it."""
        with self.alone():
            self.objects.delete_bucket_contents(bucket)
            self.uploads.end_all(bucket)
            self.buckets.delete(bucket)

    def close(self) -> None:
        self._database.close()
