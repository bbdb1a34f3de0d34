"""How every benchmark measures and reports.

A benchmark is a module ``bench_*.py`` beside this one with

- ``NAME``, under which ``docs/performance.md`` has a pair of markers, and
- ``run() -> list[Row]``.

Run by itself it prints its table; with ``--json``, its rows. ``run.py`` runs them all, each in a process of its own.

What is compared runs in turns within one process, round by round, and a ratio is the median of the rounds' ratios: a
machine that slows down for a while slows both sides.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

#: Seconds of each round, by name.
Rounds = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, all in words but whether the target was reached; None where there is none."""

    what: str
    measured: str
    beside: str
    ratio: str
    target: str = ""
    reached: bool | None = None


def in_turns(
    work: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Rounds:
    """Seconds that each piece of ``work`` takes, ``rounds`` times, the pieces taking turns; once unmeasured before.

    :param clock: ``time.process_time`` for work that only computes, so that it is not the neighbours that are measured.
    """
    for piece in work.values():
        piece()
    seconds: Rounds = {name: [] for name in work}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, piece in work.items():
                start = clock()
                piece()
                seconds[name].append(clock() - start)
    finally:
        gc.enable()
    return seconds


def ratio(above: Iterable[float], below: Iterable[float]) -> float:
    """The median of the rounds' ratios."""
    return median(a / b for a, b in zip(above, below, strict=True))


def at_least(what: str, measured: str, beside: str, times: float, target: float) -> Row:
    """A row whose ratio, how many times as fast, should be ``target`` or more."""
    return Row(what, measured, beside, f"{times:.1f} x as fast", f"at least {target:g} x", times >= target)


def at_most(what: str, measured: str, beside: str, times: float, target: float) -> Row:
    """A row whose ratio, how many times as long, should be ``target`` or less."""
    return Row(what, measured, beside, f"{times:.2f} x the time", f"at most {target:g} x", times <= target)


def shown(what: str, measured: str, beside: str, times: float) -> Row:
    """A row without a target: how many times as fast."""
    return Row(what, measured, beside, f"{times:.1f} x as fast")


def microseconds(seconds: float) -> str:
    """``3.1 µs``."""
    return f"{seconds * 1e6:.1f} µs"


def milliseconds(seconds: float) -> str:
    """``310 ms``."""
    return f"{seconds * 1e3:.0f} ms"


def table(rows: Iterable[Row]) -> str:
    """``rows`` in Markdown."""
    lines = ["| | measured | beside | ratio | target | reached |", "|---|---|---|---|---|---|"]
    for row in rows:
        reached = {True: "yes", False: "**no**", None: ""}[row.reached]
        lines.append(f"| {row.what} | {row.measured} | {row.beside} | {row.ratio} | {row.target} | {reached} |")
    return "\n".join(lines)


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Puts ``text`` between the markers ``begin`` and ``end`` of ``page``.

    :raises SystemExit: the page has no such pair, or several.
    """
    between = re.compile(rf"({re.escape(begin)}\n).*?({re.escape(end)})", re.DOTALL)
    written, count = between.subn(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page.read_text(encoding="utf-8"))
    if count != 1:
        raise SystemExit(f"docs/{page.name} needs one pair of markers: {begin} and {end}")
    page.write_text(written, encoding="utf-8")


def main(run: Callable[[], list[Row]]) -> None:
    """What a benchmark does when it is run by itself."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="rows as JSON instead of a table")
    as_json = parser.parse_args().json
    rows = run()
    sys.stdout.write((json.dumps([asdict(row) for row in rows]) if as_json else table(rows)) + "\n")
