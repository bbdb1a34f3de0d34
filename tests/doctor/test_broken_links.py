"""Each broken link gets its diagnosis, and docs/doctor.md has them all.

``DOCS=write pytest tests/doctor/test_broken_links.py`` writes the table anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from django_oss_share.services.doctor import Cause, Diagnosis, diagnose

from .broken import CASES, Broken
from .world import World

PAGE = Path(__file__).parents[2] / "docs" / "doctor.md"
BEGIN, END = "<!-- broken links -->\n", "<!-- /broken links -->"
_SPAN = r"\d[\d,]* (?:day|hour|minute|second)s?"
#: What is another at each run.
_PASSING = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"), "…"),
    (re.compile(rf"{_SPAN}(?: {_SPAN})?(?= ago| ahead| behind)"), "…"),
    (re.compile(rf"(?<=by ){_SPAN}(?: {_SPAN})?(?=;)"), "…"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1"),
    (re.compile(r"(\.com):\d+"), r"\1"),
    (re.compile(r"(?<=version ')\w+(?=')"), "…"),
    (re.compile(r"CAEQ\w+"), "…"),
)


def examined(world: World, case: Broken) -> Diagnosis:
    return diagnose(case.make(world), fetch=case.asks, **world.options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_gets_its_diagnosis(world, case):
    diagnosis = examined(world, case)
    assert diagnosis.cause == case.cause, diagnosis
    assert diagnosis.explanation
    assert bool(diagnosis.cure) is not diagnosis.is_ok or not case.asks
    row = _row(case, diagnosis)
    if os.environ.get("DOCS") == "write":
        _write(case, row)
    assert f"{row}\n" in _table(), f"docs/doctor.md is stale, see this module: {row}"


def test_the_table_has_no_other_rows():
    rows = [line for line in _table().splitlines() if line.startswith("| ") and not line.startswith("| the link")]
    assert len(rows) == len(CASES)


def test_every_cause_has_a_link():
    assert {case.cause for case in CASES} == set(Cause.values)


def test_no_two_cases_are_alike():
    assert len({case.name for case in CASES}) == len({(case.section, case.words) for case in CASES}) == len(CASES)


def _table() -> str:
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def _row(case: Broken, diagnosis: Diagnosis) -> str:
    said = diagnosis.explanation
    for passing, shown in _PASSING:
        said = passing.sub(shown, said)
    said = said.replace("|", "\\|").replace("<", "&lt;")
    return f"| {case.words}{' (*)' if case.asks else ''} | `{case.cause}` | {said} |"


def _write(case: Broken, row: str) -> None:
    """The table with that row, and all others as they are."""
    kept = {line.partition(" | ")[0]: line for line in _table().splitlines()}
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    kept[row.partition(" | ")[0]] = row
    PAGE.write_text(f"{before}{BEGIN}{''.join(_lines(kept))}{END}{after}", encoding="utf-8")


def _lines(rows: dict[str, str]) -> Iterator[str]:
    shown = ""
    for case in CASES:
        if case.section != shown:
            shown = case.section
            yield f"\n**{shown}**\n\n| the link | cause | what the doctor says |\n|---|---|---|\n"
        first = f"| {case.words}{' (*)' if case.asks else ''}"
        if first in rows:
            yield f"{rows[first]}\n"
    yield "\n"
