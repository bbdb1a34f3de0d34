"""Texts and pictures as a real browser shows them, before and after.

``DOCS_IMAGES=1 pytest tests/metadata/test_in_browser.py`` makes docs/images/metadata-*.png anew.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from admin.pages import log_in
from django.conf import settings as django_settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.core.files.storage import storages
from django.core.management import call_command
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from django_oss_share.services import shares

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

PERMISSIONS = ("share_object", "browse_bucket", "grant_access")
IMAGES = Path(__file__).parents[2] / "docs" / "images"
SAMPLES = Path(__file__).parents[2] / "example_project" / "samples"
TEXT = (
    "第三季度工作报告\n\n"
    "由于市场变化，我们在上海、北京和杭州的业务都有了新的进展。\n"
    "请大家查看附件中的数据，并在星期五以前提出意见。\n\n"
    "一、销售情况：比去年同期增长了百分之十二。\n"
    "二、客户反馈：大部分客户对新产品表示满意。\n"
)


@pytest.fixture
def site(oss, settings):
    settings.ROOT_URLCONF = "admin.urls"
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.staticfiles"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def server(site, transactional_db):
    StaticLiveServerTestCase.setUpClass()
    yield StaticLiveServerTestCase.live_server_url
    StaticLiveServerTestCase.tearDownClass()


@pytest.fixture
def page(browser, server) -> Page:
    """Of somebody of the staff."""
    client, _ = log_in("ann", *PERMISSIONS)
    context = browser.new_context(viewport={"width": 1000, "height": 640}, base_url=server, locale="en")
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])
    return context.new_page()


def shoot(page: Page, name: str, height: int | None = None) -> None:
    if not os.environ.get("DOCS_IMAGES"):
        return
    clip = {"x": 0, "y": 0, "width": 1000, "height": height} if height else None
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
    picture.quantize(128, dither=Image.Dither.NONE).save(IMAGES / f"metadata-{name}.png", optimize=True)


def landscape(mode: str) -> bytes:
    out = io.BytesIO()
    Image.open(SAMPLES / "landscape.png").convert(mode).save(out, "PNG")
    return out.getvalue()


def shown_by_link(page: Page, key: str, expire: int) -> str:
    """What a browser makes of a direct link, which is another for each ``expire``: it may remember what it saw."""
    page.goto(storages["default"].url(key, expire=expire))
    return page.inner_text("body")


def shown_by_us(page: Page, share) -> str:
    """What our preview page shows."""
    page.goto(shares.get_url(share))
    preview = page.locator("figure.preview pre")
    expect(preview).to_be_visible()
    return preview.inner_text()


@pytest.mark.parametrize(
    ("charset", "stored"),
    [
        # Somebody followed the advice to say utf-8, of a text that is not.
        ("gb18030", "text/plain; charset=utf-8"),
        # Chromium guesses older charsets where none is said, but not this one.
        ("utf-8", "text/plain"),
    ],
)
def test_a_chinese_text_is_garbled_by_its_link_until_its_charset_is_right(page, oss, charset, stored):
    oss.put("reports/季度报告.txt", TEXT.encode(charset), content_type=stored)
    share = shares.create("reports/季度报告.txt", name="季度报告.txt")
    assert "工作报告" not in shown_by_link(page, "reports/季度报告.txt", 600)
    if charset == "gb18030":
        shoot(page, "garbled", 260)
    assert "第三季度工作报告" in shown_by_us(page, share)
    if charset == "gb18030":
        shoot(page, "preview")
    call_command("oss_metadata", "--prefix", "reports/季", "--fix-encoding", stdout=io.StringIO(), stderr=io.StringIO())
    assert "第三季度工作报告" in shown_by_link(page, "reports/季度报告.txt", 601)
    assert page.evaluate("document.characterSet").lower() == charset
    if charset == "gb18030":
        shoot(page, "readable", 260)
    assert "第三季度工作报告" in shown_by_us(page, share)


def test_from_the_ticked_files_to_their_charsets(page, oss):
    oss.put("texts/季度报告.txt", TEXT.encode("gb18030"), content_type="text/plain; charset=utf-8")
    oss.put("texts/Grüße.txt", "Schöne Grüße aus Zürich".encode("windows-1252"), content_type="text/plain")
    page.goto(reverse("admin:oss_share_share_browse") + "?folder=texts/")
    page.get_by_label("All files on this page").check()
    page.get_by_role("button", name="Type, name and caching…").click()
    page.get_by_label("Put the charset of texts right").check()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator(".oss-results")).to_contain_text("text/plain; charset=gb18030")
    expect(page.locator(".oss-results")).to_contain_text("not certain")
    shoot(page, "admin")
    assert storages["default"].client.head("texts/季度报告.txt").content_type == "text/plain; charset=utf-8"
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_text("What was done")).to_be_visible()
    assert storages["default"].client.head("texts/季度报告.txt").content_type == "text/plain; charset=gb18030"


class Policy:
    """The strictest Content-Security-Policy under which pictures of the bucket are shown."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        origin = storages["default"].link_origin
        response["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; img-src 'self' {origin}"
        )
        return response


def test_pictures_of_the_bucket_are_loaded_as_they_come_into_view(page, oss, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "metadata.test_in_browser.Policy"]
    for name, mode in (("海报", "RGB"), ("landscape", "L")):
        oss.put(f"photos/0-{name}.png", landscape(mode), content_type="image/png")
    for number in range(80):
        oss.put(f"photos/1-{number:02}.txt", b"text")
    oss.put("photos/2-last.png", landscape("RGB"), content_type="image/png")
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    page.goto(reverse("admin:oss_share_share_browse") + "?folder=photos/")
    first, *_, last = page.locator(".oss-thumbnail").all()
    loaded = "image => image.complete && image.naturalWidth"
    page.wait_for_function(f"({loaded})(document.querySelector('.oss-thumbnail'))")
    assert 0 < first.evaluate(loaded) <= 96
    page.wait_for_function("document.querySelectorAll('.oss-thumbnail')[1].naturalWidth > 0")
    shoot(page, "thumbnails", 480)
    last.scroll_into_view_if_needed()
    page.wait_for_function(f"({loaded})([...document.querySelectorAll('.oss-thumbnail')].at(-1))")
    assert 0 < last.evaluate(loaded) <= 96
    assert refused == []
