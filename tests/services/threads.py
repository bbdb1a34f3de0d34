"""Many callers at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def in_threads(count: int, function: Callable[[], T], *, seconds: float = 60) -> list[T]:
    """What ``count`` calls of ``function`` return, all let go at the same moment, each in a thread of its own.

    Each thread's database connections are closed at its end. The first exception, if any, is raised here.
    """
    ready = Barrier(count, timeout=seconds)

    def call(_: int) -> T:
        ready.wait()
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count), timeout=seconds))
