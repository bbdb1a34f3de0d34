"""The page of one share: settings through the services, facts, link, audit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from shares.factories import make_share, make_user

from admin.pages import body, last_event, page_of
from django_oss_share.models import Action, AuditEvent, Share
from django_oss_share.services import shares, tokens

pytestmark = pytest.mark.django_db

UNCHANGED = {"disposition": "attachment", "mode": "page", "pin": "report"}


def test_the_owner_sees_link_qr_and_steps(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann)
    page = body(client.get(page_of(share)))
    assert f"http://testserver/s/{tokens.make(share)}/" in page
    assert "<svg" in page
    assert "revoke_shares" in page


def test_who_only_may_view_sees_neither_link_nor_form(login):
    client, _ = login("ann", "view_all_shares")
    share = make_share(created_by=make_user("bob"), created_by_label="bob", name="Figures")
    page = body(client.get(page_of(share)))
    assert "Figures" in page
    assert tokens.make(share) not in page
    assert "revoke_shares" not in page
    assert client.post(page_of(share), {**UNCHANGED, "name": "x"}).status_code == 403
    assert Share.objects.get().name == "Figures"


def test_others_do_not_learn_that_it_is_there(login):
    client, _ = login("ann", "share_object")
    share = make_share(created_by=make_user("bob"), name="secret-name")
    response = client.get(page_of(share), follow=True)
    assert "secret-name" not in body(response).replace(f"ID “{share.pk}”", "")
    assert response.redirect_chain


def test_settings_are_changed_by_the_services(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann)
    response = client.post(
        page_of(share),
        {
            **UNCHANGED,
            "name": "Figures",
            "max_downloads": "3",
            "allowed_networks": "10.0.0.0/8\n192.0.2.1",
            "expires_0": str(7 * 86400),
            "new_password": "correct horse battery",
        },
    )
    assert response.status_code == 302
    after = Share.objects.get()
    assert (after.name, after.max_downloads, after.allowed_networks) == ("Figures", 3, ["10.0.0.0/8", "192.0.2.1/32"])
    assert after.has_password
    assert abs(after.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    told = {event.action: event for event in AuditEvent.objects.all()}
    assert set(told) == {Action.EXTENDED, Action.CHANGED, Action.PASSWORD_SET}
    assert {event.actor_id for event in told.values()} == {ann.pk}
    assert {event.address for event in told.values()} == {"203.0.113.7"}
    assert set(told[Action.CHANGED].data) == {"name", "max_downloads", "allowed_networks"}


def test_nothing_changed_is_nothing_written(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, starts_at=timezone.now(), max_downloads=4, allowed_networks=["10.0.0.0/8"])
    start = timezone.localtime(share.starts_at).strftime("%Y-%m-%dT%H:%M")
    Share.objects.update(starts_at=share.starts_at.replace(second=0, microsecond=0))
    values = {**UNCHANGED, "max_downloads": "4", "allowed_networks": "10.0.0.0/8", "starts_at": start}
    assert client.post(page_of(share), values).status_code == 302
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"allowed_networks": "10.0.0.5/8"}, "meant 10.0.0.0/8?"),
        ({"new_password": "short"}, "password has 5 characters"),
        ({"expires_0": "at", "expires_1": "2999-01-01T00:00"}, "is too late"),
        ({"expires_0": "at", "expires_1": "2001-01-01T00:00"}, "is not after now"),
        ({"expires_0": "at"}, "Say when."),
        ({"max_downloads": "0"}, "greater than or equal to 1"),
        ({"filename": "a\r\nb.pdf"}, "filename"),
        ({"pin": "version"}, "Select a valid choice"),
    ],
)
def test_a_bad_input_is_said_and_changes_nothing(login, given, said):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, name="before")
    page = body(client.post(page_of(share), {**UNCHANGED, "name": "after", **given}))
    assert said in page
    assert Share.objects.get().name == "before"
    assert not AuditEvent.objects.exists()


def test_a_password_is_never_shown(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, password="correct horse battery")
    page = body(client.post(page_of(share), {**UNCHANGED, "new_password": "planted-sentinel", "max_downloads": "0"}))
    assert "planted-sentinel" not in page
    assert share.password not in page
    assert "remove_password" in page


def test_a_password_can_be_removed(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, password="correct horse battery")
    client.post(page_of(share), {**UNCHANGED, "remove_password": "on"})
    assert not Share.objects.get().has_password


def test_a_revoked_one_is_read_only_and_shows_no_link(login):
    client, ann = login("ann", "share_object")
    share = shares.revoke(make_share(created_by=ann), by=ann)
    page = body(client.get(page_of(share)))
    assert tokens.make(share) not in page
    assert 'name="_save"' not in page
    assert client.post(page_of(share), UNCHANGED).status_code == 403


def test_an_exhausted_one_lives_again_by_a_higher_limit(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, max_downloads=2, downloads=2)
    client.post(page_of(share), {**UNCHANGED, "max_downloads": "3"})
    assert Share.objects.get().state() == "active"


def test_the_audit_is_told_in_order(login):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann)
    shares.update(share, by=ann, note="x")
    shares.revoke(share, by=ann, reason="left the project")
    page = body(client.get(page_of(share)))
    assert page.index("left the project") < page.index("settings changed")


@pytest.mark.parametrize("fields", [{"keys": ("a.txt", "b.txt")}, {"key": "team/", "kind": "prefix", "pin": "none"}])
def test_selections_and_folders_have_a_page(login, fields):
    client, ann = login("ann", "share_object")
    share = make_share(created_by=ann, **fields)
    page = body(client.get(page_of(share)))
    assert all(key in page for key in fields.get("keys", ["team/"]))
    assert client.post(page_of(share), {**UNCHANGED, "pin": share.pin, "name": "n"}).status_code == 302
    assert last_event().data == {"name": ["", "n"]}


def test_nothing_can_be_deleted(login):
    client, ann = login("root", is_superuser=True)
    share = make_share(created_by=ann)
    assert client.post(f"{page_of(share)[: -len('change/')]}delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in body(client.get(page_of(share).replace(f"{share.pk}/change/", "")))
    assert Share.objects.count() == 1
