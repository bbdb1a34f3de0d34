"""Lists of links in the demo, in Chromium: from the bucket browser, by the worker, through the audited door."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .exporting import Exporting
from .test_page import SIZES, sample

FILES = ("西湖 🌄 +50%.png", "季度报告 2026 Q3.pdf", "会议纪要 “秋季” #3.txt")


@pytest.mark.once
def test_three_files_and_a_folder_as_csv_and_xlsx(browser, demo, tmp_path):
    from harness.samples import DRAFTS

    def look(name: str, page: Page) -> None:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)

    files = {part_of(name): sample(name).read() for name in FILES}
    Exporting(browser, demo, b"", tmp_path, look, files, DRAFTS).walk()


def part_of(name: str) -> str:
    """What of a file's name is in its key however storages change names."""
    return name.split()[0][:2]
