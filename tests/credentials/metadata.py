"""A stub of the ECS instance metadata service, in its security-hardened mode."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ROLES = "/latest/meta-data/ram/security-credentials/"


class Metadata(ThreadingHTTPServer):
    """:ivar asked: the requests, as ``METHOD path``. :ivar answer: overrides of the credentials document."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.role = "instance-role"
        self.answer: dict[str, Any] = {}
        self.status = 200
        self.location = ""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def document(self) -> bytes:
        end = datetime.now(UTC) + timedelta(hours=6)
        document = {
            "Code": "Success",
            "AccessKeyId": "STS.machine",
            "AccessKeySecret": "machine-secret",
            "SecurityToken": "machine-token",
            "Expiration": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "LastUpdated": "2026-01-01T00:00:00Z",
        }
        return json.dumps({**document, **self.answer}).encode()


class _Handler(BaseHTTPRequestHandler):
    server: Metadata

    def do_PUT(self) -> None:
        self.server.asked.append(f"PUT {self.path}")
        hardened = self.headers["X-aliyun-ecs-metadata-token-ttl-seconds"] is not None
        self._answer(200 if hardened else 400, b"session-token")

    def do_GET(self) -> None:
        self.server.asked.append(f"GET {self.path}")
        if self.headers["X-aliyun-ecs-metadata-token"] != "session-token":
            return self._answer(403, b"")
        if self.path == ROLES:
            return self._answer(self.server.status, self.server.role.encode())
        found = self.path == ROLES + self.server.role
        return self._answer(self.server.status if found else 404, self.server.document())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@contextmanager
def serve(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
