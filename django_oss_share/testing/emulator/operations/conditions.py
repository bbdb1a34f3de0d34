"""Conditional requests, ranges and response overrides of GetObject, HeadObject and copies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import OSSError, invalid_range, not_modified, precondition_failed
from ..moments import http_date, parse_http_date
from ..request import Request
from ..store import StoredObject

#: Query parameters that replace a header of the answer.
OVERRIDES = {
    "response-content-type": "Content-Type",
    "response-content-language": "Content-Language",
    "response-expires": "Expires",
    "response-cache-control": "Cache-Control",
    "response-content-disposition": "Content-Disposition",
    "response-content-encoding": "Content-Encoding",
}
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})").fullmatch


class ByteRange(NamedTuple):
    """Both ends included, as in Content-Range."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def check(stored: StoredObject, headers: Mapping[str, str], prefix: str = "") -> None:
    """Hold ``if-match`` and the like against the object.

    :param prefix: ``x-oss-copy-source-`` for the source of a copy.
    :raises OSSError: 304 or 412.
    """
    etag, modified = stored.draft.content.etag, stored.modified // 1000 * 1000
    match, none_match = headers.get(f"{prefix}if-match"), headers.get(f"{prefix}if-none-match")
    if match is not None and not _names(match, etag):
        raise precondition_failed("If-Match")
    unmodified = _date(headers, f"{prefix}if-unmodified-since")
    if match is None and unmodified is not None and modified > unmodified:
        raise precondition_failed("If-Unmodified-Since")
    if none_match is not None and _names(none_match, etag):
        raise _unchanged(stored)
    since = _date(headers, f"{prefix}if-modified-since")
    if none_match is None and since is not None and modified <= since:
        raise _unchanged(stored)


def requested_range(headers: Mapping[str, str], size: int) -> ByteRange | None:
    """The part of an object of ``size`` bytes that ``Range`` asks for; None for all of it.

    A range that does not fit is passed over, as OSS does, unless ``x-oss-range-behavior: standard`` wants HTTP's way.

    :raises OSSError: 416, only the standard way.
    """
    asked = headers.get("range", "")
    found = _RANGE(asked)
    if found is None or found[0] == "bytes=-" or _is_backwards(found[1], found[2]):
        return None
    chosen = _resolve(found[1], found[2], size)
    if headers.get("x-oss-range-behavior") == "standard":
        if chosen.first >= size or not chosen.length:
            raise invalid_range(asked, size)
        return chosen._replace(last=min(chosen.last, size - 1))
    return chosen if chosen.first <= chosen.last < size else None


def _is_backwards(first: str, last: str) -> bool:
    return bool(first and last) and int(first) > int(last)


def _resolve(first: str, last: str, size: int) -> ByteRange:
    if not first:
        return ByteRange(max(size - int(last), 0), size - 1)
    return ByteRange(int(first), int(last) if last else size - 1)


def overrides(request: Request) -> dict[str, str]:
    """Headers that the query's ``response-*`` parameters set."""
    return {header: value for name, header in OVERRIDES.items() if (value := request.param(name)) is not None}


def _names(condition: str, etag: str) -> bool:
    named = {each.strip().removeprefix("W/").strip('"').upper() for each in condition.split(",")}
    return "*" in named or etag in named


def _date(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name)
    return parse_http_date(value) if value is not None else None


def _unchanged(stored: StoredObject) -> OSSError:
    return not_modified({"ETag": stored.etag, "Last-Modified": http_date(stored.modified)})
