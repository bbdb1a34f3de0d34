"""The page of a file request in Chromium, against the emulator: what is chosen arrives, whatever the network does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demo.test_page import _LOWEST_CONTRAST, SIZES
from playwright.sync_api import Browser, Page, expect
from services.browser import MILLISECONDS
from shares.factories import PASSWORD
from views.serving import served

from django_oss_share.models import FileState, ReceivedFile
from django_oss_share.services import cors
from django_oss_share.testing import Fault, Kind
from file_requests.making import make_request
from file_requests.test_pages import address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BIG = bytes(range(256)) * 4000  # ten parts


@pytest.fixture
def url(settings, oss):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    with served() as url:
        cors.allow_uploads("default", [url])
        yield url


@pytest.fixture
def visitor(browser: Browser, url):
    """Opens a request in a fresh profile; whatever the page's policy forbids fails the test."""
    broken: list[str] = []

    def visit(request, page: Page | None = None) -> Page:
        page = page or browser.new_context(locale="en", reduced_motion="reduce").new_page()
        page.set_default_timeout(MILLISECONDS)
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(url + address(request))
        return page

    yield visit
    assert broken == []


@pytest.fixture
def big(tmp_path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(BIG)
    return path


def row(page: Page, name: str):
    return page.get_by_role("listitem").filter(has_text=name)


def test_two_files_and_their_receipts(visitor, oss, tmp_path):
    request = make_request(max_files=3, content_types=["application/pdf", ".txt"], password=PASSWORD)
    page = visitor(request)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    files = [
        {"name": "方案 +1.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" * 1000},
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x"},
        {"name": "evil.html", "mimeType": "text/html", "buffer": b"<b>"},
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
    ]
    page.get_by_label("Choose files").set_input_files(files)
    for file in files[:2]:
        expect(row(page, file["name"])).to_contain_text("Received. Receipt: ")
    expect(row(page, "evil.html")).to_contain_text("Files of this type are not taken.")
    expect(row(page, "empty.txt")).to_contain_text("This file is empty.")
    for file in files[:2]:
        received = ReceivedFile.objects.get(filename=file["name"])
        assert (received.state, oss.get(received.key)) == (FileState.ACCEPTED, file["buffer"])
        expect(row(page, file["name"])).to_contain_text(received.receipt)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(_LOWEST_CONTRAST) >= 4.5, (width, scheme)


def test_a_large_one_survives_what_the_network_does(visitor, oss, big):
    oss.faults.add(Fault(Kind.RESET, operation="UploadPart", times=2, after=1))
    oss.faults.add(Fault(Kind.LOSE_ANSWER, operation="UploadPart", times=1, after=3))
    oss.faults.add(Fault(Kind.STATUS, operation="UploadPart", status=503, times=1, after=5))
    page = visitor(make_request())
    page.get_by_label("Choose files").set_input_files(big)
    expect(row(page, "film.mp4")).to_contain_text("Received. Receipt: ")
    assert oss.get(ReceivedFile.objects.get().key) == BIG


def test_a_link_whose_time_is_over_is_followed_by_another(visitor, oss):
    """As after a pause; the place that was kept first is given back, here the only one there is."""
    oss.faults.add(Fault(Kind.SKEW, operation="PutObject", seconds=600, times=1))
    page = visitor(make_request(max_files=1))
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    page.get_by_label("Choose files").set_input_files([file])
    expect(row(page, "plan.pdf")).to_contain_text("Received. Receipt: ")
    received = ReceivedFile.objects.get(state=FileState.ACCEPTED)
    assert (oss.get(received.key), ReceivedFile.objects.exclude(pk=received.pk).get().state) == (b"%PDF", "given_up")


def test_paused_and_gone_on_with(visitor, oss, big):
    oss.faults.add(Fault(Kind.HANG, operation="UploadPart", seconds=60, after=2))
    page = visitor(make_request())
    page.get_by_label("Choose files").set_input_files(big)
    page.get_by_role("button", name="Pause").click()
    expect(row(page, "film.mp4")).to_contain_text("Paused")
    sent = oss.calls["UploadPart"]
    assert sent < 10
    oss.faults.clear()
    page.get_by_role("button", name="Go on").click()
    expect(row(page, "film.mp4")).to_contain_text("Received. Receipt: ")
    assert oss.get(ReceivedFile.objects.get().key) == BIG


def test_nothing_is_sent_while_it_is_paused(visitor, oss, big):
    """Nor what was about to be, whose links come meanwhile."""
    page, held, sent = visitor(make_request()), [], []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.route("**/parts/", lambda route: held.append(route))
    with page.expect_request("**/parts/"):
        page.get_by_label("Choose files").set_input_files(big)
    page.get_by_role("button", name="Pause").click()
    expect(row(page, "film.mp4")).to_contain_text("Paused")
    with page.expect_response("**/parts/"):
        for route in held:
            route.continue_()
    page.unroute("**/parts/")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert sent == []
    page.get_by_role("button", name="Go on").click()
    expect(row(page, "film.mp4")).to_contain_text("Received. Receipt: ")
    assert oss.get(ReceivedFile.objects.get().key) == BIG


def test_gone_on_with_after_the_page_was_left(visitor, oss, big):
    request = make_request()
    oss.faults.add(Fault(Kind.HANG, operation="UploadPart", seconds=60, after=5))
    page = visitor(request)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Choose files").set_input_files(big)
    # Five parts have arrived; of those that hang, as much counts as the network has taken.
    expect(row(page, "film.mp4").locator(".amount")).to_have_text(re.compile(r"[5-8]\d\d kB / "))
    oss.faults.clear()
    visitor(request, page)
    page.get_by_label("Choose files").set_input_files(big)
    expect(row(page, "film.mp4")).to_contain_text("Received. Receipt: ")
    assert oss.get(ReceivedFile.objects.get().key) == BIG
    # Those that had arrived were not sent again.
    assert oss.calls["UploadPart"] < 16


def test_cancelled(visitor, oss, big):
    request = make_request(max_files=1)
    oss.faults.add(Fault(Kind.HANG, operation="UploadPart", seconds=60))
    page = visitor(request)
    page.get_by_label("Choose files").set_input_files(big)
    expect(row(page, "film.mp4")).to_contain_text("Sending")
    with page.expect_response(re.compile("cancel/$")):
        page.get_by_role("button", name="Cancel").click()
    expect(row(page, "film.mp4")).to_contain_text("Cancelled")
    assert ReceivedFile.objects.get().state == FileState.GIVEN_UP
    assert oss.uploads() == []
    oss.faults.clear()
    page.get_by_label("Choose files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    expect(row(page, "a.txt")).to_contain_text("Received. Receipt: ")


def test_without_javascript_it_says_so(browser, url):
    page = browser.new_context(locale="en", java_script_enabled=False).new_page()
    page.goto(url + address(make_request()))
    expect(page.get_by_text("This page needs JavaScript to send files.")).to_be_visible()
    expect(page.locator("form.uploads")).to_be_hidden()
