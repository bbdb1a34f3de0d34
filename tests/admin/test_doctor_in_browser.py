"""The doctor's page in a real browser."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from admin.live import open_page, server, site
from django_oss_share.services.objects import storage_of

__all__ = ["open_page", "server", "site"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_a_link_is_examined(open_page, oss, width, theme):
    page = open_page(width, theme)
    page.goto(reverse("admin:oss_share_share_changelist"))
    page.get_by_role("link", name="Examine a link").click()
    url = storage_of("default").url("reports/q3.pdf", expire=900)
    page.get_by_label("Link").fill(url.replace("x-oss-expires=900", "x-oss-expires=604800"))
    page.get_by_role("button", name="Examine").click()
    expect(page.locator(".oss-diagnosis")).to_contain_text("x-oss-expires was 900 when it was signed")
    expect(page.locator(".oss-parameters")).to_contain_text("That is 7 days.")
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") <= 0
    if directory := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{directory}/admin-doctor-{width}-{theme}.png", full_page=True)
