"""HTTP/1.1 on a socket, as little of it as OSS speaks: request heads in, answers out, keep-alive.

The standard library's handler folds ``//`` in paths, reads headers as e-mail, and takes ten times as long.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from http import HTTPStatus
from io import BufferedIOBase
from typing import NamedTuple

from .response import FileBody, Response

_LINE_LIMIT = 65_536
_HEADER_COUNT_LIMIT = 256
#: Bytes of a file that are better read than sent by a call of their own.
_ONE_PACKET = 32 * 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus}
# Which of two would count is what request smuggling plays with.
_ONCE = frozenset({"host", "authorization", "content-length", "transfer-encoding"})
_WITHOUT_BODY = frozenset({204, 304})


class BadRequest(Exception):
    """What arrived is no HTTP request."""


class Head(NamedTuple):
    """A request line and headers; names in lower case."""

    method: str
    target: str
    version: str
    headers: Mapping[str, str]
    #: Bytes of the body; None where it comes in chunks.
    length: int | None

    @property
    def keep_alive(self) -> bool:
        """Whether the client will send another request on this connection."""
        wish = self.headers.get("connection", "").lower()
        return wish == "keep-alive" if self.version == "HTTP/1.0" else wish != "close"


def read_head(stream: BufferedIOBase) -> Head | None:
    """The next request's head, or None when the client has hung up between two requests.

    :raises BadRequest: it is not HTTP/1.
    """
    line = stream.readline(_LINE_LIMIT)
    while line in (b"\r\n", b"\n"):
        line = stream.readline(_LINE_LIMIT)
    if not line:
        return None
    words = _whole(line).decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("no HTTP/1 request line")
    headers = _read_headers(stream)
    return Head(words[0], words[1], words[2], headers, _length(headers))


def send(connection: socket.socket, response: Response, headers: Mapping[str, str], *, method: str) -> None:
    """The whole answer; files go from the disk to the socket without passing through memory.

    :param headers: in addition to the response's own.
    """
    body, head = response.body, encode_head(response, headers)
    if method == "HEAD" or response.status in _WITHOUT_BODY:
        connection.sendall(head)
    elif isinstance(body, bytes):
        connection.sendall(head + body)
    elif len(body) <= _ONE_PACKET:
        connection.sendall(head + b"".join(body.blocks()))
    else:
        connection.sendall(head)
        send_files(connection, body)


def encode_head(response: Response, headers: Mapping[str, str]) -> bytes:
    """Status line and headers, with the Content-Length of the body there is or, for HEAD, would be."""
    fields = {**headers, **response.headers}
    if response.status not in _WITHOUT_BODY:
        fields.setdefault("Content-Length", str(len(response.body)))
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}"]
    # A line break in a stored value would begin a header of its own.
    lines += [f"{name}: {value}".replace("\r", " ").replace("\n", " ") for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def send_files(connection: socket.socket, body: FileBody) -> None:
    """The bytes of ``body``, by sendfile where the system has it."""
    for path, offset, length in body.slices:
        with path.open("rb") as file:
            sent = connection.sendfile(file, offset, length)
        if sent != length:
            raise EOFError(f"{path} is shorter than the emulator's index says; was its root changed?")


def _read_headers(stream: BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_HEADER_COUNT_LIMIT):
        line = _whole(stream.readline(_LINE_LIMIT))
        if not line:
            return headers
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            raise BadRequest("a header line without a name")
        _add(headers, name.decode("latin-1").lower(), _text(value.strip(b" \t")))
    raise BadRequest("too many headers")


def _whole(line: bytes) -> bytes:
    """``line`` without its end. One that has none was cut off: the rest of it would count as another."""
    if not line.endswith(b"\n"):
        raise BadRequest("a line that does not end, or is too long")
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _length(headers: Mapping[str, str]) -> int | None:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None:
        if length is not None or coding.lower() != "chunked":
            raise BadRequest("a body that is not sized either by Content-Length or by chunks")
        return None
    if length is not None and not (length.isascii() and length.isdigit() and len(length) < 20):
        raise BadRequest("a Content-Length that is no number")
    return int(length or 0)


def _add(headers: dict[str, str], name: str, value: str) -> None:
    if name in _ONCE and name in headers:
        raise BadRequest(f"{name} twice")
    headers[name] = f"{headers[name]},{value}" if name in headers else value


def _text(value: bytes) -> str:
    """What the client signed: SDKs sign UTF-8 but HTTP libraries send Latin-1 where they can."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
