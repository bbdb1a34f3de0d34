"""docs/coverage.md has every row of the vendor's page, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from doctor.broken import CASES

from docs.blocks import ROOT

TESTS = ROOT / "tests"
PAGE = (ROOT / "docs" / "coverage.md").read_text()
ROWS = (Path(__file__).parent / "vendor_page.txt").read_text()
ROW = re.compile(r"^\| (?P<row>[^|]+?) \| (?P<how>[^|]+?) \| (?P<shown>[^|]+?) \|$")


def listed(text: str, row: re.Pattern[str]) -> list[str]:
    """Headings and rows, in their order."""
    found = (row.match(line) or re.match(r"## (.+)", line) for line in text.splitlines())
    return [each[1] for each in found if each and each[1] not in ("on the page", "---")]


def named() -> Iterator[tuple[str, str]]:
    """Each row with a test that is to show it."""
    for line in PAGE.splitlines():
        row = ROW.match(line)
        if row and row["row"] not in ("on the page", "---"):
            yield from ((row["row"], test) for test in re.findall(r"`([^`]+)`", row["shown"]))


@cache
def names_in(path: str) -> set[str]:
    nodes = ast.walk(ast.parse((TESTS / path).read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_row_of_the_page_is_there_in_its_order():
    assert listed(PAGE, ROW) == listed(ROWS, re.compile(r"- (.+)"))
    assert len(listed(ROWS, re.compile(r"- (.+)"))) > 90


@pytest.mark.parametrize("section", re.findall(r"^## (.+)$", ROWS, re.MULTILINE))
def test_every_row_is_shown_or_called_open(section):
    lines = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0].splitlines()
    rows = [row for row in map(ROW.match, lines) if row and row["row"] not in ("on the page", "---")]
    assert rows
    for row in rows:
        assert "`" in row["shown"] or row["shown"].startswith("open: "), row["row"]


@pytest.mark.parametrize("test", sorted({test for _, test in named()}))
def test_every_test_that_it_names_exists(test):
    path, _, name = test.partition("::")
    name, _, case = name.partition("[")
    assert name in names_in(path)
    if case:
        assert path == "doctor/test_broken_links.py"
        assert case.removesuffix("]") in {each.name for each in CASES}
