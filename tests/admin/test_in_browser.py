"""The admin in a real browser: its script, its widths, its themes."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from file_requests.making import leave, make_request
from playwright.sync_api import expect
from shares.factories import make_share

from admin.live import open_page, server, site
from admin.pages import page_of
from django_oss_share.models import Share

__all__ = ["open_page", "server", "site"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_from_the_bucket_to_the_link_and_its_end(open_page, oss):
    page = open_page()
    page.goto(reverse("admin:oss_share_share_browse"))
    page.get_by_role("link", name="reports/", exact=False).first.click()
    page.get_by_label("All files on this page").check()
    page.get_by_role("button", name="Share what is ticked…").click()
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_label("Download limit").fill("2")
    moment = page.locator("input[name=expires_1]")
    expect(moment).to_be_hidden()
    page.get_by_label("Ends").select_option("at")
    expect(moment).to_be_visible()
    page.get_by_label("Ends").select_option(label="in 7 days")
    page.get_by_role("button", name="Share", exact=True).click()
    link = page.get_by_role("textbox", name="Link").input_value()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.get_by_text("QR code").click()
    expect(page.locator(".oss-qr svg")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_label("Reason").fill("over")
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator(".oss-state")).to_have_text("revoked")
    expect(page.locator(".oss-timeline")).to_contain_text("over")
    share = Share.objects.get()
    assert share.state() == "revoked"
    assert share.max_downloads == 2


@pytest.mark.parametrize(("width", "locale"), [(360, "en"), (1440, "en"), (1440, "zh-CN")])
def test_no_page_is_wider_than_its_window(open_page, oss, width, locale):
    oss.put("reports/" + "a-rather-long-name-that-somebody-gave-to-a-file" * 3 + ".pdf", b"")
    page = open_page(width, "dark", locale)
    ann = get_user_model().objects.get(username="ann")
    share, request = make_share(created_by=ann), make_request(created_by=ann)
    leave(request)
    names = ["browse", "add", "presign"]
    addresses = [reverse(f"admin:oss_share_share_{name}") for name in names]
    addresses += [
        f"{addresses[0]}?folder=reports/",
        page_of(share),
        reverse("admin:oss_share_share_object") + "?key=reports/q3.pdf",
        reverse("admin:oss_share_share_metadata") + "?key=reports/q3.pdf",
        reverse("admin:oss_share_share_preview") + "?key=reports/q3.zip",
        reverse("admin:oss_share_share_access") + "?key=reports/q3.pdf",
        reverse("admin:oss_share_share_access"),
        reverse("admin:oss_share_share_changelist"),
        reverse("admin:oss_share_auditevent_changelist"),
        reverse("admin:oss_share_exportjob_changelist"),
        reverse("admin:oss_share_exportjob_add"),
        reverse("admin:oss_share_filerequest_changelist"),
        reverse("admin:oss_share_filerequest_add"),
        reverse("admin:oss_share_filerequest_change", args=[request.pk]),
        reverse("admin:oss_share_share_doctor"),
    ]
    for address in addresses:
        page.goto(address)
        assert page.locator("html").get_attribute("lang")[:2] == locale[:2]
        wider = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        assert wider <= 0, address
