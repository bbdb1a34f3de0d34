"""Making a share in the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from admin.pages import body, last_event
from django_oss_share.models import Action, Kind, Share
from django_oss_share.services import tokens
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind

pytestmark = pytest.mark.django_db

USUAL = {"_create": "1", "storage": "default", "disposition": "attachment", "mode": "page"}


def add() -> str:
    return reverse("admin:oss_share_share_add")


def create(client, key="reports/q3.pdf", **more):
    return client.post(add(), {**USUAL, "key": key, **more})


def test_only_who_may_share_sees_the_form(login):
    client, _ = login("ann", "view_all_shares", "browse_bucket")
    assert client.get(add()).status_code == 403
    assert create(client).status_code == 403
    assert not Share.objects.exists()


def test_the_form_is_filled_in_by_the_address(login):
    client, _ = login("ann", "share_object")
    page = body(client.get(add(), {"storage": "archive", "key": ["a & b.txt", "c.txt"]}))
    assert "a &amp; b.txt\nc.txt</textarea>" in page
    assert '<option value="archive" selected>' in page


def test_a_share_is_made_and_its_link_shown(login, oss):
    client, ann = login("ann", "share_object")
    response = create(
        client, name="Figures", new_password="correct horse battery", max_downloads="2", expires_0="604800"
    )
    share = Share.objects.get()
    page = body(client.get(response.url))
    assert tokens.make(share) in page
    assert "Shared." in page
    assert (share.key, share.max_downloads, share.created_by, share.has_password) == ("reports/q3.pdf", 2, ann, True)
    assert abs(share.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    event = last_event()
    assert (event.action, event.actor, event.address) == (Action.CREATED, ann, "203.0.113.7")


def test_selections_and_folders(login, oss):
    client, _ = login("ann", "share_object")
    oss.put("reports/q4.pdf", b"4")
    create(client, key="reports/q3.pdf\r\nreports/q4.pdf\r\n")
    create(client, key="reports/")
    assert [share.kind for share in Share.objects.order_by("id")] == [Kind.SELECTION, Kind.PREFIX]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "absent.pdf"}, "absent.pdf"),
        ({"key": ""}, "This field is required."),
        ({"key": "/a"}, "&#x27;/a&#x27;"),
        ({"new_password": "short"}, "password has 5 characters"),
        ({"max_downloads": "0"}, "greater than or equal to 1"),
        ({"allowed_networks": "999.1.1.1"}, "is not a network"),
        ({"storage": "local"}, "Select a valid choice"),
        ({"key": "reports/", "filename": "x.pdf"}, "goes with key, a single object"),
    ],
)
def test_a_bad_input_is_said(login, oss, given, said):
    client, _ = login("ann", "share_object")
    assert said in body(create(client, **given))
    assert not Share.objects.exists()


def test_when_oss_is_down_one_sentence_says_so(login, oss):
    client, _ = login("ann", "share_object")
    oss.faults.add(Fault(operation="HeadObject", kind=FaultKind.STATUS, status=503))
    page = body(create(client))
    assert "(503)" in page
    assert "Traceback" not in page


def test_a_required_password(login, oss, settings):
    settings.OSS_SHARE = {"PASSWORD_REQUIRED": True}
    client, _ = login("ann", "share_object")
    assert "This field is required." in body(create(client))


def test_ends_beyond_the_policy_are_not_offered(login, settings):
    settings.OSS_SHARE = {"MAX_EXPIRY": timedelta(days=7), "DEFAULT_EXPIRY": timedelta(days=1)}
    client, _ = login("ann", "share_object")
    page = body(client.get(add()))
    assert "in 7 days" in page
    assert "in 30 days" not in page
    assert '"never"' not in page
    assert "as usual, in 1\xa0day" in page
