"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

from .server import NotStarted, program

#: For a machine without a sandbox for root, and without a way out for what a browser asks of its maker by itself.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: That a page may take for anything that is awaited of it.
MILLISECONDS = 20_000


def find_chromium() -> str:
    """:raises NotStarted: there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        try:
            return program(name)
        except NotStarted:
            continue
    raise NotStarted("chromium is not installed; run scripts/system-packages.")


@contextmanager
def open_browser(path: str) -> Iterator[Browser]:
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()
