"""What the store holds, as values that do not change."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from .blobs import Content, Segment

#: The version of an object that was stored while its bucket kept no versions.
NULL_VERSION = "null"
#: The type of the entry that hides a deleted object in a bucket with versions.
MARKER = "DeleteMarker"


@dataclass(frozen=True, slots=True)
class Bucket:
    """:ivar created: milliseconds since 1970. :ivar versioning: "" (never), ``Enabled`` or ``Suspended``."""

    name: str
    region: str
    owner: str
    created: int
    acl: str
    versioning: str


#: No bytes at all, or none yet.
EMPTY = Content((), "", 0)


@dataclass(frozen=True, slots=True)
class Draft:
    """An object before it has a place and a time.

    :ivar type: ``Normal``, ``Multipart``, ``Appendable`` or ``Symlink``.
    :ivar acl: ``default`` is the bucket's.
    :ivar headers: to be sent with it, lower-case names: content-type, x-oss-meta-* and the like.
    """

    content: Content = EMPTY
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    type: str = "Normal"
    storage_class: str = "Standard"
    acl: str = "default"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One version of one object, or a delete marker.

    :ivar modified: milliseconds since 1970.
    """

    bucket: str
    key: str
    version_id: str
    latest: bool
    modified: int
    draft: Draft

    @property
    def is_marker(self) -> bool:
        return self.draft.type == MARKER

    @property
    def etag(self) -> str:
        """Quoted, as it is sent."""
        return f'"{self.draft.content.etag}"'

    @property
    def size(self) -> int:
        return self.draft.content.size


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload under way; :attr:`draft` has no content yet."""

    upload_id: str
    bucket: str
    key: str
    initiated: int
    draft: Draft


@dataclass(frozen=True, slots=True)
class Part:
    """:ivar number: 1 to 10,000. :ivar modified: milliseconds since 1970."""

    number: int
    modified: int
    content: Content


def stored_object(row: sqlite3.Row) -> StoredObject:
    """A row of ``objects``."""
    return StoredObject(
        bucket=row["bucket"],
        key=row["key"].decode(),
        version_id=row["version_id"],
        latest=bool(row["latest"]),
        modified=row["modified"],
        draft=_draft(row, content(row), row["type"]),
    )


def upload(row: sqlite3.Row) -> Upload:
    """A row of ``uploads``."""
    return Upload(
        row["upload_id"], row["bucket"], row["key"].decode(), row["initiated"], _draft(row, EMPTY, "Multipart")
    )


def part(row: sqlite3.Row) -> Part:
    """A row of ``parts``."""
    return Part(row["number"], row["modified"], content(row))


def content(row: sqlite3.Row) -> Content:
    """The content of a row of ``objects`` or ``parts``."""
    return Content(load_segments(row["segments"]), row["etag"], int(row["crc64"]))


def load_segments(text: str) -> tuple[Segment, ...]:
    return tuple(Segment(blob, size) for blob, size in json.loads(text))


def dump(value: object) -> str:
    """JSON for a column."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _draft(row: sqlite3.Row, content: Content, kind: str) -> Draft:
    return Draft(content, json.loads(row["headers"]), json.loads(row["tags"]), kind, row["storage_class"], row["acl"])
