"""How a refusal is told: to people in their language, to programs as they ask."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import RequestFactory
from django.utils import timezone, translation
from shares.factories import PASSWORD, make_share

from django_oss_share.services.access import Denied, Reason
from django_oss_share.views.refusals import ADVICE, refuse
from views.visiting import address

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
#: Words of our English pages, any of which would be left over in another language.
ENGLISH = re.compile(r"\b(the|this|link|download|file|password|shared|available|ask|name|copy|of)\b", re.IGNORECASE)


def answer(reason, *, accept=BROWSER, retry_after=0, language="en", **fields):
    request = RequestFactory().get("/s/token/", headers={"Accept": accept} if accept else {})
    with translation.override(language):
        return refuse(request, "token", Denied(reason, retry_after=retry_after, **fields))


def visible(html):
    """The text of a page, without its style, script and addresses."""
    return re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason != Reason.ROTATED])
def test_each_has_a_page_with_its_status_and_a_way_on(reason):
    response = answer(reason)
    html = response.content.decode()
    assert response.status_code == reason.status
    assert f"<title>{reason.label}</title>" in html or "<title>Password needed</title>" in html
    assert html.count("<h1>") == 1
    assert reason in ADVICE or 'name="password"' in html


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason != Reason.ROTATED])
def test_each_is_told_in_chinese(reason):
    html = answer(reason, language="zh-hans", retry_after=600).content.decode()
    assert '<html lang="zh-hans">' in html
    assert not ENGLISH.search(visible(html))


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "", "image/png", "text/html;q=0.9, application/json;q=0.5"])
def test_html_unless_something_else_is_asked_for(accept):
    assert answer(Reason.EXPIRED, accept=accept)["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json", "application/json, */*;q=0.1"])
def test_json(accept):
    response = answer(Reason.THROTTLED, accept=accept, retry_after=60)
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Too many tries; wait a while.",
        "status": 429,
        "code": "throttled",
    }
    assert (response.status_code, response["Retry-After"]) == (429, "60")


def test_a_line_of_text():
    response = answer(Reason.EXPIRED, accept="text/plain")
    assert (response["Content-Type"], response.status_code) == ("text/plain; charset=utf-8", 410)
    assert response.content == b"This link has expired.\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (30, "30 seconds"), (90, "90 seconds"), (91, "2 minutes"), (600, "10 minutes")],
)
def test_how_long_to_wait(seconds, words):
    response = answer(Reason.UNAVAILABLE, retry_after=seconds)
    assert f"Try again in {words}." in response.content.decode()
    assert response["Retry-After"] == str(seconds)


def test_nothing_to_wait_for():
    response = answer(Reason.EXPIRED)
    assert "Retry-After" not in response.headers
    assert "Try again" not in response.content.decode()


def language_of(html):
    return re.search(r'<html lang="([\w-]+)"', html)[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "spoken"), [("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"), ("en-GB", "en-gb"), ("xx", "en-us"), ("fr", "en-us")]
)
@pytest.mark.parametrize("with_middleware", [False, True])
def test_the_visitors_language_with_and_without_the_middleware(client, settings, asked, spoken, with_middleware):
    if with_middleware:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    html = client.get(address("x"), headers={"Accept-Language": asked}).content.decode()
    assert language_of(html) in (spoken, spoken.removesuffix("-us"))
    assert "此链接不存在" in html if spoken == "zh-hans" else "no such link" in html


@pytest.mark.django_db
@pytest.mark.parametrize(("default", "spoken"), [("zh-hans", "zh-hans"), ("fr", "en")])
def test_no_page_is_in_two_languages(client, oss, settings, default, spoken):
    """Django speaks German, the package does not."""
    settings.LANGUAGE_CODE = default
    # Django forgets catalogs, which have the default language's texts for their own gaps, only on this.
    settings.LOCALE_PATHS = []
    share = make_share(expires_at=timezone.now() + timedelta(days=2, minutes=1))
    html = client.get(address(share), headers={"Accept-Language": "de"}).content.decode()
    assert language_of(html) == spoken
    assert "Tag" not in visible(html)


def test_the_language_is_the_visits_alone(client, db):
    before = translation.get_language()
    client.get(address("x"), headers={"Accept-Language": "zh-CN"})
    assert translation.get_language() == before


@pytest.mark.django_db
def test_all_pages_are_told_in_chinese(client, oss, settings):
    settings.OSS_SHARE = {"ALLOW_ZIP": True}
    oss.put("文件夹/报告.pdf", b"x")
    oss.put("文件夹/说明.txt", "内容".encode())
    folder = make_share(key="文件夹/", kind="prefix", allow_zip=True, note="请查收", max_downloads=9)
    pages = [
        (folder, "share", {}),
        (folder, "share", {"search": "无"}),
        (folder, "share", {"search": "a/b"}),
        (folder, "file", {"item": "报告.pdf"}),
        (folder, "archive", {}),
        (make_share(keys=("文件夹/报告.pdf",), expires_at=timezone.now() + timedelta(days=2)), "share", {}),
        (make_share(key="文件夹/说明.txt", created_by_label=""), "share", {}),
        (make_share(password=PASSWORD), "share", {}),
    ]
    for share, route, query in pages:
        response = client.get(address(share, route), query, headers={"Accept-Language": "zh-CN"})
        assert not ENGLISH.search(visible(response.content.decode())), route
    assert django_settings.LANGUAGE_CODE == "en-us"
