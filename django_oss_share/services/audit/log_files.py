"""Where access logs are: files and folders of this machine, and prefixes of buckets; plain, or packed by gzip."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ...oss import InvalidArgument
from ...oss.streams import ObjectReader
from ...storage import OSSStorage
from ..exports import buckets

_GZIP = b"\x1f\x8b"
_BUFFER = 256 * 1024
#: Bytes of a line, far beyond what a request's address and headers can come to.
MAX_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class LogFile:
    """:ivar name: for people. :ivar open: gives its bytes, as stored."""

    name: str
    open: Callable[[], io.RawIOBase]

    def lines(self) -> Iterator[bytes]:
        """With their newlines; one that is longer than :data:`MAX_LINE` comes in pieces.

        :raises OSError, EOFError, zlib.error: it cannot be read, or not to its end.
        """
        with self.open() as raw, io.BufferedReader(raw, _BUFFER) as stored:
            packed = stored.peek(2)[:2] == _GZIP
            with gzip.GzipFile(fileobj=stored) if packed else stored as plain:
                while line := plain.readline(MAX_LINE):
                    yield line


def find(place: str, *, storage: str = "", since: datetime | None = None) -> Iterator[LogFile]:
    """The log files at ``place``, in the order of their names, which is that of time.

    :param place: ``oss://bucket/prefix``, a file, or a folder, whose files are taken.
    :param storage: the alias that reads the bucket, where several are on it.
    :param since: only files that were written then or later.
    :raises InvalidArgument: there is nothing of that name. :raises UnknownStorage: no storage is on the bucket.
    """
    if place.startswith("oss://"):
        return _of_bucket(buckets.parse(place), storage, since)
    return _of_machine(Path(place), since)


def _of_bucket(place: buckets.Place, alias: str, since: datetime | None) -> Iterator[LogFile]:
    storage = buckets.storage_for(place.bucket, alias)
    for page in storage.client.pages(place.path):
        for each in page.objects:
            if each.size and (since is None or each.modified >= since):
                yield LogFile(f"oss://{place.bucket}/{each.key}", _opener(storage, each.key))


def _opener(storage: OSSStorage, key: str) -> Callable[[], io.RawIOBase]:
    return lambda: ObjectReader(storage.client, key)


def _of_machine(path: Path, since: datetime | None) -> Iterator[LogFile]:
    if not path.exists():
        raise InvalidArgument(f"{str(path)!r} is neither a file nor a folder; of a bucket, write oss://bucket/prefix.")
    # What is named is read, be it a pipe, as with <(xzcat …); of a folder, its files are.
    for each in sorted(filter(Path.is_file, path.iterdir())) if path.is_dir() else [path]:
        if since is None or datetime.fromtimestamp(each.stat().st_mtime, UTC) >= since:
            # A name that is not UTF-8 is for reading, not for the database.
            name = str(each).encode(errors="replace").decode()
            yield LogFile(name, lambda each=each: io.FileIO(each))  # type: ignore[misc]
