"""Texts stored with the charset that they are in, so that no browser has to guess it."""

from __future__ import annotations

import codecs
import io
from typing import IO

from ..oss.charsets import KNOWN, SAMPLE_BYTES, detect


def with_charset(content_type: str, body: IO[bytes] | io.RawIOBase) -> str:
    """``content_type``, of a text with its charset, if that is beyond doubt and was not said.

    :param body: where it stands at its start; one that cannot go back there is not looked into.
    """
    if not content_type.lower().startswith("text/") or "charset" in content_type.lower():
        return content_type
    charset = _charset_of(body)
    return f"{content_type.rstrip('; ')}; charset={charset}" if charset else content_type


def _charset_of(body: IO[bytes] | io.RawIOBase) -> str:
    encoding = getattr(body, "encoding", None)
    if isinstance(encoding, str):
        name = codecs.lookup(encoding).name
        return name if name in KNOWN else ""
    if not body.seekable():
        return ""
    start = body.read(SAMPLE_BYTES + 1) or b""
    body.seek(0)
    return detect(start[:SAMPLE_BYTES], whole=len(start) <= SAMPLE_BYTES).charset
