"""Tables of any file: encodings, delimiters, workbooks and JSON are read by what they hold, not by their names."""

import datetime as dt
import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.intake import files
from qa.tickets.intake.base import Origin, Reject, Repeated, UnusableFileError
from qa.tickets.intake.delimited import delimiter_of
from qa.tickets.intake.encodings import encoding_of_bytes
from qa.tickets.intake.flat import WORKBOOKS, FlatExport
from qa.tickets.intake.gathering import Join, Keys
from qa.tickets.intake.json_tables import Places
from qa.tickets.intake.opening import sheets_of
from qa.tickets.intake.tables import BadRow, Cells
from tests.shared import shared_path
from tests.tickets.records import tickets_of
from tests.tickets.test_zendesk import JSON

WORDS = "Ticket ID;Status;Created At;Subject\n7;gelöst;2026-04-06 09:00;Zahlung für Frau Müller – dringend\n"


def cells_of(path: Path) -> list[list[str]]:
    (sheet,) = sheets_of(path)
    return [list(row.cells) for row in sheet.rows() if isinstance(row, Cells)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_in_whatever_encoding_it_is_written(tmp_path: Path, encoding: str, packed: bool) -> None:
    raw = WORDS.encode(encoding)
    path = tmp_path / "export.csv"
    path.write_bytes(gzip.compress(raw) if packed else raw)

    found = tickets_of(FlatExport([path]).records())

    assert found["7"].subject == "Zahlung für Frau Müller – dringend"
    assert found["7"].status == "solved"


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=60))
def test_utf_8_text_is_never_taken_for_another_encoding(text: str) -> None:
    assert encoding_of_bytes(text.encode()) in ("utf-8-sig", "utf-16", "utf-32")
    assert encoding_of_bytes(("Ticket ID," + text).encode()) == "utf-8-sig"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_rows(tmp_path: Path, delimiter: str) -> None:
    header = delimiter.join(("Ticket ID", "Subject", "Created At"))
    row = delimiter.join(("1", f'"a, b; c{delimiter}d\ne"', "2026-04-06"))
    path = tmp_path / "export.txt"
    path.write_text(f"{header}\n{row}\n{row}\n", encoding="utf-8", newline="")

    assert cells_of(path)[0] == ["1", f"a, b; c{delimiter}d\ne", "2026-04-06"]


def test_excels_line_about_the_delimiter_is_no_row() -> None:
    assert delimiter_of("sep=;\na,b;c\n1,2;3\n") == ";"


def test_titles_above_the_header_and_delimiters_at_line_ends_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("Weekly report\n\nTicket ID,Status,Created At,\n1,open,2026-04-06,\n", encoding="utf-8")

    assert cells_of(path) == [["1", "open", "2026-04-06"]]


def test_nul_bytes_and_damaged_bytes_cost_no_other_row(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    good = "1,é\x00 fine,2026-04-06\n".encode()
    path.write_bytes(b"Ticket ID,Subject,Created At\n" + good + b"2,caf\xe9,2026-04-06\n3,x,2026-04-06\n")

    records = list(FlatExport([path]).records())

    assert tickets_of(records)["1"].subject == "é fine"
    assert [(each.line, each.reason) for each in records if isinstance(each, Reject)] == [
        (3, "bytes that are not UTF-8")
    ]
    assert set(tickets_of(records)) == {"1", "3"}


def test_a_workbook_is_read_whatever_its_name_says(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Ticket ID", "Status", "Created At", "CSAT (1-5)"])
    sheet.append([100001, "solved", dt.datetime(2026, 4, 6, 2, 3, 38), 5])  # noqa: DTZ001 - as Excel keeps it
    sheet.append([100002.0, True, "06.04.2026 10:00", None])
    book.save(tmp_path / "export.csv")

    assert cells_of(tmp_path / "export.csv") == [
        ["100001", "solved", "2026-04-06 02:03:38", "5"],
        ["100002", "yes", "06.04.2026 10:00", ""],
    ]


def test_the_rows_of_a_sheet_are_numbered_as_the_workbook_numbers_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for number, row in ((3, ["My export"]), (5, ["Ticket ID", "Status", "Created At"]), (6, [1, "open", "2026-04-06"]),
                        (9, [2, "melted", "2026-04-06"]), (11, ["Total", 2])):  # fmt: skip
        for place, cell in enumerate(row, start=2):
            book.active.cell(number, place, cell)
    book.save(tmp_path / "export.xlsx")

    records = list(FlatExport([tmp_path / "export.xlsx"]).records())

    assert tickets_of(records)["1"].origin == Origin("export.xlsx, sheet Sheet", 6)
    assert [(each.line, each.column) for each in records if isinstance(each, Reject)] == [
        (9, "Status"),
        (11, "Ticket ID"),
    ]


def test_a_row_that_goes_on_because_a_quote_is_not_closed_says_how_far(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('Ticket ID,Status,Created At\n1,open,2026-04-06\n2,"open,2026-04-06\n3,open,2026-04-06\n')
    (sheet,) = sheets_of(path)

    (bad,) = (each for each in sheet.rows() if isinstance(each, BadRow))

    assert (bad.line, bad.value) == (3, "2")
    assert "it goes on to line 4: is a quote not closed?" in bad.reason


def test_lines_after_one_that_is_too_long_keep_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 100)
    path = tmp_path / "export.jsonl"
    path.write_text('{"id": 1}\n' + json.dumps({"id": 2, "title": "x" * 350}) + '\n{"id": 3}\n', encoding="utf-8")

    assert [number for number, _ in files.lines(path)] == [1, 2, 3]


FINITE = JSON.filter(lambda value: "Infinity" not in json.dumps(value))  # which JSON has no word for


@given(st.lists(FINITE, max_size=5), st.sampled_from([None, 0, 2]), st.sampled_from(["", "\n", " \r\n"]))
def test_the_values_of_a_list_are_those_of_json_with_the_lines_on_which_they_begin(
    values: list[Any], indent: int | None, between: str
) -> None:
    told = [json.dumps(each, indent=indent) for each in values]
    text = f'{between}{{"data": {{"n": 1,{between} "rows": [{between}'
    lines = []
    for number, each in enumerate(told):
        text += f",{between}" if number else ""
        lines.append(text.count("\n") + 1)
        text += each
    text += f"{between}]}}}}{between}"

    (document,) = Places(text).document()

    assert document == json.loads(text) == {"data": {"n": 1, "rows": values}}
    assert document["data"]["rows"].lines == lines


@given(st.text(alphabet='[]{}",: 1a\n\\', max_size=20))
def test_what_is_no_json_is_refused_and_all_else_read(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    try:
        found = Places(text).document()
    except ValueError:
        found = None

    assert (found is None) == (expected is None) or (expected is None and len(found or ()) != 1)
    assert expected is None or found == [expected]


def test_lines_of_flat_objects_that_hold_lists_are_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    row = {"Ticket ID": 1, "state": "solved", "created": "2026-04-06", "count": 2, "meta": {}, "comments": [{"a": 1}]}
    path.write_text(json.dumps(row) + "\n" + json.dumps({**row, "Ticket ID": 2}) + "\n", encoding="utf-8")

    assert [cells[0] for cells in cells_of(path)] == ["1", "2"]


def test_json_lines_of_flat_objects_are_a_table(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    rows = [
        {
            "id": 1,
            "state": "solved",
            "created": "2026-04-06",
            "requester": {"email": "a@b.example"},
            "labels": ["x", "y"],
        },
        {"id": 2, "state": "open", "created": "2026-04-07"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{broken\n", encoding="utf-8")

    (sheet,) = sheets_of(path)
    found = list(sheet.rows())

    assert sheet.header == ["id", "state", "created", "requester.email", "labels"]
    assert [each.cells for each in found if isinstance(each, Cells)] == [
        ["1", "solved", "2026-04-06", "a@b.example", "x, y"],
        ["2", "open", "2026-04-07", "", ""],
    ]
    assert [(each.line, each.value) for each in found if isinstance(each, BadRow)] == [(3, "")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_lines_are_read_in_whatever_encoding_they_are_written(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "export.jsonl"
    rows = [{"id": n, "state": "solved", "created": "2026-04-06", "title": "Ҋ Zahlung\u2028für"} for n in (1, 2)]
    path.write_bytes("\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(encoding))

    assert [cells[3] for cells in cells_of(path)] == ["Ҋ Zahlung\u2028für"] * 2


def test_a_column_without_a_name_costs_no_row(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Ticket ID,Status,Created At,,\n1,open,2026-04-06,seen,\n2,open,2026-04-06,,\n", encoding="utf-8")

    assert cells_of(path) == [["1", "open", "2026-04-06", "seen"], ["2", "open", "2026-04-06", ""]]


def test_hidden_sheets_and_sheets_of_notes_are_left_out_and_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    header = ["Ticket ID", "Status", "Created At"]
    book.active.append(header)
    book.active.append([1, "solved", "2026-04-06 09:00"])
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    hidden.append(header)
    hidden.append([2, "solved", "2026-04-06 09:00"])
    book.create_sheet("Notes")["B5"] = "see me"
    book.save(tmp_path / "export.xlsx")

    records = list(FlatExport([tmp_path / "export.xlsx"]).records())

    assert list(tickets_of(records)) == ["1"]
    assert [(each.file, each.reason) for each in records if isinstance(each, Reject)] == [
        ("export.xlsx, hidden sheet Old", "left out: the workbook hides it"),
        ("export.xlsx, sheet Notes", "left out: none of its columns is known"),
    ]


def test_a_workbook_that_is_far_larger_inside_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    monkeypatch.setattr("qa.tickets.intake.workbooks.LARGEST_UNPACKED", 100)

    with pytest.raises(UnusableFileError, match="larger than 2 GB"):
        sheets_of(tmp_path / "x.xlsx")


def test_the_shared_workbook_tells_the_same_as_the_shared_tables() -> None:
    folder = shared_path("data", "flat")
    book = FlatExport([folder / "helpdesk_export.xlsx"], suffixes=WORKBOOKS)
    records = list(book.records())
    found = tickets_of(records)
    lines = tickets_of(FlatExport([folder / "tickets.csv"]).records())

    lost = [each for each in records if isinstance(each, Reject) and each.loses == "ticket"]
    repeated = [each for each in records if isinstance(each, Repeated) and each.of == "ticket"]
    assert len(found) + len(lost) + len(repeated) == 1_200
    assert len(found) > 1_150
    alike = [key for key in found if key in lines and found[key].created_at == lines[key].created_at]
    assert len(alike) > 0.99 * len(found)
    assert sum(len(record.messages or ()) for record in found.values()) > 24_000


Rows = st.lists(st.sampled_from("abcdef"), max_size=12)


@given(Rows, Rows)
def test_each_ticket_meets_all_its_messages_in_whatever_order_they_stand(
    tickets: list[str], messages: list[str]
) -> None:
    order = list(dict.fromkeys(tickets))
    join: Join[str, int] = Join(((key, key) for key in order), Keys(order), Keys(messages, runs=True))
    found: dict[str, list[int]] = {}
    orphans = []
    for place, key in enumerate(messages):
        ticket = join.ticket(key)
        found |= dict(join.ready())
        if ticket is None:
            orphans.append(key)
        else:
            join.add(key, place)
    found |= dict(join.rest())

    assert found == {key: [place for place, each in enumerate(messages) if each == key] for key in order}
    assert orphans == [key for key in messages if key not in order]


def test_the_keys_of_a_long_export_take_some_bytes_each() -> None:
    count = 100_000
    tracemalloc.start()
    try:
        keys = Keys((str(n) for n in range(count)), runs=True)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept / count < 10  # a hash of eight bytes and a count of one
    assert most / count < 20  # while they are sorted
    assert [keys.count(key) for key in ("0", "99999", "100000")] == [1, 1, 0]
    assert (keys.count_down("7"), keys.count("7")) == (0, 0)
