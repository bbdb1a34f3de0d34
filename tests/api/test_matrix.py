"""Who may do what: every address of the router, by every method, as everybody."""

from __future__ import annotations

import json
import re

import pytest
from credentials.conftest import role, role_settings
from file_requests.making import make_request
from shares.factories import make_share, make_user

from api.asking import PROBLEM, ROOT, client_of
from django_oss_share.api.router import router
from django_oss_share.models import Action, Grant
from django_oss_share.services import audit
from django_oss_share.services.exports import jobs
from django_oss_share.services.exports.sources import Shares

__all__ = ["role", "role_settings"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("role")]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: Each role by its permissions; ``owner`` has made the rows that addresses name.
ROLES = {
    "anonymous": None,
    "ordinary": (),
    "viewer": ("view_share",),
    "owner": ("share_object", "grant_access", "export_links", "request_files"),
    "sharer": ("share_object",),
    "browser": ("browse_bucket",),
    "sees all": ("view_all_shares", "view_grant"),
    "changes all": ("change_all_shares",),
    "sees exports": ("change_all_exports",),
    "exporter": ("export_links",),
    "uploader": ("upload_object",),
    "requester": ("request_files",),
    "sees requests": ("view_all_requests",),
    "changes requests": ("change_all_requests",),
    "auditor": ("view_auditevent",),
    "root": "superuser",
}
STEPS = ("extend", "hand-over", "password", "revive", "revoke", "rotate")
_OPEN = ("viewer", "owner", "sharer", "browser", "sees all", "changes all", "root")
_SHARERS = ("owner", "sharer", "root")
_CHANGERS = ("owner", "changes all", "root")
_REQUESTERS = ("owner", "requester", "root")
_REQUEST_CHANGERS = ("owner", "changes requests", "root")
_WATCHERS = ("owner", "sees exports", "root")
UPLOADS = ("abort", "arrived", "complete", "form", "multipart", "parts")
#: By address and method, who is let in; anybody else is refused (403), or, of a row of somebody else's, told nothing
#: (404).
ALLOWED = {
    ("shares/", "GET"): _OPEN,
    ("shares/", "POST"): _SHARERS,
    ("shares/{pk}/", "GET"): (*_CHANGERS, "sees all"),
    ("shares/{pk}/", "PATCH"): _CHANGERS,
    ("shares/{pk}/events/", "GET"): (*_CHANGERS, "sees all"),
    **{(f"shares/{{pk}}/{step}/", "POST"): _CHANGERS for step in STEPS},
    ("objects/", "GET"): ("browser", "root"),
    ("objects/metadata/", "GET"): ("browser", "root"),
    ("presign/", "POST"): _SHARERS,
    ("grants/", "GET"): ("owner", "sees all", "root"),
    ("grants/", "POST"): ("owner", "root"),
    ("grants/{pk}/", "GET"): ("owner", "sees all", "root"),
    ("objects/metadata/", "PATCH"): ("owner", "root"),
    ("exports/", "GET"): ("owner", "sees exports", "exporter", "root"),
    ("exports/", "POST"): ("owner", "root"),
    ("exports/{pk}/", "GET"): _WATCHERS,
    **{(f"exports/{{pk}}/{step}/", "POST"): _WATCHERS for step in ("cancel", "result")},
    # It begins anew what one must be allowed to export.
    ("exports/{pk}/retry/", "POST"): ("owner", "root"),
    ("uploads/", "POST"): ("uploader", "root"),
    **{(f"uploads/{step}/", "POST"): ("uploader", "root") for step in UPLOADS},
    ("file-requests/", "GET"): (*_REQUESTERS, "sees requests", "changes requests"),
    ("file-requests/", "POST"): _REQUESTERS,
    ("file-requests/{pk}/", "GET"): (*_REQUEST_CHANGERS, "sees requests"),
    ("file-requests/{pk}/", "PATCH"): _REQUEST_CHANGERS,
    ("file-requests/{pk}/files/", "GET"): (*_REQUEST_CHANGERS, "sees requests"),
    **{(f"file-requests/{{pk}}/{step}/", "POST"): _REQUEST_CHANGERS for step in STEPS if step != "revive"},
    ("doctor/", "POST"): _OPEN,
    ("audit/", "GET"): ("auditor", "root"),
    ("audit/{pk}/", "GET"): ("auditor", "root"),
}
#: What makes a request whole; where there is none, an empty body is told to be wrong (400), which is being let in, too.
QUERIES = {"objects/metadata/": "?key=reports/q3.pdf"}
BODIES = {
    "shares/": {"key": "a", "check": False},
    "presign/": {"key": "a"},
    "grants/": {"prefix": "team/", "recipient": "Acme"},
    "objects/metadata/": {"keys": ["a"], "cache_control": "no-cache", "dry_run": True},
    "exports/": {"shares": [1]},
    "uploads/": {"key": "a", "size": 1},
    "uploads/form/": {"key": "a", "max_size": 1},
    "uploads/multipart/": {"key": "a", "size": 200_000},
    "doctor/": {"url": "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/a?x-oss-signature=1"},
    "file-requests/": {"prefix": "in/", "name": "Tenders"},
    "file-requests/{pk}/extend/": {"expires_in": 60},
    "file-requests/{pk}/hand-over/": {"to": "owner"},
    "file-requests/{pk}/password/": {"password": None},
    "shares/{pk}/extend/": {"expires_in": 60},
    "shares/{pk}/hand-over/": {"to": "owner"},
    "shares/{pk}/password/": {"password": None},
}


def routes() -> dict[str, set[str]]:
    """Of each address, the methods that are routed."""
    found = {}
    for url in router.urls:
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(url.pattern)).strip("^$")
        found[path] = {method.upper() for method in url.callback.actions if method != "head"}
    return found


@pytest.fixture
def owner():
    return make_user("owner", *ROLES["owner"])


@pytest.fixture
def rows(owner, oss_emulator):
    """The key of a row of the owner's, by the first part of an address."""
    grant = Grant.objects.create(
        created_by=owner,
        recipient="x",
        storage="default",
        bucket="b",
        prefix="x/",
        duration=900,
        expires_at="2050-01-01T00:00Z",
    )
    shares = Shares((make_share(id=1, created_by=owner).pk,))
    who = {"created_by": owner, "by": owner}
    job = jobs.start(shares, output="shares", base_url="https://files.example.com", queued=False, **who)
    return {
        "shares": 1,
        "grants": grant.pk,
        "exports": job.pk,
        "file-requests": make_request(created_by=owner).pk,
        "audit": audit.record(Action.VIEWED).pk,
    }


def user_of(name, owner):
    permissions = ROLES[name]
    if name == "owner":
        return owner
    if permissions is None:
        return None
    if permissions == "superuser":
        return make_user("root", is_superuser=True)
    return make_user(name.replace(" ", "-"), *permissions)


def test_the_table_covers_the_router():
    assert {(path, method) for path, methods in routes().items() for method in methods} == set(ALLOWED)


@pytest.mark.parametrize("name", ROLES)
def test_everybody_is_let_in_where_they_may_and_nowhere_else(name, owner, rows):
    client = client_of(user_of(name, owner))
    for path, routed in routes().items():
        address = ROOT + path.replace("{pk}", str(rows.get(path.partition("/")[0]))) + QUERIES.get(path, "")
        for method in METHODS:
            response = client.generic(method, address, *_body(path, method))
            expected = _expected(path, method, name, routed)
            assert response.status_code in expected, f"{method} {path}: {response.status_code} {response.content!r}"
            if response.status_code >= 400:
                assert response["Content-Type"] == PROBLEM


def _body(path, method):

    return (json.dumps(BODIES.get(path, {})), "application/json") if method in ("POST", "PATCH") else ()


def _expected(path, method, name, routed):
    as_get = "GET" if method == "HEAD" else method
    if as_get not in routed:
        # Who is not let in at all need not be told that there is no such method.
        return {405, 403}
    if name in ALLOWED[path, as_get]:
        # A step may come too late, after an earlier one, or ask for what is not whole; it was let in.
        return {200} if as_get == "GET" else {200, 201, 409, *({400} if path not in BODIES else ())}
    return {404, 403} if "{pk}" in path else {403}
