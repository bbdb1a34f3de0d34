"""OSS inventories: lists that OSS writes by itself, for buckets too large to be listed.

A manifest names files of CSV, compressed, without headings; their columns stand in its ``fileSchema``, and keys in them
are percent-encoded (https://help.aliyun.com/en/oss/user-guide/bucket-inventory).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from ...oss import InvalidArgument
from ...oss.errors import CorruptTransfer
from ...oss.listed import ListedObject
from ...storage import OSSStorage
from ..objects import storage_of
from .sources import Filters, Inventory

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from ...oss.client import BucketClient

#: Bytes that a manifest may have: a hundred thousand files.
MAX_MANIFEST = 32 * 1024 * 1024
_BATCH = 1000
_BUFFER = 256 * 1024  # bytes
# What of an inventory the columns of an export need.
_TOLD_BY = {"size": "Size", "modified": "LastModifiedDate", "etag": "ETag", "storage_class": "StorageClass"}
# OSS has written hyphens where ISO 8601 has colons.
_HYPHENS = re.compile(r"T(\d\d)-(\d\d)-(\d\d)")


class Listed(NamedTuple):
    """:ivar rows: how many were read, delete markers and older versions among them."""

    rows: int
    listed: list[ListedObject]


class ListedFile(NamedTuple):
    """:ivar md5: hexadecimal, of its bytes as they are stored; "": nobody knows."""

    key: str
    md5: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """:ivar files: in the bucket that ``client`` reads. :ivar columns: of each row."""

    name: str
    files: tuple[ListedFile, ...]
    columns: tuple[str, ...]
    client: BucketClient = field(repr=False)


def manifest_of(source: Inventory, storage: OSSStorage) -> Manifest:
    """What OSS wrote of ``storage``'s bucket.

    :raises InvalidArgument: it is no manifest, or that of another bucket. :raises ObjectNotFound: there is none.
    """
    kept = storage_of(source.storage) if source.storage else storage
    with io.BufferedReader(_opened(kept.client, kept.object_key(source.manifest)), _BUFFER) as reader:
        text = reader.read(MAX_MANIFEST + 1)
    try:
        said = json.loads(text)
        files = tuple(_listed_file(each) for each in said["files"])
        columns = tuple(name.strip() for name in str(said["fileSchema"]).split(","))
        bucket, kind = said["sourceBucket"], said["fileFormat"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _malformed(source, "is no manifest of an OSS inventory") from None
    if bucket != storage.bucket_name:
        raise _malformed(source, f"is of the bucket {bucket!r}, not of {storage.bucket_name!r}")
    if kind != "CSV" or "Key" not in columns:
        raise _malformed(source, f"lists {kind} with {', '.join(columns)}; only CSV with a Key is read")
    return Manifest(source.manifest, files, columns, kept.client)


def check_told(manifest: Manifest, columns: Iterable[str], filters: Filters) -> None:
    """:raises InvalidArgument: a column or a filter needs what the inventory does not tell."""
    needed = {name: _TOLD_BY[name] for name in columns if name in _TOLD_BY}
    if filters.min_size is not None or filters.max_size is not None:
        needed["filters on size"] = "Size"
    if filters.modified_from is not None or filters.modified_until is not None:
        needed["filters on the last change"] = "LastModifiedDate"
    for name, told in needed.items():
        if told not in manifest.columns:
            raise InvalidArgument(
                f"The inventory {manifest.name!r} has no {told}, which {name} needs; leave that out, or let OSS write "
                "it.",
                field="columns",
                value=name,
            )


def batches(manifest: Manifest, number: int, skip: int) -> Iterator[Listed]:
    """The objects of file ``number``, but for its first ``skip`` rows: of each the latest version, if it is there.

    :raises CorruptTransfer: the file is not what OSS writes. :raises InvalidArgument: it is not what OSS wrote then.
    """
    listed = manifest.files[number]
    key, digest = listed.key, Digest(_opened(manifest.client, listed.key))
    try:
        with io.BufferedReader(digest, _BUFFER) as packed, gzip.open(packed) as plain:
            rows = csv.reader(io.TextIOWrapper(plain, "utf-8", newline=""))
            left = islice(rows, skip, None)
            while batch := list(islice(left, _BATCH)):
                yield Listed(len(batch), [each for each in _objects(manifest.columns, batch) if each is not None])
    except (csv.Error, gzip.BadGzipFile, zlib.error, EOFError, ValueError, IndexError, OverflowError) as error:
        raise CorruptTransfer(
            f"The inventory file oss://{manifest.client.bucket}/{key} cannot be read ({type(error).__name__})."
        ) from None
    _check_same(manifest, listed, digest)


def _opened(client: BucketClient, key: str) -> io.RawIOBase:
    from ...oss.streams import ObjectReader

    return ObjectReader(client, key)


def _check_same(manifest: Manifest, listed: ListedFile, digest: Digest) -> None:
    if listed.md5 and digest.hexadecimal != listed.md5:
        raise InvalidArgument(
            f"The inventory file {listed.key!r} is not the one that {manifest.name!r} lists: its MD5 is "
            f"{digest.hexadecimal}, not {listed.md5}; have OSS write the inventory anew.",
            field="manifest",
            value=manifest.name,
        )


def _listed_file(said: Mapping[str, Any]) -> ListedFile:
    return ListedFile(str(said["key"]), str(said.get("MD5checksum", "")).upper())


class Digest(io.RawIOBase):
    """What ``file`` holds, and the MD5 of what was read of it."""

    def __init__(self, file: io.RawIOBase) -> None:
        super().__init__()
        self._file = file
        self._md5 = md5(usedforsecurity=False)

    @property
    def hexadecimal(self) -> str:
        """As OSS writes it."""
        return self._md5.hexdigest().upper()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        count = self._file.readinto(buffer)
        self._md5.update(memoryview(buffer)[:count])
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def _objects(columns: Sequence[str], rows: list[list[str]]) -> Iterator[ListedObject | None]:
    at = {name: number for number, name in enumerate(columns)}
    for row in rows:
        yield _object(at, row)


def _object(at: dict[str, int], row: list[str]) -> ListedObject | None:
    def cell(name: str) -> str:
        return row[at[name]] if name in at else ""

    if cell("IsDeleteMarker").lower() == "true" or cell("IsLatest").lower() == "false":
        return None
    return ListedObject(
        unquote(row[at["Key"]], errors="strict"),
        int(cell("Size") or 0),
        cell("ETag"),
        _moment(cell("LastModifiedDate")),
        cell("StorageClass"),
    )


def _moment(text: str) -> datetime:
    """ISO 8601, with hyphens for colons, or seconds since 1970."""
    if not text:
        return datetime.fromtimestamp(0, UTC)
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    found = datetime.fromisoformat(_HYPHENS.sub(r"T\1:\2:\3", text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _malformed(source: Inventory, problem: str) -> InvalidArgument:
    return InvalidArgument(f"manifest {source.manifest!r} {problem}.", field="manifest", value=source.manifest)
