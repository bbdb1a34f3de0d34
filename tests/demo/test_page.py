"""The page of documents in Chromium."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from .running import Demo

MILLISECONDS = 15_000
SIZES = ((360, 780), (1440, 900))


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Page:
    page = browser.new_context(viewport={"width": 1000, "height": 800}).new_page()
    page.set_default_timeout(MILLISECONDS)
    page.goto(demo.url)
    return page


def link(page: Page, kind: str, filename: str) -> Locator:
    return page.get_by_role("link", name=f"{kind} {filename}", exact=True).first


def preview(page: Page, filename: str) -> Page:
    with page.context.expect_page() as opened:
        link(page, "Preview", filename).click()
    opened.value.wait_for_load_state()
    return opened.value


def sample(filename):
    from harness.samples import SAMPLES

    return next(each for each in SAMPLES if each.name == filename)


def test_the_report_is_shown_by_the_browsers_reader(page):
    reader = preview(page, "季度报告 2026 Q3.pdf")
    assert reader.evaluate("document.contentType") == "application/pdf"
    # The bars of its diagram: the reader has drawn the page, not only opened.
    wait_for_color(reader, (76, 110, 245))


def wait_for_color(page: Page, wanted: tuple[int, int, int]) -> None:
    for _ in range(MILLISECONDS // 250):
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        if any(color == wanted for _, color in picture.getcolors(maxcolors=1 << 24)):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"Nothing on the page has the colour {wanted}.")


def test_the_picture_is_shown(page):
    shown = preview(page, "西湖 🌄 +50%.png")
    assert shown.evaluate("document.contentType") == "image/png"
    assert shown.evaluate("document.images[0].naturalWidth") == 1280


def test_the_picture_has_a_thumbnail_made_by_oss(page):
    thumbnail = page.locator(".thumb img").first
    expect(thumbnail).to_be_visible()
    page.wait_for_function("document.querySelector('.thumb img').naturalWidth > 0")
    assert thumbnail.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [176, 132]


def test_the_film_plays(page):
    player = preview(page, '产品演示 "第 1 版".mp4')
    player.wait_for_function("document.querySelector('video').currentTime > 0.2")
    assert player.evaluate("document.querySelector('video').videoWidth") == 640


@pytest.mark.parametrize(
    ("filename", "encoding"),
    [("会议纪要 “秋季” #3.txt", "utf-8"), ("旧系统导出 (GB18030).txt", "gb18030")],
)
def test_a_text_is_shown_in_its_own_encoding(page, filename, encoding):
    shown = preview(page, filename)
    expected = sample(filename).read().decode(encoding).replace("\r\n", "\n")
    assert shown.evaluate("document.body.innerText").strip() == expected.strip()


@pytest.mark.parametrize(
    ("filename", "saved"),
    [
        ("季度报告 2026 Q3.pdf",) * 2,
        ("西湖 🌄 +50%.png",) * 2,
        ("会议纪要 “秋季” #3.txt",) * 2,
        ("旧系统导出 (GB18030).txt",) * 2,
        ("source+data 100% & 'final'.zip",) * 2,
        # Windows has no such names, so Chromium writes no straight quotation marks anywhere.
        ('产品演示 "第 1 版".mp4', "产品演示 _第 1 版_.mp4"),
    ],
)
def test_a_download_is_the_file_under_its_name(page, tmp_path, filename, saved):
    with page.expect_download() as downloading:
        link(page, "Download", filename).click()
    downloading.value.save_as(tmp_path / "saved")
    assert downloading.value.suggested_filename == saved
    assert (tmp_path / "saved").read_bytes() == sample(filename).read()


def test_an_upload_comes_back_as_it_was(page, tmp_path):
    filename, content = '合同 “A” "B" +100% %20 🙂.bin', bytes(range(256)) * 300
    page.get_by_label("File", exact=True).set_input_files(
        [{"name": filename, "mimeType": "text/html", "buffer": content}]
    )
    page.get_by_label("Title").fill("<b>Contract</b>")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status")).to_have_text(f"Stored “{filename}”.")
    expect(page.get_by_role("heading", name="<b>Contract</b>").first).to_be_visible()
    with page.expect_download() as downloading:
        link(page, "Download", filename).click()
    downloading.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == content
    assert downloading.value.suggested_filename == filename.replace('"', "_")


def test_a_form_without_a_file_says_so_where_the_file_belongs(page):
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_have_text("Choose a file first.")
    expect(page.get_by_label("File", exact=True)).to_have_accessible_description("Choose a file first.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_everything_fits_and_can_be_read(browser, demo, width, height, scheme):
    page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    page.goto(demo.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_LOWEST_CONTRAST) >= 4.5


#: WCAG's contrast of each piece of text with what is behind it; the lowest of the page.
_LOWEST_CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const rgba = color => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = color => {
    const [r, g, b] = rgba(color).map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    while (element && rgba(getComputedStyle(element).backgroundColor)[3] === 0) element = element.parentElement;
    return getComputedStyle(element || document.documentElement).backgroundColor;
  };
  const texts = [...document.querySelectorAll('body *')].filter(
    e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length);
  return Math.min(...texts.map(e => {
    const [one, other] = [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => b - a);
    return (one + .05) / (other + .05);
  }));
}"""


def test_nothing_comes_from_another_site(browser, demo):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo.url)
    page.wait_for_load_state("networkidle")
    assert asked
    assert [url for url in asked if not url.startswith((demo.url, demo.oss))] == []


def test_the_admin_uploads_and_links_too(page, demo, tmp_path):
    page.goto(f"{demo.url}admin/documents/document/add/")
    page.get_by_label("Username").fill(demo.admin)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("File:").set_input_files([{"name": "由管理员.txt", "mimeType": "", "buffer": "内容".encode()}])
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row").filter(has_text="由管理员.txt").first
    with page.expect_download() as downloading:
        row.get_by_role("link", name="Download").click()
    assert downloading.value.suggested_filename == "由管理员.txt"
