"""From ticks in the bucket browser to a list whose links open, with the bar in between."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import openpyxl
import pytest
import requests
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Page, expect

from admin.live import open_page, server, site
from django_oss_share.models import Action, AuditEvent, ExportJob, ExportShard, ExportState, Share
from django_oss_share.services.exports import queueing, running

__all__ = ["open_page", "server", "site"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

FILES = {
    "reports/q3.pdf": b"the third quarter",
    "reports/季度 & co.txt": b"figures",
    "reports/=1+1.csv": b"a formula",
    'reports/2026/january, "final".pdf': b"one",
    "reports/2026/deep/er.txt": b"two",
}
#: What is not to be in the list.
OTHERS = {"reports/not-ticked.txt": b"", "elsewhere.txt": b""}


class Worker:
    """Runs an export in two steps, so that there is something to see in between."""

    def __init__(self) -> None:
        self.steps: Queue[str] = Queue()
        self._threads: list[Thread] = []

    def told(self, job_id: int, shards: tuple[int, ...]) -> None:
        self._threads.append(Thread(target=self._work, args=(job_id,)))
        self._threads[-1].start()

    def end(self) -> None:
        for thread in self._threads:
            self.steps.put("at once")
            thread.join(timeout=30)

    def _work(self, job_id: int) -> None:
        try:
            if self.steps.get(timeout=120) == "begin":
                ExportShard.objects.filter(job_id=job_id).update(written=1234, listed=2000, rate=500)
                ExportJob.objects.filter(pk=job_id).update(state=ExportState.RUNNING, total=5000)
                self.steps.get(timeout=120)
                ExportJob.objects.filter(pk=job_id).update(total=None)
            running.run(job_id, alone=True)
        finally:
            connections.close_all()


@pytest.fixture
def worker(monkeypatch) -> Iterator[Worker]:
    made = Worker()
    monkeypatch.setattr(queueing, "_queue", made.told)
    yield made
    made.end()


@pytest.fixture
def files(oss) -> dict[str, bytes]:
    for key, content in {**FILES, **OTHERS}.items():
        oss.put(key, content)
    return FILES


def ask(page: Page, name: str, **choices: str) -> None:
    """Tick three files and a folder, and say how their links are to be written."""
    page.goto(f"{reverse('admin:oss_share_share_browse')}?folder=reports/")
    for key in ("q3.pdf", "季度 & co.txt", "=1+1.csv", "2026/"):
        page.get_by_role("checkbox", name=key, exact=True).check()
    page.get_by_role("button", name="Export links…").click()
    page.get_by_role("textbox", name="Name:", exact=True).fill(name)
    for label, choice in choices.items():
        page.get_by_label(label).select_option(label=choice)
    page.get_by_role("button", name="Export", exact=True).click()


def downloaded(page: Page, tmp_path: Path) -> bytes:
    """The list, by the door that every visitor of a share goes through."""
    page.get_by_role("button", name="Download…").click()
    page.wait_for_url("**/s/**")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "list")
    return (tmp_path / "list").read_bytes()


def opened(rows: list[dict[str, str]], key_of: Callable[[str], str] = str) -> dict[str, bytes]:
    """What each link of the list leads to."""
    return {key_of(row["key"]): requests.get(row["link"], timeout=10).content for row in rows}


def test_three_files_and_a_folder(open_page, files, worker, tmp_path):
    page = open_page()

    ask(page, "Figures for partners")
    expect(page.locator(".oss-state")).to_have_text("queued")
    worker.steps.put("begin")
    expect(page.locator("[data-oss-fact=rows]")).to_have_text("1,234 of 5,000")
    expect(page.locator("[data-oss-fact=rate]")).to_have_text("500 rows a second")
    assert page.locator("progress").evaluate("bar => bar.position") == pytest.approx(0.246)
    worker.steps.put("end")
    # By itself, without a click.
    expect(page.locator(".oss-state")).to_have_text("done")
    expect(page.locator("[data-oss-fact=rows]")).to_have_text("5")
    text = downloaded(page, tmp_path).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert opened(rows, lambda cell: cell.removeprefix("'")) == files

    ask(page, "The same", Format="Excel workbook (xlsx)")
    worker.steps.put("at once")
    expect(page.locator(".oss-state")).to_have_text("done")
    heading, *cells = openpyxl.load_workbook(io.BytesIO(downloaded(page, tmp_path))).active.values
    assert opened([dict(zip(heading, row, strict=True)) for row in cells]) == files

    results = Share.objects.filter(key__in=ExportJob.objects.values("result_key"))
    # Of a text, its page shows a preview, which is a look at the file like any other.
    assert [share.downloads for share in results.order_by("pk")] == [2, 1]
    assert AuditEvent.objects.filter(action=Action.ISSUED, share__in=results).count() == 3
    assert AuditEvent.objects.filter(action=Action.EXPORTED, actor__username="ann").count() >= 2


def test_without_a_script_it_is_loaded_anew(open_page, files, worker):
    page = open_page(scripts=False)
    ask(page, "By hand")
    worker.steps.put("at once")
    expect(page.locator(".oss-state")).to_have_text("done", timeout=20_000)


def test_cancelled_in_the_page(open_page, files, worker):
    page = open_page()
    ask(page, "Never mind")
    page.get_by_role("button", name="Cancel the export").click()
    expect(page.locator(".oss-state")).to_have_text("cancelled")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_form_shows_the_settings_of_the_chosen_links(open_page, oss):
    page = open_page()
    page.goto(reverse("admin:oss_share_exportjob_add"))
    expect(page.get_by_label("Valid for (seconds)")).to_be_visible()
    expect(page.get_by_label("Download limit")).to_be_hidden()
    page.get_by_label("share links").check()
    expect(page.get_by_label("Valid for (seconds)")).to_be_hidden()
    expect(page.get_by_label("Download limit")).to_be_visible()
