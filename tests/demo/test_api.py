"""The page of the API in the demo: shown in Chromium, with nothing loaded from elsewhere, and it asks the API."""

import pytest
from playwright.sync_api import Browser, expect

from .running import Demo

pytestmark = pytest.mark.once


def test_the_page_shows_the_api_and_asks_it(browser: Browser, demo: Demo):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{demo.url}admin/login/?next=/api/")
    page.fill("#id_username", demo.admin)
    page.fill("#id_password", demo.password)
    page.click("input[type=submit]")
    shares = page.locator("#operations-shares-shares_list")
    shares.locator(".opblock-summary-control").click()
    shares.locator(".try-out__btn").click()
    shares.locator(".execute").click()
    expect(shares.locator(".live-responses-table tr.response .response-col_status")).to_contain_text("200")
    expect(shares.locator(".live-responses-table")).to_contain_text('"label"')
    assert [url for url in asked if not url.startswith((demo.url, "data:", "blob:"))] == []
