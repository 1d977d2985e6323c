"""Flat tables as CSV and as workbooks."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from fractions import Fraction

import pytest

from exports.tables import MOST_ROWS, Cell, Column, Table, to_csv, to_xlsx
from tests.exports.office import reopened
from tests.exports.samples import ZONE, provenance

COLUMNS = (
    Column(title="Ticket", meaning="The key of the ticket in its source."),
    Column(title="Score", kind="number", meaning="Percent."),
    Column(title="Reviews", kind="whole"),
    Column(title="Resolved", kind="minute"),
    Column(title="Week begins", kind="day"),
)
NOON = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)
ROWS: list[tuple[Cell, ...]] = [
    ("0042", Fraction(159, 2), 3, NOON, dt.date(2026, 6, 29)),
    ('say "hi", ok', -1.5, -2, None, None),
    ("=1+1", None, None, None, None),
]


def table(rows: Sequence[Sequence[Cell]] = ROWS) -> Table:
    return Table(name="Reviews of July", columns=COLUMNS, rows=rows)


def test_the_csv_has_a_mark_crlf_quoted_texts_and_bare_numbers():
    content = to_csv(table(), zone=ZONE)

    assert (
        content
        == (
            "\ufeff"
            '"Ticket","Score","Reviews","Resolved","Week begins"\r\n'
            '"0042",79.5,3,2026-07-01T13:00:00+01:00,2026-06-29\r\n'
            '"say ""hi"", ok",-1.5,-2,,\r\n'
            '"\'=1+1",,,,\r\n'
        ).encode()
    )


def test_other_programs_read_the_csv_as_it_was():
    rows = list(csv.reader(io.StringIO(to_csv(table(), zone=ZONE).decode("utf-8-sig"))))

    assert [len(row) for row in rows] == [5] * 4
    assert rows[2][0] == 'say "hi", ok'


def test_the_workbook_has_the_data_from_its_first_cell_on():
    book = reopened(to_xlsx(table(), zone=ZONE, provenance=provenance()))
    sheet = book["Reviews of July"]

    assert book.sheetnames == ["Reviews of July", "Columns", "Provenance"]
    assert [cell.value for cell in sheet[1]] == [column.title for column in COLUMNS]
    assert [cell.value for cell in sheet[2]] == [
        "0042",
        79.5,
        3,
        dt.datetime(2026, 7, 1, 13, 0),  # noqa: DTZ001
        dt.datetime(2026, 6, 29),  # noqa: DTZ001
    ]
    assert (sheet["A4"].value, sheet["A4"].data_type) == ("=1+1", "s")
    assert sheet.tables["Data"].ref == "A1:E4"
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")
    assert book["Columns"]["C2"].value == "The key of the ticket in its source."


def test_a_table_without_rows_says_so():
    book = reopened(to_xlsx(table([]), zone=ZONE, provenance=provenance()))

    assert book["Reviews of July"]["A2"].value == "No row fits the filters."
    assert to_csv(table([]), zone=ZONE).count(b"\r\n") == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(("a", 1.0), "row 1 of 'Reviews of July' has 2 values for 5 columns", id="short"),
        pytest.param((1, None, None, None, None), "'Ticket' holds text, not 1", id="number for text"),
        pytest.param(("a", "1", None, None, None), "'Score' holds number, not '1'", id="text for number"),
        pytest.param(("a", float("nan"), None, None, None), "'Score' holds number, not nan", id="not finite"),
        pytest.param(("a", True, None, None, None), "'Score' holds number, not True", id="truth"),
        pytest.param(
            ("a", None, None, dt.datetime(2026, 7, 1), None),  # noqa: DTZ001
            "'Resolved' holds minute",
            id="no zone",
        ),
        pytest.param(("a", None, None, None, NOON), "'Week begins' holds day", id="time for day"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_name(row: tuple[Cell, ...], message: str):
    with pytest.raises(ValueError, match=message):
        to_csv(table([row]), zone=ZONE)
    with pytest.raises(ValueError, match=message):
        to_xlsx(table([row]), zone=ZONE, provenance=provenance())


def test_too_many_rows_for_a_workbook_are_sent_to_csv():
    rows = [ROWS[0]] * (MOST_ROWS + 1)

    with pytest.raises(ValueError, match="use CSV"):
        to_xlsx(table(rows), zone=ZONE, provenance=provenance())


@pytest.mark.parametrize("columns", [(), (Column(title="A"), Column(title="a"))])
def test_columns_need_titles_of_their_own(columns: tuple[Column, ...]):
    with pytest.raises(ValueError, match="column"):
        Table(name="x", columns=columns, rows=[])
