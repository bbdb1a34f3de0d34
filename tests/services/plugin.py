"""The fixtures, and the session that they share; see the package's docstring."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from .browser import find_chromium, open_browser
from .databases import KINDS, Databases
from .session import Session

_SESSION = pytest.StashKey[Session]()


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get("services")
    config.stash[_SESSION] = Session(given["pid"], Path(given["root"])) if given else Session.begin()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    session = node.config.stash[_SESSION]
    node.workerinput["services"] = {"pid": session.pid, "root": str(session.root)}


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.stash.get(_SESSION, None)
    if session is not None and session.pid == os.getpid():
        session.end()


@pytest.fixture(scope="session")
def services(pytestconfig: pytest.Config) -> Session:
    return pytestconfig.stash[_SESSION]


@pytest.fixture(scope="session")
def databases(services: Session, worker_id: str) -> Databases:
    return Databases(services, worker_id)


@pytest.fixture(scope="session")
def postgresql_url(databases: Databases) -> str:
    return databases.empty("postgresql")


@pytest.fixture(scope="session")
def mariadb_url(databases: Databases) -> str:
    return databases.empty("mariadb")


@pytest.fixture(scope="session")
def redis_url(services: Session, worker_id: str) -> str:
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id != "master" else 0
    return f"{services.url('redis')}/{number}"


@pytest.fixture(scope="session")
def rabbitmq_url(services: Session) -> str:
    return services.url("rabbitmq")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return find_chromium()


@pytest.fixture
def browser(chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright keeps an event loop running in the test's thread, and Django would refuse the ORM there.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with open_browser(chromium_path) as opened:
        yield opened


# What MariaDB does differs neither by interpreter nor by Django, but for what PostgreSQL shows too.
@pytest.fixture(params=[pytest.param(kind, marks=[pytest.mark.once] * (kind == "mariadb")) for kind in KINDS])
def each_database(request: pytest.FixtureRequest, databases: Databases, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), databases.as_default(request.param):
        yield request.param
