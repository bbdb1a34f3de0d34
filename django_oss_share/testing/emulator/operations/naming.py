"""Keys in answers: as they are, or URL-encoded where the client asked for it."""

from __future__ import annotations

from urllib.parse import quote

from ..errors import invalid_argument
from .call import Call


def url_encoding(call: Call) -> list[tuple[str, object]]:
    """The EncodingType element, if the client asked for it.

    :raises OSSError: for another encoding than ``url``.
    """
    wanted = call.request.param("encoding-type")
    if not wanted:
        return []
    if wanted != "url":
        raise invalid_argument("Invalid Encoding Method specified in Request.", "encoding-type", wanted)
    return [("EncodingType", "url")]


def listed_key(call: Call, key: str) -> str:
    """A key, prefix, marker or delimiter as the answer shows it."""
    return quote(key, safe="/") if call.request.param("encoding-type") else key
