"""The public pages of file requests: every route in every state, and what they say."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from shares.factories import PASSWORD
from uploads.sending import CONTENT, md5, send_raw
from views.conftest import ADDRESS
from views.visiting import ALL_METHODS, all_of, rows

from django_oss_share import urls
from django_oss_share.models import FileRequest, FileState, ReceivedFile
from django_oss_share.services import file_requests, tokens
from file_requests.making import leave, make_request

pytestmark = pytest.mark.django_db

ROUTES = [str(p.name) for p in urls.urlpatterns if str(p.pattern).startswith("up/<str:token>/")]
METHODS = {
    "request": {"GET", "HEAD"},
    "request_unlock": {"POST"},
    "request_begin": {"POST"},
    "request_parts": {"POST"},
    "request_complete": {"POST"},
    "request_cancel": {"POST"},
}
#: What nobody may learn before they may leave files.
FORBIDDEN = ("planted", "examplebucket", "aliyuncs", "x-oss", "signature")
HOUR = timedelta(hours=1)
NOW = timezone.now()


@pytest.fixture
def client() -> Client:
    return Client(REMOTE_ADDR=ADDRESS, headers={"User-Agent": "Firefox", "Accept-Language": "en"})


def planted(**fields) -> FileRequest:
    return make_request(**{"name": "planted-name", "note": "planted-note", "prefix": "planted-folder/", **fields})


def state_of(**fields):
    return lambda: tokens.make(planted(**fields))


def rotated() -> str:
    request = planted()
    token = tokens.make(request)
    file_requests.rotate(request)
    return token


#: By state: how to get a token, the status, the reason that is written down ("": nothing is).
STATES = {
    "malformed": (lambda: "x", 404, ""),
    "too long": (lambda: "x" * 10_240, 404, ""),
    "forged": (lambda: "x" * 36, 404, ""),
    "unknown": (lambda: tokens.make(FileRequest(public_id="00" * 9)), 404, ""),
    "rotated": (rotated, 404, "rotated"),
    "revoked": (state_of(revoked_at=NOW), 410, "revoked"),
    "expired": (state_of(expires_at=NOW), 410, "expired"),
    "exhausted": (state_of(max_files=2, received=2), 410, "exhausted"),
    "owner": (state_of(created_by_label="planted-owner"), 403, "owner"),
    "password": (state_of(password=PASSWORD), 403, "password"),
}
#: With these, a file that has its place already can still be finished.
FINISHING = {"request_parts", "request_complete", "request_cancel"}


def address(request: FileRequest | str, route: str = "request") -> str:
    return reverse(f"oss_share:{route}", args=[request if isinstance(request, str) else tokens.make(request)])


def test_the_table_of_methods_covers_the_urlconf():
    assert set(METHODS) == set(ROUTES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("route", ROUTES)
def test_refusals(client, route, state, caplog):
    make, status, reason = STATES[state]
    token = make()
    caplog.set_level("DEBUG")
    for method in ALL_METHODS:
        cache.clear()
        before = len(rows())
        response = client.generic(
            method, address(token, route), "password=a+wrong+guess", content_type="application/x-www-form-urlencoded"
        )
        answer, written = all_of(response), rows()[before:]
        if method not in METHODS[route]:
            assert response.status_code == (302 if method in ("GET", "HEAD") else 405)
            assert (written, response.headers.get("Location", address(token))) == ([], address(token))
        elif state == "exhausted" and route in FINISHING:
            assert (response.status_code, written) == (400, [])
        else:
            assert response.status_code == status
            wrong = route == "request_unlock" and reason == "password"
            action = ("unlock_failed", "wrong_password") if wrong else ("denied", reason)
            assert written == ([action] if reason else [])
        assert [word for word in FORBIDDEN if word in answer] == []
    assert len(token) < 36 or token not in caplog.text


@pytest.mark.parametrize("route", ROUTES)
def test_a_network_that_is_not_allowed(client, route, settings):
    settings.OSS_SHARE = {"ALLOWED_NETWORKS": ["10.0.0.0/8"]}
    response = client.generic(min(METHODS[route]), address(planted(), route))
    assert response.status_code == 403
    assert rows() == [("denied", "network")]
    assert "planted" not in all_of(response)


@pytest.mark.parametrize("route", ROUTES)
def test_a_hidden_revoked_request_answers_byte_for_byte_as_none(client, settings, route):
    settings.OSS_SHARE = {"HIDE_REVOKED": True}
    hidden = tokens.make(planted(revoked_at=NOW))
    answers = {
        all_of(client.generic(min(METHODS[route]), address(token, route)))
        for token in ("x", "x" * 36, hidden, rotated())
    }
    assert len(answers) == 1


@pytest.mark.parametrize("route", ROUTES)
def test_a_forged_token_costs_no_query(client, route, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.generic(min(METHODS[route]), address("x" * 36, route))


@pytest.mark.parametrize("route", ROUTES)
def test_guessing_is_throttled_on_all_pages_alike(client, route):
    method = min(METHODS[route])
    statuses = [client.generic(method, address("x" * 36, route)).status_code for _ in range(32)]
    assert statuses == [404] * 30 + [429] * 2
    assert client.generic(method, address(planted(), route))["Retry-After"] == "600"


@pytest.mark.parametrize("route", sorted(set(ROUTES) - {"request", "request_unlock"}))
def test_a_post_from_elsewhere_is_refused(route):
    """Django's own check, which no view of ours is exempt from."""
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
    assert strict.post(address(planted(), route), {}, content_type="application/json").status_code == 403


def ask(client, request, step, **body):
    return client.post(address(request, f"request_{step}"), body, content_type="application/json")


def test_the_page_says_what_is_asked_for_and_nothing_of_what_was_left(client, oss):
    request = make_request(
        note="Plans, please.", content_types=["image/*", ".pdf"], max_files=3, created_by_label="", max_size=5_000_000
    )
    leave(request, "secret plan.pdf")
    response = client.get(address(request))
    html = response.content.decode()
    for said in ("Tender", "Plans, please.", 'accept="image/*,.pdf"', "2 more files are taken", "4.8\xa0MB"):
        assert said in html
    for hidden in ("secret plan", "incoming", ReceivedFile.objects.get().receipt):
        assert hidden not in html
    assert f"connect-src 'self' {oss.endpoint}" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


def test_from_the_password_to_the_receipt(client, oss):
    request = make_request(password=PASSWORD)
    assert client.post(address(request, "request_unlock"), {"password": "wrong"}).status_code == 403
    unlocked = client.post(address(request, "request_unlock"), {"password": PASSWORD})
    assert (unlocked.status_code, unlocked["Location"]) == (302, address(request))
    cookie = client.cookies["oss_share_unlocked"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (address(request), True, "Lax")
    begun = ask(client, request, "begin", name="plan.pdf", size=len(CONTENT), type="application/pdf", md5=md5(CONTENT))
    facts = begun.json()
    assert send_raw(facts["url"], facts["headers"], CONTENT).status_code == 200
    done = ask(client, request, "complete", ticket=facts["ticket"]).json()
    received = ReceivedFile.objects.get()
    assert done == {"receipt": received.receipt, "name": "plan.pdf", "size": len(CONTENT), "state": "accepted"}
    assert oss.get(received.key) == CONTENT


def test_parts(client, oss):
    request, content = make_request(), bytes(range(256)) * 1000
    begun = ask(client, request, "begin", name="film.mp4", size=len(content), type="video/mp4").json()
    assert (begun["part_size"], begun["parts"]) == (102_400, 3)
    signed = ask(client, request, "parts", ticket=begun["ticket"], numbers=[1, 2, 3]).json()["parts"]
    for part in signed[:2]:
        start = (part["number"] - 1) * 102_400
        send_raw(part["url"], {}, content[start : start + part["size"]])
    there = ask(client, request, "parts", ticket=begun["ticket"], numbers=[], arrived=True).json()["arrived"]
    assert [(part["number"], part["size"]) for part in there] == [(1, 102_400), (2, 102_400)]
    missing = ask(client, request, "complete", ticket=begun["ticket"])
    assert (missing.status_code, missing["Content-Type"]) == (409, "application/problem+json")
    assert "1 of 3 parts" in missing.json()["detail"]
    send_raw(signed[2]["url"], {}, content[204_800:])
    assert ask(client, request, "complete", ticket=begun["ticket"]).json()["state"] == "accepted"
    assert oss.get(ReceivedFile.objects.get().key) == content


def test_visitors_read_in_their_language_that_a_file_was_not_taken(oss):
    visitor = Client(REMOTE_ADDR=ADDRESS, headers={"Accept-Language": "zh-CN"})
    refused = ask(visitor, make_request(), "begin", name="", size=5)
    assert (refused.status_code, refused.json()["title"]) == (400, "文件未被接收。")


def test_cancelled(client, oss):
    request = make_request(max_files=1)
    begun = ask(client, request, "begin", name="a.pdf", size=5).json()
    assert ask(client, request, "begin", name="b.pdf", size=5).status_code == 410
    assert ask(client, request, "cancel", ticket=begun["ticket"]).json() == {}
    assert ReceivedFile.objects.get().state == FileState.GIVEN_UP
    assert ask(client, request, "begin", name="b.pdf", size=5).status_code == 200


@pytest.mark.parametrize(
    ("step", "body", "status", "field"),
    [
        ("begin", b"", 400, "body"),
        ("begin", b"[]", 400, "body"),
        ("begin", b"[" * 100_000, 400, "body"),
        ("begin", b"\xff", 400, "body"),
        ("begin", b" " * 2_621_441, 413, "body"),
        ("begin", b"{}", 400, "name"),
        ("begin", b'{"name": "a", "size": "5"}', 400, "size"),
        ("begin", b'{"name": ["a"], "size": 5}', 400, "name"),
        ("begin", b'{"name": "a", "size": 1e400}', 400, "size"),
        ("begin", b'{"name": "a\\ud800", "size": 5}', 400, "name"),
        ("begin", b'{"name": "a", "size": 5, "md5": [1]}', 400, "md5"),
        ("parts", b"{}", 410, "upload"),
        ("parts", b'{"ticket": "x", "numbers": 5}', 400, "numbers"),
        ("complete", b'{"ticket": "x"}', 410, "upload"),
        ("complete", b'{"ticket": {}, "etags": {"a": 1}}', 400, "etags"),
        ("complete", b'{"ticket": "x", "etags": []}', 400, "etags"),
        ("cancel", b'{"ticket": null}', 410, "upload"),
    ],
)
def test_bad_bodies(client, oss, step, body, status, field):
    response = client.post(address(make_request(), f"request_{step}"), body, content_type="application/json")
    assert (response.status_code, response.json()["field"]) == (status, field)
    assert ReceivedFile.objects.count() == 0


def test_programs_are_refused_in_json(client):
    request = make_request(max_files=1, received=1)
    response = client.post(
        address(request, "request_begin"), b"{}", "application/json", headers={"Accept": "application/json"}
    )
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "No more files are taken here.",
        "status": 410,
        "code": "exhausted",
    }


def test_a_storage_that_is_gone(client):
    request = make_request(storage="gone")
    assert client.get(address(request)).status_code == 503
    assert ask(client, request, "begin", name="a.pdf", size=5).status_code == 503
