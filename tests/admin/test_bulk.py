"""The settings of many shares at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.utils import timezone
from shares.factories import PASSWORD, make_share, make_user

from admin.pages import body, messages_of, shares_list
from django_oss_share.admin import steps
from django_oss_share.admin.bulk import SETTINGS
from django_oss_share.models import Action, AuditEvent, Share
from django_oss_share.services import shares as services

pytestmark = pytest.mark.django_db


def change(client, *chosen, **values):
    data = {"action": SETTINGS.name, "_selected_action": [share.pk for share in chosen], "_confirmed": "1", **values}
    return client.post(shares_list(), data)


def test_one_page_asks_for_all(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, name="Figures")
    data = {"action": SETTINGS.name, "_selected_action": [share.pk], "index": "0"}
    page = body(client.post(shares_list(), data))
    for text in ("Figures", "as it is", "New password", "Remove the limit"):
        assert text in page
    assert not AuditEvent.objects.exists()


def test_all_of_it_for_each(login):
    client, ann = login("ann", "share_object")
    chosen = [make_share(created_by=ann) for _ in range(3)]
    response = change(client, *chosen, expires_0="86400", new_password=PASSWORD, max_downloads="5")
    assert "3 shares" in messages_of(response)
    for share in Share.objects.all():
        assert share.expires_at - timezone.now() <= timedelta(days=1)
        assert share.max_downloads == 5
        assert check_password(PASSWORD, share.password)
        actions = {event.action for event in share.events.filter(actor=ann, address="203.0.113.7")}
        assert actions == {Action.EXTENDED, Action.CHANGED, Action.PASSWORD_SET}


def test_what_is_left_empty_stays(login):
    client, ann = login("ann", "share_object")
    end = timezone.now() + timedelta(days=3)
    share = make_share(created_by=ann, expires_at=end, password=PASSWORD, max_downloads=2)
    change(client, share, max_downloads="9")
    share.refresh_from_db()
    assert (share.max_downloads, share.expires_at, share.has_password) == (9, end, True)
    change(client, share, remove_limit="1", remove_password="1")
    share.refresh_from_db()
    assert (share.max_downloads, share.expires_at, share.has_password) == (None, end, False)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Say what is to be changed"),
        ({"new_password": PASSWORD, "remove_password": "1"}, "Set a new password or remove it"),
        ({"max_downloads": "1", "remove_limit": "1"}, "Set a limit or remove it"),
        ({"max_downloads": "0"}, "greater than or equal to 1"),
        ({"new_password": "short"}, "password has 5 characters"),
        ({"expires_0": "at", "expires_1": "2999-01-01T00:00"}, "is too late"),
        ({"expires_0": "at"}, "Say when"),
    ],
)
def test_bad_input_is_said_in_the_form_and_changes_nothing(login, values, said):
    client, ann = login("ann", "share_object")
    page = body(change(client, make_share(created_by=ann), make_share(created_by=ann), **values))
    assert said in page
    assert PASSWORD not in page
    assert not AuditEvent.objects.exists()


def test_where_a_password_is_required_none_is_removed(login, settings):
    settings.OSS_SHARE = {"PASSWORD_REQUIRED": True}
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, password=PASSWORD)
    page = body(change(client, share, remove_password="1"))
    assert "Say what is to be changed" in page
    assert "remove_password" not in page


def test_a_refused_share_keeps_all_and_the_others_change(login):
    client, ann = login("ann", "share_object", "view_all_shares")
    revoked = [make_share(created_by=ann, revoked_at=timezone.now(), name=f"old {number}") for number in range(7)]
    later = make_share(created_by=ann, starts_at=timezone.now() + timedelta(days=9), name="later")
    fine, theirs = make_share(created_by=ann, name="fine"), make_share(created_by=make_user("bob"), name="theirs")
    response = change(client, *revoked, later, fine, theirs, expires_0="86400", max_downloads="5")
    said = messages_of(response)
    assert "done for 1 share." in said
    assert "Not done for 7 shares (revoked): old 6, old 5, old 4, old 3, old 2 and 2 more" in said
    assert "later: expires_at=" in said
    assert "1 share is left out: you may not change it." in said
    assert list(Share.objects.filter(max_downloads=5)) == [fine]


def test_a_right_that_is_gone_by_then_is_said(login, monkeypatch):
    client, ann = login("ann", "share_object")
    mine, theirs = make_share(created_by=ann), make_share(created_by=make_user("bob"), name="theirs")
    theirs_too = make_share(created_by=theirs.created_by, name="theirs too")
    monkeypatch.setattr(steps, "may_change", lambda user, share: True)
    monkeypatch.setattr(Share.objects.__class__, "visible_to", lambda manager, user: manager.all(), raising=False)
    said = messages_of(change(client, mine, theirs, theirs_too, remove_limit="1", max_downloads="", expires_0="86400"))
    assert "done for 1 share." in said
    assert "Not done for 2 shares (they are not yours): theirs too, theirs" in said


def test_many_passwords_cost_one_hash(login, monkeypatch):
    client, ann = login("ann", "share_object")
    hashed = []
    real = services.hashed_password
    monkeypatch.setattr(services, "hashed_password", lambda *args, **kwargs: hashed.append(1) or real(*args, **kwargs))
    monkeypatch.setattr("django_oss_share.services.shares.changing.hashed_password", lambda *a, **k: 1 / 0)
    change(client, *(make_share(created_by=ann) for _ in range(5)), new_password=PASSWORD)
    assert hashed == [1]
    assert all(share.has_password for share in Share.objects.all())
