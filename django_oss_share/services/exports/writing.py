"""One shard written: list, links, bytes, parts, each part with a checkpoint behind it.

A checkpoint is where the list was when a part began to be sent, stored once the part is there. Whoever takes over
reads on from it, so nothing is missing and nothing is there twice, however often that happens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...models import ExportJob, ExportShard
from ...oss import InvalidArgument
from ...oss.writer import MAX_PARTS, MIN_PART_SIZE, PART_SIZE
from ..objects import storage_of
from . import checking, sources, writers
from .ahead import Sender, read_ahead
from .leases import Lease
from .linking import Linker, linker_for
from .reading import Batch, read
from .sources import Shares

#: Told of each batch: how many rows were written, of how many objects that were looked at.
Watch = Callable[[int, int], None]

# Part numbers that a takeover leaves out: whoever was thought dead may still be sending two.
_LEFT_OUT = 3
_LARGEST_PART = 4 * PART_SIZE


def first_number(job_shards: int, index: int) -> int:
    """The part number of a shard's head; its parts have the next ones, up to the next shard's."""
    return index * _span(job_shards) + 1


def _span(shards: int) -> int:
    # The last number of all is the file's end.
    return (MAX_PARTS - 1) // shards


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where one stood when a part began to be sent."""

    position: dict[str, Any]
    writer_state: dict[str, Any] | None
    links_end_at: datetime | None
    number: int
    size: int


class ShardWriting:
    """Writes the rest of a shard, whatever of it there is already.

    :param shards: how many the job has. :param watch: told of each batch.
    """

    def __init__(self, job: ExportJob, lease: Lease, shards: int, watch: Watch | None = None) -> None:
        self._job, self._lease, self._shard, self._shards = job, lease, lease.shard, shards
        self._watch = watch
        self._source = sources.from_json(job.source)
        self._most = checking.most_rows(self._source, job.output)
        self._linker: Linker = linker_for(job)
        self._resume(lease.shard)
        storage = storage_of(job.result_storage)
        key, client = storage.object_key(job.result_key), storage.client
        self._sender: Sender[_Mark] = Sender(
            lambda number, body: client.upload_part(key, job.upload_id, number, body), self._arrived, self._beat
        )

    def _resume(self, shard: ExportShard) -> None:
        at = shard.position
        self._position: dict[str, Any] = at.get("source", {})
        self._listed, self._written, self._skipped = (int(at.get(name, 0)) for name in ("listed", "written", "skipped"))
        self._links_end_at = shard.links_end_at
        self._has_head = bool(at)
        self._writer = writers.writer_for(
            self._job.format, self._job.columns, gzip=self._job.gzip, state=shard.writer_state
        )
        first = first_number(self._shards, shard.index) + 1
        self._first, self._next = first, first
        if shard.parts:
            self._next = shard.parts[-1][0] + 1
        if shard.number > 1:
            # Whoever had the shard before may still be sending.
            self._next += _LEFT_OUT
        self._pieces: list[bytes] = []
        self._size = 0
        self._started, self._written_before = time.monotonic(), self._written

    def run(self) -> None:
        """Write it to its end.

        :raises Stopped: the export was cancelled, or somebody else has taken over.
        :raises OSSShareError: what OSS, the policy or the credentials did.
        """
        try:
            self._write()
        finally:
            self._sender.close()

    def _write(self) -> None:
        if not self._has_head and self._shard.index == 0:
            self._add(self._writer.begin())
        with self._batches() as batches:
            for batch in batches:
                self._take(batch)
                self._sender.poll()
                self._beat()
                if self._size >= (self._part_size() if self._has_head else MIN_PART_SIZE):
                    self._flush()
        self._conclude()

    def _batches(self) -> AbstractContextManager[Iterator[Batch]]:
        batches = read(self._job, self._shard.stretch, self._position)
        # Shares are of the database, whose connections belong to threads.
        return nullcontext(batches) if isinstance(self._source, Shares) else read_ahead(batches, self._beat)

    def _take(self, batch: Batch) -> None:
        if self._most is not None and self._written + len(batch.chosen) > self._most:
            raise checking.too_many(self._job.output, self._written + len(batch.chosen), self._most)
        made = self._linker.rows(batch.chosen, self._beat)
        if made.rows:
            self._add(self._writer.rows(made.rows))
        if made.links_end_at is not None:
            self._links_end_at = min(self._links_end_at or made.links_end_at, made.links_end_at)
        self._position = batch.position
        self._listed += batch.listed
        self._written += len(made.rows)
        self._skipped += made.skipped + batch.missing
        if self._watch is not None:
            self._watch(len(made.rows), batch.listed)

    def _add(self, data: bytes) -> None:
        self._pieces.append(data)
        self._size += len(data)

    def _taken(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return data

    def _flush(self) -> None:
        if self._has_head:
            self._send(self._taken())
            return
        # Kept beside the checkpoint until the shards are joined: what stands before may be too little for a part.
        self._lease.keep(head=self._taken(), **self._checkpoint(self._mark(0, 0)))
        self._has_head = True

    def _send(self, body: bytes) -> None:
        if self._next >= first_number(self._shards, self._shard.index + 1):
            raise InvalidArgument(
                f"Shard {self._shard.index} needs more parts than the {_span(self._shards):,} that are left to it; "
                "export less at once.",
                field="source",
            )
        mark = self._mark(self._next, len(body))
        self._next += 1
        self._sender.send(mark.number, body, mark)

    def _conclude(self) -> None:
        if self._shard.index == self._shards - 1:
            self._add(self._writer.end())
        if self._has_head and self._size >= MIN_PART_SIZE:
            self._flush()
        self._sender.finish()
        rest = "tail" if self._has_head else "head"
        done = self._checkpoint(self._mark(0, 0))
        self._lease.keep(**{rest: self._taken()}, **{**done, "rate": 0.0}, is_done=True)

    def _part_size(self) -> int:
        """Larger the more numbers are used up, so that they never run out."""
        used = (self._next - self._first) * 8 // _span(self._shards)
        return int(min(PART_SIZE * 2**used, _LARGEST_PART))

    def _mark(self, number: int, size: int) -> _Mark:
        position = {
            "source": self._position,
            "listed": self._listed,
            "written": self._written,
            "skipped": self._skipped,
        }
        return _Mark(position, self._writer.state, self._links_end_at, number, size)

    def _arrived(self, mark: _Mark, etag: str) -> None:
        self._lease.keep(parts=[*self._shard.parts, [mark.number, etag, mark.size]], **self._checkpoint(mark))

    def _checkpoint(self, mark: _Mark) -> dict[str, Any]:
        return {
            "position": mark.position,
            "writer_state": mark.writer_state,
            "links_end_at": mark.links_end_at,
            **self._counts(),
        }

    def _beat(self) -> None:
        self._lease.beat(**self._counts())

    def _counts(self) -> dict[str, Any]:
        elapsed = time.monotonic() - self._started
        rate = (self._written - self._written_before) / elapsed if elapsed > 0 else 0.0
        return {"listed": self._listed, "written": self._written, "skipped": self._skipped, "rate": rate}
