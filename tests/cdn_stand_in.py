"""A CDN of one domain: it checks links by the vendor's formula and fetches from a private bucket with a key of its own.

Nothing here is taken from the package: the formula is written down once more, from the vendor's pages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import oss2

Verifier = Callable[[str, str, int], tuple[str, str] | None]


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def type_a(path: str, query: str, now: int, key: str, validity: int) -> tuple[str, str] | None:
    found = re.fullmatch(r"(?:(.*)&)?auth_key=(\d{10,11})-([0-9A-Za-z]+)-([0-9A-Za-z]+)-([0-9a-f]{32})", query)
    if not found:
        return None
    rest, when, rand, uid, digest = found.groups()
    good = md5(f"{path}-{when}-{rand}-{uid}-{key}") == digest and now <= int(when) + validity
    return (path, rest or "") if good else None


def type_b(path: str, query: str, now: int, key: str, validity: int) -> tuple[str, str] | None:
    found = re.fullmatch(r"/(\d{12})/([0-9a-f]{32})(/.*)", path)
    if not found:
        return None
    minute, digest, rest = found.groups()
    china = timezone(timedelta(hours=8))
    when = datetime.strptime(minute, "%Y%m%d%H%M").replace(tzinfo=china).timestamp()
    good = md5(f"{key}{minute}{rest}") == digest and now <= when + validity
    return (rest, query) if good else None


def type_c(path: str, query: str, now: int, key: str, validity: int) -> tuple[str, str] | None:
    found = re.fullmatch(r"/([0-9a-f]{32})/([0-9A-F]{8})(/.*)", path)
    if not found:
        return None
    digest, when, rest = found.groups()
    good = md5(f"{key}{rest}{when}") == digest and now <= int(when, 16) + validity
    return (rest, query) if good else None


def type_c_query(path: str, query: str, now: int, key: str, validity: int) -> tuple[str, str] | None:
    found = re.fullmatch(r"(?:(.*)&)?KEY1=([0-9a-f]{32})&KEY2=([0-9A-F]{8})", query)
    if not found:
        return None
    rest, digest, when = found.groups()
    good = md5(f"{key}{path}{when}") == digest and now <= int(when, 16) + validity
    return (path, rest or "") if good else None


def type_f(path: str, query: str, now: int, key: str, validity: int, base: int = 10) -> tuple[str, str] | None:
    found = re.fullmatch(r"sign=([0-9a-f]{32})&time=([0-9a-f]+)", query)
    if not found:
        return None
    digest, when = found.groups()
    good = md5(f"{key}{path}{when}") == digest and now <= int(when, base) + validity
    return (path, "") if good else None


def type_f_hexadecimal(path: str, query: str, now: int, key: str, validity: int) -> tuple[str, str] | None:
    return type_f(path, query, now, key, validity, 16)


#: What is left of a link's path and query for the bucket, by type; None where the link is refused.
VERIFIERS: Mapping[str, Callable[[str, str, int, str, int], tuple[str, str] | None]] = {
    "A": type_a,
    "B": type_b,
    "C": type_c,
    "C in the query": type_c_query,
    "F": type_f,
    "F hexadecimal": type_f_hexadecimal,
}


class CDN:
    """:ivar now: the time that it believes it is, in seconds since 1970. :ivar pulled: keys that it fetched."""

    def __init__(self, kind: str, key: str, bucket: oss2.Bucket, *, validity: int = 1800) -> None:
        self.verify, self.key, self.bucket, self.validity = VERIFIERS[kind], key, bucket, validity
        self.now: Callable[[], int]
        self.pulled: list[str] = []

    def answer(self, target: str) -> tuple[int, Mapping[str, str], bytes]:
        parts = urlsplit(target)
        wanted = self.verify(parts.path, parts.query, self.now(), self.key, self.validity)
        if wanted is None:
            return 403, {}, b"denied by X-Tengine-Error"
        path, query = wanted
        self.pulled.append(unquote(path[1:]))
        overrides = {name: values[0] for name, values in parse_qs(query).items()}
        # Signed in the header, with the CDN's own key, as private back-to-origin does.
        found = self.bucket.get_object(unquote(path[1:]), params=overrides, headers={"User-Agent": "AliCDN"})
        names = ("Content-Type", "Content-Disposition")
        return 200, {name: found.headers[name] for name in names if name in found.headers}, found.read()


@contextmanager
def serving(cdn: CDN) -> Iterator[str]:
    """``host:port`` of the CDN, under ``localhost``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = cdn.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
