"""Three files and a folder, from ticks in the bucket browser to lists whose links open."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import openpyxl
import requests
from playwright.sync_api import Page, expect

from .journey import Journey


@dataclass
class Exporting(Journey):
    """:ivar files: what the three hold, by a part of their keys.
    :ivar drafts: what is in the folder, by name.
    """

    files: dict[str, bytes]
    drafts: dict[str, bytes]

    def walk(self) -> None:
        page = self._profile()
        self._log_in(page)
        self._export(page, "Partners, as text", "CSV")
        self._compare(self._rows_of_csv(self._fetch(page)))
        self._export(page, "Partners", "Excel workbook (xlsx)")
        self._compare(self._rows_of_xlsx(self._fetch(page)))

    def _export(self, page: Page, name: str, format: str) -> None:
        page.goto(f"{self.demo.url}admin/")
        self._open_the_folder(page)
        for part in (*self.files, "drafts"):
            page.get_by_role("checkbox", name=re.compile(re.escape(part))).check()
        page.get_by_role("button", name="Export links…").click()
        page.get_by_role("textbox", name="Name:", exact=True).fill(name)
        page.get_by_label("Format").select_option(label=format)
        self.look("export-form", page)
        page.get_by_role("button", name="Export", exact=True).click()
        expect(page.locator("progress")).to_be_visible()
        # By itself, without a click.
        expect(page.locator(".oss-state")).to_have_text("done", timeout=60_000)
        expect(page.locator("[data-oss-fact=rows]")).to_have_text(str(len(self.files) + len(self.drafts)))
        # Only the page as it is loaded anew has it.
        expect(page.get_by_role("button", name="Download…")).to_be_visible()
        self.look("export", page)

    def _fetch(self, page: Page) -> bytes:
        """By the page of the share that guards the list."""
        page.get_by_role("button", name="Download…").click()
        page.wait_for_url("**/s/**")
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Download").click()
        assert downloading.value.url.startswith(self.demo.oss)
        downloading.value.save_as(self.directory / "list")
        return (self.directory / "list").read_bytes()

    def _compare(self, links: dict[str, str]) -> None:
        opened = {key: requests.get(link, timeout=10).content for key, link in links.items()}
        contents = {**self.files, **self.drafts}
        assert len(opened) == len(contents)
        for part, content in contents.items():
            assert [found for key, found in opened.items() if part in key] == [content], part

    def _rows_of_csv(self, data: bytes) -> dict[str, str]:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        return {row["key"].removeprefix("'"): row["link"] for row in rows}

    def _rows_of_xlsx(self, data: bytes) -> dict[str, str]:
        heading, *rows = openpyxl.load_workbook(io.BytesIO(data)).active.values
        return {row[heading.index("key")]: row[heading.index("link")] for row in rows}
