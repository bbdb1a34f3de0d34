"""The demo as people start it: a process, known by what it prints."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "example_project"
_FACTS = re.compile(
    r"Site +(?P<url>\S+)\n +Admin +\S+ +name (?P<admin>\S+), password (?P<password>\S+)\n +Share +(?P<share>\S+)\n"
    r" +OSS +(?P<oss>http://[^/]+).*\n +Worker +process (?P<worker>\d+).*\n"
    r" +Upload +(?P<request>\S+)"
)
_SECONDS_TO_START = 120
_SECONDS_TO_STOP = 30


@dataclass(frozen=True)
class Demo:
    """:ivar share: address of a share of the report.
    :ivar oss: the emulator's address, where ``/-/faults`` is.
    :ivar worker: the id of Celery's process.
    :ivar request: address of a page that takes files.
    """

    process: subprocess.Popen[str]
    url: str
    admin: str
    password: str
    share: str
    oss: str
    worker: str
    request: str

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code, and what it still had to say."""
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=_SECONDS_TO_STOP)
        return self.process.returncode, rest


@contextmanager
def running_demo(directory: Path, port: int = 0) -> Iterator[Demo]:
    with start(EXAMPLE_VAR=str(directory), PORT=str(port)) as process:
        try:
            yield Demo(process, **_told(process))
        finally:
            process.terminate()
            process.wait(_SECONDS_TO_STOP)


def start(**environment: str) -> subprocess.Popen[str]:
    """``demo.py``, with what it writes to both streams as one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OSS_", "DJANGO_", "EXAMPLE_"))}
    return subprocess.Popen(
        [sys.executable, str(EXAMPLE / "demo.py")],
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _told(process: subprocess.Popen[str]) -> dict[str, str]:
    too_slow = threading.Timer(_SECONDS_TO_START, process.kill)
    too_slow.start()
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    too_slow.cancel()
    facts = _FACTS.search(said)
    assert facts, f"The demo did not start; it said:\n{said}"
    return facts.groupdict()
