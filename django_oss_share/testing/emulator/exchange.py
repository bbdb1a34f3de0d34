"""One request and its answer, with what was told to go wrong."""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from email.utils import format_datetime
from threading import Event

from . import admin, wire
from .access_log import Outcome, elapsed
from .body import ClientGone, SizedBody
from .errors import OSSError, internal_error
from .faults import Fault, Kind
from .request import Request, addressed, parse_query
from .response import FileBody, Response
from .service import FaultsHit, Service

logger = logging.getLogger("django_oss_share.emulator")

_BODY_FAULTS = (Kind.TRUNCATE, Kind.CORRUPT, Kind.SLOW)
#: Seconds between two blocks of a slow body.
_TICK = 0.05


class Reset(Exception):
    """The connection is to be broken off without another word."""


def exchange(
    service: Service, connection: socket.socket, head: wire.Head, body: SizedBody, remote: str, stopping: Event
) -> None:
    """Answer one request.

    :param stopping: set when the server stops; ends all waiting.
    :raises Reset: by a fault.
    """
    request_id = secrets.token_hex(12).upper()
    hits: FaultsHit = {}
    try:
        request = _request(head, body, remote, service.cnames)
        if admin.is_admin(request):
            response = admin.answer(service, request)
        else:
            hits = _hits(service, request)
            _hinder(hits, stopping)
            response = _carried_out(service, request, hits, request_id)
    except OSSError as error:
        response = _refusal(error, request_id, head)
    try:
        if Kind.LOSE_ANSWER in hits:
            raise Reset
        headers = _own_headers(service, hits, request_id, head)
        _deliver(connection, response, headers, head.method, hits, stopping)
    finally:
        if isinstance(response.body, FileBody):
            response.body.close()


def _request(head: wire.Head, body: SizedBody, remote: str, cnames: Mapping[str, str]) -> Request:
    """:raises OSSError: it cannot be understood."""
    host = head.headers.get("host", "")
    raw_path, _, raw_query = head.target.partition("?")
    bucket, key = addressed(host, raw_path, cnames=cnames)
    return Request(
        method=head.method,
        scheme="http",
        host=host,
        raw_path=raw_path,
        raw_query=raw_query,
        query=parse_query(raw_query),
        headers=head.headers,
        bucket=bucket,
        key=key,
        remote_addr=remote,
        body=body,
    )


def _hits(service: Service, request: Request) -> FaultsHit:
    operation = service.name(request)
    service.calls.record(operation)
    return service.faults.match(operation, request.key)


def _hinder(hits: FaultsHit, stopping: Event) -> None:
    """What goes wrong before anything is done.

    :raises Reset: the connection.
    """
    if hang := hits.get(Kind.HANG):
        stopping.wait(hang.seconds)
    if Kind.RESET in hits:
        raise Reset


def _carried_out(service: Service, request: Request, hits: FaultsHit, request_id: str) -> Response:
    started, code = time.monotonic(), ""
    try:
        response = service.answer(request, hits)
    except OSSError as error:
        code, response = error.code, error_response(error, request_id, request.host)
    except (ClientGone, ConnectionError, TimeoutError):
        raise
    except Exception:
        logger.exception("The emulator failed at %s %s; please report it.", request.method, request.raw_path)
        response = error_response(internal_error(), request_id, request.host)
        code = "InternalError"
    response.headers |= service.cross_origin(request)
    service.write_down(request, Outcome(service.name(request), response, code, request_id, elapsed(started)))
    return response


def _refusal(error: OSSError, request_id: str, head: wire.Head) -> Response:
    return error_response(error, request_id, head.headers.get("host", ""))


def error_response(error: OSSError, request_id: str, host: str) -> Response:
    """``error`` as OSS sends it."""
    if error.status == 304:
        return Response(304, error.headers)
    headers = error.all_headers(request_id, host)
    return Response(error.status, headers | {"Content-Type": "application/xml"}, error.to_xml(request_id, host))


def _own_headers(service: Service, hits: FaultsHit, request_id: str, head: wire.Head) -> dict[str, str]:
    return {
        "Server": "AliyunOSS",
        "Date": format_datetime(service.now(hits), usegmt=True),
        "Connection": "keep-alive" if head.keep_alive else "close",
        "x-oss-request-id": request_id,
    }


def _deliver(
    connection: socket.socket,
    response: Response,
    headers: Mapping[str, str],
    method: str,
    hits: FaultsHit,
    stopping: Event,
) -> None:
    if method == "HEAD" or not any(kind in hits for kind in _BODY_FAULTS):
        wire.send(connection, response, headers, method=method)
        return
    connection.sendall(wire.encode_head(response, headers))
    blocks = response.body.blocks() if isinstance(response.body, FileBody) else iter([response.body])
    if Kind.CORRUPT in hits:
        blocks = _corrupted(blocks)
    if slow := hits.get(Kind.SLOW):
        blocks = _slowed(blocks, slow, stopping)
    _send_up_to(connection, blocks, hits.get(Kind.TRUNCATE))


def _send_up_to(connection: socket.socket, blocks: Iterator[bytes], truncate: Fault | None) -> None:
    left = truncate.size if truncate else None
    for block in blocks:
        connection.sendall(block if left is None else block[:left])
        if left is not None:
            left -= min(left, len(block))
    if truncate is not None:
        # An end in good order, before the Content-Length is reached.
        connection.shutdown(socket.SHUT_RDWR)


def _corrupted(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """One byte of the first block, its middle one, turned over."""
    for number, block in enumerate(blocks):
        if number == 0 and block:
            middle = len(block) // 2
            block = block[:middle] + bytes([block[middle] ^ 0xFF]) + block[middle + 1 :]
        yield block


def _slowed(blocks: Iterator[bytes], fault: Fault, stopping: Event) -> Iterator[bytes]:
    size = max(int((fault.rate or 1) * _TICK), 1)
    for block in blocks:
        for start in range(0, len(block), size):
            if stopping.wait(_TICK):
                return
            yield block[start : start + size]
