"""What nobody may read in the admin's pages: secrets, hashes, and links without the right to them."""

from __future__ import annotations

import re

import pytest
from django.template.loader import get_template
from django.urls import reverse
from reports import error_reports
from shares.factories import make_user

from admin.pages import log_in, page_of
from django_oss_share.models import Share
from django_oss_share.services import shares, tokens

pytestmark = pytest.mark.django_db

VIEWER = ("view_share", "view_all_shares", "view_auditevent", "export_audit", "browse_bucket")


def all_pages(share: Share) -> list[str]:
    names = ["share_changelist", "share_browse", "auditevent_changelist", "auditevent_export"]
    pages = [reverse(f"admin:oss_share_{name}") for name in names]
    pages += [f"{reverse('admin:oss_share_share_object')}?key=reports/q3.pdf", page_of(share), reverse("admin:index")]
    return [*pages, *(reverse("admin:oss_share_auditevent_change", args=[event.pk]) for event in share.events.all())]


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


def test_pages_of_who_only_looks_hold_no_token_hash_or_secret(oss, settings):
    owner = make_user("bob", "share_object")
    share = shares.create("reports/q3.pdf", created_by=owner, by=owner, password="correct horse battery")
    secrets = [tokens.make(share), share.password, oss.access_key_secret, "correct horse", "x-oss-signature"]
    client, _ = log_in("ann", *VIEWER)
    for address in all_pages(share):
        response = client.get(address)
        assert response.status_code == 200, address
        for secret in secrets:
            assert secret not in text_of(response), address


def test_pages_of_the_owner_hold_no_hash_or_secret(oss):
    client, ann = log_in("ann", *VIEWER, "share_object")
    share = shares.create("reports/q3.pdf", created_by=ann, by=ann, password="correct horse battery")
    for address in [*all_pages(share), reverse("admin:oss_share_share_add"), reverse("admin:oss_share_share_presign")]:
        for secret in (share.password, oss.access_key_secret, "correct horse"):
            assert secret not in text_of(client.get(address)), address


def test_no_page_has_scripts_or_styles_or_handlers_of_its_own(oss):
    for name in (
        "browser",
        "object",
        "create",
        "presign",
        "metadata",
        "preview",
        "step",
        "link",
        "timeline",
        "date_range_filter",
        "export",
        "export_add",
    ):
        source = get_template(f"admin/oss_share/{name}.html").template.source
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", source), name


@pytest.mark.parametrize("page", ["add", "change", "changelist"])
def test_no_error_report_holds_a_new_password(oss, monkeypatch, page):
    client, ann = log_in("ann", "share_object")
    share = shares.create("reports/q3.pdf", created_by=ann, by=ann)

    def fail(*args):
        raise RuntimeError("no hasher")

    for module in ("creating", "passwords"):
        monkeypatch.setattr(f"django_oss_share.services.shares.{module}.make_password", fail)
    client.raise_request_exception = False
    password = "-".join(("what", "was", "typed"))
    form = {"_create": "1", "storage": "default", "key": "reports/q3.pdf", "disposition": "attachment", "mode": "page"}
    form |= {"action": "change_shares", "_selected_action": share.pk, "_confirmed": "1"} if page == "changelist" else {}
    address = reverse(f"admin:oss_share_share_{page}", args=[share.pk] if page == "change" else [])
    with error_reports() as reports:
        assert client.post(address, {**form, "pin": "report", "new_password": password}).status_code == 500
    assert len(reports) == 2
    assert not any(password in report for report in reports)
