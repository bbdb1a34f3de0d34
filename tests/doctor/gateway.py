"""What stands between a browser and OSS, and does something to requests or answers: a proxy, a CDN."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

#: Status, headers, body.
Given = tuple[int, Mapping[str, str], bytes]
_PASSED_ON = ("Content-Type", "Content-Disposition", "ETag", "Last-Modified", "Date", "x-oss-request-id")


@contextmanager
def gateway(answer: Callable[[str], Given]) -> Iterator[str]:
    """``127.0.0.1:port``, where ``answer`` is given the target of each GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path)
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            # Whoever asks may have hung up.
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(url: str) -> Given:
    """What OSS answers, a refusal too."""
    try:
        with urlopen(Request(url), timeout=20) as answer:
            return answer.status, _kept(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, _kept(error.headers), error.read()


def _kept(headers: Any) -> dict[str, str]:
    return {name: headers[name] for name in _PASSED_ON if name in headers}
