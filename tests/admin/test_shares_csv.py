"""The list of shares, or what is ticked of it, as CSV."""

from __future__ import annotations

import csv

import pytest
from django.urls import reverse
from shares.factories import make_share, make_user

from admin.pages import last_event
from django_oss_share.models import Action
from django_oss_share.services import shares, tokens

pytestmark = pytest.mark.django_db

LIST = "admin:oss_share_share_changelist"


def export(client, *chosen):
    response = client.post(
        reverse(LIST), {"action": "export_shares", "_selected_action": [share.pk for share in chosen]}
    )
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(keepends=True)))


def test_what_is_ticked_with_its_links_and_on_record(login):
    client, ann = login("ann", "share_object")
    one, two, left = (make_share(created_by=ann, name=name) for name in ("季度", "=1+1", "left out"))
    rows = export(client, one, two)
    assert [row["label"] for row in rows] == ["'=1+1", "季度"]
    assert rows[1]["link"].endswith(shares.get_url(one))
    assert rows[1]["link"].startswith("http://testserver/")
    assert (rows[1]["state"], rows[1]["keys"], rows[1]["password"]) == ("active", "reports/q3.pdf", "no")
    event = last_event(action=Action.EXPORTED)
    assert (event.actor, event.data) == (ann, {"what": "shares", "count": 2})
    assert left.pk not in [int(row["id"]) for row in rows]


def test_every_key_of_a_selection(login):
    client, ann = login("ann", "share_object")
    (row,) = export(client, make_share(created_by=ann, keys=("a.txt", "b\nc.txt")))
    assert row["keys"] == "a.txt\nb\nc.txt"


def test_no_link_to_whom_it_is_not_shown(login):
    others, revoked = make_share(created_by=make_user("bob")), make_share()
    client, ann = login("ann", "view_all_shares")
    shares.hand_over(revoked, ann)
    shares.revoke(revoked)
    rows = export(client, others, revoked)
    assert [row["link"] for row in rows] == ["", ""]
    assert tokens.make(others) not in str(rows)


def test_nothing_of_others_to_ordinary_staff(login):
    others = make_share(created_by=make_user("bob"))
    client, ann = login("ann", "share_object")
    make_share(created_by=ann)
    assert export(client, others) == []
