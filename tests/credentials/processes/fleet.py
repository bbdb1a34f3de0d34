"""Workers, started and watched."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connections

from django_oss_share.testing import OSSEmulator

from .gate import Gate

_TESTS = Path(__file__).resolve().parent.parent.parent


@dataclass
class Totals:
    """What all workers saw together."""

    asked: int = 0
    opened: int = 0
    unavailable: int = 0
    late: int = 0
    failures: int = 0
    failed: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    slowest: float = 0.0
    retry_after: list[int] = field(default_factory=list)
    warnings: int = 0
    errors: int = 0

    def add(self, report: dict[str, Any]) -> None:
        for name in ("asked", "opened", "unavailable", "late", "failures"):
            setattr(self, name, getattr(self, name) + report[name])
        self.failed += report["failed"]
        self.keys |= set(report["keys"])
        self.slowest = max(self.slowest, report["slowest"])
        self.retry_after += report["retry_after"]
        self.warnings += report["said"].get("WARNING", 0)
        self.errors += report["said"].get("ERROR", 0)


class Worker:
    """One process; see :mod:`.worker` for what it is told."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("rw")
        self.pid: int = self.answer()

    def send(self, command: str) -> None:
        print(command, file=self._lines, flush=True)

    def answer(self) -> Any:
        line = self._lines.readline()
        assert line, "A worker is gone."
        return json.loads(line)

    def tell(self, command: str) -> Any:
        self.send(command)
        return self.answer()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self) -> None:
        """SIGKILL, if it still is there."""
        with suppress(ProcessLookupError):
            self.signal(signal.SIGKILL)
        with suppress(OSError):
            self._lines.close()
        self._connection.close()


class Nursery:
    """The process that forks workers, and the port where they report."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(60)
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "credentials.processes.nursery"],
            stdin=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(_TESTS), "NO_PROXY": "*"},
        )

    def bear(self, count: int, config: dict[str, Any]) -> list[Worker]:
        """Workers that are ready to go."""
        config["port"] = self._listener.getsockname()[1]
        assert self._process.stdin is not None
        for _ in range(count):
            print(json.dumps(config, default=str), file=self._process.stdin, flush=True)
        return [Worker(self._listener.accept()[0]) for _ in range(count)]

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._listener.close()


def site_config(emulator: OSSEmulator, sts_endpoint: str, database: dict[str, Any]) -> dict[str, Any]:
    """The settings of a site whose storage signs with a role that the emulator gives."""
    credentials = {
        "PROVIDER": "assume_role",
        "ROLE_ARN": emulator.add_role("links").arn,
        "DURATION": 900,
        "STS_ENDPOINT": sts_endpoint,
        "ACCESS_KEY_ID": emulator.access_key_id,
        "ACCESS_KEY_SECRET": emulator.access_key_secret,
    }
    storage = emulator.storage_options(access_key=None, secret_key=None)
    return {"database": database, "credentials": credentials, "storage": storage}


class Fleet:
    """All workers of a scenario, the emulator, and the gate before its STS."""

    def __init__(self, nursery: Nursery, emulator: OSSEmulator, gate: Gate, database: dict[str, Any]) -> None:
        self._nursery = nursery
        self.emulator = emulator
        self.gate = gate
        self._database = database
        self.workers: list[Worker] = []

    def config(self, credentials_more: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """What a worker is told; ``more`` goes on top."""
        site = site_config(self.emulator, self.gate.url, self._database)
        site["credentials"].update(credentials_more or {})
        return {**site, "threads": 4, "pause": 0.1, "expires_in": None, **more}

    def start(self, count: int, **more: Any) -> list[Worker]:
        """``count`` further workers, ready to go."""
        started = self._nursery.bear(count, self.config(**more))
        self.workers += started
        return started

    def go(self) -> None:
        self._tell_all("go")

    def forget(self) -> None:
        """Count anew."""
        self._tell_all("forget")

    def report(self) -> Totals:
        return self._sum(self._tell_all("report"))

    def stop(self) -> Totals:
        return self._sum(self._tell_all("stop"))

    def kill(self, worker: Worker) -> None:
        """SIGKILL."""
        self.workers.remove(worker)
        worker.end()

    def _tell_all(self, command: str) -> list[Any]:
        for worker in self.workers:
            worker.send(command)
        return [worker.answer() for worker in self.workers]

    def _sum(self, reports: list[dict[str, Any]]) -> Totals:
        totals = Totals()
        for report in reports:
            totals.add(report)
        return totals


@contextmanager
def fleet(nursery: Nursery, emulator: OSSEmulator) -> Iterator[Fleet]:
    """A fleet over Django's ``default`` database; every process of it is gone afterwards."""
    emulator.put("a.txt", b"content")
    with Gate(int(emulator.sts_endpoint.rpartition(":")[2])) as gate:
        made = Fleet(nursery, emulator, gate, dict(connections.settings["default"]))
        try:
            yield made
        finally:
            for worker in made.workers:
                worker.end()
