"""The way to STS, which can be shut: then nobody answers there, as when STS is down."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Thread


class Gate:
    """Passes connections on to ``port`` of this machine.

    :ivar passed: how many there were.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []
        self.port = 0
        self.passed = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> Gate:
        """Begin to listen; on the port of the last time, if there was one."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def shut(self) -> None:
        """Refuse whoever comes, and hang up on who is there."""
        if self._listener is not None:
            # Closing alone would leave the thread that waits in accept() with the port.
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                come, _ = listener.accept()
            except OSError:
                return
            self.passed += 1
            Thread(target=self._serve, args=(come,), daemon=True).start()

    def _serve(self, come: socket.socket) -> None:
        with come, socket.create_connection(("127.0.0.1", self._to)) as gone:
            self._open += [come, gone]
            back = Thread(target=_pump, args=(gone, come), daemon=True)
            back.start()
            _pump(come, gone)
            back.join()

    def __enter__(self) -> Gate:
        return self.open()

    def __exit__(self, *exc_info: object) -> None:
        self.shut()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65_536):
            target.sendall(block)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
