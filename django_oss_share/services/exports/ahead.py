"""Work that goes on in threads while the worker signs: the list is read ahead, the last part is still being sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, Generic, TypeVar

_Item = TypeVar("_Item")
_Context = TypeVar("_Context")

#: Seconds between two signs of life of somebody who waits.
PATIENCE = 0.5
# Seconds that a part under way is waited for where it is no longer wanted; who cancelled is waiting, too.
_GRACE = 2
# Batches that are read ahead; a thousand objects take half a megabyte.
_DEPTH = 4


@contextmanager
def read_ahead(items: Iterable[_Item], beat: Callable[[], None]) -> Iterator[Iterator[_Item]]:
    """``items``, read by a thread of its own a few in advance; it ends with the context.

    :param beat: called while there is nothing to do but wait.
    """
    queue: Queue[tuple[str, Any]] = Queue(_DEPTH)
    over = Event()

    def put(entry: tuple[str, Any]) -> None:
        while not over.is_set():
            with suppress(Full):
                queue.put(entry, timeout=PATIENCE)
                return

    def read() -> None:
        try:
            for item in items:
                put(("item", item))
                if over.is_set():
                    return
            put(("end", None))
        except BaseException as error:
            put(("error", error))

    def given() -> Iterator[_Item]:
        while True:
            try:
                kind, value = queue.get(timeout=PATIENCE)
            except Empty:
                beat()
                continue
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value

    # Not waited for at the end: it may be waiting for an answer from OSS that nobody needs any more.
    Thread(target=read, name="oss-export-list", daemon=True).start()
    try:
        yield given()
    finally:
        over.set()


class Sender(Generic[_Context]):
    """Sends one thing at a time, in the background, and tells in order what came of each.

    :param send: what is called in a thread. :param done: called, in the caller's thread, with what belongs to a thing
        and what sending it gave. :param beat: called while there is nothing to do but wait.
    """

    def __init__(
        self, send: Callable[[int, bytes], str], done: Callable[[_Context, str], None], beat: Callable[[], None]
    ) -> None:
        self._send, self._done, self._beat = send, done, beat
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="oss-export-part")
        self._under_way: tuple[_Context, Future[str]] | None = None

    def send(self, number: int, body: bytes, context: _Context) -> None:
        """Begin to send ``body``, once what is under way is done; raises what that did."""
        self.finish()
        self._under_way = context, self._pool.submit(self._send, number, body)

    def poll(self) -> None:
        """Tell of what is done by now."""
        if self._under_way is not None and self._under_way[1].done():
            self.finish()

    def finish(self) -> None:
        """Wait for what is under way; raises what that did."""
        if self._under_way is None:
            return
        context, future = self._under_way
        while not future.done():
            try:
                future.result(PATIENCE)
            except NotYet:
                self._beat()
        self._under_way = None
        self._done(context, future.result())

    def close(self) -> None:
        """Wait, for seconds at the most, for what is under way, whatever comes of it."""
        if self._under_way is not None:
            wait([self._under_way[1]], timeout=_GRACE)
        self._pool.shutdown(wait=False, cancel_futures=True)
