"""No server outlives its test session, however that ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.keeper import is_alive
from services.server import NotStarted, Server
from services.session import Session

pytestmark = pytest.mark.once


def is_open(url: str) -> bool:
    server = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((server.hostname, server.port)) == 0


def wait_until(condition, seconds: float = 10) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)


def test_all_that_was_started_is_stopped_and_removed():
    session = Session.begin()
    url = session.url("redis")
    assert is_open(url)
    session.end()
    assert not is_open(url)
    assert not session.root.exists()


def test_workers_share_one_server(tmp_path):
    session = Session.begin()
    url = session.url("redis")
    assert Session(session.pid, session.root).url("redis") == url
    session.end()


def test_a_killed_session_takes_its_servers_along():
    script = "from services.session import Session; print(Session.begin().url('redis'), flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        url = process.stdout.readline().strip()
        assert is_open(url)
        os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not is_open(url))


class Broken(Server):
    name = "broken"

    def command(self):
        return ["/bin/sh", "-c", "echo no space left; exit 1"]

    def ping(self):
        raise ConnectionRefusedError("nobody there")


def test_a_server_that_ends_at_once_says_why(tmp_path):
    with pytest.raises(NotStarted, match=r"nobody there(.|\n)*no space left"):
        Broken(tmp_path / "broken").start(os.getpid())


def test_a_process_that_is_gone_is_not_alive():
    process = subprocess.Popen(["true"])
    process.wait()
    assert not is_alive(process.pid)
