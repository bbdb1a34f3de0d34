"""Runs the benchmarks and writes what they measured into docs/performance.md.

    make bench                                  # all of them, in an environment of their own
    python benchmarks/run.py signing storage    # some, in this one

Each runs in a process of its own. A table stands in the page between ``<!-- bench:NAME -->`` and ``<!-- /bench -->``;
the machine between ``<!-- bench:machine -->`` and ``<!-- /bench -->``. Exit code 1: a target was missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from harness import Row, table, write_between

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
#: Whose versions the figures depend on.
PACKAGES = ("Django", "django-storages", "alibabacloud-oss-v2", "oss2", "boto3")


def main() -> int:
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(known)} (default: all)")
    names = parser.parse_args().names or known
    if unknown := set(names) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    missed = 0
    for name in names:
        print(f"\n## {name}\n", flush=True)
        rows = measured(name)
        print(table(rows), flush=True)
        write(name, table(rows))
        missed += sum(row.reached is False for row in rows)
    write("machine", machine())
    print(f"\n{missed or 'No'} target{'' if missed == 1 else 's'} missed; written to docs/{PAGE.name}")
    return 1 if missed else 0


def measured(name: str) -> list[Row]:
    """The rows of one benchmark, run in a process of its own."""
    command = [sys.executable, HERE / f"bench_{name}.py", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=3600)
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def write(name: str, text: str) -> None:
    """Puts ``text`` between the page's markers for ``name``.

    :raises SystemExit: the page has no such markers.
    """
    write_between(PAGE, f"<!-- bench:{name} -->", "<!-- /bench -->", text)


def machine() -> str:
    """What the figures were measured on, and when."""
    facts = {
        "Date": f"{datetime.now(UTC):%Y-%m-%d}",
        "Command": "`make bench`",
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Packages": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items())])


def _processor() -> str:
    description = Path("/proc/cpuinfo")
    found = (
        re.search(r"^model name\s*:\s*(.+)$", description.read_text(), re.MULTILINE) if description.exists() else None
    )
    return found[1] if found else platform.machine()


if __name__ == "__main__":
    sys.exit(main())
