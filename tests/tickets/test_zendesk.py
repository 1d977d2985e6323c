"""Reading a Zendesk export: good rows become records, bad ones cost themselves and are told."""

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.intake.base import Record, Reject, Repeated, TicketRecord, UnusableFileError
from qa.tickets.intake.json_tables import parsed
from qa.tickets.intake.objects import keys_in
from qa.tickets.intake.values import optional_id
from qa.tickets.intake.zendesk import ZendeskExport
from tests.tickets.records import ZENDESK_USERS, tickets_of, zendesk_comment, zendesk_folder, zendesk_ticket


def read(folder: Path, **tables: Any) -> list[Record]:
    return list(ZendeskExport([zendesk_folder(folder, **tables)]).records())


def rejects(records: list[Record]) -> list[tuple[str, int | None, str | None, str]]:
    return [(each.file, each.line, each.column, each.loses) for each in records if isinstance(each, Reject)]


def test_a_ticket_brings_its_facts_and_its_conversation(tmp_path: Path) -> None:
    metrics = {
        "ticket_id": 100,
        "solved_at": "2026-04-06T10:00:00Z",
        "reopens": 1,
        "reply_time_in_minutes": {"calendar": 5},
        "full_resolution_time_in_minutes": {"calendar": 60},
    }
    rating = {"ticket_id": 100, "score": "bad", "reason": "Too slow", "updated_at": "2026-04-07T00:00:00Z"}
    comments = [
        zendesk_comment(1),
        zendesk_comment(2, author=1),
        zendesk_comment(3, author=2, public=False),
        zendesk_comment(4, author=-1, public=False, body="[tool] balance: -> 12"),
        zendesk_comment(5, author=-1, body="We received your request."),
    ]

    (record,) = read(
        tmp_path, tickets=[zendesk_ticket()], comments=comments, ticket_metrics=[metrics], satisfaction_ratings=[rating]
    )

    assert isinstance(record, TicketRecord)
    assert (record.external_id, record.status, record.queue, record.language, record.tier) == (
        "100",
        "solved",
        "Payouts",
        "pt",
        "gold",
    )
    assert (record.product_area, record.channel, record.priority, record.tags) == ("payouts", "email", "", ("payout",))
    assert (record.first_reply_seconds, record.resolution_seconds, record.reopens) == (300, 3600, 1)
    assert (record.csat, record.csat_reason) == ("bad", "Too slow")
    assert record.solved_at == dt.datetime(2026, 4, 6, 10, tzinfo=dt.UTC)
    assert record.custom_fields == {"360001": "payouts", "5": ["a", True]}
    assert record.assignee is not None
    assert (record.assignee.external_id, record.assignee.email) == ("1", "sam@example.com")
    assert [message.role for message in record.messages or ()] == ["customer", "specialist", "internal", "tool", "bot"]
    assert [message.public for message in record.messages or ()] == [True, True, False, False, True]


def test_comments_may_stand_in_any_order_and_between_those_of_other_tickets(tmp_path: Path) -> None:
    comments = [
        zendesk_comment(4, 101),
        zendesk_comment(2, 100),
        zendesk_comment(3, 101),
        zendesk_comment(1, 100),
    ]

    found = tickets_of(read(tmp_path, tickets=[zendesk_ticket(100), zendesk_ticket(101)], comments=comments))

    assert [message.external_id for message in found["100"].messages or ()] == ["1", "2"]
    assert [message.external_id for message in found["101"].messages or ()] == ["3", "4"]


def test_an_agent_who_asks_is_the_customer(tmp_path: Path) -> None:
    found = tickets_of(
        read(tmp_path, tickets=[zendesk_ticket(requester_id=2)], comments=[zendesk_comment(1, author=2)])
    )

    assert [(message.role, message.agent) for message in found["100"].messages or ()] == [("customer", None)]


@pytest.mark.parametrize(
    ("comment", "place"),
    [
        pytest.param(zendesk_comment(2, 999), ("comments.jsonl.gz", 2, "ticket_id", "message"), id="of no ticket"),
        pytest.param(zendesk_comment(2, author=77), ("comments.jsonl.gz", 2, "author_id", "message"), id="of nobody"),
        pytest.param(
            zendesk_comment(2, created_at="yesterday"),
            ("comments.jsonl.gz", 2, "created_at", "message"),
            id="no moment",
        ),
        pytest.param(
            zendesk_comment(2, created_at=None), ("comments.jsonl.gz", 2, "created_at", "message"), id="undated"
        ),
        pytest.param(
            zendesk_comment(2, public="yes"), ("comments.jsonl.gz", 2, "public", "message"), id="public or not"
        ),
        pytest.param(zendesk_comment(2, body=None), ("comments.jsonl.gz", 2, "body", "message"), id="no text"),
        pytest.param('{"ticket_id": 100, "id"', ("comments.jsonl.gz", 2, None, "message"), id="cut off"),
        pytest.param("[1, 2]", ("comments.jsonl.gz", 2, None, "message"), id="no object"),
        pytest.param('{"ticket_id": 100, "id": NaN}', ("comments.jsonl.gz", 2, None, "message"), id="no JSON number"),
    ],
)
def test_a_bad_comment_costs_itself_and_the_ticket_is_kept(
    tmp_path: Path, comment: Any, place: tuple[str, int, str | None, str]
) -> None:
    records = read(tmp_path, tickets=[zendesk_ticket()], comments=[zendesk_comment(1), comment])

    assert rejects(records) == [place]
    assert [message.external_id for message in tickets_of(records)["100"].messages or ()] == ["1"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"status": "melted"}, "status"),
        ({"created_at": None}, "created_at"),
        ({"created_at": "2026-04-06 09:00"}, "created_at"),
        ({"id": None}, "id"),
        ({"id": {"a": 1}}, "id"),
    ],
)
def test_a_bad_ticket_is_told_with_its_line_and_column(tmp_path: Path, change: dict[str, Any], column: str) -> None:
    records = read(tmp_path, tickets=[zendesk_ticket(99), zendesk_ticket(**change)], comments=[zendesk_comment(1, 99)])

    assert rejects(records) == [("tickets.jsonl.gz", 2, column, "ticket")]
    assert set(tickets_of(records)) == {"99"}


def test_the_comments_of_a_bad_ticket_are_counted_with_it(tmp_path: Path) -> None:
    comments = [zendesk_comment(1), zendesk_comment(2)]

    (only,) = read(tmp_path, tickets=[zendesk_ticket(status="melted")], comments=comments)

    assert isinstance(only, Reject)
    assert (only.loses, only.messages) == ("ticket", 2)


def test_of_two_rows_of_a_ticket_the_newer_is_used_and_the_other_told(tmp_path: Path) -> None:
    older = zendesk_ticket(status="open", updated_at="2026-04-06T09:30:00Z")

    records = read(tmp_path, tickets=[zendesk_ticket(), older, zendesk_ticket()], comments=[])

    assert tickets_of(records)["100"].status == "solved"
    assert rejects(records) == [("tickets.jsonl.gz", 2, "id", "ticket")]
    assert [each.of for each in records if isinstance(each, Repeated)] == ["ticket"]


def test_a_comment_told_twice_is_one_message(tmp_path: Path) -> None:
    records = read(tmp_path, tickets=[zendesk_ticket()], comments=[zendesk_comment(1), zendesk_comment(1)])

    assert len(tickets_of(records)["100"].messages or ()) == 1
    assert [each.of for each in records if isinstance(each, Repeated)] == ["message"]


def test_a_comment_told_twice_in_other_words_is_told_with_its_line(tmp_path: Path) -> None:
    comments = [zendesk_comment(2), zendesk_comment(1), zendesk_comment(3), zendesk_comment(1, body="mended")]

    records = read(tmp_path, tickets=[zendesk_ticket()], comments=comments)

    assert rejects(records) == [("comments.jsonl.gz", 2, "id", "message")]
    assert next(message.text for message in tickets_of(records)["100"].messages or ()) == "mended"


def test_a_comment_that_stands_apart_and_in_its_ticket_is_told_where_the_earlier_one_stands(tmp_path: Path) -> None:
    holding = zendesk_ticket(comments=[zendesk_comment(1, body="mended")])

    records = read(tmp_path, tickets=[zendesk_ticket(99), holding], comments=[zendesk_comment(1), zendesk_comment(2)])

    assert rejects(records) == [("comments.jsonl.gz", 1, "id", "message")]


def test_the_newest_metrics_and_rating_count(tmp_path: Path) -> None:
    metrics = [
        {"ticket_id": 100, "updated_at": "2026-04-08T00:00:00Z", "reopens": 2},
        {"ticket_id": 100, "updated_at": "2026-04-07T00:00:00Z", "reopens": 1},
    ]

    found = tickets_of(read(tmp_path, tickets=[zendesk_ticket()], comments=[], ticket_metrics=metrics))

    assert found["100"].reopens == 2


def test_without_a_comments_file_nothing_is_said_of_messages(tmp_path: Path) -> None:
    found = tickets_of(read(tmp_path, tickets=[zendesk_ticket()]))

    assert found["100"].messages is None


def test_what_no_database_can_keep_is_cleaned(tmp_path: Path) -> None:
    comment = zendesk_comment(1, body="a\x00b \ud800 c")

    found = tickets_of(read(tmp_path, tickets=[zendesk_ticket(subject="x\x00y")], comments=[comment]))

    assert found["100"].subject == "xy"
    assert [message.text for message in found["100"].messages or ()] == ["ab \ufffd c"]


def test_a_rejected_value_is_redacted_and_cut(tmp_path: Path) -> None:
    comment = zendesk_comment(1, created_at="ann@example.com " + "x" * 300)

    (rejected,) = [
        each for each in read(tmp_path, tickets=[zendesk_ticket()], comments=[comment]) if isinstance(each, Reject)
    ]

    assert rejected.value.startswith("[email] xxx")
    assert len(rejected.value) == 80


def test_an_export_without_tickets_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"tickets\.jsonl"):
        ZendeskExport([zendesk_folder(tmp_path)])


def page(*tickets: dict[str, Any], **more: Any) -> str:
    """A page of the cursor export."""
    return json.dumps({"tickets": tickets, "users": ZENDESK_USERS, "after_cursor": "x", "end_of_stream": False} | more)


def test_pages_of_the_cursor_export_may_stand_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_text(
        page(zendesk_ticket(1), zendesk_ticket(2, status="melted")) + "\n" + page(zendesk_ticket(3, status="x")) + "\n"
        + page(zendesk_ticket(4)) + "\n" + page(end_of_stream=True) + "\n"
    )  # fmt: skip

    records = list(ZendeskExport([tmp_path]).records())

    assert set(tickets_of(records)) == {"1", "4"}
    assert rejects(records) == [
        ("pages.jsonl, object 2 of tickets", 1, "status", "ticket"),
        ("pages.jsonl", 2, "status", "ticket"),
    ]
    assert tickets_of(records)["1"].people == ("Ann",)


@pytest.mark.parametrize("name", ["pages.jsonl", "pages.json"])
def test_pages_one_a_line_of_which_one_is_damaged_are_refused_with_its_line(tmp_path: Path, name: str) -> None:
    cut = page(zendesk_ticket(2))[:-5]
    (tmp_path / name).write_text("\n".join([page(zendesk_ticket(1)), cut, page(zendesk_ticket(3))]))

    with pytest.raises(UnusableFileError, match=f"{name} is cut off or damaged: .* on line [23]"):
        ZendeskExport([tmp_path])


@pytest.mark.parametrize("name", ["tickets.jsonl", "tickets.json", "page-7.json"])
def test_a_page_meets_the_comments_that_stand_apart_whatever_its_name_ends_in(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(page(zendesk_ticket(1), zendesk_ticket(2)))
    (tmp_path / "page-8.json").write_text(page(end_of_stream=True))
    comments = [zendesk_comment(n, ticket) for n, ticket in ((1, 1), (2, 2), (3, 1))]
    (tmp_path / "comments.jsonl").write_text(json.dumps({"comments": comments}))

    records = list(ZendeskExport([tmp_path]).records())

    assert rejects(records) == []
    told = {key: [each.external_id for each in record.messages or ()] for key, record in tickets_of(records).items()}
    assert told == {"1": ["1", "3"], "2": ["2"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 ", "is a PDF"),
        (b"<!DOCTYPE html><title>Sign in</title>", "is a web page"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"Ticket ID,Status\n" + b"1,solved\n" * 30, "is cut off or damaged"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "tickets.jsonl").write_bytes(content)

    with pytest.raises(UnusableFileError, match=words):
        list(ZendeskExport([tmp_path]).records())


@pytest.mark.parametrize("first", ["[]", "7", '"x"', "{cut"])
def test_lines_of_which_the_first_is_no_object_are_still_read_one_by_one(tmp_path: Path, first: str) -> None:
    records = read(tmp_path, tickets=[first, zendesk_ticket()])

    assert rejects(records) == [("tickets.jsonl.gz", 1, None, "ticket")]
    assert set(tickets_of(records)) == {"100"}


def test_a_damaged_gzip_file_is_refused_as_a_whole(tmp_path: Path) -> None:
    folder = zendesk_folder(tmp_path, tickets=[zendesk_ticket()])
    whole = (folder / "tickets.jsonl.gz").read_bytes()
    (folder / "tickets.jsonl.gz").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnusableFileError, match="cut off or damaged"):
        ZendeskExport([folder])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
COLUMNS = (
    "id ticket_id status created_at author_id public body tags custom_fields via requester_id assignee_id group_id "
    "satisfaction_rating role name email locale user_fields score reopens solved_at reply_time_in_minutes updated_at"
)
ROW = st.dictionaries(
    st.sampled_from(tuple(COLUMNS.split(" "))),
    JSON | st.sampled_from([100, 1, 9, -1, "2026-04-06T09:00:00Z", "solved", True]),
)


@given(st.lists(ROW, max_size=4), st.lists(ROW, max_size=4), st.lists(ROW, max_size=3), st.binary(max_size=40))
def test_any_rows_are_read_or_told_and_never_break_the_reading(
    tickets: list[Any], comments: list[Any], others: list[Any], raw: bytes
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for table, rows in (
            ("tickets", [zendesk_ticket(), *tickets]),
            ("comments", comments),
            ("users", others),
            ("groups", others),
            ("ticket_metrics", others),
            ("satisfaction_ratings", others),
        ):
            lines = [json.dumps(row).encode() for row in rows]
            (folder / f"{table}.jsonl").write_bytes(b"\n".join([b"", *lines, raw]))
        export = ZendeskExport([folder])

        records = list(export.records())

    assert all(isinstance(record, (TicketRecord, Reject, Repeated)) for record in records)


LINES = st.one_of(
    st.builds(
        lambda key, more: json.dumps({"id": 1, "ticket_id": key, **more}),
        st.one_of(st.integers(-9, 10**12), st.sampled_from(["7", " 8 ", "", "é", 'a"b']), st.none()),
        st.sampled_from([{}, {"body": "said"}, {"body": 'a "ticket_id": 5 in words'}, {"via": {"ticket_id": 3}}]),
    ),
    st.sampled_from(["", "  ", '{"id": 1}', "[]", '{"ticket_id" : 4}', "\u2028", '{"a": 1}\r']),
)


@given(st.lists(LINES), st.booleans())
def test_the_keys_of_a_block_are_those_of_its_lines(lines: list[str], ended: bool) -> None:
    block = "\n".join(lines).encode() + (b"\n" if ended else b"")

    keys = list(keys_in(block, "ticket_id"))

    rows = [row for line in lines if isinstance(row := parsed(line.encode()), dict)]
    assert [key for key in keys if key] == [key for row in rows if (key := optional_id(row, "ticket_id"))]
