"""Every public page, in every state in which a visitor is refused, by every method."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone
from shares.factories import PASSWORD

from django_oss_share.models import Share
from django_oss_share.services import shares, tokens
from views.visiting import ALL_METHODS, FORBIDDEN, METHODS, ROUTES, address, all_of, planted, rows

pytestmark = pytest.mark.django_db


def rotated():
    share = planted()
    token = tokens.make(share)
    shares.rotate(share)
    return token


def state_of(**fields):
    return lambda: tokens.make(planted(**fields))


HOUR = timedelta(hours=1)
NOW = timezone.now()
#: By state: how to get a token, the status, the reason that is written down ("": nothing is).
STATES = {
    "malformed": (lambda: "x", 404, ""),
    "too long": (lambda: "x" * 10_240, 404, ""),
    "forged": (lambda: "x" * 36, 404, ""),
    "unknown": (lambda: tokens.make(Share(public_id="00" * 9)), 404, ""),
    "rotated": (rotated, 404, "rotated"),
    "revoked": (state_of(revoked_at=NOW), 410, "revoked"),
    "expired": (state_of(expires_at=NOW), 410, "expired"),
    "exhausted": (state_of(max_downloads=2, downloads=2), 410, "exhausted"),
    "scheduled": (state_of(starts_at=NOW + 48 * HOUR), 403, "scheduled"),
    "network": (state_of(allowed_networks=["10.0.0.0/8"]), 403, "network"),
    "owner": (state_of(created_by_label="planted-owner"), 403, "owner"),
    "password": (state_of(password=PASSWORD), 403, "password"),
    "password of a selection": (
        state_of(key="", filename="", keys=("planted/a", "planted/b"), password=PASSWORD),
        403,
        "password",
    ),
    "password of a folder": (state_of(key="planted/", filename="", kind="prefix", password=PASSWORD), 403, "password"),
    "password of a direct link": (state_of(mode="direct", password=PASSWORD), 403, "password"),
}


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
            method,
            address(token, route),
            "password=a+wrong+guess&item=0",
            content_type="application/x-www-form-urlencoded",
        )
        answer = all_of(response)
        written = rows()[before:]
        if method in METHODS[route]:
            assert response.status_code == status
            wrong = route == "unlock" and reason == "password"
            action = ("unlock_failed", "wrong_password") if wrong else ("denied", reason)
            assert written == ([action] if reason else [])
        else:
            # A form's address, reloaded, leads back; it is no way in, and tells nothing.
            assert response.status_code == (302 if method in ("GET", "HEAD") else 405)
            assert written == []
            assert response.headers.get("Location", address(token)) == address(token)
        assert [word for word in FORBIDDEN if word in answer] == []
    # Revived, or once the wait is over, it opens again: no log holds it.
    assert len(token) < 36 or token not in caplog.text


@pytest.mark.parametrize("route", ROUTES)
def test_a_hidden_revoked_share_answers_byte_for_byte_as_none(client, settings, route):
    settings.OSS_SHARE = {"HIDE_REVOKED": True}
    method = min(METHODS[route])
    hidden, rotated_token = tokens.make(planted(revoked_at=NOW)), rotated()
    answers = {
        all_of(client.generic(method, address(token, route)))
        for token in ("x", "x" * 36, tokens.make(Share(public_id="00" * 9)), hidden, rotated_token)
    }
    assert len(answers) == 1
    assert rows()[-2:] == [("denied", "revoked"), ("denied", "rotated")]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", ROUTES)
def test_a_forged_token_costs_no_query(client, route, method, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.generic(method, address("x" * 36, route))


@pytest.mark.parametrize("route", ROUTES)
def test_guessing_is_throttled_on_all_pages_alike(client, route):
    method = min(METHODS[route])
    statuses = [client.generic(method, address("x" * 36, route)).status_code for _ in range(32)]
    assert statuses == [404] * 30 + [429] * 2
    refused = client.generic(method, address(planted(), route))
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert "planted" not in all_of(refused)
    assert client.get(address(planted(), "qr"), REMOTE_ADDR="203.0.113.8").status_code == 200


@pytest.mark.parametrize("atomic_requests", [False, True])
@pytest.mark.parametrize("route", ROUTES)
def test_the_database_is_down(client, route, monkeypatch, atomic_requests):
    """Also where Django would begin each request by asking it for a transaction."""
    token = tokens.make(planted())

    def down(*args, **kwargs):
        raise OperationalError("planted: could not connect to examplebucket")

    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)
    monkeypatch.setattr("django_oss_share.services.access.opening.share_by_public_id", down)
    monkeypatch.setattr(connection, "savepoint", down)
    for method in METHODS[route]:
        response = client.generic(method, address(token, route))
        assert (response.status_code, response["Retry-After"]) == (503, "30")
        answer = all_of(response)
        assert [word for word in (*FORBIDDEN, "Traceback", "OperationalError") if word in answer] == []
