"""The log that OSS keeps of a bucket: a line for each request, put together and delivered as an object now and then.

The order of the fields, and which of them stand in quotes, were read off lines of real logs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote

from .request import Request
from .response import Response
from .store import Store

BEIJING = timezone(timedelta(hours=8))
#: A quote in a header would end its field.
_QUOTE = str.maketrans({'"': "%22"})
_NO_BODY = 304


class Target(NamedTuple):
    """Where the log of a bucket goes."""

    bucket: str
    prefix: str


def target_of(store: Store, bucket: str) -> Target | None:
    """As PutBucketLogging stored it; None: no log is kept."""
    text = store.buckets.configuration(bucket, "logging")
    return Target(**json.loads(text)) if text else None


@dataclass(slots=True)
class AccessLog:
    """Lines that wait to be delivered, by bucket. Thread-safe."""

    _lines: dict[str, list[str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, bucket: str, line: str) -> None:
        with self._lock:
            self._lines.setdefault(bucket, []).append(line)

    def take(self) -> dict[str, list[str]]:
        """All of them; they wait no more."""
        with self._lock:
            lines, self._lines = self._lines, {}
        return lines


class Outcome(NamedTuple):
    """What became of a request. :ivar code: of the error, or "". :ivar milliseconds: that it took."""

    operation: str
    response: Response
    code: str
    request_id: str
    milliseconds: int


def line(store: Store, request: Request, outcome: Outcome, now: datetime, account: str) -> str:
    """One request, without the newline."""
    size = _size(store, request)
    query = f"?{request.raw_query}" if request.raw_query else ""
    fields = (
        *(request.remote_addr, "-", "-", f"[{now.astimezone(BEIJING):%d/%b/%Y:%H:%M:%S %z}]"),
        _quoted(f"{request.method} {request.raw_path}{query} HTTP/1.1"),
        *(outcome.response.status, _sent(request, outcome.response), outcome.milliseconds),
        *(_quoted(request.headers.get(name, "-")) for name in ("referer", "user-agent", "host")),
        *map(_quoted, (outcome.request_id, "true", account if _key_id(request) else "-", outcome.operation)),
        *map(_quoted, (request.bucket or "-", quote(request.key or "-"))),
        *(size, outcome.milliseconds, _quoted(outcome.code or "-"), request.body.length, _quoted(account), "-"),
        *map(_quoted, ("-", "standard", "-", "-", _key_id(request) or "-", "-")),
    )
    return " ".join(map(str, fields))


def elapsed(since: float) -> int:
    """Milliseconds since ``time.monotonic()`` was ``since``."""
    return int((time.monotonic() - since) * 1000)


def _quoted(text: str) -> str:
    return f'"{text.translate(_QUOTE)}"'


def _sent(request: Request, response: Response) -> int:
    return 0 if request.method == "HEAD" or response.status == _NO_BODY else len(response.body)


def _size(store: Store, request: Request) -> int | str:
    if request.bucket is None or request.key is None:
        return "-"
    found = store.objects.find(request.bucket, request.key, request.param("versionId"))
    return found.size if found else "-"


def _key_id(request: Request) -> str:
    """The access key that signed, as the request names it; "" for an anonymous one."""
    scope = request.param("x-oss-credential") or _authorized(request.headers)
    return request.param("OSSAccessKeyId") or scope.partition("/")[0]


def _authorized(headers: Mapping[str, str]) -> str:
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    return rest.partition(":")[0] if scheme == "OSS" else rest.removeprefix("Credential=")
