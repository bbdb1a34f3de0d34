from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from shares.conftest import offline, quick_and_clean

__all__ = ["offline", "quick_and_clean"]

SECRET = "a secret of more than 24 characters"


@dataclass
class Receiver:
    """A program that is told; ``answers`` are its next statuses, then 204."""

    url: str
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            known.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = known.answers.pop(0) if known.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("location", known.url + "elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing on the test's screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def webhook(receiver, settings) -> Receiver:
    settings.OSS_SHARE = {"ALLOW_HTTP": True, "WEBHOOKS": [{"URL": receiver.url, "SECRET": SECRET}]}
    return receiver
