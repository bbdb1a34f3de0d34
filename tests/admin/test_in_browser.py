"""The admin in a real browser: its script, its widths, its themes."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.urls import reverse
from playwright.sync_api import Page, expect
from shares.factories import make_share

from admin.pages import log_in, page_of
from django_oss_share.models import Share

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

PERMISSIONS = ("share_object", "browse_bucket", "view_auditevent", "export_audit")


@pytest.fixture
def site(site, settings):
    """With the static files of the admin and ours, in the language that the browser asks for."""
    session, *others = settings.MIDDLEWARE
    settings.MIDDLEWARE = [session, "django.middleware.locale.LocaleMiddleware", *others]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.staticfiles"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def server(transactional_db):
    StaticLiveServerTestCase.setUpClass()
    yield StaticLiveServerTestCase.live_server_url
    StaticLiveServerTestCase.tearDownClass()


@pytest.fixture
def open_page(browser, server):
    """A function: a page of a window of this width, in this scheme, logged in; errors of scripts fail the test."""
    client, _ = log_in("ann", *PERMISSIONS)
    errors = []

    def opened(width: int = 1440, scheme: str = "light", locale: str = "en") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            locale=locale,
            permissions=["clipboard-read", "clipboard-write"],
            base_url=server,
        )
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        return page

    yield opened
    assert errors == []


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
    share = make_share(created_by=get_user_model().objects.get(username="ann"))
    names = ["browse", "add", "presign"]
    addresses = [reverse(f"admin:oss_share_share_{name}") for name in names]
    addresses += [
        f"{addresses[0]}?folder=reports/",
        page_of(share),
        reverse("admin:oss_share_share_object") + "?key=reports/q3.pdf",
        reverse("admin:oss_share_share_changelist"),
        reverse("admin:oss_share_auditevent_changelist"),
    ]
    for address in addresses:
        page.goto(address)
        assert page.locator("html").get_attribute("lang")[:2] == locale[:2]
        wider = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        assert wider <= 0, address
