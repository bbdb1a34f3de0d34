"""The fenced code blocks of the documentation."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]

_FENCED = re.compile(r"^(?P<indent> *)```(?P<language>\S+)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """:ivar line: of the first line of code, counted from 1."""

    page: Path
    line: int
    code: str

    @property
    def padded(self) -> str:
        """The code on its own line numbers, so that a traceback leads to the page."""
        return "\n" * (self.line - 1) + self.code

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path, language: str) -> Iterator[Block]:
    text = page.read_text()
    for found in _FENCED.finditer(text):
        if found["language"] == language:
            line = text.count("\n", 0, found.start("code")) + 1
            yield Block(page, line, textwrap.dedent(found["code"]))


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))
