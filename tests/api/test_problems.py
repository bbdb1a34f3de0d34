"""Whatever goes wrong is told as a problem document (RFC 9457)."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.urls import resolve
from rest_framework.test import APIRequestFactory, force_authenticate
from shares.factories import make_user

from api.asking import ROOT, client_of, log_in, refused, told

pytestmark = pytest.mark.django_db

SHARES = f"{ROOT}shares/"


@pytest.fixture
def ann():
    return log_in("ann", "share_object")[0]


@pytest.mark.parametrize(
    "path", ["", "nothing/", "shares", "shares/x/", "shares/-1/", f"shares/{10**30}/", "shares/1/x/"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete", "patch"])
def test_no_such_address(ann, path, method):
    refused(getattr(ann, method)(ROOT + path), 404)


def test_no_such_row(ann):
    refused(ann.get(f"{SHARES}17/"), 404)
    refused(ann.get(f"{SHARES}{'9' * 18}/"), 404)


@pytest.mark.parametrize("method", ["put", "delete", "options"])
def test_no_such_method(ann, method):
    response = getattr(ann, method)(SHARES)
    refused(response, 405)
    assert response["Allow"] == "GET, POST, HEAD"


def test_who_is_not_logged_in(settings):
    detail = refused(client_of().get(SHARES), 403)
    assert "credentials were not provided" in detail


def test_what_right_is_lacking_is_named():
    client, _ = log_in("eve")
    assert "oss_share.share_object" in refused(client.post(SHARES, {"key": "a"}), 403)


def test_a_session_needs_its_csrf_token():
    make_user("ann", "share_object", password="p")
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(username="ann", password="p")
    assert "CSRF" in refused(browser.post(SHARES, {"key": "a"}, content_type="application/json"), 403)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "JSON parse error"),
        (b"\xff", "JSON parse error"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"key": NaN}', "JSON parse error"),
        (b'{"max_downloads": ' + b"9" * 5000 + b"}", "JSON parse error"),
        (b"[" * 500_000, "JSON parse error"),
        (b'{"a":' * 100_000, "JSON parse error"),
    ],
)
def test_what_is_no_json_object(ann, body, words):
    assert words in refused(ann.generic("POST", SHARES, body, content_type="application/json"), 400)


def test_a_lone_surrogate_comes_back_as_its_escape(ann):
    body = rb'{"key": "a", "\ud800": "\udfff", "name": "\ud800"}'
    response = ann.generic("POST", SHARES, body, content_type="application/json")
    assert "is unknown" in refused(response, 400, "\\ud800")
    body = rb'{"key": "a\ud800", "check": false}'
    refused(ann.generic("POST", SHARES, body, content_type="application/json"), 400, "key")


def test_no_answer_is_as_long_as_what_was_sent(ann):
    for body in (
        {"x" * 100_000: 1},
        {"key": "a", "allowed_networks": ["x" * 100_000]},
        {str(n): 1 for n in range(5000)},
    ):
        response = ann.post(SHARES, body)
        refused(response, 400)
        assert len(response.content) < 20_000


def test_another_media_type(ann):
    assert "text/plain" in refused(ann.generic("POST", SHARES, b"key=a", content_type="text/plain"), 415)


def test_a_body_over_the_limit(ann, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = json.dumps({"note": "x" * 100})
    assert "larger than 100 bytes" in refused(ann.generic("POST", SHARES, body, content_type="application/json"), 413)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense"])
def test_json_whatever_is_asked_for(ann, accept):
    assert told(ann.get(SHARES, headers={"Accept": accept}))["results"] == []


def test_too_often(ann, settings):
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"oss_share_write": "2/min"}}
    statuses = [ann.post(SHARES, {}).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    response = ann.post(SHARES, {})
    refused(response, 429)
    assert 1 <= int(response["Retry-After"]) <= 60
    # Reading, and links, are counted apart; and each user for themselves.
    told(ann.get(SHARES))
    told(ann.post(f"{ROOT}presign/", {"key": "a"}))
    assert log_in("bob", "share_object")[0].post(SHARES, {}).status_code == 400


def test_a_cache_that_fails_shuts_nobody_out(ann, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise ConnectionError("no cache")

    monkeypatch.setattr(cache, "get", fail)
    told(ann.get(SHARES))
    assert "not counted" in caplog.text


def test_the_database_is_down(ann, monkeypatch, caplog):
    def down(*args, **kwargs):
        raise OperationalError("could not connect to examplehost")

    monkeypatch.setattr("django_oss_share.models.share_queryset.ShareQuerySet.visible_to", down)
    response = ann.get(SHARES)
    assert "examplehost" not in refused(response, 503)
    assert response["Retry-After"] == "30"


def test_what_nobody_foresaw_is_an_error_to_be_seen(ann, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr("django_oss_share.models.share_queryset.ShareQuerySet.visible_to", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        ann.get(SHARES)


def test_nobody_keeps_an_answer(ann):
    for response in (ann.get(SHARES), ann.post(SHARES, {}), ann.get(f"{ROOT}nothing/")):
        assert response["Cache-Control"] == "no-store"


def test_what_comes_under_an_unknown_name_is_not_repeated(ann):
    response = ann.post(SHARES, {"key": "a", "passwort": "correct horse battery"})
    assert "did you mean 'password'?" in refused(response, 400, "passwort")
    assert b"correct horse" not in response.content
    assert "nothing is taken here" in refused(ann.post(f"{SHARES}{share_of(ann)}/rotate/", {"x": 1}), 400, "x")


def share_of(client):
    return told(client.post(SHARES, {"key": "a", "check": False}), 201)["id"]


def test_null_is_told_from_nothing(ann):
    assert refused(ann.post(SHARES, {"key": None}), 400, "key").startswith("key=null: ")
    assert refused(ann.post(f"{ROOT}doctor/", {}), 400, "url").startswith("url: ")


@pytest.mark.parametrize("cursor", ["x", "0", "-1", "1_0", "+1", " 1", "１", "1e1", "9" * 19])
def test_a_cursor_of_somebody_elses_making(ann, cursor):
    refused(ann.get(SHARES, {"cursor": cursor}), 400, "cursor")


@pytest.mark.parametrize(("method", "body"), [("GET", b'{"results":[],"next":null}'), ("HEAD", b"")])
def test_a_question_about_the_head_alone_has_no_body(method, body):
    """Asked of the view: Django's own client would take it away."""
    request = APIRequestFactory().generic(method, SHARES)
    force_authenticate(request, make_user("ann", "share_object"))
    answer = resolve(SHARES).func(request).render()
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.get("Content-Length", "26") == "26"
