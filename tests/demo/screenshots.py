"""Make docs/images/demo-*.png anew, from the tests directory: ``python -m demo.screenshots``."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser
from services.browser import find_chromium, open_browser

from .running import running_demo

IMAGES = Path(__file__).parents[2] / "docs" / "images"
#: Width in pixels of the page, and of one of its pixels in the picture.
SIZES = {"wide": (1440, 900, 1), "narrow": (360, 780, 2)}


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        running_demo(Path(directory)) as demo,
        open_browser(find_chromium()) as browser,
    ):
        for size in SIZES:
            for scheme in ("light", "dark"):
                picture(browser, demo.url, size, scheme).save(IMAGES / f"demo-{size}-{scheme}.png", optimize=True)


def picture(browser: Browser, url: str, size: str, scheme: str) -> Image.Image:
    width, height, scale = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
