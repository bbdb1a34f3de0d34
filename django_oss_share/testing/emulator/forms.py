"""``multipart/form-data`` read as a stream: fields in memory, the file block by block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from .errors import malformed_post
from .response import BLOCK_SIZE

#: Bytes of the headers of a part, and of the value of a field.
_HEAD_LIMIT = 8 * 1024
_VALUE_LIMIT = 1024 * 1024
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}").fullmatch


class _Source(Protocol):
    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; ``b""`` at the end."""


class PartHead(NamedTuple):
    """What stands before the content of a part.

    :ivar filename: None for a field.
    """

    name: str
    filename: str | None
    content_type: str | None


class FormReader:
    """The parts of a form, one after the other.

    :param content_type: the request's, with the boundary.
    :raises OSSError: MalformedPOSTRequest, here and from every method.
    """

    def __init__(self, source: _Source, content_type: str) -> None:
        self._source = source
        self._delimiter = b"\r\n--" + _boundary(content_type)
        # So that the first delimiter is like the others.
        self._buffer = b"\r\n"
        self._inside = True

    def next_part(self) -> PartHead | None:
        """The next part, which :meth:`read` then gives; None after the last one. What was not read is passed over."""
        while self.read():
            pass
        self._need(2)
        if self._buffer.startswith(b"--"):
            return None
        head = self._up_to(b"\r\n\r\n")
        self._inside = True
        return _part_head(head.removeprefix(b"\r\n"))

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes of the part, as many as are there; ``b""`` at its end."""
        if not self._inside:
            return b""
        self._need(len(self._delimiter))
        found = self._buffer.find(self._delimiter)
        if found == 0:
            self._buffer = self._buffer[len(self._delimiter) :]
            self._inside = False
            return b""
        # The beginning of a delimiter may be the end of what has arrived.
        ready = found if found > 0 else len(self._buffer) - len(self._delimiter) + 1
        data, self._buffer = self._buffer[:ready], self._buffer[ready:]
        return data

    def value(self) -> str:
        """All of a field."""
        pieces, size = [], 0
        while piece := self.read():
            pieces.append(piece)
            size += len(piece)
            if size > _VALUE_LIMIT:
                raise malformed_post(f"A form field is over {_VALUE_LIMIT} bytes.")
        return _text(b"".join(pieces))

    def _need(self, count: int) -> None:
        while len(self._buffer) < count:
            self._fill()

    def _up_to(self, mark: bytes) -> bytes:
        """What stands before ``mark``; both are taken off."""
        while mark not in self._buffer:
            if len(self._buffer) > _HEAD_LIMIT:
                raise malformed_post(f"The headers of a part are over {_HEAD_LIMIT} bytes.")
            self._fill()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _fill(self) -> None:
        block = self._source.read(BLOCK_SIZE)
        if not block:
            raise malformed_post("The body of your POST request is not well-formed multipart/form-data.")
        self._buffer += block


def _boundary(content_type: str) -> bytes:
    kind, parameters = _parsed(content_type)
    boundary = parameters.get("boundary", "")
    if kind != "multipart/form-data" or _BOUNDARY(boundary) is None:
        raise malformed_post("The body of your POST request is not well-formed multipart/form-data.")
    return boundary.encode()


def _part_head(lines: bytes) -> PartHead:
    headers = {}
    for line in filter(None, _text(lines).split("\r\n")):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    kind, parameters = _parsed(headers.get("content-disposition", ""))
    if kind != "form-data" or not parameters.get("name"):
        raise malformed_post("A part of the form has no name.")
    return PartHead(parameters["name"], parameters.get("filename"), headers.get("content-type"))


def _parsed(header: str) -> tuple[str, Mapping[str, str]]:
    """``form-data; name="a"`` as its first word and its parameters.

    Browsers escape only the quote (``%22``) and line breaks in names, and leave backslashes alone.
    """
    kind, _, rest = header.partition(";")
    pairs = re.findall(r';?\s*([\w*-]+)=(?:"([^"]*)"|([^;]*))', rest)
    return kind.strip().lower(), {name.lower(): (quoted or plain).strip() for name, quoted, plain in pairs}


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise malformed_post("The form is not UTF-8.") from None
