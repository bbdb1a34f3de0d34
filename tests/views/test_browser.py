"""The public pages in Chromium, against the emulator."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo.test_page import _LOWEST_CONTRAST
from playwright.sync_api import Browser, Page, expect
from shares.factories import PASSWORD, make_share

from django_oss_share.models import Share
from django_oss_share.services import shares
from views.serving import served
from views.visiting import address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

SAMPLES = Path(__file__).parents[2] / "example_project" / "samples"
SIZES = ((360, 780), (1440, 900))
MILLISECONDS = 15_000


@pytest.fixture
def url(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    with served() as url:
        yield url


@pytest.fixture
def files(oss):
    for sample in SAMPLES.iterdir():
        oss.put(f"files/{sample.name}", sample.read_bytes())
        oss.put(f"files/更多/{sample.name}", sample.read_bytes())
    return oss


@pytest.fixture
def visitor(browser: Browser, url, files):
    """Opens a share in a fresh profile; whatever a page's policy forbids fails the test."""
    broken: list[str] = []

    def visit(share: Share, **context) -> Page:
        page = browser.new_context(locale="en", **context).new_page()
        page.set_default_timeout(MILLISECONDS)
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(url + address(share))
        return page

    yield visit
    assert broken == []


def saved(page: Page, button, path: Path) -> bytes:
    with page.expect_download() as downloading:
        button.click()
    downloading.value.save_as(path)
    return path.read_bytes()


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_password_to_the_limit(visitor, tmp_path, javascript):
    share = shares.create("files/report.pdf", password=PASSWORD, max_downloads=2)
    page = visitor(share, java_script_enabled=javascript)
    expect(page).to_have_title("Password needed")
    expect(page.get_by_label("Password")).to_be_focused()
    page.get_by_label("Password").fill("a wrong guess")
    page.get_by_role("button", name="Open").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    expect(page.get_by_label("Password")).to_have_accessible_description("That is not the password.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("heading", name="report.pdf")).to_be_visible()
    content = (SAMPLES / "report.pdf").read_bytes()
    for _ in range(2):
        assert saved(page, page.get_by_role("button", name="Download"), tmp_path / "saved") == content
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_role("heading")).to_have_text("The download limit of this link is reached.")
    shares.extend(share, 3600)
    shares.revoke(share)
    page.goto(page.url)
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("This link was taken back.")


def test_a_direct_link_with_a_password(visitor, tmp_path):
    page = visitor(shares.create("files/report.pdf", password=PASSWORD, mode="direct"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    download = page.get_by_role("button", name="Download")
    assert saved(page, download, tmp_path / "saved") == (SAMPLES / "report.pdf").read_bytes()


def test_a_folder_by_keyboard(visitor, tmp_path):
    page = visitor(shares.create(prefix="files/", name="Files"))
    page.get_by_role("link", name="更多").press("Enter")
    expect(page.get_by_role("navigation", name="Folders").locator("[aria-current=page]")).to_have_text("更多")
    page.get_by_label("Names that begin with").fill("land")
    page.get_by_label("Names that begin with").press("Enter")
    expect(page.get_by_role("row")).to_have_count(2)
    download = page.get_by_role("button", name="Download landscape.png")
    assert saved(page, download, tmp_path / "saved") == (SAMPLES / "landscape.png").read_bytes()
    page.get_by_role("link", name="landscape.png").press("Enter")
    expect(page.get_by_role("heading")).to_have_text("landscape.png")
    page.get_by_role("navigation", name="Way back").get_by_role("link").press("Enter")
    expect(page.get_by_role("row")).to_have_count(1 + len(list(SAMPLES.iterdir())))


def test_a_zip(visitor, settings, tmp_path):
    settings.OSS_SHARE = {"ALLOW_ZIP": True}
    page = visitor(shares.create(keys=["files/report.pdf", "files/landscape.png"], name="For the board"))
    page.get_by_role("link", name="Download all").click()
    expect(page.get_by_text("Each file in it counts as a download.")).to_be_visible()
    assert saved(page, page.get_by_role("button", name="Download all"), tmp_path / "saved").startswith(b"PK")


def test_an_image_is_shown(visitor):
    page = visitor(shares.create("files/landscape.png"))
    image = page.get_by_role("img", name="Preview of landscape.png")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_limited_image_is_shown_on_demand(visitor):
    page = visitor(shares.create("files/landscape.png", max_downloads=2))
    page.get_by_role("button", name="Preview").click()
    image = page.get_by_role("img", name="Preview of landscape.png")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.get_by_text("1 of 2")).to_be_visible()


def test_a_pdf_is_shown_by_the_browsers_reader(visitor, files):
    shown = []
    page = visitor(make_share(key="files/landscape.png"))
    page.on("response", lambda response: shown.append(response.url) if response.ok else None)
    with page.expect_response(lambda response: response.url.startswith(files.endpoint) and response.ok) as answered:
        page.goto(page.url.replace(address(Share.objects.get()), address(shares.create("files/report.pdf"))))
    assert answered.value.headers["content-type"] == "application/pdf"
    assert answered.value.headers["content-disposition"].startswith("inline")
    assert page.frame_locator("iframe").owner.is_visible()


def test_a_film_plays_and_goes_on_when_its_link_has_run_out(visitor):
    page = visitor(shares.create("files/sunrise.mp4"))
    assert Share.objects.get().downloads == 0
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    with page.expect_response(lambda response: response.url.endswith("/preview/")):
        page.evaluate("document.querySelector('video').dispatchEvent(new Event('error'))")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.4")
    assert Share.objects.get().downloads == 2


@pytest.mark.parametrize(("name", "charset"), [("minutes-utf8.txt", "utf-8"), ("export-gb18030.txt", "gb18030")])
def test_a_text_is_shown_in_its_own_charset(visitor, name, charset):
    page = visitor(shares.create(f"files/{name}"))
    text = (SAMPLES / name).read_text(charset).replace("\r\n", "\n")
    assert page.locator("pre").inner_text().strip() == text.strip()


def test_the_bucket_is_not_told_where_a_visitor_comes_from(visitor, files, tmp_path):
    page = visitor(shares.create("files/landscape.png"))
    asked = []
    page.on("request", lambda request: asked.append(request))
    page.reload()
    page.wait_for_load_state("networkidle")
    saved(page, page.get_by_role("button", name="Download"), tmp_path / "saved")
    ours = page.url.split("/s/")[0]
    assert all(request.url.startswith((ours, files.endpoint, "data:")) for request in asked)
    to_bucket = [request.all_headers() for request in asked if request.url.startswith(files.endpoint)]
    assert len(to_bucket) == 2
    assert [headers for headers in to_bucket if "referer" in headers] == []


def test_copying_the_link_and_showing_it_as_a_qr_code(visitor):
    share = shares.create("files/source.zip")
    page = visitor(share, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_text("QR code").click()
    code = page.get_by_role("img", name="The address of this page as a QR code")
    assert code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_times_are_those_of_the_visitors_clock(visitor):
    from datetime import UTC, datetime

    share = make_share(key="files/source.zip", expires_at=datetime(2030, 12, 24, 23, 30, tzinfo=UTC))
    page = visitor(share, timezone_id="Asia/Shanghai")
    expect(page.get_by_text("December 25, 2030 at 7:30")).to_be_visible()


def test_everything_fits_and_can_be_read(browser, url, files, settings):
    settings.OSS_SHARE = {"ALLOW_ZIP": True}
    opened = [
        shares.create("files/export-gb18030.txt", note="A note.\n" + "long" * 50, filename="季" * 60 + ".txt"),
        shares.create("files/source.zip", max_downloads=3, created_by=None),
        shares.create(prefix="files/", name="Files"),
        shares.create(keys=["files/report.pdf"]),
        make_share(password=PASSWORD),
        make_share(revoked_at="2026-01-01T00:00:00Z"),
        "unknown",
    ]
    for width, height in SIZES:
        for scheme in ("light", "dark"):
            page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
            for share in opened:
                page.goto(url + address(share))
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.evaluate(_LOWEST_CONTRAST) >= 4.5, (share, scheme)
                small = page.evaluate(
                    "[...document.querySelectorAll('.button, input:not([type=hidden])')]"
                    ".filter(e => e.getClientRects().length).filter(e => e.getBoundingClientRect().height < 38).length"
                )
                assert small == 0
