"""Plans as other programs write them: XlsxWriter's files, and XML by hand of what Excel is documented to write.

Excel itself was not at hand: its habits are taken from ECMA-376 (SpreadsheetML) and [MS-OI29500].
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from functools import cache

import openpyxl
import pytest
import xlsxwriter

from exports.coaching_workbook import HandedBack, HandedBackError, Row, build, read_back
from tests.exports import samples

FIRST, EARLIER = "focus:sets_expectations_and_deadline:1", "action:94"
DUE = dt.date(2026, 10, 30)
SHARED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
Cells = dict[tuple[int, int], object]


@cache
def sent() -> dict[str, Cells]:
    """What went out, sheet by sheet and cell by cell, with one plan filled in."""
    book = openpyxl.load_workbook(io.BytesIO(build(samples.coaching())), data_only=True)
    found = {
        name: {(cell.row, cell.column): cell.value for row in book[name].iter_rows() for cell in row if cell.value}
        for name in ("Focus areas", "Record")
    }
    plan = found["Focus areas"]
    at = next(row for (row, _), value in plan.items() if value == FIRST)
    plan |= {(at, 8): 85.5, (at, 9): DUE, (at, 10): "One by one", (at, 11): "Jordan Pereira", (at, 12): DUE}
    return found


def of(book: HandedBack, row_id: str) -> Row:
    return next(row for row in book.rows if row.row_id == row_id)


def is_whole(book: HandedBack) -> None:
    """Everything that was filled in is there, and nothing else changed."""
    assert of(book, FIRST).written | {"notes": ""} == {
        "goal": "85.5",
        "goal_due": "2026-10-30",
        "action": "One by one",
        "owner": "Jordan Pereira",
        "due": "2026-10-30",
        "status": "",
        "notes": "",
    }
    assert of(book, EARLIER).written["due"] == "2026-09-18"
    assert sum(bool(row.changed) for row in book.rows) == 1
    assert (book.problems, book.missing) == ((), ())


def by_xlsxwriter(
    *, place: Callable[[int], int] = lambda row: row, across: int = 0, name: str = "Focus areas", **options: object
) -> bytes:
    """The workbook written anew by XlsxWriter; ``place`` moves rows, ``across`` inserts columns on the left."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, cells in sent().items():
            sheet = book.add_worksheet(name if title == "Focus areas" else title)
            moved = title == "Focus areas"
            for (row, column), value in cells.items():
                at = (place(row) if moved else row) - 1, column - 1 + (across if moved else 0)
                if isinstance(value, dt.date):
                    sheet.write_datetime(*at, value, day)
                else:
                    sheet.write(*at, value)
            if moved:
                sheet.set_row(place(6) - 1, None, None, {"hidden": True})
                sheet.autofilter(4, across, 20, 14 + across)
            else:
                sheet.very_hidden()
    return target.getvalue()


def backwards(row: int) -> int:
    """Rows 6 to 30 upside down, as somebody's sorting leaves them."""
    return 36 - row if 6 <= row <= 30 else row


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: by_xlsxwriter(), id="as it is, filtered and with a hidden row"),
        pytest.param(lambda: by_xlsxwriter(date_1904=True), id="days counted from 1904"),
        pytest.param(lambda: by_xlsxwriter(place=backwards), id="sorted backwards"),
        pytest.param(lambda: by_xlsxwriter(place=lambda row: row + 7, across=3), id="rows and columns inserted"),
        pytest.param(lambda: by_xlsxwriter(name="Jordan's plan 🙂"), id="renamed"),
        pytest.param(lambda: by_xlsxwriter(constant_memory=False, strings_to_numbers=False), id="shared strings"),
        pytest.param(lambda: by_hand(), id="XML by hand"),
        pytest.param(lambda: by_hand(rich=True), id="rich runs and phonetic hints"),
        pytest.param(lambda: by_hand(sparse=True), id="cells without addresses"),
        pytest.param(lambda: by_hand(strict=True), id="strict OOXML"),
        pytest.param(lambda: by_hand(base=1904), id="1904 by hand"),
        pytest.param(lambda: by_hand(iso=True), id="days as ISO 8601 in strict files"),
    ],
)
def test_a_plan_is_read_whole_whoever_wrote_the_file(content: Callable[[], bytes]) -> None:
    is_whole(read_back(content()))


def test_a_workbook_whose_sheets_were_copied_together_is_refused_by_their_names() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for title in ("Focus areas", "Focus areas (2)", "Record"):
            sheet = book.add_worksheet(title)
            for (row, column), value in sent()[title.removesuffix(" (2)")].items():
                sheet.write(row - 1, column - 1, str(value) if isinstance(value, dt.date) else value)
    with pytest.raises(HandedBackError, match=re.escape("“Focus areas” and “Focus areas (2)” both hold rows")):
        read_back(target.getvalue())


def test_formulas_and_errors_in_input_cells_are_told_by_their_cell() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for title, cells in sent().items():
            sheet = book.add_worksheet(title)
            for (row, column), value in cells.items():
                if (title, row, column) == ("Focus areas", 6, 12):
                    sheet.write_formula(row - 1, column - 1, "=1/0", None, "#DIV/0!")
                else:
                    sheet.write(row - 1, column - 1, str(value) if isinstance(value, dt.date) else value)

    book = read_back(target.getvalue())

    assert len(book.problems) == 1
    assert book.problems[0].startswith("Focus areas!L6: '#DIV/0!' is no day")


def by_hand(
    *, rich: bool = False, sparse: bool = False, strict: bool = False, base: int = 1900, iso: bool = False
) -> bytes:
    """A file of nothing but the parts that the standard asks for, its texts in a shared table."""
    main = "http://purl.oclc.org/ooxml" if strict or iso else "http://schemas.openxmlformats.org"
    spread = f"{main}/spreadsheetml/main" if strict or iso else f"{main}/spreadsheetml/2006/main"
    related = f"{main}/officeDocument/relationships" if strict or iso else f"{main}/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    texts: list[str] = []
    parts = {}
    for number, cells in enumerate(sent().values(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{spread}"><sheetData>{_rows(cells, texts, sparse, base, iso)}</sheetData></worksheet>'
        )
    items = "".join(f"<si>{_item(text, rich)}</si>" for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{spread}" uniqueCount="{len(texts)}">{items}</sst>'
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{spread}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
    hidden = ' state="veryHidden"'
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"{hidden if n == 2 else ""}/>'
        for n, name in enumerate(("Mein Plan", "Record"), start=1)
    )
    dated = ' date1904="1"' if base == 1904 else ""
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{spread}" xmlns:r="{related}"><workbookPr{dated}/><sheets>{sheets}</sheets></workbook>'
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{related}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in (1, 2)
    )
    links += f'<Relationship Id="rId3" Type="{related}/sharedStrings" Target="sharedStrings.xml"/>'
    links += f'<Relationship Id="rId4" Type="{related}/styles" Target="styles.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{package}/relationships">{links}</Relationships>'
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{related}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}.{what}+xml"/>'
        for name, what in (
            ("xl/workbook.xml", "sheet.main"),
            ("xl/worksheets/sheet1.xml", "worksheet"),
            ("xl/worksheets/sheet2.xml", "worksheet"),
            ("xl/sharedStrings.xml", "sharedStrings"),
            ("xl/styles.xml", "styles"),
        )
    )
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + part)
    return target.getvalue()


def _rows(cells: Cells, texts: list[str], sparse: bool, base: int, iso: bool) -> str:
    found = []
    for number in range(1, max(row for row, _ in cells) + 1):
        here = {column: value for (row, column), value in cells.items() if row == number}
        last = max(here, default=0)
        drawn = "".join(
            _cell(number, column, here.get(column), texts, sparse, base, iso)
            for column in range(1, last + 1)
            if sparse or column in here
        )
        found.append(f"<row>{drawn}</row>" if sparse else f'<row r="{number}" spans="1:{last or 1}">{drawn}</row>')
    return "".join(found)


def _cell(row: int, column: int, value: object, texts: list[str], sparse: bool, base: int, iso: bool) -> str:
    address = "" if sparse else f' r="{chr(64 + column)}{row}"'
    if value is None:
        return f"<c{address}/>"
    if isinstance(value, dt.date):
        day = value.date() if isinstance(value, dt.datetime) else value
        if iso:
            return f'<c{address} s="1" t="d"><v>{day.isoformat()}T00:00:00</v></c>'
        start = dt.date(1904, 1, 1) if base == 1904 else dt.date(1899, 12, 30)
        return f'<c{address} s="1"><v>{(day - start).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c{address}><v>{value!r}</v></c>"
    if str(value) not in texts:
        texts.append(str(value))
    return f'<c{address} t="s"><v>{texts.index(str(value))}</v></c>'


def _item(text: str, rich: bool) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    if not rich or len(safe) < 2 or "&" in safe:
        return f'<t xml:space="preserve">{safe}</t>'
    half = len(safe) // 2
    return (
        f'<r><t xml:space="preserve">{safe[:half]}</t></r>'
        f'<r><rPr><b/></rPr><t xml:space="preserve">{safe[half:]}</t></r>'
        '<rPh sb="0" eb="1"><t>hint</t></rPh><phoneticPr fontId="0"/>'
    )
