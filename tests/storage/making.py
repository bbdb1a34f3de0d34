"""Storages for tests, and links taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from django_oss_share.storage import OSSStorage

#: What the literal signatures in these tests were made with, by the official SDK (1.4.1) on a frozen clock.
KEYS = {"access_key": "LTAIexample", "secret_key": "secret"}
PLACE = {"bucket_name": "examplebucket", "region_name": "cn-hangzhou"}


def make(kind: type[OSSStorage] = OSSStorage, **options: Any) -> OSSStorage:
    """A storage with a pair of keys, unless the options bring other credentials."""
    keys = {} if "credentials" in options else KEYS
    return kind(**{**keys, **PLACE, **options})


def split(url: str) -> tuple[str, dict[str, str]]:
    """What stands before the question mark, and the decoded query."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    assert len(dict(pairs)) == len(pairs), f"a parameter is there twice: {url}"
    return f"{parts.scheme}://{parts.netloc}{parts.path}", dict(pairs)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """What a client gets that knows nothing but the link."""
    parts = urlsplit(str(url))
    # Every name below localhost is this machine, but not every resolver knows.
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=20)
    try:
        sent = {"Host": parts.netloc, **(headers or {})}
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
