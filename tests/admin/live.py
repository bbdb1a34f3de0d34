"""The admin in a real browser, logged in."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from playwright.sync_api import Page

from admin.pages import log_in

PERMISSIONS = (
    "share_object",
    "browse_bucket",
    "grant_access",
    "view_auditevent",
    "export_audit",
    "export_links",
    "request_files",
)


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

    def opened(width: int = 1440, scheme: str = "light", locale: str = "en", scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            locale=locale,
            java_script_enabled=scripts,
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
