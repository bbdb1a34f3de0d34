"""What is worth telling of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

from ...oss.links import mask_url
from .fetching import Answer


def error_of(answer: Answer) -> dict[str, str]:
    """The elements of OSS's error document; empty: it is none."""
    try:
        root = fromstring(answer.body)  # noqa: S314 - of 64 KiB at most, and expat bounds what entities grow to
    except (ParseError, ValueError, LookupError):
        # The two latter: an encoding that the parser cannot read, or has never heard of.
        return {}
    return {child.tag: child.text or "" for child in root} if root.tag == "Error" else {}


def facts(answer: Answer, error: Mapping[str, str], difference: float | None) -> dict[str, Any]:
    """What is worth telling of an answer, without what is secret in it."""
    headers = answer.headers
    shown = ("content-type", "content-disposition", "content-length", "etag", "last-modified", "x-oss-force-download")
    return {
        "status": answer.status,
        "code": error.get("Code"),
        "message": mask_url(error["Message"]) if "Message" in error else None,
        "ec": error.get("EC") or headers.get("x-oss-ec"),
        "request_id": headers.get("x-oss-request-id"),
        "date": headers.get("date"),
        "clock_ahead": None if difference is None else round(difference),
        "headers": {name: headers[name] for name in shown if name in headers},
    }
