"""The files of exports, read by others than who wrote them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from django_oss_share.oss import InvalidArgument
from django_oss_share.services.exports import writers
from django_oss_share.services.exports.writers import Column, file_type, writer_for, xlsx
from django_oss_share.services.spreadsheets import guarded, unguarded

from .odd_keys import ALL, FORMULAS

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EVERY = list(Column)
#: As OSS has them: UTF-8, and no character that a cell's own rules forbid.
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


def row(key: str, number: int = 7) -> tuple:
    end = MOMENT + timedelta(hours=number)
    return (key, number, MOMENT, '"5D41"', "Standard", None, f"https://b.example/{number}?x_x0041_=1&y=2", end)


def written(format: str, rows: list[tuple], *, columns=EVERY, batch: int = 1000, **options) -> bytes:
    """By a writer that is taken up anew after each batch, as after a crash."""
    writer = writer_for(format, columns, **options)
    data = writer.begin()
    for start in range(0, len(rows), batch):
        writer = writer_for(format, columns, state=json.loads(json.dumps(writer.state)), **options)
        data += writer.rows(rows[start : start + batch])
    return data + writer.end()


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheets(data: bytes) -> list[list[tuple]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return [[tuple(cell.value for cell in line) for line in sheet.iter_rows()] for sheet in book.worksheets]


@pytest.mark.parametrize("batch", [3, 1000])
def test_csv_gives_every_key_back(batch):
    data = written("csv", [row(key) for key in ALL], batch=batch)
    assert data.startswith(b"\xef\xbb\xbfkey,size,modified,etag,storage_class,version,link,expires_at\r\n")
    read = read_csv(data)
    assert [unguarded(each["key"]) for each in read] == list(ALL)
    first = read[0]
    assert (first["size"], first["etag"], first["version"]) == ("7", '"5D41"', "")
    assert (first["modified"], first["expires_at"]) == ("2026-01-02T03:04:05Z", "2026-01-02T10:04:05Z")
    assert first["link"] == "https://b.example/7?x_x0041_=1&y=2"


@given(KEYS)
def test_what_guards_a_cell_is_taken_off_exactly(key):
    assert unguarded(guarded(key)) == key
    assert read_csv(written("csv", [row(key)]))[0]["key"] == guarded(key)


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_might_be_calculated_is_guarded(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a=b", "季度", "2026-01-01", "a\t=1"])
def test_other_cells_are_as_they_are(cell):
    assert guarded(cell) == cell


def test_moments_are_told_in_utc():
    shanghai = MOMENT.astimezone(timezone(timedelta(hours=8)))
    assert b"2026-01-02T03:04:05Z" in written("csv", [(shanghai,)], columns=["modified"])
    (sheet,) = sheets(written("xlsx", [(shanghai,)], columns=["modified"]))
    assert sheet[1] == (MOMENT.replace(tzinfo=None),)


@pytest.mark.parametrize("batch", [3, 1000])
def test_json_lines_give_every_key_back(batch):
    data = written("jsonl", [row(key) for key in ALL], batch=batch)
    assert data.isascii()
    read = [json.loads(line) for line in data.split(b"\n")[:-1]]
    assert [each["key"] for each in read] == list(ALL)
    assert read[0] == {
        "key": "=1+1",
        "size": 7,
        "modified": "2026-01-02T03:04:05Z",
        "etag": '"5D41"',
        "storage_class": "Standard",
        "version": None,
        "link": "https://b.example/7?x_x0041_=1&y=2",
        "expires_at": "2026-01-02T10:04:05Z",
    }


@pytest.mark.parametrize("batch", [3, 1000])
def test_xlsx_gives_every_key_back(batch):
    (sheet,) = sheets(written("xlsx", [row(key) for key in ALL], batch=batch))
    assert sheet[0][:3] == ("key", "size", "modified (UTC)")
    assert [unescape(line[0]) for line in sheet[1:]] == list(ALL)
    link = "https://b.example/7?x_x0041_=1&y=2"
    naive = MOMENT.replace(tzinfo=None)
    assert sheet[1][1:6] == (7, naive, '"5D41"', "Standard", None)
    assert (unescape(sheet[1][6]), sheet[1][7]) == (link, naive + timedelta(hours=7))


@given(KEYS)
def test_xlsx_holds_any_key(key):
    (sheet,) = sheets(written("xlsx", [(key,)], columns=["key"]))
    assert unescape(sheet[1][0]) == key


def test_every_cell_of_xlsx_is_text_and_none_a_hyperlink():
    data = written("xlsx", [row(key) for key in FORMULAS])
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [cell for line in book.active.iter_rows(min_row=2) for cell in line if cell.column in (1, 7)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)


def test_rows_beyond_a_sheet_go_on_the_next(monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 11)
    keys = [f"{number:02}" for number in range(25)]
    for batch in (4, 10, 25):
        read = sheets(written("xlsx", [(key,) for key in keys], columns=["key"], batch=batch))
        assert [len(sheet) for sheet in read] == [11, 11, 6]
        assert all(sheet[0] == ("key",) for sheet in read)
        assert [line[0] for sheet in read for line in sheet[1:]] == keys


def test_a_sheet_ends_before_its_xml_is_more_than_a_zip_can_say(monkeypatch):
    monkeypatch.setattr(xlsx, "_MAX_SHEET_BYTES", 3000)
    read = sheets(written("xlsx", [row(f"{number}") for number in range(40)], batch=5))
    assert len(read) > 2
    assert sum(len(sheet) - 1 for sheet in read) == 40


def test_the_zip_is_whole():
    with zipfile.ZipFile(io.BytesIO(written("xlsx", [row("a")] * 50, batch=7))) as bundle:
        assert bundle.testzip() is None
        assert bundle.namelist()[0] == "[Content_Types].xml"


def test_a_text_too_long_for_a_cell_is_refused():
    assert written("xlsx", [("x" * xlsx.MAX_CELL,)], columns=["link"])
    with pytest.raises(InvalidArgument, match="fits in no cell of xlsx, which holds 32,767") as caught:
        written("xlsx", [("😀" * (xlsx.MAX_CELL // 2 + 1),)], columns=["link"])
    assert caught.value.field == "format"


def test_a_workbook_too_large_to_be_opened_is_refused(monkeypatch):
    monkeypatch.setattr("django_oss_share.services.exports.writers.zip_stream._LIMIT", 1000)
    with pytest.raises(InvalidArgument, match="choose csv or jsonl"):
        written("xlsx", [row("a")] * 50)


def test_a_text_is_a_link_a_line():
    assert written("txt", [("https://b.example/1",), ("https://b.example/2",)], columns=None) == (
        b"https://b.example/1\nhttps://b.example/2\n"
    )
    with pytest.raises(InvalidArgument, match="a key with a line end would break it") as caught:
        writer_for("txt", ["key", "link"])
    assert caught.value.field == "columns"


@pytest.mark.parametrize("format", ["csv", "jsonl", "txt"])
def test_gzip_in_pieces_is_one_file(format):
    rows = [row(key) if format != "txt" else (key,) for key in ("a", "b", "c")]
    columns = ["link"] if format == "txt" else EVERY
    plain = written(format, rows, columns=columns)
    packed = written(format, rows, columns=columns, gzip=True, batch=1)
    assert gzip.decompress(packed) == plain
    assert packed == written(format, rows, columns=columns, gzip=True, batch=1)


@pytest.mark.parametrize("format", writers.Format.values)
def test_a_list_of_nothing_has_its_headings(format):
    data = written(format, [], columns=None)
    if format == "xlsx":
        assert sheets(data) == [[("key", "size", "link", "expires_at (UTC)")]]
    else:
        assert data.decode("utf-8-sig") == ("key,size,link,expires_at\r\n" if format == "csv" else "")


@pytest.mark.parametrize(
    ("arguments", "said", "field"),
    [
        (("xslx",), "format 'xslx' is unknown; did you mean 'xlsx'?", "format"),
        (("csv", []), "choose at least one of key, size", "columns"),
        (("csv", ["key", "linc"]), "column 'linc' is unknown; did you mean 'link'?", "columns"),
        (("csv", ["key", "key"]), "one is named twice", "columns"),
    ],
)
def test_what_cannot_be_written_is_refused(arguments, said, field):
    with pytest.raises(InvalidArgument) as caught:
        writer_for(*arguments)
    assert said in str(caught.value)
    assert caught.value.field == field


def test_xlsx_is_compressed_by_itself():
    with pytest.raises(InvalidArgument, match="compressed by itself"):
        writer_for("xlsx", gzip=True)


def test_types_and_endings():
    assert file_type("csv") == ("csv", "text/csv; charset=utf-8")
    assert file_type("csv", gzip=True) == ("csv.gz", "application/gzip")
    assert file_type("xlsx").ending == "xlsx"
