"""Flat tables in three formats: the same rows in each, whatever the texts look like."""

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet import _writer
from python_calamine import CalamineWorkbook

from exports import flat_data
from exports.flat_data import FlatFormat, FlatTable, Written, writing
from exports.flat_data.lines import Lines
from exports.tables import Cell, Column, field
from exports.text import read_csv_text
from tests.exports.office import converted
from tests.exports.samples import ZONE, provenance

NOON = dt.datetime(2026, 7, 1, 12, 0, 30, tzinfo=dt.UTC)
TABLE = FlatTable(
    name="answers",
    title="Answers",
    row="One answer.",
    columns=(
        Column(title="answer", kind="whole", meaning="Its number."),
        Column(title="level", kind="text", meaning="What was chosen."),
        Column(title="fraction", kind="number", meaning="What it earns."),
        Column(title="at", kind="minute", meaning="When."),
    ),
)
HOSTILE = (
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "#N/A",
    "=",
    "'quoted",
    'a,b\n"c"',
    "مرحبا",
    "\x00bell\x07",
)
ROWS: list[tuple[Cell, ...]] = [(n, text, n / 8, NOON) for n, text in enumerate(HOSTILE, start=1)]
ROWS.append((99, None, None, None))


def written(
    path: Path, form: FlatFormat, rows: Sequence[Sequence[Cell]] = ROWS, table: FlatTable = TABLE
) -> tuple[Written, ...]:
    return flat_data.write(path, form, [(table, iter(rows))], zone=ZONE, provenance=lambda _: provenance())


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_line_of_json_is_as_written_by_hand():
    line = flat_data.canonical(TABLE, [(7, 'é "x"', 0.5, NOON)])

    assert line == '{"answer":7,"level":"é \\"x\\"","fraction":0.5,"at":"2026-07-01T12:00:30Z"}\n'.encode()


def test_every_format_holds_the_same_rows_and_says_the_same_digest(tmp_path: Path):
    digests = {form: written(tmp_path / form, form)[0] for form in flat_data.FORMATS}

    lines = flat_data.canonical(TABLE, ROWS)
    assert {each.digest for each in digests.values()} == {hashlib.sha256(lines).hexdigest()}
    assert {each.rows for each in digests.values()} == {len(ROWS)}
    assert ZipFile(tmp_path / "jsonl").read("answers.jsonl") == lines


def test_the_csv_gives_every_text_back_and_holds_no_formula(tmp_path: Path):
    written(tmp_path / "x", "csv")

    head, *rows = csv_rows(ZipFile(tmp_path / "x").read("answers.csv"))
    assert head == list(TABLE.field_names)
    assert [read_csv_text(row[1]) for row in rows[:-1]] == [
        text.replace("\x00", "").replace("\x07", "") for text in HOSTILE
    ]
    assert not [row[1] for row in rows if row[1][:1] in {"=", "+", "-", "@"}]
    assert rows[0][2:] == ["0.125", "2026-07-01T13:00:30+01:00"]
    assert rows[-1] == ["99", "", "", ""]


def test_three_readers_find_the_same_cells_in_the_workbook_and_no_formula(tmp_path: Path):
    path = tmp_path / "flat.xlsx"
    written(path, "xlsx")

    by_openpyxl = [[cell.value for cell in row] for row in load_workbook(path)["Answers"].iter_rows(min_row=2)]
    kinds = {cell.data_type for row in load_workbook(path)["Answers"].iter_rows() for cell in row}
    by_calamine = CalamineWorkbook.from_path(path).get_sheet_by_name("Answers").to_python(skip_empty_area=False)[1:]
    office = converted(
        {"flat.xlsx": path.read_bytes()}, "csv:Text - txt - csv (StarCalc):44,34,76", tmp_path / "office"
    )
    by_office = csv_rows(office["flat.xlsx"].read_bytes())[1:]

    texts = [text.replace("\x00", "").replace("\x07", "") for text in HOSTILE]
    assert kinds == {"n", "s", "d"}
    assert [row[1] for row in by_openpyxl[:-1]] == texts
    assert [row[1] for row in by_calamine[:-1]] == texts
    assert [row[1] for row in by_office[:-1]] == texts
    assert [row[2] for row in by_openpyxl[:-1]] == [row[2] for row in by_calamine[:-1]] == [n / 8 for n in range(1, 11)]
    assert by_openpyxl[0][3] == dt.datetime(2026, 7, 1, 13, 0, 30)  # noqa: DTZ001 - Excel's times have no zone


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_zip_brings_its_dictionary_and_where_it_comes_from(tmp_path: Path, form: FlatFormat):
    done = written(tmp_path / "x", form)

    archive = ZipFile(tmp_path / "x")
    assert archive.namelist() == [f"answers.{form}", "dictionary.csv", "provenance.csv"]
    assert csv_rows(archive.read("dictionary.csv"))[1:3] == [
        ["answers", "", "row", "One answer."],
        ["answers", "answer", "whole", "Its number."],
    ]
    told = csv_rows(archive.read("provenance.csv"))
    assert ["Rows", "answers", str(len(ROWS))] in told
    assert done[0].digest in [row[2] for row in told]


def test_a_workbook_brings_its_dictionary_and_where_it_comes_from(tmp_path: Path):
    done = written(tmp_path / "x.xlsx", "xlsx")

    book = load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Answers", "Dictionary", "Provenance"]
    for sheet in book:  # whatever is printed says what it is of, and who took it along
        assert sheet.oddHeader.left.text == provenance().title
        assert provenance().watermark(ZONE) in sheet.oddFooter.left.text
    assert book["Answers"].freeze_panes == "B2"
    assert [row[2].value for row in book["Provenance"].iter_rows() if row[0].value == "Rows"] == [len(ROWS)]
    assert done[0].digest in [row[2].value for row in book["Provenance"].iter_rows()]


def test_a_long_table_goes_on_in_the_next_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writing, "SHEET_ROWS", 4)
    written(tmp_path / "x.xlsx", "xlsx")

    book = load_workbook(tmp_path / "x.xlsx")
    names = [name for name in book.sheetnames if name.startswith("Answers")]
    assert [book[name].max_row - 1 for name in names] == [4, 4, 3]
    assert {book[name]["A1"].value for name in names} == {"answer"}


@pytest.mark.parametrize("form", flat_data.FORMATS)
def test_a_row_that_does_not_fit_its_columns_is_named_and_nothing_is_left_open(tmp_path: Path, form: FlatFormat):
    before = len(_writer.ALL_TEMP_FILES)

    with pytest.raises(ValueError, match="row 2 of 'answers': 'fraction' holds number, not 'half'"):
        written(tmp_path / "x", form, [(1, "a", 0.5, NOON), (2, "b", "half", NOON)])

    assert len(_writer.ALL_TEMP_FILES) == before


@pytest.mark.parametrize("form", flat_data.FORMATS)
def test_whoever_follows_the_progress_can_end_the_writing(tmp_path: Path, form: FlatFormat):
    told: list[int] = []

    def progress(done: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    rows = [(n, "a", 0.5, NOON) for n in range(writing.TOLD_EACH + 1)]
    with pytest.raises(KeyboardInterrupt):
        flat_data.write(
            tmp_path / "x", form, [(TABLE, rows)], zone=ZONE, provenance=lambda _: provenance(), progress=progress
        )

    assert told == [writing.TOLD_EACH]


def test_a_row_that_does_not_fit_is_counted_over_all_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writing, "TOLD_EACH", 2)

    with pytest.raises(ValueError, match="row 3 of 'answers' has 3 values for 4 columns"):
        written(tmp_path / "x", "csv", [ROWS[0], ROWS[1], ROWS[2][:3]])


ONE_TEXT = FlatTable(name="x", title="X", row="One.", columns=(Column(title="100 %", kind="text", meaning="Any."),))
FIELDS = st.tuples(
    st.none() | st.integers(-(10**15), 10**15),
    st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    st.none()
    | st.sampled_from([0.0, -0.0, 1, 1.0, Fraction(1, 3), Decimal("0.10")])
    | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.datetimes(dt.datetime(1901, 1, 1), timezones=st.sampled_from([dt.UTC, ZONE])),  # noqa: DTZ001
)


@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_any_text_is_one_line_of_json_that_reads_back(text: str):
    line = flat_data.canonical(ONE_TEXT, [(text,)])

    assert line.count(b"\n") == 1
    assert json.loads(line) == {"100 %": text}


@given(rows=st.lists(FIELDS, max_size=6))
def test_a_block_of_rows_reads_as_each_of_its_rows_alone(rows: list[tuple[Cell, ...]]):
    lines = Lines(TABLE, ZONE)

    assert lines.csv(rows) == "".join(",".join(field(value, ZONE) for value in row) + "\r\n" for row in rows)
    told = [json.loads(line) for line in lines.canonical(rows).split("\n") if line]
    assert [tuple(each.values())[:3] for each in told] == [
        (row[0], row[1], None if row[2] is None else float(row[2])) for row in rows
    ]
    assert [each["at"] and dt.datetime.fromisoformat(each["at"]) for each in told] == [
        row[3].replace(microsecond=0).astimezone(dt.UTC) if isinstance(row[3], dt.datetime) else None for row in rows
    ]


def test_numbers_that_are_equal_and_of_different_kinds_are_not_confused():
    lines = Lines(TABLE, ZONE)

    told = lines.canonical([(1, "a", 1, None), (1.0, "a", 1.0, None), (1, "a", -0.0, None), (1, "a", 0.0, None)])
    assert [json.dumps(json.loads(line)["fraction"]) for line in told.splitlines()] == ["1", "1.0", "0.0", "0.0"]


def test_every_column_of_every_table_says_what_it_means():
    for table in flat_data.ALL:
        assert len(set(table.field_names)) == len(table.columns)
        assert all(column.meaning.endswith(".") for column in table.columns), table.name
