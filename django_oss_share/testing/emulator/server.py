"""The emulator on a socket: one thread a connection, keep-alive, bodies streamed both ways."""

from __future__ import annotations

import logging
import socket
import struct
from contextlib import suppress
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn
from threading import Condition, Event, Thread
from typing import Any

from . import wire
from .body import ChunkedBody, ClientGone, SizedBody
from .exchange import Reset, exchange
from .response import BLOCK_SIZE, Response
from .service import Service

logger = logging.getLogger("django_oss_share.emulator")

#: Seconds that a connection may be silent.
_IDLE = 60
#: Seconds between two looks at whether to stop.
_POLL = 0.02
_GOODBYE = 5


class Server(ThreadingMixIn, TCPServer):
    """Listens from the moment it is made, answers between :meth:`start` and :meth:`stop`.

    :param port: 0 for any free one.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service: Service, host: str = "127.0.0.1", port: int = 0) -> None:
        self.service = service
        self.stopping = Event()
        self._connections: set[socket.socket] = set()
        self._changed = Condition()
        self._thread: Thread | None = None
        super().__init__((host, port), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        """Answer, in threads of its own."""
        self._thread = Thread(target=self.serve_forever, args=(_POLL,), name="oss-emulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and wait until all threads are done."""
        self.stopping.set()
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()
        with self._changed:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, timeout=_GOODBYE)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._connections.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up or falls silent is no news; what comes here is."""
        logger.exception("The emulator failed at answering %s; please report it.", client_address)


class _Handler(StreamRequestHandler):
    server: Server
    connection: socket.socket
    timeout = _IDLE
    rbufsize = BLOCK_SIZE
    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            while self._next_request():
                pass
        except Reset:
            # Closed with unsent time zero, the system sends RST in place of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        except (ClientGone, ConnectionError, TimeoutError):
            pass

    def _next_request(self) -> bool:
        """Answer one request; whether to wait for another."""
        try:
            head = wire.read_head(self.rfile)
        except wire.BadRequest as error:
            refusal = Response(400, {"Connection": "close"}, f"{error}\n".encode())
            wire.send(self.connection, refusal, {}, method="GET")
            return False
        if head is None:
            return False
        body = self._body(head)
        exchange(self.server.service, self.connection, head, body, self.client_address[0], self.server.stopping)
        return _read_rest(body) and head.keep_alive

    def _body(self, head: wire.Head) -> SizedBody:
        awaited = head.headers.get("expect", "").lower() == "100-continue"
        on_read = self._go_on if awaited else None
        if head.length is None:
            return ChunkedBody(self.rfile, on_read)
        return SizedBody(self.rfile, head.length, on_read)

    def _go_on(self) -> None:
        self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def _read_rest(body: SizedBody) -> bool:
    """Pass over what a refused upload still sends: clients read no answer before they are done.

    Whether the next request follows; it does not where the client was never told to go on.
    """
    if body.awaited:
        return body.finished
    while body.read(BLOCK_SIZE):
        pass
    return True
