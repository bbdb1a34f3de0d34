"""Shares and their token in the demo, beside what the walk through shows of them."""

import re

import pytest

from .running import Demo


@pytest.fixture
def visitor(demo: Demo):
    from harness.visitor import Visitor

    return Visitor()


@pytest.fixture
def administrator(demo: Demo):
    from harness.journey import Tour
    from harness.journey.login import log_in

    tour = Tour(demo.url, demo.password, demo.oss, demo.share, worker=None)
    log_in(tour)
    return tour.administrator


def test_the_printed_share_opens_the_report(demo, visitor):
    page = visitor.get(demo.share)
    assert page.status == 200
    assert "季度报告 2026 Q3.pdf" in page.text
    answer = visitor.post(f"{demo.share}download/", {})
    assert answer.url.startswith(demo.oss)
    assert answer.filename == "季度报告 2026 Q3.pdf"
    assert answer.body.startswith(b"%PDF")


def test_a_share_is_linked_from_the_page(demo, visitor):
    page = visitor.get(demo.url).text
    assert re.findall(r'class="button share" href="([^"]+)" aria-label="([^"]+)"', page) == [
        (demo.share, "Shared page of 季度报告 2026 Q3.pdf")
    ]


def test_staff_share_from_the_page(demo, administrator):
    from harness.pages import form_with

    page = administrator.get(demo.url).text
    address = re.search(r'href="([^"]+)" aria-label="Share 西湖', page)[1].replace("&amp;", "&")
    form = form_with("new_password", administrator.get(demo.url.rstrip("/") + address).text)
    assert form["filename"] == "西湖 🌄 +50%.png"
    assert form["key"].startswith("documents/")
    assert form["storage"] == "default"


def test_the_pages_speak_the_visitors_language(demo, visitor):
    said = visitor.get(demo.share, {"Accept-Language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-hans"' in said.text
    assert "下载" in said.text
    assert "登录" in visitor.get(f"{demo.url}admin/", {"Accept-Language": "zh-CN"}).text


def test_probes_see_the_token(demo, visitor):
    said = visitor.get(f"{demo.url}health/")
    assert said.status == 200
    assert '"name": "links", "status": "ok", "token": "current"' in said.text


def test_without_any_token_the_site_says_when_to_come_back(demo, visitor, administrator):
    from harness.emulator import add_fault, clear_faults
    from harness.pages import form_with

    def refresh():
        page = administrator.get(f"{demo.url}admin/oss_share/storedcredentials/")
        form = form_with("action", page.text)
        [row] = re.findall(r'name="_selected_action" value="(\d+)"', page.text)
        administrator.post(page.url, {**form, "action": "refresh_now", "_selected_action": row, "index": "0"})

    add_fault(demo.oss, kind="token-life", operation="AssumeRole", seconds=3)
    refresh()
    add_fault(demo.oss, kind="status", operation="AssumeRole", status=503)
    try:
        while (answer := visitor.get(demo.url)).status == 200:
            pass
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) >= 1
        assert "Back in a moment" in answer.text
        assert visitor.get(demo.share).status == 503
        assert visitor.get(f"{demo.url}health/").status == 503
        upload = visitor.post(demo.url, {"title": ""}, {"file": ("a.txt", b"a")})
        assert (upload.status, "Back in a moment" in upload.text) == (503, True)
    finally:
        clear_faults(demo.oss)
        refresh()
    assert visitor.get(demo.url).status == 200
    assert visitor.get(demo.share).status == 200
