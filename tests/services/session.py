"""One set of servers for all workers of a test session."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .keeper import SECONDS_TO_STOP
from .server import ended_file


@dataclass(frozen=True)
class Session:
    """:ivar pid: of the process that outlives all workers.
    :ivar root: where the servers keep their files; the name of the session, too.
    """

    pid: int
    root: Path

    @classmethod
    def begin(cls) -> Session:
        root = Path(tempfile.mkdtemp(prefix="oss-share-services-"))
        root.chmod(0o711)  # the servers' accounts must reach their own directories below it
        return cls(os.getpid(), root)

    def url(self, name: str) -> str:
        """The URL of the server ``name``, which this starts if no worker has yet.

        :raises NotStarted: it could not be, with what it said.
        """
        record = self.root / f"{name}.json"
        with self._lock(name):
            if not record.exists():
                record.write_text(json.dumps(self._start(name)))
        return str(json.loads(record.read_text())["url"])

    def _start(self, name: str) -> dict[str, object]:
        # Their drivers are only needed where a server is.
        from .servers import SERVERS

        server = SERVERS[name](self.root / name)
        return {"keeper": server.start(self.pid), "url": server.url()}

    def end(self) -> None:
        """Stop what was started, and remove what it left."""
        started = list(self.root.glob("*.json"))
        for record in started:
            with suppress(ProcessLookupError):
                os.kill(json.loads(record.read_text())["keeper"], signal.SIGTERM)
        give_up = time.monotonic() + 2 * SECONDS_TO_STOP
        while not all(ended_file(record).exists() for record in started) and time.monotonic() < give_up:
            time.sleep(0.02)
        shutil.rmtree(self.root, ignore_errors=True)

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with (self.root / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
