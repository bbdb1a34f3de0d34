"""Make docs/images/share-*.png anew, from the tests directory: ``python -m views.screenshots``."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

WIDE, NARROW = (1440, 900, 1), (360, 780, 2)


def stay(page: Page) -> None:
    """The page as it is first met."""


def guess(page: Page) -> None:
    page.get_by_label("Password").fill("guess")
    page.get_by_label("Password").press("Enter")


def open_photos(page: Page) -> None:
    page.get_by_role("link", name="Photos").click()


#: By the picture's name: what is shared, how large, in which scheme and language, and what the visitor does there.
PICTURES: dict[str, tuple[str, tuple[int, int, int], str, str, Callable[[Page], None]]] = {
    "pdf-wide-light": ("pdf", WIDE, "light", "en", stay),
    "image-narrow-dark": ("image", NARROW, "dark", "en", stay),
    "text-narrow-light": ("text", NARROW, "light", "zh-CN", stay),
    "folder-wide-light": ("folder", WIDE, "light", "en", stay),
    "folder-wide-dark": ("folder", WIDE, "dark", "zh-CN", stay),
    "folder-narrow-light": ("folder", NARROW, "light", "en", open_photos),
    "locked-narrow-dark": ("locked", NARROW, "dark", "en", guess),
    "exhausted-narrow-light": ("exhausted", NARROW, "light", "zh-CN", stay),
}


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "project_settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    with tempfile.TemporaryDirectory() as directory:
        _use_database(Path(directory) / "site.sqlite3")
        from demo.screenshots import save
        from services.browser import find_chromium, open_browser

        from views.sample_site import sample_site

        with sample_site() as site, open_browser(find_chromium()) as browser:
            for name, (shared, size, scheme, language, act) in PICTURES.items():
                picture = _picture(browser, site.links[shared], size, scheme, language, act)
                save(picture, f"share-{name}")


def _use_database(file: Path) -> None:
    import django
    import project_settings

    project_settings.DATABASES["default"]["NAME"] = str(file)
    django.setup()


def _picture(
    browser: Browser,
    url: str,
    size: tuple[int, int, int],
    scheme: str,
    language: str,
    act: Callable[[Page], None],
) -> Image.Image:
    width, height, scale = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=scheme,
        locale=language,
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.goto(url)
    act(page)
    page.wait_for_load_state("networkidle")
    # The browser's PDF reader tells nobody when it is done.
    page.wait_for_timeout(1500)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
