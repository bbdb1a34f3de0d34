"""An outsider leaves three files in the demo, one of 200 MB by a connection that drops; one of them is shared back."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from playwright.sync_api import Browser, Page, expect

from .journey import Journey
from .running import Demo

MEGABYTE = 1024 * 1024
SIZE = 200 * MEGABYTE
#: Hundreds of megabytes on a busy machine.
PATIENCE = 180_000
FILM = "西湖 film +50%.mp4"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """No two of its megabytes are alike, so that parts in a wrong order would be noticed."""
    path = tmp_path / FILM
    block = hashlib.shake_256(b"film").digest(MEGABYTE - 8)
    with path.open("wb") as file:
        for number in range(SIZE // MEGABYTE):
            file.write(number.to_bytes(8) + block)
    return path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_fault(demo: Demo, **fault: object) -> None:
    request = Request(f"{demo.oss}/-/faults", json.dumps(fault).encode(), method="POST")
    build_opener(ProxyHandler({})).open(request, timeout=10).close()


def row(page: Page, name: str):
    return page.get_by_role("listitem").filter(has_text=name)


@pytest.mark.once
def test_from_the_outsider_to_the_owner_and_back(browser: Browser, demo: Demo, film: Path, tmp_path: Path):
    outsider = browser.new_context(locale="en").new_page()
    outsider.set_default_timeout(PATIENCE)
    outsider.goto(demo.request)
    expect(outsider.get_by_role("heading", name="Photos for the calendar")).to_be_visible()
    small = [
        {"name": "landscape.png", "mimeType": "image/png", "buffer": b"\x89PNG" * 1000},
        {"name": "读我.txt", "mimeType": "text/plain", "buffer": "你好".encode()},
    ]
    add_fault(demo, kind="reset", operation="UploadPart", times=2, after=4)
    outsider.get_by_label("Choose files").set_input_files(film)
    expect(row(outsider, FILM).locator(".amount")).to_have_text(re.compile(r"^[1-9]\d.* MB /"), timeout=PATIENCE)
    outsider.context.set_offline(True)
    expect(row(outsider, FILM)).to_contain_text("The connection broke off; trying again", timeout=PATIENCE)
    outsider.context.set_offline(False)
    outsider.get_by_label("Choose files").set_input_files(small)
    for name in (FILM, "landscape.png", "读我.txt"):
        expect(row(outsider, name)).to_contain_text("Received. Receipt: ", timeout=PATIENCE)

    owner = browser.new_context(locale="en", viewport={"width": 1440, "height": 900}).new_page()
    owner.set_default_timeout(PATIENCE)
    Journey(browser, demo, b"", tmp_path, lambda *_: None)._log_in(owner)
    owner.get_by_role("link", name="File requests", exact=True).first.click()
    owner.get_by_role("link", name="Photos for the calendar").click()
    for name in (FILM, "landscape.png", "读我.txt"):
        expect(owner.locator(".oss-received").get_by_role("row").filter(has_text=name)).to_contain_text("received")
    owner.get_by_role("link", name=f"Share {FILM}").click()
    owner.get_by_role("button", name="Share", exact=True).click()
    expect(owner.get_by_text("Shared. Copy the link below.")).to_be_visible()
    link = owner.get_by_role("textbox", name="Link").input_value()

    outsider.goto(link)
    expect(outsider.get_by_role("heading", name=FILM)).to_be_visible()
    with outsider.expect_download(timeout=PATIENCE) as downloading:
        outsider.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == FILM
    downloading.value.save_as(tmp_path / "saved")
    assert digest(tmp_path / "saved") == digest(film)


@pytest.mark.once
def test_a_document_goes_straight_into_the_bucket(browser: Browser, demo: Demo, tmp_path: Path):
    owner = browser.new_context(locale="en", viewport={"width": 1440, "height": 900}).new_page()
    owner.set_default_timeout(PATIENCE)
    Journey(browser, demo, b"", tmp_path, lambda *_: None)._log_in(owner)
    owner.goto(f"{demo.url}admin/documents/document/add/")
    owner.locator("#id_title").fill("Minutes, sent directly")
    content = hashlib.shake_256(b"minutes").digest(5 * MEGABYTE)
    file = {"name": "minutes +1.bin", "mimeType": "application/octet-stream", "buffer": content}
    sizes: list[int] = []
    owner.on(
        "request",
        lambda sent: sizes.append(len(sent.post_data_buffer or b"")) if sent.url.startswith(demo.url) else None,
    )
    owner.locator(".oss-direct input[type=file]").set_input_files(file)
    # At once: the form waits until the file has arrived.
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_text("was added successfully")).to_be_visible()
    assert max(sizes) < 10_000
    owner.goto(demo.url)
    with owner.expect_download() as downloading:
        owner.get_by_role("link", name="Download minutes +1.bin").click()
    downloading.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == content
