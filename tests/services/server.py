"""What all servers have in common: a directory, a free port, a start that is awaited."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from . import keeper

SECONDS_TO_START = 60


class NotStarted(Exception):
    """A server that could not be had, and why."""


class Server:
    """One server, not yet started. A subclass says what to run and how to see that it answers.

    :ivar directory: empty, and its own.
    :ivar port: free a moment ago.
    """

    name: str
    #: The account to run under where the tests run as root; some servers refuse to be root.
    user: str | None = None
    stop_signal = signal.SIGTERM

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ended = ended_file(directory)
        self.port = free_port()

    def prepare(self) -> None:
        """What has to be there before it starts."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def url(self) -> str:
        raise NotImplementedError

    def ping(self) -> None:
        """:raises Exception: it does not answer yet."""
        raise NotImplementedError

    def start(self, session: int) -> int:
        """Start it for the test session with the process id ``session``, and wait until it answers.

        :return: the process id of its keeper.
        :raises NotStarted: it ended, or did not answer in time; with what it said.
        """
        self.directory.mkdir(parents=True)
        if self._account():
            shutil.chown(self.directory, self._account())
        self.prepare()
        keeping = self._keep(session)
        self._await()
        return keeping

    def run(self, *command: str) -> None:
        """Run ``command`` to its end, under the server's account."""
        done = subprocess.run(
            command, user=self._account(), cwd=self.directory, env=self._environ(), capture_output=True, text=True
        )
        if done.returncode:
            raise NotStarted(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

    def _keep(self, session: int) -> int:
        arguments = [str(session), self.stop_signal.name, self._account() or "-", str(self.ended), *self.command()]
        with self._log().open("wb") as log:
            return int(
                subprocess.check_output(
                    [sys.executable, keeper.__file__, *arguments],
                    cwd=self.directory,
                    env=self._environ(),
                    stdin=subprocess.DEVNULL,
                    stderr=log,
                )
            )

    def _await(self) -> None:
        give_up = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                return self.ping()
            except Exception as error:
                if self.ended.exists() or time.monotonic() > give_up:
                    said = self._log().read_text(errors="replace")[-4000:]
                    raise NotStarted(f"{self.name} did not start ({error}). It said:\n{said}") from error
            time.sleep(0.05)

    def _account(self) -> str | None:
        return self.user if os.geteuid() == 0 and self.user and account_exists(self.user) else None

    def _environ(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.directory), "LC_ALL": "C.UTF-8", **self.environment()}

    def _log(self) -> Path:
        return self.directory.with_suffix(".log")


def ended_file(directory: Path) -> Path:
    """The file that appears when the server in ``directory`` has ended."""
    return directory.with_suffix(".ended")


def account_exists(name: str) -> bool:
    return any(account.pw_name == name for account in pwd.getpwall())


def program(name: str, *patterns: str) -> str:
    """The path of ``name``, in a directory that one of ``patterns`` matches, or on PATH.

    :raises NotStarted: it is not installed.
    """
    directories = [*(str(path) for each in patterns for path in Path("/").glob(each)), os.environ["PATH"], "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(directories))
    if found is None:
        raise NotStarted(f"{name} is not installed; run scripts/system-packages.")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
