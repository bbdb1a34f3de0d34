"""Workbooks for Excel and its like, as they come: no row is kept, neither in memory nor on disk.

XlsxWriter's and openpyxl's writers of large files keep the rows in temporary files until the last is there, and zip
them then: nothing could be uploaded meanwhile, and after a crash all would be written anew. This one writes the zip
from its beginning to its end, can be taken up again after any batch of rows, and needs nothing beyond the standard
library.

All text is text: no formula, no hyperlink. Excel takes 65,530 hyperlinks of 2,079 characters on a sheet and calls a
workbook with more of them damaged; and Office asks for a hyperlink itself before it shows it, which would be counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from ....oss import InvalidArgument
from . import xlsx_documents as documents
from .columns import MOMENTS, NUMBERS, Column, Row, Value
from .zip_stream import ZipStream

#: Of a sheet, the headings among them.
MAX_ROWS = 1_048_576
#: Of a cell, in units of UTF-16.
MAX_CELL = 32_767
# Of XML in a sheet; from 4 GiB on a zip is written otherwise, which not all programs read.
_MAX_SHEET_BYTES = 3 * 1024**3
# What XML cannot hold or would change, and what would be taken for our way to write that.
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_DAY = 86_400


class XLSX:
    """Sheets of at most 1,048,576 rows, each with the headings on top.

    :param state: of the writer that this one carries on for; None: a new file.
    """

    is_splittable = False

    def __init__(self, columns: Sequence[Column], state: dict[str, Any] | None = None) -> None:
        self._columns = columns
        self._cells = [(_CELLS.get(column, _texts), documents.letter(at)) for at, column in enumerate(columns)]
        self._zip = ZipStream(state["zip"] if state else None)
        self._sheets: int = state["sheets"] if state else 0
        self._rows: int = state["rows"] if state else 0

    @property
    def state(self) -> dict[str, Any]:
        """For JSON."""
        return {"zip": self._zip.state, "sheets": self._sheets, "rows": self._rows}

    def begin(self) -> bytes:
        fixed = [self._zip.whole(name, text) for name, text in documents.FIXED.items()]
        return b"".join([*fixed, self._begin_sheet()])

    def rows(self, rows: Iterable[Row]) -> bytes:
        return b"".join(self._written(iter(rows)))

    def end(self) -> bytes:
        """:raises InvalidArgument: the workbook is larger than any program opens."""
        named = documents.listing(self._sheets)
        return b"".join([self._end_sheet(), *(self._zip.whole(*each) for each in named.items()), self._zip.end()])

    def _written(self, rows: Iterator[Row]) -> Iterator[bytes]:
        while batch := list(islice(rows, MAX_ROWS - self._rows)):
            yield self._zip.more(self._lines(batch))
            self._rows += len(batch)
            if self._rows == MAX_ROWS or self._zip.entry_size > _MAX_SHEET_BYTES:
                yield self._end_sheet()
                yield self._begin_sheet()

    def _begin_sheet(self) -> bytes:
        self._sheets += 1
        self._rows = 1
        top = documents.sheet_top(self._columns)
        return self._zip.begin(documents.sheet_name(self._sheets)) + self._zip.more(top)

    def _end_sheet(self) -> bytes:
        return self._zip.more(documents.SHEET_BOTTOM) + self._zip.close()

    def _lines(self, rows: list[Row]) -> str:
        # By columns: a call for each cell would cost more than all that it does.
        numbers = range(self._rows + 1, self._rows + len(rows) + 1)
        columns = zip(*rows, strict=True)
        cells = [cells(values, letter, numbers) for values, (cells, letter) in zip(columns, self._cells, strict=True)]
        return "".join([f"<row>{''.join(row)}</row>" for row in zip(*cells, strict=True)])


def _texts(values: Iterable[Value], letter: str, numbers: range) -> list[str]:
    return [
        f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{escaped(str(value))}</t></is></c>'
        if value
        else ""
        for number, value in zip(numbers, values, strict=True)
    ]


def _numbers(values: Iterable[Value], letter: str, numbers: range) -> list[str]:
    return [
        "" if value is None else f'<c r="{letter}{number}"><v>{value}</v></c>'
        for number, value in zip(numbers, values, strict=True)
    ]


def _moments(values: Iterable[Value], letter: str, numbers: range) -> list[str]:
    return [
        f'<c r="{letter}{number}" s="{documents.MOMENT}"><v>{_days(value)}</v></c>'
        if isinstance(value, datetime)
        else ""
        for number, value in zip(numbers, values, strict=True)
    ]


@lru_cache(maxsize=4096)
def _days(moment: datetime) -> str:
    """As Excel counts them."""
    since = moment - _EPOCH
    return repr(since.days + since.seconds / _DAY)


def escaped(text: str) -> str:
    """As XML and Excel write it: what XML cannot hold is ``_x0007_``, and that itself ``_x005F_x0007_``.

    :raises InvalidArgument: it is longer than a cell can be.
    """
    if len(text) > MAX_CELL // 2 and len(text.encode("utf-16-le")) > 2 * MAX_CELL:
        raise InvalidArgument(
            f"A text of {len(text):,} characters fits in no cell of xlsx, which holds {MAX_CELL:,}; choose csv.",
            field="format",
        )
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "_x" not in text and text.isprintable():
        return text
    return _ODD.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


_CELLS: Mapping[Column, Callable[[Iterable[Value], str, range], list[str]]] = {
    **dict.fromkeys(MOMENTS, _moments),
    **dict.fromkeys(NUMBERS, _numbers),
}
