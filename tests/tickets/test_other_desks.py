"""Objects in the shape of each help desk's API become the same records; and so do pages of Zendesk's export."""

import json
from pathlib import Path
from typing import Any

import pytest

from qa.tickets.intake.base import Record, Reject, TicketRecord, UnusableFileError
from qa.tickets.intake.formats import format_named
from qa.tickets.intake.json_tables import objects_of
from qa.tickets.intake.zendesk import Zendesk
from tests.shared import shared_path
from tests.tickets.records import at, tickets_of

SAID = [("customer", "Hello?"), ("specialist", "Done."), ("internal", "a note")]
CREATED, REPLIED, NOTED, CLOSED = (int(at(minutes).timestamp()) for minutes in (0, 5, 6, 60))
WHEN = {stamp: at(minutes).isoformat().replace("+00:00", "Z") for stamp, minutes in
        ((CREATED, 0), (REPLIED, 5), (NOTED, 6), (CLOSED, 60))}  # fmt: skip

INTERCOM = {
    "id": "1", "title": "<p>Payout</p>", "state": "closed", "created_at": CREATED, "updated_at": CLOSED,
    "admin_assignee_id": 7, "team_assignee_id": 3, "tags": {"tags": [{"name": "payout"}]},
    "conversation_rating": {"rating": 5, "remark": "great"}, "contacts": {"contacts": [{"id": "c1"}]},
    "statistics": {"last_close_at": CLOSED, "count_reopens": 1, "time_to_admin_reply": 300},
    "custom_attributes": {"Product area": "payouts"},
    "source": {"id": "m1", "type": "email", "body": "<p>Hello?</p>",
               "author": {"type": "user", "id": "c1", "name": "Ann"}},
    "conversation_parts": {"conversation_parts": [
        {"id": "m0", "part_type": "assignment", "body": None, "created_at": CREATED,
         "author": {"type": "bot", "id": "-1"}},
        {"id": "m2", "part_type": "comment", "body": "<p>Done.</p>", "created_at": REPLIED,
         "author": {"type": "admin", "id": "7", "name": "Sam Sato", "email": "Sam@Example.com"}},
        {"id": "m3", "part_type": "note", "body": "a note", "created_at": NOTED,
         "author": {"type": "admin", "id": "7"}},
    ]},
}  # fmt: skip
FRESHDESK = {
    "id": 1, "subject": "Payout", "status": 4, "priority": 3, "source": 1, "requester_id": 9, "responder_id": 7,
    "group_id": 3, "created_at": WHEN[CREATED], "updated_at": WHEN[CLOSED], "tags": ["payout"],
    "description_text": "Hello?", "requester": {"name": "Ann"}, "custom_fields": {"cf_x": 1},
    "stats": {"resolved_at": WHEN[CLOSED], "first_responded_at": WHEN[REPLIED]},
    "conversations": [
        {"id": 2, "body_text": "Done.", "incoming": False, "private": False, "user_id": 7, "created_at": WHEN[REPLIED]},
        {"id": 3, "body": "<b>a note</b>", "incoming": False, "private": True, "user_id": 7, "created_at": WHEN[NOTED]},
    ],
}  # fmt: skip
ZAMMAD = {
    "id": 1, "title": "Payout", "state": "closed", "priority": "3 high", "group": "Payouts", "owner_id": 7,
    "customer_id": 9, "created_at": WHEN[CREATED], "updated_at": WHEN[CLOSED], "close_at": WHEN[CLOSED],
    "first_response_in_min": 5, "create_article_type": "email", "tags": ["payout"],
    "articles": [
        {"id": 1, "sender": "Customer", "internal": False, "body": "Hello?", "content_type": "text/plain",
         "created_by_id": 9, "created_at": WHEN[CREATED]},
        {"id": 2, "sender": "Agent", "internal": False, "body": "<div>Done.</div>", "content_type": "text/html",
         "created_by_id": 7, "created_at": WHEN[REPLIED]},
        {"id": 3, "sender": "Agent", "internal": True, "body": "a note", "content_type": "text/plain",
         "created_by_id": 7, "created_at": WHEN[NOTED]},
    ],
}  # fmt: skip
CHATWOOT = {
    "id": 1, "status": "resolved", "created_at": CREATED, "last_activity_at": CLOSED, "labels": ["payout"],
    "additional_attributes": {"mail_subject": "Payout"},
    "meta": {"channel": "Channel::Email", "team": {"name": "Payouts"}, "sender": {"id": 9, "name": "Ann"},
             "assignee": {"id": 7, "name": "Sam Sato", "email": "sam@example.com"}},
    "messages": [
        {"id": 1, "content": "Hello?", "message_type": 0, "private": False, "created_at": CREATED, "sender": {"id": 9}},
        {"id": 2, "content": "Done.", "message_type": 1, "private": False, "created_at": REPLIED,
         "sender": {"id": 7, "name": "Sam Sato", "type": "user"}},
        {"id": 3, "content": "a note", "message_type": "outgoing", "private": True, "created_at": NOTED,
         "sender": {"id": 7, "type": "user"}},
        {"id": 4, "content": "Ann was assigned", "message_type": 2, "created_at": NOTED},
        {"id": 5, "content": "How was it?", "message_type": 3, "content_type": "input_csat", "created_at": CLOSED,
         "content_attributes": {"submitted_values": {"csat_survey_response": {"rating": 4}}}},
    ],
}  # fmt: skip
AGENTS = {
    "freshdesk": {"agents": [{"id": 7, "contact": {"name": "Sam Sato", "email": "sam@example.com"}}],
                  "groups": [{"id": 3, "name": "Payouts"}]},
    "zammad": {"users": [{"id": 7, "firstname": "Sam", "lastname": "Sato", "email": "sam@example.com"}]},
    "intercom": {"teams": [{"id": 3, "name": "Payouts"}]},
    "chatwoot": {},
}  # fmt: skip
TABLE = {"intercom": "conversations", "freshdesk": "tickets", "zammad": "tickets", "chatwoot": "conversations"}
OBJECTS: dict[str, dict[str, Any]] = {
    "intercom": INTERCOM, "freshdesk": FRESHDESK, "zammad": ZAMMAD, "chatwoot": CHATWOOT,
}  # fmt: skip


def read(folder: Path, desk: str, *objects: Any, lines: bool = True) -> list[Record]:
    folder.mkdir(exist_ok=True)
    for table, rows in {TABLE[desk]: objects, **AGENTS[desk]}.items():
        if lines:
            text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
            (folder / f"{table}.jsonl").write_text(text, encoding="utf-8")
        else:
            (folder / f"page-{table}.json").write_text(json.dumps({table: list(rows), "pages": {}}, indent=1))
    return list(format_named(desk).open([folder], None).records())


@pytest.mark.parametrize("desk", OBJECTS)
@pytest.mark.parametrize("lines", [True, False])
def test_each_help_desk_tells_the_same_ticket(tmp_path: Path, desk: str, lines: bool) -> None:
    records = read(tmp_path / "x", desk, OBJECTS[desk], lines=lines)

    (record,) = records
    assert isinstance(record, TicketRecord)
    assert (record.external_id, record.subject, record.channel) == ("1", "Payout", "email")
    assert record.status in ("solved", "closed")
    assert (record.created_at, record.queue, record.tags) == (at(0), "Payouts", ("payout",))
    assert [(each.role, each.text) for each in record.messages or ()] == SAID
    assert record.assignee is not None
    assert (record.messages or ())[1].agent is not None
    assert [each.agent.external_id for each in record.messages or () if each.agent] == ["7", "7"]
    assert (record.people == ("Ann",)) == (desk != "zammad")
    if desk != "chatwoot":
        assert (record.solved_at, record.first_reply_seconds) == (at(60), 300)
    if desk in ("intercom", "chatwoot"):
        assert record.csat == "good"
    assert record.origin is not None
    assert record.origin.row == (1 if lines else 3)


@pytest.mark.parametrize("desk", OBJECTS)
def test_an_object_that_cannot_be_used_is_told_with_its_place(tmp_path: Path, desk: str) -> None:
    field = {"intercom": "state", "freshdesk": "status", "zammad": "state", "chatwoot": "status"}[desk]
    bad = {**OBJECTS[desk], "id": 2, field: "melted"}

    records = read(tmp_path / "x", desk, OBJECTS[desk], bad, '{"id": 3, "name": "Zebulon Quark')

    told = [(each.line, each.column, each.loses) for each in records if isinstance(each, Reject)]
    assert sorted(told, key=str) == [(2, field, "ticket"), (3, None, "ticket")]
    assert "Quark" not in str([each for each in records if isinstance(each, Reject)])
    assert set(tickets_of(records)) == {"1"}


WITHIN = {
    "intercom": "conversation_parts", "freshdesk": "conversations", "zammad": "articles", "chatwoot": "messages",
}  # fmt: skip


def holding(desk: str, *changes: Any) -> dict[str, Any]:
    """A ticket whose second message stands in it once for each of these changes; what is no mapping stands so."""
    told = json.loads(json.dumps(OBJECTS[desk]))
    inside = told["conversation_parts"] if desk == "intercom" else told
    messages = inside[WITHIN[desk]]
    place = next(place for place, each in enumerate(messages) if "Done." in str(each))
    again = [{**messages[place], **each} if isinstance(each, dict) else each for each in changes]
    inside[WITHIN[desk]] = [*messages[:place], *again, *messages[place + 1 :]]
    return told


@pytest.mark.parametrize("desk", OBJECTS)
def test_a_message_that_stands_again_in_its_ticket_is_told_with_the_tickets_line(tmp_path: Path, desk: str) -> None:
    said = {"intercom": "body", "freshdesk": "body_text", "zammad": "body", "chatwoot": "content"}[desk]

    records = read(tmp_path / "x", desk, {**OBJECTS[desk], "id": 2}, holding(desk, {said: "Done, not yet."}, {}))

    (rejected,) = (each for each in records if isinstance(each, Reject))
    key = "m2" if desk == "intercom" else "2"
    assert (rejected.line, rejected.column, rejected.value, rejected.loses) == (2, f"{WITHIN[desk]}.id", key, "message")
    assert [(each.role, each.text) for each in tickets_of(records)["1"].messages or ()] == SAID


@pytest.mark.parametrize("desk", OBJECTS)
def test_a_bad_message_in_a_ticket_is_told_with_the_path_to_its_field(tmp_path: Path, desk: str) -> None:
    records = read(tmp_path / "x", desk, holding(desk, {}, {"id": 77, "created_at": True}, "Zebulon Quark", None))

    rejects = [each for each in records if isinstance(each, Reject)]
    within = WITHIN[desk]
    assert [(each.line, each.column, each.loses) for each in rejects] == [
        (1, f"{within}.created_at", "message"), (1, within, "message"), (1, within, "message"),
    ]  # fmt: skip
    assert "Quark" not in str(rejects)
    assert [(each.role, each.text) for each in tickets_of(records)["1"].messages or ()] == SAID


BAD = {**FRESHDESK, "id": 2, "status": "melted"}
PAGE = json.dumps({"tickets": [FRESHDESK, BAD]}, indent=1)
SECOND = 1 + PAGE[: PAGE.index('\n  {\n   "id": 2') + 1].count("\n")  # the line of the second one's brace


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        pytest.param(PAGE, "tickets.json", SECOND, id="a page over many lines"),
        pytest.param("\n\n" + PAGE, "tickets.json", SECOND + 2, id="below empty lines"),
        pytest.param(f"[\n{json.dumps(FRESHDESK)},\n{json.dumps(BAD)}\n]", "tickets.json", 3, id="a list"),
        pytest.param(json.dumps([FRESHDESK, BAD]), "tickets.json, object 2", 1, id="a list on one line"),
        pytest.param(
            json.dumps({"x": {}, "tickets": [FRESHDESK, BAD]}), "tickets.json, object 2 of tickets", 1, id="a page"
        ),
        pytest.param(
            json.dumps({"data": {"tickets": [7, BAD]}, "meta": 1}, indent=0).replace("7,", "7,\r\n\r\n"),
            "tickets.json", 7, id="within data, beside what is no object",
        ),
        pytest.param(
            json.dumps(FRESHDESK, indent=1) + "\n" + json.dumps(BAD, indent=1),
            "tickets.json", json.dumps(FRESHDESK, indent=1).count("\n") + 2, id="objects one after another",
        ),
    ],
)  # fmt: skip
def test_an_object_of_a_document_is_told_with_the_line_on_which_it_begins(
    tmp_path: Path, text: str, file: str, line: int
) -> None:
    (tmp_path / "tickets.json").write_bytes(text.encode())

    records = list(format_named("freshdesk").open([tmp_path], None).records())

    (rejected,) = (each for each in records if isinstance(each, Reject) and each.column is not None)
    assert (rejected.file, rejected.line, rejected.column, rejected.value) == (file, line, "status", "melted")


@pytest.mark.parametrize("text", [PAGE[:-40], PAGE.replace(",", "", 1), PAGE + "]", PAGE.replace('"melted"', "NaN")])
def test_a_document_that_is_cut_off_or_damaged_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    (tmp_path / "tickets.json").write_text(text, encoding="utf-8")

    with pytest.raises(UnusableFileError, match=r"tickets\.json is cut off or damaged: "):
        list(format_named("freshdesk").open([tmp_path], None).records())


def test_a_file_that_is_no_table_of_the_help_desk_is_told_as_left_out(tmp_path: Path) -> None:
    (tmp_path / "my-notes.jsonl").write_text('{"id": 7}\n', encoding="utf-8")

    records = read(tmp_path, "freshdesk", FRESHDESK)

    (rejected,) = (each for each in records if isinstance(each, Reject))
    assert (rejected.file, rejected.line, rejected.loses) == ("my-notes.jsonl", None, "cell")
    assert rejected.reason.startswith("left out")


def test_the_messages_in_a_ticket_without_an_id_are_counted_with_it(tmp_path: Path) -> None:
    (rejected,) = read(tmp_path, "zammad", {**ZAMMAD, "id": None})

    assert isinstance(rejected, Reject)
    assert (rejected.column, rejected.value, rejected.loses, rejected.messages) == ("id", "", "ticket", 3)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (True, "true"), ({"a": [None]}, '{"a": [null]}'), ("None", "None")]
)
def test_a_value_that_is_no_text_is_told_as_the_file_has_it(tmp_path: Path, value: Any, shown: str) -> None:
    (rejected,) = read(tmp_path, "freshdesk", {**FRESHDESK, "status": value})

    assert isinstance(rejected, Reject)
    assert rejected.value == shown


@pytest.mark.parametrize("desk", OBJECTS)
def test_the_newer_telling_of_a_ticket_is_used_and_the_older_told(tmp_path: Path, desk: str) -> None:
    stamp = "last_activity_at" if desk == "chatwoot" else "updated_at"
    older = {**OBJECTS[desk], stamp: NOTED if desk in ("intercom", "chatwoot") else WHEN[NOTED], "labels": ["old"],
             "tags": ["old"]}  # fmt: skip

    records = read(tmp_path / "x", desk, OBJECTS[desk], older)

    assert tickets_of(records)["1"].tags == ("payout",)
    assert [each.line for each in records if isinstance(each, Reject)] == [2]


def test_freshdesk_says_happy_and_unhappy_in_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    read(folder, "freshdesk", FRESHDESK, {**FRESHDESK, "id": 2, "spam": True, "deleted": True})
    ratings = [{"ticket_id": 1, "ratings": {"default_question": -103}, "feedback": "slow"}]
    (folder / "satisfaction_ratings.json").write_text(json.dumps(ratings), encoding="utf-8")

    found = tickets_of(format_named("freshdesk").open([folder], None).records())

    assert (found["1"].csat, found["1"].csat_reason) == ("bad", "slow")
    assert (found["2"].status, found["2"].tags) == ("deleted", ("payout", "spam"))


def test_an_export_without_its_tickets_says_which_file_it_needs(tmp_path: Path) -> None:
    (tmp_path / "users.jsonl").write_text("{}\n", encoding="utf-8")

    with pytest.raises(UnusableFileError, match=r"needs tickets.jsonl.gz"):
        format_named("zammad").open([tmp_path], None)


def test_the_shared_intercom_conversations_say_what_the_shared_zendesk_tickets_say() -> None:
    records = list(format_named("intercom").open([shared_path("data", "intercom")], None).records())
    found = tickets_of(records)
    wanted = {m.external_id for each in found.values() for m in each.messages or ()}
    desk, zendesk = Zendesk(), shared_path("data", "zendesk")
    for placed in objects_of(zendesk / "users.jsonl.gz"):
        desk.take("users", placed.row)  # type: ignore[arg-type]
    comments = (placed.row for placed in objects_of(zendesk / "comments.jsonl.gz"))
    messages = [desk.message(row, {}) for row in comments if isinstance(row, dict) and str(row["id"]) in wanted]

    assert len(found) == 250
    assert [each for each in records if isinstance(each, Reject)] == []
    said = {m.external_id: (m.role, " ".join(m.text.split())) for m in messages if m is not None}
    told = [m for each in found.values() for m in each.messages or () if m.public]
    assert len(told) > 4_000
    assert [m for m in told if said[m.external_id] != (m.role, " ".join(m.text.split()))] == []


def test_the_shared_pages_of_zendesks_cursor_export_are_read_with_their_envelope() -> None:
    records = list(format_named("zendesk").open([shared_path("data", "zendesk", "pages")], None).records())

    found = tickets_of(records)
    assert len(found) == 300
    assert all(
        each.origin is not None and each.origin.file.startswith("incremental_tickets") for each in found.values()
    )
    assert len(found["100001"].messages or ()) > 0
