"""Storages for tests, and links taken apart."""

from __future__ import annotations

from typing import Any
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
