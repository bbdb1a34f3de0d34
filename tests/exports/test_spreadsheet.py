"""Lists of links, opened by a spreadsheet program: it calculates nothing of them, and shows every key as text."""

from __future__ import annotations

import gzip
import subprocess
from xml.etree import ElementTree

import pytest

from .odd_keys import FORMULAS
from .test_writers import row, written

pytestmark = pytest.mark.once

_GNUMERIC = "{http://www.gnumeric.org/v10.dtd}"
_TEXT = "60"


def opened(tmp_path, name: str, data: bytes) -> list[ElementTree.Element]:
    """The cells of the first column, without the heading, as Gnumeric has them once it has read the file."""
    (tmp_path / name).write_bytes(data)
    result = tmp_path / "read.gnumeric"
    done = subprocess.run(
        ["ssconvert", "--recalc", str(tmp_path / name), str(result)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "CRITICAL" not in done.stderr
    raw = result.read_bytes()
    book = ElementTree.fromstring(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    cells = [cell for cell in book.iter(f"{_GNUMERIC}Cell") if cell.get("Col") == "0"]
    return cells[1:]


def test_it_would_calculate_what_is_not_guarded(tmp_path):
    (cell,) = opened(tmp_path, "bare.csv", b"key\r\n=1+1\r\n")
    assert cell.get("ValueType") is None
    assert cell.text == "=1+1"


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_no_key_is_calculated(tmp_path, format):
    cells = opened(tmp_path, f"links.{format}", written(format, [row(key) for key in FORMULAS]))
    assert len(cells) == len(FORMULAS)
    for cell, key in zip(cells, FORMULAS, strict=True):
        # A formula has no value in the file, but begins with an equals sign there.
        assert cell.get("ValueType") == _TEXT, (key, cell.text, cell.attrib)
        assert cell.get("ExprID") is None
