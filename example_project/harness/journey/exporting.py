"""Three files and a folder, ticked in the bucket browser: a list of their links, as CSV and as a workbook."""

import csv
import io
import json
import time
import zipfile
from urllib.parse import urljoin
from xml.etree import ElementTree

from ..errors import DemoFailed
from ..pages import form_with
from ..samples import DRAFTS, load_drafts
from ..visitor import Answer, Visitor
from .tour import Tour, equal, told

_SECONDS_TO_WAIT = 60
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def lists_of_links(tour: Tour) -> None:
    folder, files = load_drafts(), _three_files()
    expected = {**files, **{folder + name: content for name, content in DRAFTS.items()}}
    for format, read in _READERS.items():
        page = _ask(tour, [*files, folder], format)
        _wait(tour, page)
        links = read(_fetch(tour, page))
        equal(f"the keys in the list as {format}", sorted(links), sorted(expected))
        for key, link in links.items():
            equal(f"what the link to {key} opens", Visitor().get(link).body, expected[key])
        told("exported", f"3 files and a folder as {format}: {len(links)} links by the audited door, each opens")


def _three_files() -> dict[str, bytes]:
    """By their keys."""
    from documents.models import Document

    from ..samples import SAMPLES

    contents = {sample.name: sample.read() for sample in SAMPLES[:3]}
    return {Document.objects.get(filename=name).file.name: content for name, content in contents.items()}


def _ask(tour: Tour, keys: list[str], format: str) -> Answer:
    """The page of the export."""
    browser, shares = tour.administrator, f"{tour.admin}oss_share/share/"
    asked = browser.post(f"{shares}chosen/", {"storage": "default", "folder": "", "key": keys, "export": "1"})
    wanted = {"format": format, "columns": ["key", "link"], "name": f"Partners {format}", "_export": "Export"}
    page = browser.post(f"{tour.admin}oss_share/exportjob/add/", {**form_with("chosen", asked.text), **wanted})
    equal("whether the page of the export follows it", "<progress" in page.text, True)
    return page


def _wait(tour: Tour, page: Answer) -> None:
    """As the page's script does, until the worker has written the list."""
    give_up = time.monotonic() + _SECONDS_TO_WAIT
    while not (told_now := json.loads(tour.administrator.get(urljoin(page.url, "../progress/")).text))["is_over"]:
        if time.monotonic() > give_up:
            raise DemoFailed(f"The export is {told_now['state']} after {_SECONDS_TO_WAIT} seconds.")
        time.sleep(0.3)
    equal("what became of the export", (told_now["state"], told_now["facts"]["error"]), ("done", ""))


def _fetch(tour: Tour, page: Answer) -> bytes:
    """By the share that guards the list."""
    door = tour.administrator.post(urljoin(page.url, "../download/"), {})
    answer = tour.administrator.post(f"{door.url}download/", {})
    equal("the status of the list", answer.status, 200)
    equal("whether the list came from the bucket", answer.url.startswith(tour.oss), True)
    return answer.body


def _read_csv(content: bytes) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    # One apostrophe in front marks what a spreadsheet would calculate.
    return {row["key"].removeprefix("'"): row["link"] for row in rows}


def _read_xlsx(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - we wrote it
    _heading, *rows = ([text.text for text in row.iter(f"{_MAIN}t")] for row in sheet.iter(f"{_MAIN}row"))
    return dict(rows)


_READERS = {"csv": _read_csv, "xlsx": _read_xlsx}
