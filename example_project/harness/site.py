"""The example project, made ready and served."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import waitress
from django.core.management import call_command

from .errors import DemoFailed
from .samples import load_drafts, load_samples, request_files, share_sample

HOST = "127.0.0.1"
ADMIN = "admin"
_THREADS = 8


def listen(port: str) -> socket.socket:
    """A socket on ``port``; 0 takes a free one.

    :raises DemoFailed: it is taken, or none.
    """
    if not port.isdecimal() or int(port) > 65_535:
        raise DemoFailed(f"PORT={port} is not a port; give a number from 1 to 65535.")
    try:
        return socket.create_server((HOST, int(port)))
    except OSError as error:
        why = os.strerror(error.errno)
        raise DemoFailed(f"Port {port} of {HOST} cannot be used ({why}); try PORT=8123 make demo.") from None


@dataclass(frozen=True)
class Prepared:
    """:ivar password: the administrator's, a new one each time.
    :ivar share: the path of a share's page. :ivar request: of a page that takes files.
    """

    password: str
    share: str
    request: str


def prepare(directory: Path, port: int) -> Prepared:
    """Tables, samples, an administrator, a share and a file request under ``directory``.

    :param port: of the site, whose pages may upload into the bucket.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "example.settings"
    os.environ["EXAMPLE_VAR"] = str(directory)
    django.setup()
    call_command("migrate", verbosity=0)
    load_samples()
    load_drafts()
    user, password = _reset_administrator()
    allow_uploads(port)
    return Prepared(password, share_sample(user), request_files(user))


def allow_uploads(port: int) -> None:
    """By the addresses that people type; one more with each port, of which a bucket takes many."""
    from django_oss_share.services import cors

    cors.allow_uploads("default", [f"http://{host}:{port}" for host in (HOST, "localhost")])


def _reset_administrator() -> tuple[Any, str]:
    from django.contrib.auth import get_user_model

    password = secrets.token_urlsafe(9)
    rights = {"is_staff": True, "is_superuser": True, "is_active": True}
    user, _ = get_user_model().objects.update_or_create(username=ADMIN, defaults=rights)
    user.set_password(password)
    user.save()
    return user, password


@contextmanager
def serving(listening: socket.socket) -> Iterator[None]:
    """Answer while the block runs."""
    server = _server(listening)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        # Whoever has just answered is still to tell the server so.
        server.task_dispatcher.shutdown()
        server.close()


def _server(listening: socket.socket) -> waitress.server.BaseWSGIServer:
    from example.wsgi import application

    return waitress.create_server(application, sockets=[listening], threads=_THREADS)
