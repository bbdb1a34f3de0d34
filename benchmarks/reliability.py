"""Does to real processes what credentials must survive, on each database, and writes docs/reliability.md's tables.

    make reliability
    python benchmarks/reliability.py sqlite killed      # some of it, only printed

Exit code 1: a promise was broken. The scenarios are those of the tests, which hold them to the same promises.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from harness import write_between

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
#: Tokens that four processes of eight threads go through.
CYCLES = 20
_TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}

sys.path.insert(0, str(ROOT / "tests"))


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "project_settings"
    import django

    django.setup()
    from credentials.processes import scenarios

    named = {each.__name__: each for each in scenarios.SCENARIOS}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="*", help=f"databases ({', '.join(_TITLES)}) and scenarios ({', '.join(named)})")
    chosen = parser.parse_args().what
    kinds = [kind for kind in _TITLES if kind in chosen] or list(_TITLES)
    names = [name for name in named if name in chosen] or list(named)
    named["cycles"] = partial(scenarios.cycles, count=CYCLES)
    with _processes() as run:
        tables = {kind: [run(kind, name, named[name]) for name in names] for kind in kinds}
    if not chosen:
        _write(tables)
    return 1 if any(broken for lines in tables.values() for _, broken in lines) else 0


@contextmanager
def _processes() -> Iterator[Any]:
    """A function that runs one scenario on one kind of database; its line, and whether a promise was broken."""
    from credentials.processes.fleet import Nursery, fleet
    from services.databases import Databases
    from services.session import Session

    from django_oss_share.testing import OSSEmulator

    session, nursery = Session.begin(), Nursery()
    databases = Databases(session, "reliability")

    def run(kind: str, name: str, scenario: Any) -> tuple[str, bool]:
        print(f"{kind}, {name}: ", end="", flush=True)
        try:
            with databases.as_default(kind), OSSEmulator() as emulator, fleet(nursery, emulator) as made:
                result = scenario(made)
        except AssertionError as error:
            print(f"BROKEN: {error}", flush=True)
            return f"| | {name} | | | | **broken** |", True
        cells = (result.fault, result.done, result.asked, result.failed, result.calls, result.seen)
        print(*cells, sep=" | ", flush=True)
        return f"| {' | '.join(map(str, cells))} |", bool(result.failed)

    try:
        yield run
    finally:
        nursery.end()
        session.end()


def _write(tables: dict[str, list[tuple[str, bool]]]) -> None:
    """Puts the tables between the page's markers."""
    head = ["| fault | what was done | links asked for | links that failed | calls | what was seen |", "|" + "---|" * 6]
    text = "\n\n".join(
        "\n".join([f"### {_TITLES[kind]}", "", *head, *(line for line, _ in lines)]) for kind, lines in tables.items()
    )
    write_between(PAGE, "<!-- reliability -->", "<!-- /reliability -->", text)


if __name__ == "__main__":
    sys.exit(main())
