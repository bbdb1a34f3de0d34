"""The password, and the cookie that tells that it was known."""

from __future__ import annotations

import pytest
from django.contrib.auth import hashers
from reports import error_reports
from shares.factories import PASSWORD, make_share

from django_oss_share.models import AuditEvent, PasswordAttempt, Share
from django_oss_share.services import shares
from views.visiting import address, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def share(oss) -> Share:
    return make_share(password=PASSWORD)


def unlock(client, share, password=PASSWORD, **more):
    return client.post(address(share, "unlock"), {"password": password}, **more)


def test_it_opens_the_page(client, share):
    assert client.get(address(share)).status_code == 403
    response = unlock(client, share)
    assert (response.status_code, response["Location"]) == (302, f"{address(share)}?page")
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert b"q3.pdf" in page.content
    assert rows() == [("denied", "password"), ("unlocked", ""), ("viewed", "")]


def test_the_cookie(client, share, settings):
    settings.OSS_SHARE = {"UNLOCK_LIFETIME": 900}
    plain = unlock(client, share).cookies["oss_share_unlocked"]
    assert (plain["path"], plain["httponly"], plain["samesite"], plain["max-age"]) == (address(share), True, "Lax", 900)
    assert not plain["secure"]
    assert unlock(client, share, secure=True).cookies["oss_share_unlocked"]["secure"]


def test_the_cookie_opens_that_share_alone(client, share):
    other = make_share(password=PASSWORD)
    unlock(client, share)
    client.cookies["oss_share_unlocked"]["path"] = "/"
    assert client.get(address(other)).status_code == 403
    assert client.get(address(share)).status_code == 200


@pytest.mark.parametrize("change", [lambda share: shares.set_password(share, "another password"), shares.rotate])
def test_a_change_locks_again_at_once(client, share, change):
    unlock(client, share)
    client.cookies["oss_share_unlocked"]["path"] = "/"
    change(share)
    assert client.get(address(share)).status_code == 403


def test_a_forged_cookie(client, share):
    for mark in ("x", "A" * 32, unlock(client, make_share(password=PASSWORD)).cookies["oss_share_unlocked"].value):
        client.cookies["oss_share_unlocked"] = mark
        assert client.get(address(share)).status_code == 403


def test_wrong(client, share):
    response = unlock(client, share, "guess")
    html = response.content.decode()
    assert response.status_code == 403
    assert '<p class="error" id="password-error" role="alert">That is not the password.</p>' in html
    assert 'aria-describedby="password-error"' in html
    assert "q3" not in html
    assert "guess" not in html
    assert "oss_share_unlocked" not in response.cookies


def test_five_tries_then_wait_and_nothing_is_hashed(client, share, monkeypatch):
    hashed = []
    check = hashers.check_password

    def counting(*args, **kwargs):
        hashed.append(1)
        return check(*args, **kwargs)

    monkeypatch.setattr("django_oss_share.services.access.opening.check_password", counting)
    statuses = [unlock(client, share, f"guess {number}").status_code for number in range(8)]
    assert statuses == [403] * 5 + [429] * 3
    last = unlock(client, share)
    assert last.status_code == 429
    assert 0 < int(last["Retry-After"]) <= 900
    assert b"Try again in 15 minutes" in last.content
    assert len(hashed) == 5
    # Somebody else is not kept from it.
    assert unlock(client, share, REMOTE_ADDR="203.0.113.8").status_code == 302


def test_an_ipv6_network_is_one_guesser(client, share):
    statuses = [
        unlock(client, share, "guess", REMOTE_ADDR=f"2001:db8:0:1::{number:x}").status_code for number in range(7)
    ]
    assert statuses == [403] * 5 + [429] * 2
    assert unlock(client, share, "guess", REMOTE_ADDR="2001:db8:0:2::1").status_code == 403


def test_a_forged_forwarded_for_makes_no_new_guesser(client, share):
    statuses = [
        unlock(client, share, "guess", headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code
        for number in range(7)
    ]
    assert statuses == [403] * 5 + [429] * 2
    assert set(AuditEvent.objects.values_list("address", flat=True)) == {"203.0.113.7"}


def test_behind_a_trusted_proxy_each_visitor_is_one(client, share, settings):
    settings.OSS_SHARE = {"TRUSTED_PROXIES": ["203.0.113.7"]}
    for number in range(7):
        headers = {"X-Forwarded-For": f"192.0.2.1, 198.51.100.{number}"}
        assert unlock(client, share, "guess", headers=headers).status_code == 403
    assert set(AuditEvent.objects.values_list("address", flat=True)) == {f"198.51.100.{n}" for n in range(7)}


@pytest.mark.parametrize("password", ["", "x" * 2000, "\ud800".encode("utf-8", "surrogatepass"), "\0"])
def test_what_is_no_password(client, share, password):
    assert unlock(client, share, password).status_code == 403


def test_after_the_password_a_direct_link_waits_for_a_click(client, oss):
    share = make_share(password=PASSWORD, mode="direct")
    page = client.get(unlock(client, share)["Location"])
    assert (page.status_code, Share.objects.get().downloads) == (200, 0)
    assert client.get(address(share)).status_code == 302


def test_without_a_password_there_is_nothing_to_try(client, oss):
    assert unlock(client, make_share()).status_code == 302
    assert PasswordAttempt.objects.count() == 0


def test_no_error_report_holds_what_was_typed(client, share, monkeypatch):
    def fail(*args):
        raise RuntimeError("no hasher")

    monkeypatch.setattr("django_oss_share.services.access.opening.check_password", fail)
    client.raise_request_exception = False
    typed = "-".join(("what", "was", "typed"))
    with error_reports() as reports:
        assert unlock(client, share, typed).status_code == 500
    assert len(reports) == 2
    assert not any(typed in report for report in reports)
