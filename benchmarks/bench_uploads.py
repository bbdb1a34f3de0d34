"""Uploads from Chromium through a file request of the demo, by parts, over a connection that drops: the page's memory.

The renderer's whole resident memory is read from /proc while the file is sent; a file of a quarter of the size is sent
first, in a browser of its own.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

from harness import Row, main
from playwright.sync_api import Browser, CDPSession, Page, expect

# The demo and the browser of the tests, started and stopped the same way.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from demo.running import Demo, running_demo
from services.browser import find_chromium, open_browser

NAME = "uploads"

_MEGABYTE = 1024 * 1024
_SMALL, _LARGE = 256 * _MEGABYTE, 1024 * _MEGABYTE
#: Megabytes that the page may take more while it sends than before: blocks that were read and not collected yet. A file
#: that is held in memory would take its own size.
_TARGET = 128
_PATIENCE = 600_000
_BETWEEN_SAMPLES = 200


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as directory, running_demo(Path(directory) / "demo") as demo:
        small = _sent(demo, Path(directory), _SMALL)
        large = _sent(demo, Path(directory), _LARGE, drops=True)
    return [_row("A file of 256 MB", small), _row("A file of 1 GB, and the connection drops", large)]


def _row(what: str, sent: tuple[float, float, float]) -> Row:
    before, peak, rate = sent
    more = peak - before
    beside = f"{before:.0f} MB before, {peak:.0f} MB at the peak"
    return Row(
        what, f"{more:.0f} MB more", beside, f"{rate:.0f} MB a second", f"at most {_TARGET} MB more", more <= _TARGET
    )


def _sent(demo: Demo, directory: Path, size: int, *, drops: bool = False) -> tuple[float, float, float]:
    """Megabytes of the page before and at the peak, and megabytes a second; a connection that drops costs some."""
    path = directory / f"film-{size}.mp4"
    with path.open("wb") as file:
        # Sparse: zeros are read and hashed like anything else.
        file.truncate(size)
    with open_browser(find_chromium()) as browser:
        page = browser.new_context(locale="en").new_page()
        page.goto(demo.request)
        memory = Memory(browser, page)
        page.wait_for_timeout(1000)
        before, start = memory.megabytes(), time.monotonic()
        page.get_by_label("Choose files").set_input_files(path)
        peak = _watch(page, memory, drops)
        seconds = time.monotonic() - start
    path.unlink()
    return before, peak, size / _MEGABYTE / seconds


def _watch(page: Page, memory: Memory, drops: bool) -> float:
    """The peak until the file was received."""
    row, peak = page.get_by_role("listitem").filter(has_text="film-"), 0.0
    while (state := row.get_attribute("data-state")) != "done":
        if state == "failed":
            raise SystemExit(f"The upload failed: {row.inner_text()}")
        peak = max(peak, memory.megabytes())
        if drops and re.match(r"[3-9]\d\d", row.locator(".amount").inner_text()):
            drops = False
            page.context.set_offline(True)
            expect(row).to_contain_text("The connection broke off", timeout=_PATIENCE)
            page.context.set_offline(False)
        page.wait_for_timeout(_BETWEEN_SAMPLES)
    return peak


class Memory:
    """Of the page's renderer."""

    def __init__(self, browser: Browser, page: Page) -> None:
        session: CDPSession = browser.new_browser_cdp_session()
        found = session.send("SystemInfo.getProcessInfo")["processInfo"]
        self._renderers = [process["id"] for process in found if process["type"] == "renderer"]

    def megabytes(self) -> float:
        return max(self._of(process) for process in self._renderers)

    def _of(self, process: int) -> float:
        status = Path(f"/proc/{process}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024


if __name__ == "__main__":
    main(run)
