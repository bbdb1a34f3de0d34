"""Make docs/images/demo-*.png and admin-*.png anew, from the tests directory: ``python -m demo.screenshots``."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page
from services.browser import find_chromium, open_browser

from .exporting import Exporting
from .journey import Journey
from .running import EXAMPLE, Demo, running_demo
from .test_exporting import FILES, part_of
from .test_page import sample

IMAGES = Path(__file__).parents[2] / "docs" / "images"
#: Width and height in pixels of the page, and of one of its pixels in the picture.
SIZES = {"wide": (1440, 900, 1), "narrow": (360, 780, 2)}
#: Of the journey's pages: in which sizes and schemes.
ADMIN = {
    "browser": ("wide-light", "wide-dark", "narrow-light"),
    "form": ("wide-light", "narrow-dark"),
    "made": ("wide-light", "narrow-light"),
    "timeline": ("wide-light", "narrow-dark"),
    "list": ("wide-light", "wide-dark", "narrow-light"),
    "credentials": ("wide-light",),
    "export": ("wide-light",),
}
STARTS = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M}"
#: Further shares, so that the list has something to list: the arguments of ``oss_share create``.
OTHERS = (
    ("--prefix", "documents/", "--name", "All documents", "--expires", "300d"),
    (
        "documents/minutes.txt",
        "--name",
        "Minutes",
        "--starts",
        f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M}",
    ),
    ("documents/tender.pdf", "documents/plan.pdf", "--name", "Tender", "--max-downloads", "20", "--expires", "12h"),
)
_PALETTE = 128


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        running_demo(Path(directory)) as demo,
        open_browser(find_chromium()) as browser,
    ):
        for size in SIZES:
            for scheme in ("light", "dark"):
                save(first_page(browser, demo.url, size, scheme), f"demo-{size}-{scheme}")
        for arguments in OTHERS:
            share(demo, Path(directory), *arguments)
        content = (EXAMPLE / "samples" / "landscape.png").read_bytes()
        Journey(browser, demo, content, Path(directory), look).walk()
        sys.path.insert(0, str(EXAMPLE))
        from harness.samples import DRAFTS

        files = {part_of(name): sample(name).read() for name in FILES}
        Exporting(browser, demo, content, Path(directory), look, files, DRAFTS).walk()


def share(demo: Demo, directory: Path, *arguments: str) -> None:
    """By a command beside the running site; nothing of OSS is needed but its name."""
    bucket = {"OSS_BUCKET": "demo-bucket", "OSS_REGION": "cn-hangzhou"}
    subprocess.run(
        [sys.executable, str(EXAMPLE / "manage.py"), "oss_share", "create", *arguments]
        + ["--no-check", "--owner", demo.admin],
        env={**os.environ, **bucket, "EXAMPLE_VAR": str(directory)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def first_page(browser: Browser, url: str, size: str, scheme: str) -> Image.Image:
    width, height, scale = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.screenshot()))


def look(name: str, page: Page) -> None:
    for variant in ADMIN.get(name, ()):
        size, scheme = variant.split("-")
        width, height, _ = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.locator("#header").scroll_into_view_if_needed()
        # The admin's colours take their time to change.
        page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        shown = page.locator(".oss-timeline") if name == "timeline" else page
        save(Image.open(io.BytesIO(shown.screenshot())), f"admin-{name}-{variant}")


def save(picture: Image.Image, name: str) -> None:
    """With as many colours as a page of an interface needs, which makes it a third as large."""
    small = picture.convert("RGB").quantize(_PALETTE, kmeans=1, dither=Image.Dither.NONE)
    small.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
