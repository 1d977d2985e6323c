"""A workbook that people filled in is read by its titles and ids, wherever they moved things, or refused by cell."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from exports.coaching_workbook import HandedBack, HandedBackError, Row, build, read_back
from tests.exports import office, samples

SHEET = "Focus areas"
FIRST, EARLIER = "focus:sets_expectations_and_deadline:1", "action:94"


@cache
def workbook() -> bytes:
    return build(samples.coaching())


@pytest.fixture
def sent() -> bytes:
    return workbook()


def edited(sent: bytes, edit: Callable[[Worksheet], None]) -> bytes:
    """The workbook after somebody edited the sheet that is to be filled in."""
    book = openpyxl.load_workbook(io.BytesIO(sent))
    edit(book[SHEET])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def row_of(sheet: Worksheet, row_id: str) -> int:
    return next(row for row in range(1, 60) if any(cell.value == row_id for cell in sheet[row]))


def column_of(sheet: Worksheet, title: str) -> int:
    return next(cell.column for row in sheet.iter_rows(max_row=10) for cell in row if cell.value == title)


def fill(sheet: Worksheet, row_id: str, **values: object) -> None:
    for title, value in values.items():
        sheet.cell(row_of(sheet, row_id), column_of(sheet, title)).value = value  # type: ignore[assignment]


def found(book: HandedBack, row_id: str) -> Row:
    return next(row for row in book.rows if row.row_id == row_id)


def test_what_was_not_touched_has_no_change(sent: bytes) -> None:
    book = read_back(sent)

    assert [row.changed for row in book.rows] == [()] * len(book.rows)
    assert (book.document_id, book.made_at, book.problems, book.missing) == ("wb-2f6c1d", samples.MADE_AT, (), ())


def test_every_input_is_read_with_the_cell_it_stands_in(sent: bytes) -> None:
    content = edited(
        sent,
        lambda sheet: fill(
            sheet,
            FIRST,
            Goal=85.5,
            Action="Name the day of the next step",
            Owner="Jordan Pereira",
            Due=dt.date(2026, 10, 30),
            Status="Open",
            Notes="  twice a  week\n then once ",
        ),
    )

    row = found(read_back(content), FIRST)

    assert row.written == {
        "goal": "85.5",
        "goal_due": "",
        "action": "Name the day of the next step",
        "owner": "Jordan Pereira",
        "due": "2026-10-30",
        "status": "open",
        "notes": "twice a week then once",
    }
    assert str(row.cells["action"]) == "Focus areas!J6"


def moved_about(sheet: Worksheet) -> None:
    fill(sheet, FIRST, Action="A", Owner="Jordan Pereira", Due=dt.date(2026, 10, 30))
    fill(sheet, EARLIER, Status="Done")
    sheet.insert_rows(1, 3)
    sheet.insert_cols(9, 2)
    sheet.row_dimensions[row_of(sheet, FIRST)].hidden = True
    sheet.title = "Unser Plan"


def sorted_backwards(sheet: Worksheet) -> None:
    fill(sheet, FIRST, Action="A", Owner="Jordan Pereira", Due=dt.date(2026, 10, 30))
    fill(sheet, EARLIER, Status="Done")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_row=17)]
    for number, values in enumerate(reversed(rows), start=6):
        for column, value in enumerate(values, start=1):
            sheet.cell(number, column).value = value


@pytest.mark.parametrize("edit", [moved_about, sorted_backwards])
def test_rows_are_found_by_their_ids_wherever_they_went(sent: bytes, edit: Callable[[Worksheet], None]) -> None:
    book = read_back(edited(sent, edit))

    assert found(book, FIRST).written["due"] == "2026-10-30"
    assert found(book, EARLIER).changed == ("status",)
    assert sum(bool(row.changed) for row in book.rows) == 2


def test_what_libreoffice_saves_again_reads_the_same(sent: bytes, tmp_path: Path) -> None:
    content = edited(sent, lambda sheet: fill(sheet, FIRST, Goal=85.5, Action="A & <b>", Due=dt.date(2026, 10, 30)))

    saved = office.converted({"plan.xlsx": content}, "xlsx", tmp_path)["plan.xlsx"].read_bytes()

    ours, theirs = read_back(content), read_back(saved)
    assert [row.written for row in theirs.rows] == [row.written for row in ours.rows]
    assert theirs.record_digest == ours.record_digest


def in_parts(sent: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with its XML rewritten part by part, as another program would have written it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sent)) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in packed.namelist():
            archive.writestr(name, change(name, packed.read(name)))
    return target.getvalue()


def strict(_: str, part: bytes) -> bytes:
    part = part.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )
    return part.replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )


def counting_from_1904(name: str, part: bytes) -> bytes:
    """Days counted from 1904, as old Macs did: the same day has a number lower by 1462."""
    if name == "xl/workbook.xml":
        return part.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1)
    if name.startswith("xl/worksheets/sheet"):
        for day in (46_325, 46_255, 46_283):  # 30 October, 21 August and 18 September 2026
            part = part.replace(b"<v>%d</v>" % day, b"<v>%d</v>" % (day - 1462))
    return part


def in_rich_text(name: str, part: bytes) -> bytes:
    """A text of several runs, as Excel keeps one of which some words are bold."""
    if not name.startswith("xl/worksheets/sheet"):
        return part
    return part.replace(b"<t>One by one</t>", b"<r><t>One </t></r><r><rPr><b/></rPr><t>by one</t></r>")


@pytest.mark.parametrize("rewrite", [strict, counting_from_1904, in_rich_text])
def test_what_other_programs_write_is_read(sent: bytes, rewrite: Callable[[str, bytes], bytes]) -> None:
    content = edited(sent, lambda sheet: fill(sheet, FIRST, Action="One by one", Due=dt.date(2026, 10, 30)))
    rewritten = in_parts(content, rewrite)
    assert rewritten != in_parts(content, lambda _, part: part)

    row = found(read_back(rewritten), FIRST)

    assert (row.written["action"], row.written["due"]) == ("One by one", "2026-10-30")
    assert found(read_back(rewritten), EARLIER).written["due"] == "2026-09-18"


@pytest.mark.parametrize(
    ("title", "value", "told"),
    [
        ("Goal", 120, "Focus areas!H6: a goal is a number from 0 to 100"),
        ("Goal", "much", "Focus areas!H6: a goal is a number"),
        ("Due", "soon", "Focus areas!L6: 'soon' is no day"),
        ("Status", "nearly", "Focus areas!M6: 'nearly' is no status; choose Open, Done, Dropped"),
        ("Action", "x" * 501, "Focus areas!J6: at most 500 characters; there are 501"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_and_the_others_count(
    sent: bytes, title: str, value: object, told: str
) -> None:
    def edit(sheet: Worksheet) -> None:
        fill(sheet, FIRST, **{title: value})
        fill(sheet, EARLIER, Status="done")

    book = read_back(edited(sent, edit))

    assert len(book.problems) == 1
    assert told in book.problems[0]
    assert found(book, EARLIER).changed == ("status",)


def copied_row(sheet: Worksheet) -> None:
    sheet.cell(30, column_of(sheet, "Row id")).value = FIRST


def other_id(sheet: Worksheet) -> None:
    sheet.cell(row_of(sheet, FIRST), column_of(sheet, "Row id")).value = "action:1"


def other_title(sheet: Worksheet) -> None:
    sheet.cell(5, column_of(sheet, "Due")).value = "By when"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (copied_row, "Focus areas!O6 and Focus areas!O30 hold the same row id"),
        (other_id, "Focus areas!O6: the row id 'action:1' is not one of this workbook's"),
        (other_title, "No sheet has the columns of the plan"),
    ],
)
def test_a_sheet_that_was_tampered_with_is_refused_by_its_cells(
    sent: bytes, edit: Callable[[Worksheet], None], told: str
) -> None:
    with pytest.raises(HandedBackError, match=re.escape(told)):
        read_back(edited(sent, edit))


def with_record(sent: bytes, cell: str, value: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(sent))
    book["Record"][cell].value = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_of_another_version_says_so(sent: bytes) -> None:
    with pytest.raises(HandedBackError, match="another version"):
        read_back(with_record(sent, "C1", "fairmark coaching workbook 0"))


def test_a_changed_record_has_another_digest(sent: bytes) -> None:
    record = openpyxl.load_workbook(io.BytesIO(sent))["Record"]
    row = next(cell.row for cell in record["A"] if cell.value == EARLIER)

    assert read_back(with_record(sent, f"C{row + 1}", "another text")).record_digest != read_back(sent).record_digest


def test_deleted_rows_are_named(sent: bytes) -> None:
    book = read_back(edited(sent, lambda sheet: sheet.delete_rows(row_of(sheet, EARLIER))))

    assert book.missing == (EARLIER,)


def test_a_row_added_by_hand_is_told(sent: bytes) -> None:
    def edit(sheet: Worksheet) -> None:
        at = row_of(sheet, EARLIER)
        sheet.insert_rows(at)
        sheet.cell(at, column_of(sheet, "Action")).value = "Something more"

    assert read_back(edited(sent, edit)).problems == (
        "Focus areas!J13: this row has no id, so it was not read. Use one of the rows marked “New”.",
    )


def foreign() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "Action"  # type: ignore[index]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 70_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (foreign(), "not a coaching workbook"),
        (b"", "no Excel workbook"),
        (b"PK\x03\x04 and nothing", "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"old" * 100, "no Excel workbook"),
        (bomb(), "unpacks to far more"),
        (b"x" * 3_000_001, "larger than 3 MB"),
    ],
    ids=["another workbook", "empty", "cut", "xls", "a bomb", "huge"],
)
def test_what_is_no_such_workbook_is_refused_in_words(content: bytes, told: str) -> None:
    with pytest.raises(HandedBackError, match=told):
        read_back(content)


def test_entities_are_not_followed(sent: bytes) -> None:
    def laugh(name: str, part: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return part
        laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
        head = b'<!DOCTYPE sst [<!ENTITY l0 "lol">' + laughs + b"]>"
        return part.replace(b"<worksheet", head + b"<worksheet", 1).replace(b"<t>Action</t>", b"<t>&l9;</t>", 1)

    with pytest.raises(HandedBackError):
        read_back(in_parts(sent, laugh))


@settings(max_examples=12)  # each opens a workbook
@given(cut=st.integers(min_value=0, max_value=40_000), flipped=st.integers(min_value=0, max_value=40_000))
def test_a_damaged_file_is_read_or_refused_and_never_breaks(cut: int, flipped: int) -> None:
    sent = workbook()
    damaged = bytearray(sent[: len(sent) - cut] if cut % 3 == 0 else sent)
    if damaged:
        damaged[flipped % len(damaged)] ^= 0xFF
    with suppress(HandedBackError):
        read_back(bytes(damaged))
