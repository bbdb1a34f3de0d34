"""One process of a site: threads that ask for links to one object and fetch what they open.

It is told what to do over a connection, a line each, and answers each with a line of JSON: ``go`` (threads begin to
ask), ``report``, ``forget`` (what was seen so far), ``refresh`` (what cron would do, by force), ``stop``.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import socket
import time
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings


class Said(logging.Handler):
    """Counts what the package logs."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.levels: dict[str, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.levels[record.levelname] = self.levels.get(record.levelname, 0) + 1


class Askers:
    """The threads, and what they saw."""

    def __init__(self, config: dict[str, Any]) -> None:
        from django.core.files.storage import storages

        self._config = config
        self._storage = storages["default"]
        self._stop = Event()
        self._lock = Lock()
        self._threads = [Thread(target=self._run) for _ in range(config["threads"])]
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self.asked = self.opened = self.unavailable = self.late = 0
            self.failed: list[str] = []
            self.keys: set[str] = set()
            self.slowest = 0.0
            self.retry_after: list[int] = []

    def go(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def report(self) -> dict[str, Any]:
        with self._lock:
            return {
                "asked": self.asked,
                "opened": self.opened,
                "unavailable": self.unavailable,
                "late": self.late,
                "failed": self.failed[:5],
                "failures": len(self.failed),
                "keys": sorted(self.keys),
                "slowest": self.slowest,
                "retry_after": self.retry_after[-5:],
            }

    def _run(self) -> None:
        address = urlsplit(self._storage.endpoint_url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        while not self._stop.is_set():
            self._ask(connection)
            self._stop.wait(self._config["pause"])
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        from django_oss_share.oss import CredentialsUnavailable

        started = time.monotonic()
        link, error = None, ""
        try:
            link = self._storage.presign("a.txt", expires_in=self._config.get("expires_in"))
        except CredentialsUnavailable as unavailable:
            with self._lock:
                self.unavailable += 1
                self.retry_after.append(unavailable.retry_after)
        except Exception as unforeseen:
            error = repr(unforeseen)
        took = time.monotonic() - started
        late = False
        if link is not None:
            url = urlsplit(link.url)
            connection.request("GET", f"{url.path}?{url.query}")
            answer = connection.getresponse()
            said = answer.read()
            # A link that was fetched after the end that it names has broken no promise.
            late = answer.status != 200 and time.time() >= link.expires_at.timestamp()
            error = "" if answer.status == 200 or late else f"HTTP {answer.status}: {said[:200]!r}"
        with self._lock:
            self.asked += 1
            self.slowest = max(self.slowest, took)
            self.late += late
            if error:
                self.failed.append(error)
            elif link is not None and not late:
                self.opened += 1
                self.keys.add(link.url.split("x-oss-credential=")[1].split("%2F")[0])


def set_up(config: dict[str, Any]) -> Said:
    said = Said()
    logging.getLogger("django_oss_share.credentials").addHandler(said)
    settings.configure(
        SECRET_KEY=config.get("secret_key", "tests-only"),
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_oss_share"],
        DATABASES={"default": config["database"]},
        OSS_SHARE={"CREDENTIALS": {"default": config["credentials"]}, **config.get("share", {})},
        STORAGES={
            "default": {
                "BACKEND": "django_oss_share.storage.OSSStorage",
                "OPTIONS": {**config["storage"], "credentials": "default"},
            }
        },
        LOGGING_CONFIG=None,
    )
    django.setup()
    return said


def refresh() -> str:
    from django_oss_share.oss import OSSShareError
    from django_oss_share.services import sts

    try:
        return sts.refresh("default", force=True).value
    except OSSShareError as error:
        return f"failed: {error}"


def work(config: dict[str, Any]) -> None:
    """Run to the end of the connection to ``config["port"]``, or to ``stop``."""
    said = set_up(config)
    askers = Askers(config)
    with socket.create_connection(("127.0.0.1", config["port"])) as connection, connection.makefile("rw") as lines:
        answer: Any = os.getpid()
        while True:
            print(json.dumps(answer), file=lines, flush=True)
            command = lines.readline().strip()
            if command == "go":
                askers.go()
                answer = command
            elif command == "forget":
                askers.forget()
                answer = command
            elif command == "refresh":
                answer = refresh()
            elif command in ("report", "stop"):
                if command == "stop":
                    askers.stop()
                answer = {**askers.report(), "said": said.levels}
            else:
                return
