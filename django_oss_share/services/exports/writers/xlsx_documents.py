"""The XML around the rows of a workbook, as ECMA-376 has it."""

from __future__ import annotations

from collections.abc import Sequence

from .columns import MOMENTS, Column

#: The style of a moment, of those below; 2 is that of headings.
MOMENT = 1
_HEADING = 2

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# Characters; what is longer runs out of sight, and is there all the same.
_WIDTHS = {Column.KEY: 48, Column.ETAG: 36, Column.VERSION: 36, Column.LINK: 80}

#: What stands in front of the sheets, however many there will be.
FIXED = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'{_XML}<styleSheet xmlns="{_MAIN}">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}

SHEET_BOTTOM = "</sheetData></worksheet>"


def sheet_name(number: int) -> str:
    """Of the part that holds it."""
    return f"xl/worksheets/sheet{number}.xml"


def letter(at: int) -> str:
    """What Excel calls the column ``at``, from 0; there are fewer than 26."""
    return chr(ord("A") + at)


def sheet_top(columns: Sequence[Column]) -> str:
    """All in front of the rows: widths, and headings that stay in sight."""
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{_WIDTHS.get(column, 20)}" customWidth="1"/>'
        for number, column in enumerate(columns, 1)
    )
    headings = "".join(
        f'<c r="{letter(at)}1" s="{_HEADING}" t="inlineStr"><is><t>{_heading(each)}</t></is></c>'
        for at, each in enumerate(columns)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData><row>{headings}</row>"
    )


def _heading(column: Column) -> str:
    # A spreadsheet knows no time zones.
    return f"{column} (UTC)" if column in MOMENTS else str(column)


def listing(sheets: int) -> dict[str, str]:
    """What names the sheets, of which there are so many."""
    numbers = range(1, sheets + 1)
    named = "".join(f'<sheet name="Links {each}" sheetId="{each}" r:id="rId{each}"/>' for each in numbers)
    related = "".join(
        f'<Relationship Id="rId{each}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{each}.xml"/>'
        for each in numbers
    )
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return {
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
            f"<sheets>{named}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{related}{styles}</Relationships>'
        ),
    }
