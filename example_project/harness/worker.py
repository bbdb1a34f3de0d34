"""Celery's worker, with the clock of the periodic tasks in it, as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROJECT = Path(__file__).parent.parent
_SECONDS_TO_STOP = 10


class Worker:
    """:ivar log: where it writes."""

    def __init__(self, directory: Path) -> None:
        self.log = directory / "worker.log"
        with self.log.open("wb") as log:
            # One thread and one process; what else a worker tells other workers, there is nobody to hear.
            quiet = ["--pool=solo", "--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel=INFO"]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "example", "worker", "-B", *quiet]
                # In memory: what Celery keeps on disk is, by CPython 3.13, an SQLite file opened after a fork.
                + ["--scheduler=celery.beat:Scheduler"],
                cwd=_PROJECT,
                stdout=log,
                stderr=log,
                # So that the clock's own process can be found and ended, and Ctrl-C reaches the site first.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        """Let it finish its task, for a while. Does nothing the second time."""
        if self.has_ended:
            return
        self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def worker(directory: Path) -> Iterator[Worker]:
    """A worker that keeps its queue and its log in ``directory``, which settings name to it, while the block runs."""
    started = Worker(directory)
    try:
        yield started
    finally:
        started.stop()
