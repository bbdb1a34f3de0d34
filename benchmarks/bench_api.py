"""A thousand presigned links over the API, beside what of that no API could leave out: signing them, and JSON."""

from __future__ import annotations

import cProfile
import io
import json
import os
import pstats
import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from typing import Any

import django
from django.conf import settings
from harness import Row, in_turns, main, milliseconds, ratio

NAME = "api"

_KEYS = [f"reports/2026/{number:06}.pdf" for number in range(1000)]
_ROUNDS = 60
_SHARE_OF_WORK = 0.6


def run() -> list[Row]:
    _configure()
    return _measure()


def _configure() -> None:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="api_urls",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "rest_framework",
            "rest_framework.authtoken",
            "django_oss_share",
        ],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
            # Thousands of requests a minute are the point here.
            "DEFAULT_THROTTLE_RATES": {"oss_share_presign": None},
        },
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
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

    call_command("migrate", verbosity=0)


def _measure() -> list[Row]:
    from django_oss_share.models import AuditEvent

    post = _poster()
    links = post(json.dumps({"keys": _KEYS}).encode())
    assert [each["key"] for each in links["results"]] == _KEYS
    body = json.dumps({"keys": _KEYS}).encode()
    one = json.dumps({"keys": _KEYS[:1]}).encode()
    work: dict[str, Callable[[], object]] = {
        "request": partial(post, body, read=False),
        "signing": _sign,
        "json": partial(_json, body, links, AuditEvent.objects.order_by("pk")[0].data),
        "one": partial(post, one, read=False),
    }
    seconds = in_turns(work, rounds=_ROUNDS, clock=time.process_time)
    needed = [a + b for a, b in zip(seconds["signing"], seconds["json"], strict=True)]
    share = 1 / ratio(seconds["request"], needed)
    parts = " + ".join(f"{milliseconds(median(seconds[name]))} {name}" for name in ("signing", "json"))
    few, many = (_permission_queries(partial(post, each, read=False)) for each in (one, body))
    return [
        Row(
            "`POST presign/` with 1,000 keys",
            milliseconds(median(seconds["request"])),
            f"{parts}, of the same keys and body",
            f"{share:.0%} of the time",
            f"at least {_SHARE_OF_WORK:.0%}",
            share >= _SHARE_OF_WORK,
        ),
        Row("… with one key", milliseconds(median(seconds["one"])), "", ""),
        Row(
            "Queries of permissions, 1,000 keys",
            str(many[0]),
            f"{few[0]} with one key: a user's own and those of their groups",
            "",
            "1",
            many[0] == few[0] == 1,
        ),
        Row("All queries, 1,000 keys", str(many[1]), f"{few[1]} with one key", "", "as with one key", many == few),
        *_profile(partial(post, body, read=False)),
    ]


def _poster() -> Callable[..., Any]:
    """Calls the API as a server calls it, as a user with the right to share."""
    from django.contrib.auth.models import Permission, User
    from django.core.signals import request_finished, request_started
    from django.core.wsgi import get_wsgi_application
    from django.db import close_old_connections
    from rest_framework.authtoken.models import Token

    # An SQLite in memory is gone with its connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    user = User.objects.create_user("ann")
    user.user_permissions.add(Permission.objects.get(codename="share_object"))
    application, token = get_wsgi_application(), Token.objects.create(user=user).key

    def post(body: bytes, *, read: bool = True) -> Any:
        statuses: list[str] = []

        def start(status: str, headers: object, *rest: object) -> None:
            statuses.append(status)

        answer = b"".join(application(_environ(body, token), start))
        assert statuses == ["200 OK"], answer
        return json.loads(answer) if read else None

    return post


def _environ(body: bytes, token: str) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/presign/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "203.0.113.7",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Token {token}",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }


def _sign() -> None:
    """What the storage takes to sign the keys, and nothing else."""
    from django.core.files.storage import default_storage

    list(default_storage.presign_many(_KEYS, expires_in=3600))


def _json(body: bytes, links: object, row: object) -> None:
    """The body read, the answer written, and the audit row, twice: for its MAC and for its column."""
    json.loads(body)
    json.dumps(links, ensure_ascii=False, separators=(",", ":")).encode()
    json.dumps(row, sort_keys=True, separators=(",", ":"))
    json.dumps(row)


def _permission_queries(ask: Callable[[], object]) -> tuple[int, int]:
    """Of one request: those that ask for permissions, and all."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        ask()
    return sum("auth_permission" in query["sql"] for query in queries), len(queries)


#: What a profile is told by: the functions that do it, by file and name, each with all that it calls.
_PARTS: dict[str, tuple[str, str]] = {
    "signing": ("presign.py", "presign_many"),
    "reading the body": ("parsers.py", "parse"),
    "writing the answer": ("renderers.py", "render"),
    "checking the keys": ("presigning.py", "_checked_keys"),
    "the audit row": ("presigning.py", "_record"),
}


def _profile(ask: Callable[[], object]) -> Iterable[Row]:
    """Where the time of a request goes by cProfile, which makes small functions look slower than they are."""
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(20):
        ask()
    profile.disable()
    stats: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = max(entry[3] for entry in stats.values())
    for what, (file, name) in _PARTS.items():
        spent = sum(
            entry[3] for (path, _line, function), entry in stats.items() if path.endswith(file) and function == name
        )
        yield Row(f"Profile: {what}", f"{spent / whole:.0%} of the time", "", "")


if __name__ == "__main__":
    main(run)
