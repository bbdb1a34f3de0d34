"""Django's ``default`` database, on each kind of server in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connections

from .session import Session

KINDS = ("sqlite", "postgresql", "mariadb")


class Databases:
    """One database of each kind for one worker, made and migrated when first asked for."""

    def __init__(self, session: Session, worker: str) -> None:
        self._session = session
        self._worker = worker
        self._settings: dict[str, dict[str, Any]] = {}

    def empty(self, kind: str) -> str:
        """The URL of a new, empty database on the server ``kind``."""
        url, name = self._session.url(kind), f"empty_{self._worker}"
        _CREATE[kind](url, name)
        return f"{url}/{name}"

    @contextmanager
    def as_default(self, kind: str) -> Iterator[None]:
        """``default`` is the database of ``kind`` in all threads; its rows are gone afterwards."""
        new = kind not in self._settings
        if new:
            self._settings[kind] = self._create(kind)
        with _default_is(self._settings[kind]):
            if new:
                call_command("migrate", verbosity=0)
            yield
            call_command("flush", verbosity=0, interactive=False)

    def _create(self, kind: str) -> dict[str, Any]:
        name = f"django_{self._worker}"
        if kind == "sqlite":
            return _sqlite(self._session.root / f"{name}.sqlite3")
        url = self._session.url(kind)
        _CREATE[kind](url, name)
        server = urlsplit(url)
        address = {"HOST": server.hostname, "PORT": server.port, "USER": server.username, "NAME": name}
        return {**_ENGINES[kind], **address}


@contextmanager
def _default_is(settings: dict[str, Any]) -> Iterator[None]:
    """Swap ``default``: the settings that new threads connect by, and this thread's connection."""
    before = connections.settings["default"], connections["default"]
    before[1].close()
    connections.settings["default"] = connections.configure_settings({"default": settings})["default"]
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = before


def _sqlite(path: Path) -> dict[str, Any]:
    options = {"timeout": 30, "init_command": "PRAGMA synchronous=OFF"}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}


_ENGINES: dict[str, dict[str, Any]] = {
    "postgresql": {"ENGINE": "django.db.backends.postgresql"},
    "mariadb": {"ENGINE": "django.db.backends.mysql", "OPTIONS": {"charset": "utf8mb4"}},
}


def _create_postgresql(url: str, name: str) -> None:
    import psycopg

    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


def _create_mariadb(url: str, name: str) -> None:
    import MySQLdb

    server = urlsplit(url)
    connection = MySQLdb.connect(host=server.hostname, port=server.port, user=server.username)
    connection.cursor().execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
    connection.close()


_CREATE: dict[str, Callable[[str, str], None]] = {"postgresql": _create_postgresql, "mariadb": _create_mariadb}
