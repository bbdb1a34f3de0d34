"""The redirect of a share, beside a bare Django view that reads, counts and writes as much; on PostgreSQL.

Both are called as a server calls them, through the WSGI application with Django's usual middleware, in turns.
"""

from __future__ import annotations

import io
import itertools
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from harness import Rounds, Row, in_turns, main, microseconds, ratio

# The servers of the tests, started and stopped the same way.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from services.session import Session

NAME = "shares"

_REQUESTS = 40  # a round's, of each kind
_ROUNDS = 25

Application = Callable[..., Any]


def run() -> list[Row]:
    session = Session.begin()
    try:
        _configure(session.url("postgresql"))
        return _measure()
    finally:
        session.end()


def _configure(url: str) -> None:
    server = urlsplit(url)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="bare.urls",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "bare",
            "django_oss_share",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "postgres",
                "HOST": server.hostname,
                "PORT": server.port,
                "USER": server.username,
                "CONN_MAX_AGE": None,
            }
        },
        STORAGES={
            "default": {
                "BACKEND": "django_oss_share.storage.OSSStorage",
                "OPTIONS": {
                    "bucket_name": "examplebucket",
                    "region_name": "cn-hangzhou",
                    "access_key": "LTAIexample",
                    "secret_key": "secretexample",
                },
            }
        },
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, run_syncdb=True)


def _measure() -> list[Row]:
    from bare.models import Link
    from django.core.wsgi import get_wsgi_application

    from django_oss_share.services import shares, tokens

    Link.objects.create(slug="bare", target="https://example.com/file", limit=2**31 - 1)
    direct = shares.create("reports/q3.pdf", mode="direct", check=False)
    application = get_wsgi_application()
    token = tokens.make(direct)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    visitors = itertools.count()
    work = {
        "bare": partial(_many, application, "/bare/bare/", 302, visitors),
        "empty": partial(_many, application, "/empty/", 404, visitors),
        "share": partial(_many, application, f"/s/{token}/", 302, visitors),
        "forged": partial(_many, application, f"/s/{forged}/", 404, visitors),
    }
    of_share = _statements(partial(_many, application, f"/s/{token}/", 302, visitors, count=1))
    of_forged = _statements(partial(_many, application, f"/s/{forged}/", 404, visitors, count=1))
    seconds = in_turns(work, rounds=_ROUNDS)
    each = {name: median(rounds) / _REQUESTS for name, rounds in seconds.items()}
    bare = f"{microseconds(each['bare'])}: a bare view with one SELECT, one UPDATE, one INSERT and a 302"
    empty = f"{microseconds(each['empty'])}: a bare view that answers 404 and does nothing else"
    return [
        _rate("Redirect of a share", each["share"], bare, ratio(seconds["bare"], seconds["share"]), 0.85),
        _queries("Queries of a redirect", of_share, 5),
        _rate("Refusal of a forged token", each["forged"], bare, ratio(seconds["bare"], seconds["forged"]), 0.8),
        Row(
            "The same, shown beside nothing", microseconds(each["forged"]), empty, _percent(seconds, "empty", "forged")
        ),
        _queries("Queries of that refusal", of_forged, 0),
    ]


def _rate(what: str, seconds: float, beside: str, times: float, target: float) -> Row:
    """How many percent of the requests a second of the other."""
    return Row(
        what, microseconds(seconds), beside, f"{times:.0%} of its rate", f"at least {target:.0%}", times >= target
    )


def _percent(seconds: Rounds, above: str, below: str) -> str:
    return f"{ratio(seconds[above], seconds[below]):.0%} of its rate"


def _queries(what: str, count: int, allowed: int) -> Row:
    return Row(what, str(count), "", "", f"at most {allowed}", count <= allowed)


def _statements(ask: Callable[[], object]) -> int:
    """How many statements one request sends to the database."""
    from django.db import connection

    ask()  # connects
    counted: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        counted.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        ask()
    return len(counted)


def _many(application: Application, path: str, status: int, visitors: Any, count: int = _REQUESTS) -> None:
    """Each request is another visitor's, since whoever brings many unknown tokens is made to wait."""
    for _ in range(count):
        number = next(visitors)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        told: list[str] = []
        response = application(_environ(path, address), lambda line, headers, told=told: told.append(line))
        for _block in response:
            pass
        response.close()
        if not told[0].startswith(str(status)):
            raise RuntimeError(f"{path} answered {told[0]} instead of {status}")


def _environ(path: str, address: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36",
        "HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
    }


if __name__ == "__main__":
    main(run)
