"""Reading flat files: their dirt is read rightly or told with file, line, column and reason."""

import csv
import gzip
import itertools
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.intake.base import Record, Reject, Repeated, TicketRecord, UnusableFileError
from qa.tickets.intake.flat import FlatExport
from qa.tickets.intake.formats import format_named
from tests.shared import shared_path
from tests.tickets.records import (
    FLAT_MESSAGES,
    FLAT_TICKET,
    MESSAGE_HEADER,
    TICKET_HEADER,
    at,
    flat_folder,
    tickets_of,
)


def read(folder: Path, *tickets: Mapping[str, str] | Sequence[str], **more: Any) -> list[Record]:
    return list(FlatExport([flat_folder(folder, *tickets, **more)]).records())


def told(records: list[Record]) -> list[tuple[str, int | None, str | None, str]]:
    return [(each.file, each.line, each.column, each.loses) for each in records if isinstance(each, Reject)]


def test_a_ticket_and_its_messages_become_a_record(tmp_path: Path) -> None:
    (record,) = read(tmp_path, {})

    assert isinstance(record, TicketRecord)
    assert (record.external_id, record.subject, record.status) == ("1", "Payout", "solved")
    assert (record.channel, record.queue, record.tags, record.csat) == ("email", "Payouts", ("payout", "late"), "good")
    assert (record.created_at, record.solved_at) == (at(0), at(60))
    assert record.customer_external_id == "ann@example.com"
    assert record.assignee is not None
    assert record.assignee.external_id == "sam@example.com"
    assert [(message.role, message.text) for message in record.messages or ()] == [
        ("customer", "Hello?"),
        ("specialist", "Done."),
    ]
    assert (record.messages or ())[1].agent == record.assignee


def test_a_message_that_stands_again_with_other_words_is_told_and_the_later_one_used(tmp_path: Path) -> None:
    first, *_ = FLAT_MESSAGES
    again = {**dict(zip(MESSAGE_HEADER, first, strict=True)), "Body": "Hello again?"}

    records = read(tmp_path, {}, messages=[*FLAT_MESSAGES, first, list(again.values())])

    assert [message.text for message in tickets_of(records)["1"].messages or ()] == ["Hello again?", "Done."]
    assert {each.value for each in records if isinstance(each, Reject)} == {"m1"}
    assert sorted(told(records)) == [("messages.csv", line, "Message ID", "message") for line in (2, 4)]


def test_a_message_that_stands_again_is_told_by_its_own_file_line_and_column(tmp_path: Path) -> None:
    flat_folder(tmp_path, {})
    header = ["Msg ID" if name == "Message ID" else name for name in MESSAGE_HEADER]
    with (tmp_path / "messages_2.csv").open("w", encoding="utf-16", newline="") as file:
        csv.writer(file).writerows(
            [
                header,
                ["1", "m3", "Ann", "customer", "yes", "2026-04-06 09:10:00", "Two\nlines"],
                ["1", "m1", "Ann", "customer", "yes", "2026-04-06 09:00:00", "Hello from the second file?"],
                ["1", "m3", "Ann", "customer", "yes", "2026-04-06 09:10:00", "Two lines, mended"],
            ]
        )

    records = list(FlatExport([tmp_path]).records())

    assert sorted(told(records)) == [
        ("messages.csv", 2, "Message ID", "message"),
        ("messages_2.csv", 2, "Msg ID", "message"),
    ]
    assert [message.text for message in tickets_of(records)["1"].messages or ()] == [
        "Hello from the second file?",
        "Done.",
        "Two lines, mended",
    ]


def test_a_message_without_an_id_of_its_own_is_told_by_its_line_alone(tmp_path: Path) -> None:
    again = ["1", "Ann", "agent", "yes", "2026-04-06 09:00:00", "Hello?"]
    flat_folder(tmp_path, {}, messages=None)
    with (tmp_path / "messages.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name for name in MESSAGE_HEADER if name != "Message ID"])
        writer.writerows([["1", "Ann", "customer", "yes", "2026-04-06 09:00:00", "Hello?"], again])

    assert told(list(FlatExport([tmp_path]).records())) == [("messages.csv", 2, None, "message")]


def test_of_two_rows_that_are_equally_new_the_one_of_the_later_file_is_used(tmp_path: Path) -> None:
    flat_folder(tmp_path, {"Ticket ID": "2"}, {"Subject": "first file"})
    second = flat_folder(tmp_path / "more", {"Subject": "second file"}, messages=None) / "tickets.csv"
    second = second.rename(tmp_path / "tickets-later.csv")
    paths = [tmp_path / "tickets.csv", second, tmp_path / "messages.csv"]

    records = list(FlatExport(paths).records())

    assert tickets_of(records)["1"].subject == "second file"
    (rejected,) = (each for each in records if isinstance(each, Reject))
    assert (rejected.file, rejected.line, rejected.value) == ("tickets.csv", 3, "1")
    assert rejected.reason.startswith("tickets-later.csv, line 2, tells of the same ticket")


@pytest.mark.parametrize("written", ["#1", "1.0", " 1 ", "#1.0"])
def test_an_id_is_the_same_however_a_spreadsheet_writes_it(tmp_path: Path, written: str) -> None:
    found = tickets_of(read(tmp_path, {"Ticket ID": written}))

    assert len(found["1"].messages or ()) == 2


@pytest.mark.parametrize(
    ("change", "column", "loses"),
    [
        pytest.param({"Created At": ""}, "Created At", "ticket", id="created missing"),
        pytest.param({"Created At": "2026-04-13 00:48 XYZT"}, "Created At", "ticket", id="zone nobody knows"),
        pytest.param({"Status": "melted"}, "Status", "ticket", id="unknown status"),
        pytest.param({"Status": ""}, "Status", "ticket", id="no status"),
        pytest.param({"Ticket ID": "Total"}, "Ticket ID", "ticket", id="summary row"),
        pytest.param({"Ticket ID": " # "}, "Ticket ID", "ticket", id="no id"),
        pytest.param({"Ticket ID": "1.23457E+11"}, "Ticket ID", "ticket", id="id cut by a spreadsheet"),
        pytest.param({"Ticket ID": "1,2e+17"}, "Ticket ID", "ticket", id="id cut by a German one"),
        pytest.param({"Solved At": "2026-04-06 08:00"}, "Solved At", "cell", id="solved before created"),
        pytest.param({"Solved At": "soon"}, "Solved At", "cell", id="solved unreadable"),
        pytest.param({"CSAT (1-5)": "6"}, "CSAT (1-5)", "cell", id="rating out of range"),
        pytest.param({"Reopens": "many"}, "Reopens", "cell", id="reopens no number"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, change: dict[str, str], column: str, loses: str
) -> None:
    records = read(tmp_path, {"Ticket ID": "2"}, change)

    assert ("tickets.csv", 3, column, loses) in told(records)
    assert ("1" in tickets_of(records)) == (loses == "cell")
    assert "2" in tickets_of(records)


def test_a_rejected_value_that_names_the_rows_requester_is_not_shown(tmp_path: Path) -> None:
    header = ("Ticket ID", "Status", "Created At", "Requester")
    rows = [["1", "open", "2026-04-06", "Ann Li"], ["2", "closed by ZEBULON QUARK", "2026-04-06", "Zebulon  Quark"]]

    records = read(tmp_path, *rows, messages=None, header=header)

    assert [(each.column, each.value) for each in records if isinstance(each, Reject)] == [("Status", "[name]")]


@pytest.mark.parametrize("written", ["Solved ", "SOLVED", "Resolved", "solved (auto)"])
def test_a_status_is_read_however_it_is_spelt(tmp_path: Path, written: str) -> None:
    assert tickets_of(read(tmp_path, {"Status": written}))["1"].status == "solved"


def test_a_column_whose_values_are_nothing_of_its_name_is_told_as_left_out(tmp_path: Path) -> None:
    records = read(tmp_path, {"Status": "zork", "Solved At": "n/a"}, {"Ticket ID": "2", "Status": "blub"})

    assert {record.status for record in tickets_of(records).values()} == {"solved"}
    (status,) = (each for each in records if isinstance(each, Reject) and each.column == "Status")
    assert (status.file, status.line, status.loses) == ("tickets.csv", None, "cell")
    assert status.reason.endswith("; without it every ticket of the file counts as solved")


def test_rows_of_another_width_and_blank_rows_are_told(tmp_path: Path) -> None:
    blank = [""] * len(TICKET_HEADER)

    records = read(tmp_path, {}, ["1", "short"], [*FLAT_TICKET.values(), "stray"], blank)

    assert told(records) == [("tickets.csv", line, None, "ticket") for line in (3, 4, 5)]
    assert set(tickets_of(records)) == {"1"}


def test_lines_are_counted_through_cells_with_line_ends(tmp_path: Path) -> None:
    records = read(tmp_path, {"Subject": "one\ntwo\nthree"}, {"Ticket ID": "2", "Status": "melted"})

    assert told(records) == [("tickets.csv", 5, "Status", "ticket")]


def test_the_same_row_again_is_repeated_not_told(tmp_path: Path) -> None:
    records = read(tmp_path, {}, {"Ticket ID": "#1"})

    assert [each.of for each in records if isinstance(each, Repeated)] == ["ticket"]
    assert told(records) == []


@pytest.mark.parametrize("first", ["open", "solved"])
def test_of_two_rows_the_one_that_agrees_with_itself_is_used(tmp_path: Path, first: str) -> None:
    second = "solved" if first == "open" else "open"

    records = read(tmp_path, {"Status": first}, {"Status": second})

    assert tickets_of(records)["1"].status == "solved"
    assert told(records) == [("tickets.csv", 2 if first == "open" else 3, "Ticket ID", "ticket")]


@pytest.mark.parametrize(
    "cells",
    [
        {"Assignee": "  SAM SATO "},
        {"Assignee": "sam@example.com", "Assignee Email": ""},
        {"Assignee": "", "Assignee Email": "SAM@example.com"},
        {"Assignee": "Sam Sato", "Assignee Email": ""},
    ],
)
def test_an_assignee_is_the_same_however_spelt(tmp_path: Path, cells: dict[str, str]) -> None:
    found = tickets_of(read(tmp_path, {"Ticket ID": "2"}, cells))

    assert found["1"].assignee == found["2"].assignee
    assert found["1"].assignee is not None
    assert found["1"].assignee.name == "Sam Sato"


def test_a_ticket_without_assignee_keeps_the_authors_of_its_replies(tmp_path: Path) -> None:
    found = tickets_of(read(tmp_path, {"Ticket ID": "2"}, {"Assignee": "", "Assignee Email": ""}))

    assert found["1"].assignee is None
    assert [message.agent.external_id for message in found["1"].messages or () if message.agent] == ["sam@example.com"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param(("9", "m9", "Ann", "customer", "yes", "2026-04-06", "x"), "Ticket ID", id="of no ticket"),
        pytest.param(("1", "", "Ann", "customer", "yes", "2026-04-06", "x"), "Message ID", id="without id"),
        pytest.param(("1", "5E+15", "Ann", "customer", "yes", "2026-04-06", "x"), "Message ID", id="cut id"),
        pytest.param(("1", "m9", "Ann", "king", "yes", "2026-04-06", "x"), "Author Role", id="unknown role"),
        pytest.param(("1", "m9", "Ann", "customer", "perhaps", "2026-04-06", "x"), "Public", id="public or not"),
        pytest.param(("1", "m9", "Ann", "customer", "yes", "noon", "x"), "Sent At", id="undated"),
        pytest.param(("1", "m9", "", "agent", "yes", "2026-04-06", "x"), "Author", id="reply of nobody"),
    ],
)
def test_a_bad_message_costs_itself(tmp_path: Path, row: tuple[str, ...], column: str) -> None:
    records = read(tmp_path, {}, messages=[*FLAT_MESSAGES, row])

    assert told(records) == [("messages.csv", 4, column, "message")]
    assert len(tickets_of(records)["1"].messages or ()) == 2


def test_times_without_seconds_do_not_turn_a_conversation_round(tmp_path: Path) -> None:
    messages = [
        ("1", "m1", "Ann", "customer", "yes", "2026-04-06 09:00:20", "first"),
        ("1", "m2", "Sam Sato", "agent", "yes", "06.04.2026 09:00", "second"),
        ("1", "m3", "Ann", "customer", "yes", "2026-04-06 09:00:50", "third"),
    ]

    record = tickets_of(read(tmp_path, {}, messages=messages))["1"]

    assert [message.text for message in record.messages or ()] == ["first", "second", "third"]


def test_a_file_in_another_order_is_brought_into_order_by_time(tmp_path: Path) -> None:
    record = tickets_of(read(tmp_path, {}, messages=FLAT_MESSAGES[::-1]))["1"]

    assert [message.external_id for message in record.messages or ()] == ["m1", "m2"]


def test_columns_may_stand_in_any_order_under_other_names(tmp_path: Path) -> None:
    folder = tmp_path / "renamed"
    folder.mkdir()
    (folder / "export.csv").write_text("STATE,case_number,Created on\nsolved,7,2026-04-06\n", encoding="utf-8")

    found = tickets_of(FlatExport([folder]).records())

    assert found["7"].status == "solved"
    assert found["7"].messages is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xff\xfea\x00,\x00b\x00", "lacks the columns Ticket ID, Created At"),
        (b"Ticket ID,Subject\n1,x\n", "lacks the column Created At"),
        (b"Ticket ID,Body,Author\n1,x,y\n", "lacks the column Sent At"),
        (b"PK\x03\x04rest", "zip of something else than a workbook"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"<!DOCTYPE html><title>Sign in</title>", "is a web page"),
        (b"\x1f\x8b\x08\x00cut", "cut off or damaged"),
        (b"Ticket ID,Message ID,Author,Author Role,Public,Sent At,Body\n", "no file of tickets"),
    ],
)
def test_a_file_that_cannot_be_used_at_all_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)

    with pytest.raises(UnusableFileError, match=reason):
        FlatExport([tmp_path / "x.csv"])


def test_a_header_alone_is_an_export_without_tickets(tmp_path: Path) -> None:
    assert read(tmp_path, messages=[]) == []


def test_bytes_that_are_no_utf8_cost_their_row(tmp_path: Path) -> None:
    folder = flat_folder(tmp_path, {}, messages=None)
    with (folder / "tickets.csv").open("ab") as file:
        file.write(b"2,caf\xe9,solved,,,,,,,2026-04-06,,,,\r\n")

    records = list(FlatExport([folder]).records())

    assert told(records) == [("tickets.csv", 3, None, "ticket")]


def test_an_unknown_format_names_those_known() -> None:
    with pytest.raises(UnusableFileError, match=r"no format 'xml'. Known formats: csv, tsv, xlsx"):
        format_named("xml")


@given(st.binary(max_size=200), st.lists(st.lists(st.text(max_size=12), max_size=16), max_size=4))
def test_any_content_is_read_or_told_and_never_breaks_the_reading(raw: bytes, rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = flat_folder(Path(name), {}, *rows)
        for path in folder.iterdir():
            with path.open("ab") as file:
                file.write(raw)

        try:
            records = list(FlatExport([folder]).records())
        except UnusableFileError as refusal:  # more control characters than a text has
            records = []
            content = raw.decode("latin-1") + "".join(itertools.chain.from_iterable(rows))
            assert "csv holds no text that can be read" in str(refusal)  # noqa: PT017 - one of two right answers
            assert any(unicodedata.category(each) == "Cc" for each in content)

    assert all(isinstance(record, (TicketRecord, Reject, Repeated)) for record in records)


def test_every_kind_of_dirt_of_the_shared_files_is_read_rightly_or_told() -> None:
    records = list(FlatExport([shared_path("data", "flat")]).records())
    kept = tickets_of(records)
    told_rows = {(each.file, each.line) for each in records if isinstance(each, Reject)}
    lines = lines_by_key()
    messages = {message.external_id: message for record in kept.values() for message in record.messages or ()}

    unexplained: dict[str, list[str]] = defaultdict(list)
    for row in truths():
        key, kind, truth = row["row_key"], row["kind"], row["true_value"]
        is_told = any(place in told_rows for place in lines[row["file"], key])
        if kind in ("created_missing", "date_unknown_zone", "short_row", "long_row", "blank_row", "summary_row") or (
            kind in ("duplicate_id_conflicting_status", "orphan_message", "solved_before_created", "csat_out_of_range")
        ):
            right = is_told
        elif row["file"] == "messages.csv":
            message = messages.get(key.split("/")[-1])
            right = message is None or kind != "html" or words(truth) in words(message.text)
        elif kind.startswith("assignee") and kind != "assignee_missing":
            assignee = kept[key].assignee if key in kept else None
            right = key not in kept or (assignee.name if assignee else "") == truth
        else:
            right = key.lstrip("#") in kept or is_told
        if kind == "duplicate_id_conflicting_status" and key in kept:
            right = right and kept[key].status == truth
        if not right:
            unexplained[kind].append(key)

    assert dict(unexplained) == {}


def words(text: str) -> str:
    return " ".join(text.split())


def truths() -> list[dict[str, str]]:
    with shared_path("data", "truth", "flat_dirt.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines_by_key() -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Where each row key of the truth stands: the tickets' by id, the messages' by message id."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    with shared_path("data", "flat", "tickets.csv").open(encoding="utf-8-sig", newline="") as plain:
        reader = csv.reader(plain)
        start = 1
        for cells in reader:
            key = cells[0].strip()
            for name in {key, key.lstrip("#").removesuffix(".0")}:
                found["tickets.csv", name].append(("tickets.csv", start))
            start = reader.line_num + 1
    with gzip.open(shared_path("data", "flat", "messages.csv.gz"), "rt", encoding="utf-8", newline="") as packed:
        reader = csv.reader(packed)
        start = 1
        for cells in reader:
            for name in (cells[1], f"{cells[0]}/{cells[1]}"):
                found["messages.csv", name].append(("messages.csv.gz", start))
            start = reader.line_num + 1
    return found
