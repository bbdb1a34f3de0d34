"""The list of shares: whose, in which state, and found how."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from shares.factories import make_share, make_user

from admin.pages import body, shares_list
from django_oss_share.services import shares, tokens

pytestmark = pytest.mark.django_db


def test_without_any_permission_there_is_no_list(login):
    client, _ = login("ann")
    assert client.get(shares_list()).status_code == 403


def test_staff_see_their_own_shares_only(login):
    client, ann = login("ann", "share_object")
    make_share(created_by=ann, created_by_label="ann", name="mine")
    make_share(created_by=make_user("bob"), name="theirs")
    page = body(client.get(shares_list()))
    assert "mine" in page
    assert "theirs" not in page


@pytest.mark.parametrize("permission", ["view_all_shares", "change_all_shares"])
def test_with_a_permission_they_see_all(login, permission):
    client, _ = login("ann", permission)
    make_share(created_by=make_user("bob"), created_by_label="bob", name="theirs")
    assert "theirs" in body(client.get(shares_list()))


def test_a_row_tells_state_time_left_downloads_owner_and_target(login):
    client, ann = login("ann", "share_object")
    end = timezone.now() + timedelta(days=3, hours=1)
    make_share(created_by=ann, created_by_label="ann", name="Figures", max_downloads=5, downloads=2, expires_at=end)
    page = body(client.get(shares_list()))
    for text in (
        "Figures",
        'oss-active">active',
        "3\xa0days left",
        end.strftime("%Y-%m-%d"),
        "2 / 5",
        "reports/q3.pdf",
    ):
        assert text in page


def in_each_state(owner):
    now = timezone.now()
    day = timedelta(days=1)
    return {
        "active": make_share(created_by=owner, name="is-active"),
        "scheduled": make_share(created_by=owner, name="is-scheduled", starts_at=now + day),
        "expired": make_share(created_by=owner, name="is-expired", expires_at=now - day),
        "exhausted": make_share(created_by=owner, name="is-exhausted", max_downloads=1, downloads=1),
        "revoked": shares.revoke(make_share(created_by=owner, name="is-revoked")),
    }


@pytest.mark.parametrize("state", ["active", "scheduled", "expired", "exhausted", "revoked"])
def test_the_filter_of_states(login, state):
    client, ann = login("ann", "share_object")
    others = in_each_state(ann)
    page = body(client.get(shares_list(), {"state": state}))
    assert {name for name in others if f"is-{name}" in page} == {state}


def test_the_other_filters(login):
    client, ann = login("ann", "view_all_shares")
    bob = make_user("bob", is_active=False)
    make_share(created_by=ann, name="plain-one")
    make_share(created_by=bob, created_by_label="bob", name="locked-one", password="correct horse", storage="archive")
    old = timezone.now() - timedelta(days=20)
    make_share(created_by=ann, name="older-one", created_at=old)

    def found(**which: str) -> set[str]:
        page = body(client.get(shares_list(), which))
        return {kind for kind in ("plain", "locked", "older") if f"{kind}-one" in page}

    assert found(password="yes") == {"locked"}
    assert found(password="no") == {"plain", "older"}
    assert found(storage="archive") == {"locked"}
    assert found(owner="me") == {"plain", "older"}
    assert found(owner="gone") == {"locked"}
    assert found(owner=str(bob.pk)) == {"locked"}
    assert found(created="7") == {"plain", "locked"}


@pytest.mark.parametrize(
    "odd", [{"owner": "9" * 30}, {"owner": "x"}, {"state": "x"}, {"p": "99999"}, {"storage": "\0"}]
)
def test_senseless_filters_break_nothing(login, odd):
    client, _ = login("ann", "view_all_shares")
    make_share(name="one")
    assert client.get(shares_list(), odd, follow=True).status_code == 200


def test_search_finds_by_name_key_public_id_and_link(login):
    client, ann = login("ann", "share_object")
    wanted = make_share(created_by=ann, name="the wanted", key="team/a.pdf")
    make_share(created_by=ann, name="another", key="other/b.pdf")
    link = f"https://files.example.com/s/{tokens.make(wanted)}/"
    for term in ("wanted", "team/a", wanted.public_id, link):
        page = body(client.get(shares_list(), {"q": term}))
        assert "the wanted" in page, term
        assert "another" not in page, term


def test_no_link_is_in_the_list(login):
    client, ann = login("ann", "share_object", "change_all_shares")
    share = make_share(created_by=ann)
    assert tokens.make(share) not in body(client.get(shares_list()))
