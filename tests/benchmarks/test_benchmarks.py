"""The benchmarks' own machinery: every module is named and has its place on the page; rows become a table."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "benchmarks").glob("bench_*.py"))


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_harness", ROOT / "benchmarks" / "harness.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Where dataclasses look up the annotations of their fields.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_benchmark_has_its_place_on_the_page(path: Path) -> None:
    name = path.stem.removeprefix("bench_")
    source = path.read_text(encoding="utf-8")
    assert f'\nNAME = "{name}"\n' in source
    assert re.search(r"^def run\(\) -> list\[Row\]:$", source, re.MULTILINE)
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert len(re.findall(rf"<!-- bench:{name} -->\n.*?<!-- /bench -->", page, re.DOTALL)) == 1


def test_pieces_take_turns(harness: ModuleType) -> None:
    order: list[str] = []
    ticks = iter(range(100))
    seconds = harness.in_turns(
        {"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=2, clock=lambda: next(ticks)
    )
    assert order == ["a", "b"] * 3  # once to warm up
    assert seconds == {"a": [1, 1], "b": [1, 1]}


def test_a_ratio_is_the_median_of_the_rounds(harness: ModuleType) -> None:
    assert harness.ratio([10, 20, 900], [1, 10, 10]) == 10


@pytest.mark.parametrize(("times", "reached"), [(15.0, True), (14.9, False)])
def test_a_least_ratio(times: float, reached: bool, harness: ModuleType) -> None:
    row = harness.at_least("presign()", "1 µs", "15 µs: peer", times, 15)
    assert row.reached is reached
    line = harness.table([row]).splitlines()[-1]
    assert line.startswith(f"| presign() | 1 µs | 15 µs: peer | {times:.1f} x as fast | at least 15 x |")
    assert line.endswith("| yes |" if reached else "| **no** |")


@pytest.mark.parametrize(("times", "reached"), [(1.1, True), (1.11, False)])
def test_a_greatest_ratio(times: float, reached: bool, harness: ModuleType) -> None:
    assert harness.at_most("save()", "1 s", "1 s: peer", times, 1.1).reached is reached
