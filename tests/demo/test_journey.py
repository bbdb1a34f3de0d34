"""What the demo is for, in Chromium: a share from the bucket browser to its end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .journey import FILENAME, Journey
from .test_page import _LOWEST_CONTRAST, SIZES, sample

PUBLIC = ("locked", "share", "limit", "gone")


@pytest.mark.once
def test_from_the_bucket_to_the_end(browser, demo, tmp_path):
    seen = []

    def look(name: str, page: Page) -> None:
        """It fits and can be read, in each size and scheme."""
        seen.append(name)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                if name in PUBLIC:
                    assert page.evaluate(_LOWEST_CONTRAST) >= 4.5, (name, scheme)

    Journey(browser, demo, sample(FILENAME).read(), tmp_path, look).walk()
    assert seen == ["browser", "form", "made", *PUBLIC[:3], "timeline", "gone", "list", "credentials"]
