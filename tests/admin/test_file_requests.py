"""File requests in the admin: made, changed and ended by their owners, with what strangers left."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from file_requests.making import leave, make_request
from reports import error_reports

from admin.pages import body, last_event, messages_of
from django_oss_share.models import FileRequest
from django_oss_share.services import file_requests, tokens

pytestmark = pytest.mark.django_db

ADD = "admin:oss_share_filerequest_add"
LIST = "admin:oss_share_filerequest_changelist"
FORM = {"storage": "default", "folder": "incoming/", "name": "Tender", "note": "", "max_size": "5", "expires_0": ""}


def page_of(request: FileRequest) -> str:
    return reverse("admin:oss_share_filerequest_change", args=[request.pk])


def test_made_with_its_link(login):
    client, ann = login("ann", "request_files")
    form = {**FORM, "max_files": "3", "content_types": "image/*\n.pdf", "new_password": "correct horse battery"}
    made = client.post(reverse(ADD), form, follow=True)
    request = FileRequest.objects.get()
    assert "Made. Copy the link below." in body(made)
    assert file_requests.get_url(request, made.wsgi_request) in body(made)
    assert (request.created_by, request.max_size, request.max_files) == (ann, 5 * 1024**2, 3)
    assert (request.content_types, request.has_password, request.notify) == (["image/*", ".pdf"], True, False)
    assert last_event().actor_label == "ann"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("folder", "incoming", "is no folder"),
        ("folder", "a/../b/", "segment"),
        ("content_types", "pdf", "is neither a media type"),
        ("max_files", "0", "greater than or equal to 1"),
        ("max_size", "0", "greater than or equal to 1"),
        ("name", " ", "required"),
        ("new_password", "short", "password has 5 characters"),
        ("storage", "local", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(login, field, value, said):
    client, _ = login("ann", "request_files")
    response = client.post(reverse(ADD), {**FORM, field: value})
    assert said in str(response.context["adminform"].form.errors[field])
    assert FileRequest.objects.count() == 0


def test_changed_and_ended(login):
    client, ann = login("ann", "request_files")
    request = make_request(created_by=ann, created_by_label="ann", max_size=5 * 1024**2)
    form = {"name": "Offers", "note": "", "max_size": "5", "max_files": "9", "expires_0": "3600", "notify": "on"}
    client.post(page_of(request), {**form, "new_password": "correct horse battery"})
    request.refresh_from_db()
    assert (request.name, request.max_files, request.has_password) == ("Offers", 9, True)
    assert request.expires_at is not None
    old = tokens.make(request)
    assert "Done." in body(client.post(page_of(request), {"_rotate": ""}, follow=True))
    request.refresh_from_db()
    assert tokens.make(request) != old
    client.post(page_of(request), {"_revoke": ""})
    request.refresh_from_db()
    assert request.revoked_at is not None
    html = body(client.get(page_of(request)))
    assert tokens.make(request) not in html
    assert 'name="name"' not in html
    assert "was revoked" in messages_of(client.post(page_of(request), {"_rotate": ""}))


def test_several_are_revoked(login):
    client, ann = login("ann", "request_files")
    mine, other = make_request(created_by=ann), make_request()
    chosen = {"action": "revoke_requests", "_selected_action": [mine.pk, other.pk]}
    assert "1 file request was revoked." in messages_of(client.post(reverse(LIST), chosen))
    other.refresh_from_db()
    assert other.revoked_at is None


def test_what_was_left_can_be_shared(login, oss):
    client, ann = login("ann", "request_files", "share_object")
    request = make_request(created_by=ann, created_by_label="ann")
    received = leave(request, "方案 <b>.pdf")
    html = body(client.get(page_of(request)))
    assert "方案 &lt;b&gt;.pdf" in html
    assert received.receipt in html
    address = re.search(r'href="([^"]*share/add/\?[^"]*)"', html)[1].replace("&amp;", "&")
    assert received.key in body(client.get(address))
    for term in (received.receipt, "方案"):
        assert "Tender" in body(client.get(reverse(LIST), {"q": term}))


def test_who_sees_what(login):
    ann_client, ann = login("ann", "request_files")
    request = make_request(created_by=ann, name="planted")
    for name, permissions, sees in (
        ("bob", ("request_files",), False),
        ("eve", (), None),
        ("vic", ("view_all_requests",), True),
        ("chief", ("change_all_requests",), True),
    ):
        client, _ = login(name, *permissions)
        listed, page = client.get(reverse(LIST)), client.get(page_of(request))
        if sees is None:
            assert (listed.status_code, page.status_code) == (403, 403)
            continue
        assert ("planted" in body(listed)) is sees
        assert (page.status_code == 200) is sees
        assert (tokens.make(request) in page.content.decode()) is (name == "chief")
        client.post(page_of(request), {"_revoke": ""})
        request.refresh_from_db()
        assert (request.revoked_at is not None) is (name == "chief")
    assert "planted" in body(ann_client.get(reverse(LIST)))


def test_no_error_report_holds_a_new_password(login, monkeypatch):
    client, _ = login("ann", "request_files")

    def fail(*args):
        raise RuntimeError("no hasher")

    monkeypatch.setattr("django_oss_share.services.shares.passwords.make_password", fail)
    client.raise_request_exception = False
    password = "-".join(("what", "was", "typed"))
    with error_reports() as reports:
        assert client.post(reverse(ADD), {**FORM, "new_password": password}).status_code == 500
    assert reports
    assert not any(password in report for report in reports)
