"""Multipart uploads: parts until they are joined or dropped."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence

from ..errors import invalid_part, no_such_upload
from .blobs import Blobs, Content, join
from .database import Database
from .records import Draft, Part, Upload, dump, load_segments, part, upload


class Uploads:
    """The tables of uploads and parts."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self._blobs = database, blobs

    def initiate(self, bucket: str, key: str, draft: Draft, now: int) -> str:
        """Begin an upload; its id."""
        upload_id = secrets.token_hex(16).upper()
        values = (
            *(upload_id, bucket, key.encode(), now, draft.storage_class, draft.acl),
            *(dump(draft.headers), dump(draft.tags)),
        )
        with self._database.transaction() as db:
            db.execute("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return upload_id

    def get(self, bucket: str, key: str, upload_id: str) -> Upload:
        """:raises OSSError: NoSuchUpload, also where it is another key's."""
        with self._database.reading() as db:
            return _get(db, bucket, key, upload_id)

    def put_part(self, begun: Upload, number: int, content: Content, now: int) -> None:
        """Store part ``number``, in place of one of that number.

        :raises OSSError: the upload was ended meanwhile; the part's bytes are removed.
        """
        try:
            with self._database.transaction() as db:
                _get(db, begun.bucket, begun.key, begun.upload_id)
                replaced = _remove_parts(db, "upload_id = ? AND number = ?", (begun.upload_id, number))
                values = (begun.upload_id, number, content.size, content.etag, str(content.crc64), now)
                db.execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, dump(content.segments)))
        except BaseException:
            self._blobs.remove(content.blobs)
            raise
        self._blobs.remove(replaced)

    def parts(self, upload_id: str, after: int = 0, limit: int = 10_000) -> list[Part]:
        """Parts with numbers over ``after``, in order."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT * FROM parts WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?",
                (upload_id, after, limit),
            )
            return [part(row) for row in rows]

    def joined(self, upload_id: str, chosen: Sequence[tuple[int, str]]) -> Content:
        """The content that the parts chosen, as numbers and ETags, make.

        :raises OSSError: there is no such part.
        """
        there = {each.number: each for each in self.parts(upload_id)}
        contents = []
        for number, etag in chosen:
            found = there.get(number)
            if found is None or found.content.etag != etag.strip('"').upper():
                raise invalid_part(number, etag)
            contents.append(found.content)
        return join(contents)

    def end(self, upload_id: str) -> None:
        """Forget the upload and remove its parts."""
        with self._database.transaction() as db:
            removed = _remove_parts(db, "upload_id = ?", (upload_id,))
            db.execute("DELETE FROM uploads WHERE upload_id = ?", (upload_id,))
        self._blobs.remove(removed)

    def end_all(self, bucket: str) -> None:
        """Drop every upload to ``bucket``."""
        with self._database.reading() as db:
            ids = [row[0] for row in db.execute("SELECT upload_id FROM uploads WHERE bucket = ?", (bucket,))]
        for upload_id in ids:
            self.end(upload_id)


def _get(db: sqlite3.Connection, bucket: str, key: str, upload_id: str) -> Upload:
    row = db.execute(
        "SELECT * FROM uploads WHERE upload_id = ? AND bucket = ? AND key = ?", (upload_id, bucket, key.encode())
    ).fetchone()
    if row is None:
        raise no_such_upload(upload_id)
    return upload(row)


def _remove_parts(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[str]:
    rows = db.execute(f"DELETE FROM parts WHERE {where} RETURNING segments", values).fetchall()  # noqa: S608
    return [segment.blob for row in rows for segment in load_segments(row[0])]
