"""Formats of lines: nothing is to be remembered between one row and the next, so they can be written in many places."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from ....oss import InvalidArgument
from ...spreadsheets import guarded
from .columns import MOMENTS, NUMBERS, Column, Row, Value, utc

#: By which Excel takes a file for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# All in ASCII, which no encoding can break.
_json = json.JSONEncoder().encode


class Lines:
    """What lines have in common: no end, and no state."""

    is_splittable = True
    state: None = None

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns

    def begin(self) -> bytes:
        """What stands above all rows."""
        return b""

    def end(self) -> bytes:
        """Nothing closes lines."""
        return b""


class CSV(Lines):
    """As RFC 4180 has it, in UTF-8 with its mark. A text that a spreadsheet might calculate, or that begins with an
    apostrophe, gets an apostrophe in front, see :mod:`~django_oss_share.services.spreadsheets`.
    """

    def begin(self) -> bytes:
        return (BYTE_ORDER_MARK + ",".join(self._columns) + "\r\n").encode()

    def rows(self, rows: Iterable[Row]) -> bytes:
        # By columns: a call for each cell would cost more than all that it does.
        columns = zip(*rows, strict=True)
        cells = [_CELLS[name](values) for name, values in zip(self._columns, columns, strict=False)]
        # An empty line is no row to those who read it.
        empty = '""' if len(cells) == 1 else ""
        return "".join([(",".join(row) or empty) + "\r\n" for row in zip(*cells, strict=True)]).encode()


class JSONLines(Lines):
    """An object a line; its members are the columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        self._moments = [number for number, column in enumerate(columns) if column in MOMENTS]
        self._names = [str(column) for column in columns]

    def rows(self, rows: Iterable[Row]) -> bytes:
        return "".join([_json(self._facts(row)) + "\n" for row in rows]).encode()

    def _facts(self, row: Row) -> dict[str, Value]:
        facts = dict(zip(self._names, row, strict=True))
        for number in self._moments:
            value = row[number]
            if isinstance(value, datetime):
                facts[self._names[number]] = utc(value)
        return facts


class Text(Lines):
    """A link a line and nothing else: a key could break the line, and in a link whatever could is percent-encoded."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        if tuple(columns) != (Column.LINK,):
            raise InvalidArgument(
                f"format txt holds a link a line, not {', '.join(columns)}: a key with a line end would break it. "
                "Choose csv, jsonl or xlsx, or the column link alone.",
                field="columns",
                value=list(columns),
            )

    def rows(self, rows: Iterable[Row]) -> bytes:
        return "".join([f"{link}\n" for (link,) in rows]).encode()


def _quoted(text: str) -> str:
    """As :mod:`csv` does it, which looks at each character of a link by itself and takes longer than signing it."""
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _texts(values: Iterable[Value]) -> list[str]:
    return [_quoted(str(value)) if value else "" for value in values]


def _guarded(values: Iterable[Value]) -> list[str]:
    return [_quoted(guarded(str(value))) if value else "" for value in values]


def _numbers(values: Iterable[Value]) -> list[str]:
    return ["" if value is None else str(value) for value in values]


def _moments(values: Iterable[Value]) -> list[str]:
    return [utc(value) if isinstance(value, datetime) else "" for value in values]


# What is not guarded is what OSS or we made up, of which nothing begins like a formula.
_CELLS: Mapping[Column, Callable[[Iterable[Value]], list[str]]] = {
    **dict.fromkeys(Column, _texts),
    Column.KEY: _guarded,
    Column.VERSION: _guarded,
    **dict.fromkeys(NUMBERS, _numbers),
    **dict.fromkeys(MOMENTS, _moments),
}
