"""A share's whole life in the demo, by two browsers: the administrator's and a stranger's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from .running import Demo

FILE = "西湖"
FILENAME = "西湖 🌄 +50%.png"
PASSWORD = "correct horse battery"
LIMIT = 2
MILLISECONDS = 30_000

#: Told where a page is that is worth looking at, by a name.
Look = Callable[[str, Page], None]


@dataclass
class Journey:
    """:ivar bytes: what the file is to be.
    :ivar directory: for downloads.
    """

    browser: Browser
    demo: Demo
    bytes: bytes
    directory: Path
    look: Look

    def walk(self) -> None:
        admin, stranger = self._profile(), self._profile()
        self._log_in(admin)
        link = self._share_from_the_bucket(admin)
        self._unlock(stranger, link)
        for number in range(LIMIT):
            self._download(stranger)
            expect_left(stranger, LIMIT - number - 1)
        self._limit_is_reached(stranger, link)
        self._read_what_happened(admin)
        self._raise_the_limit(admin)
        stranger.goto(link)
        self._download(stranger)
        self._revoke(admin)
        self._is_gone(stranger, link)
        self._look_back(admin)

    def _profile(self) -> Page:
        """A page in a fresh profile."""
        # Colours that are still changing when the scheme does would be neither of both.
        context = self.browser.new_context(locale="en", timezone_id="Asia/Shanghai", reduced_motion="reduce")
        page = context.new_page()
        page.set_viewport_size({"width": 1440, "height": 900})
        page.set_default_timeout(MILLISECONDS)
        return page

    def _log_in(self, page: Page) -> None:
        page.goto(f"{self.demo.url}admin/")
        page.get_by_label("Username").fill(self.demo.admin)
        page.get_by_label("Password").fill(self.demo.password)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Site administration")).to_be_visible()

    def _open_the_folder(self, page: Page) -> None:
        """That of the samples, in the bucket browser."""
        page.get_by_role("link", name="Shares", exact=True).first.click()
        page.get_by_role("link", name="Browse buckets").click()
        for folder in (r"documents", r"\b\d{4}\b", r"\b\d{2}\b"):
            page.locator(".oss-folder").get_by_role("link", name=re.compile(folder)).first.click()

    def _share_from_the_bucket(self, page: Page) -> str:
        """The link."""
        self._open_the_folder(page)
        page.get_by_label(re.compile(FILE)).check()
        self.look("browser", page)
        page.get_by_role("button", name="Share what is ticked…").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Download limit").fill(str(LIMIT))
        page.locator("#id_name").fill("West Lake")
        page.get_by_label("Note").fill("For the calendar. 封面用这张。")
        self.look("form", page)
        page.get_by_text("More settings").click()
        page.get_by_label("File name").fill(FILENAME)
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.get_by_text("Shared. Copy the link below.")).to_be_visible()
        self.look("made", page)
        return page.get_by_role("textbox", name="Link").input_value()

    def _unlock(self, page: Page, link: str) -> None:
        page.goto(link)
        expect(page).to_have_title("Password needed")
        assert FILE not in page.content()
        page.get_by_label("Password").fill("a guess")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("alert")).to_have_text("That is not the password.")
        self.look("locked", page)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("heading", name=FILENAME)).to_be_visible()
        expect_left(page, LIMIT)
        self.look("share", page)

    def _download(self, page: Page) -> None:
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Download").click()
        assert downloading.value.url.startswith(self.demo.oss)
        assert downloading.value.suggested_filename == FILENAME
        downloading.value.save_as(self.directory / "saved")
        assert (self.directory / "saved").read_bytes() == self.bytes
        page.reload()

    def _limit_is_reached(self, page: Page, link: str) -> None:
        expect(page.get_by_role("heading")).to_have_text("The download limit of this link is reached.")
        self._answers(page, link, 410)
        self.look("limit", page)

    def _read_what_happened(self, page: Page) -> None:
        page.reload()
        events = page.locator(".oss-timeline .oss-event strong")
        said = [text.lower() for text in events.all_inner_texts()]
        assert said.count("link handed out") == LIMIT, said
        expect(page.locator(".oss-timeline")).to_contain_text("127.0.0.1")
        self.look("timeline", page)

    def _raise_the_limit(self, page: Page) -> None:
        page.get_by_label("Download limit").fill(str(LIMIT + 1))
        page.get_by_role("button", name="Save and continue editing").click()
        expect(page.get_by_label("Download limit")).to_have_value(str(LIMIT + 1))

    def _revoke(self, page: Page) -> None:
        page.get_by_role("button", name="Revoke").click()
        page.get_by_label("Reason").fill("the calendar is printed")
        page.get_by_role("button", name="Revoke").click()
        expect(page.locator(".oss-state")).to_have_text("revoked")

    def _is_gone(self, page: Page, link: str) -> None:
        self._answers(page, link, 410)
        expect(page.get_by_role("heading")).to_have_text("This link was taken back.")
        self.look("gone", page)

    def _look_back(self, page: Page) -> None:
        expect(page.locator(".oss-timeline")).to_contain_text("the calendar is printed")
        page.get_by_role("link", name="Shares", exact=True).first.click()
        expect(page.get_by_role("row", name=re.compile("West Lake"))).to_contain_text("revoked")
        self.look("list", page)
        page.goto(f"{self.demo.url}admin/oss_share/storedcredentials/")
        expect(page.get_by_role("row", name=re.compile("links"))).to_contain_text("good")
        self.look("credentials", page)

    def _answers(self, page: Page, link: str, status: int) -> None:
        answer = page.goto(link)
        assert answer.status == status


def expect_left(page: Page, left: int) -> None:
    if left:
        expect(page.get_by_text(f"{left} of {LIMIT}")).to_be_visible()
