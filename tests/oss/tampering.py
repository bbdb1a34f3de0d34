"""A wire that spoils what is uploaded: a TCP proxy in front of the emulator."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

#: Given what a client sent, gives what goes on; None breaks the connection off.
Tamper = Callable[[bytes], bytes | None]


@contextmanager
def tampered(target: str, tamper: Tamper) -> Iterator[str]:
    """The address of a proxy to ``target`` (``http://127.0.0.1:PORT``), every upload through which is spoilt."""
    port = int(target.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, port, tamper), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        # A thread that waits in accept() would otherwise keep the port open.
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int, tamper: Tamper) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=_pump, args=(near, far, tamper), daemon=True).start()
            threading.Thread(target=_pump, args=(far, near, bytes), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, tamper: Tamper) -> None:
    with suppress(OSError):
        while (block := source.recv(65_536)) and (passed := tamper(block)) is not None:
            sink.sendall(passed)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def flip(marker: bytes) -> Tamper:
    """One byte of ``marker`` is another, wherever it passes in one piece."""
    return lambda block: block.replace(marker, marker[:-1] + b"?")


def cut_at(marker: bytes) -> Tamper:
    """The connection ends where ``marker`` begins."""
    return lambda block: None if marker in block else block
