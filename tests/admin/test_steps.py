"""Revoking, extending, replacing and handing over, after a page that asks back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from shares.factories import make_share, make_user

from admin.pages import body, last_event, messages_of, page_of, shares_list
from django_oss_share.admin import steps
from django_oss_share.models import Action, AuditEvent, Share

pytestmark = pytest.mark.django_db


def take(client, step, *chosen, **values):
    data = {"action": step.name, "_selected_action": [share.pk for share in chosen], **values}
    return client.post(shares_list(), data)


@pytest.mark.parametrize("step", steps.STEPS, ids=lambda step: step.name)
def test_each_asks_back_first(login, step):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, name="Figures")
    page = body(take(client, step, share, index="0"))
    assert "Figures" in page
    assert str(step.explanation) in page
    assert not AuditEvent.objects.exists()


def test_revoke_with_a_reason(login):
    client, ann = login("ann", "share_object")
    chosen = [make_share(created_by=ann) for _ in range(3)]
    response = take(client, steps.REVOKE, *chosen, _confirmed="1", reason="over")
    assert response.status_code == 302
    assert "3 shares" in messages_of(response)
    assert Share.objects.revoked().count() == 3
    event = last_event(action=Action.REVOKED)
    assert (event.reason, event.actor_id, event.address) == ("over", ann.pk, "203.0.113.7")


def test_extend_an_expired_one(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, expires_at=timezone.now() - timedelta(days=1))
    take(client, steps.EXTEND, share, _confirmed="1", expires_0="86400")
    assert Share.objects.get().state() == "active"
    assert last_event().action == Action.EXTENDED


def test_what_the_policy_forbids_is_said_in_the_form(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann)
    page = body(take(client, steps.EXTEND, share, _confirmed="1", expires_0="at", expires_1="2999-01-01T00:00"))
    assert "is too late" in page
    assert not AuditEvent.objects.exists()


def test_replace_the_link(login):
    client, ann = login("ann", "share_object")
    take(client, steps.ROTATE, make_share(created_by=ann), _confirmed="1")
    assert Share.objects.get().token_version == 1


def test_hand_over(login):
    client, ann = login("ann", "share_object")
    share, bob = make_share(created_by=ann), make_user("bob")
    page = body(take(client, steps.HAND_OVER, share, _confirmed="1", to="nobody"))
    assert "no user of that name" in page
    take(client, steps.HAND_OVER, share, _confirmed="1", to="bob")
    assert Share.objects.get().created_by == bob


def test_hand_over_to_somebody_who_may_not_log_in(login):
    client, ann = login("ann", "share_object")
    make_user("bob", is_active=False)
    assert "may not log in" in body(take(client, steps.HAND_OVER, make_share(created_by=ann), _confirmed="1", to="bob"))


def test_those_of_others_are_left_out(login):
    client, ann = login("ann", "share_object", "view_all_shares")
    mine, theirs = make_share(created_by=ann), make_share(created_by=make_user("bob"))
    assert "1 share is left out" in body(take(client, steps.REVOKE, mine, theirs, index="0"))
    take(client, steps.REVOKE, mine, theirs, _confirmed="1")
    assert list(Share.objects.revoked()) == [mine]


def test_a_step_that_a_state_forbids_is_said(login):
    client, ann = login("ann", "share_object")
    revoked = make_share(created_by=ann, revoked_at=timezone.now(), name="the old")
    response = take(client, steps.ROTATE, revoked, make_share(created_by=ann), _confirmed="1")
    assert "the old: Share" in messages_of(response)
    assert "1 share." in messages_of(response)


def test_from_the_page_one_gets_back_to_the_page(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann)
    response = take(client, steps.REVOKE, share, _confirmed="1", _page="1")
    assert response.url == page_of(share)


def test_too_many_at_once_are_refused(login, monkeypatch):
    monkeypatch.setattr(steps, "MAX_SHARES", 2)
    client, ann = login("ann", "share_object")
    chosen = [make_share(created_by=ann) for _ in range(3)]
    assert "at most 2" in messages_of(take(client, steps.REVOKE, *chosen, _confirmed="1"))
    assert not Share.objects.revoked().exists()
