"""The files of exports: rows in, bytes out, in pieces that follow each other.

Where a writer was left, another can go on: ``writer_for(…, state=writer.state)``. The pieces of a splittable format can
even be written in several places at once and be put in a row, with ``begin()`` in front of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from ....oss import InvalidArgument
from ....oss.suggestions import advice
from .columns import Column, Row, Value, checked_columns
from .gzipped import Gzipped
from .lines import CSV, JSONLines, Text
from .xlsx import XLSX

__all__ = ["Column", "Format", "Row", "Value", "Writer", "checked_columns", "file_type", "usual_columns", "writer_for"]


class Format(models.TextChoices):
    """What an export can be written as."""

    CSV = "csv", _("CSV")
    JSONL = "jsonl", _("JSON, an object a line")
    TXT = "txt", _("text, a link a line")
    XLSX = "xlsx", _("Excel workbook (xlsx)")


class FileType(NamedTuple):
    """:ivar ending: of a file's name, without a dot."""

    ending: str
    content_type: str


class Writer(Protocol):
    """:ivar is_splittable: whether pieces can be written in several places at once."""

    is_splittable: bool

    @property
    def state(self) -> dict[str, Any] | None:
        """What another writer needs to go on, for JSON; None: nothing."""

    def begin(self) -> bytes:
        """What stands in front of all rows: once, first."""

    def rows(self, rows: Iterable[Row]) -> bytes:
        """These, in the order of the columns; the more at once, the better."""

    def end(self) -> bytes:
        """What stands behind all rows: once, last."""


def writer_for(
    format: str, columns: Sequence[str] | None = None, *, gzip: bool = False, state: dict[str, Any] | None = None
) -> Writer:
    """:param columns: by default :func:`usual_columns`. :param state: of the writer to go on for.

    :raises InvalidArgument: an unknown format or column, or what does not go together, see its ``field``.
    """
    chosen = checked_columns(usual_columns(format) if columns is None else columns)
    if checked_format(format) is Format.XLSX:
        if gzip:
            raise InvalidArgument("gzip=True: xlsx is compressed by itself; leave it off.", field="gzip", value=True)
        return XLSX(chosen, state)
    writer = _LINES[Format(format)](chosen)
    return Gzipped(writer) if gzip else writer


def usual_columns(format: str) -> tuple[Column, ...]:
    """What is written where nothing else is chosen; a text has no room for more than the link."""
    return (Column.LINK,) if format == Format.TXT else (Column.KEY, Column.SIZE, Column.LINK, Column.EXPIRES_AT)


def file_type(format: str, *, gzip: bool = False) -> FileType:
    """:raises InvalidArgument: there is no such format."""
    found = _TYPES[checked_format(format)]
    return FileType(f"{found.ending}.gz", "application/gzip") if gzip else found


def checked_format(format: str) -> Format:
    """:raises InvalidArgument: there is no such format."""
    if format not in Format.values:
        raise InvalidArgument(
            f"format {format!r} is unknown; {advice(format, Format.values)}", field="format", value=format
        )
    return Format(format)


_LINES: Mapping[Format, Callable[[Sequence[Column]], CSV | JSONLines | Text]] = {
    Format.CSV: CSV,
    Format.JSONL: JSONLines,
    Format.TXT: Text,
}
_TYPES: Mapping[Format, FileType] = {
    Format.CSV: FileType("csv", "text/csv; charset=utf-8"),
    Format.JSONL: FileType("jsonl", "application/x-ndjson"),
    Format.TXT: FileType("txt", "text/plain; charset=utf-8"),
    Format.XLSX: FileType("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
