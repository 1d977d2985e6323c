"""`flask intake` and the job behind an upload, on small exports and once on the whole shared set."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.db import db
from qa.people.models import AgentIdentity, Source
from qa.tickets.jobs import keys
from qa.tickets.models import ConversationRevision, HandledPart, IntakeReject, IntakeRun, Ticket
from qa.tickets.storing import store_tickets
from tests.shared import shared_path
from tests.support.cast import NOW, Cast
from tests.tickets.records import flat_folder, ticket, zendesk_comment, zendesk_folder, zendesk_ticket
from tests.tickets.shared_cut import cut_of_the_shared_set


def reported(result: Any) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Three tickets, one of them bad, with four comments, one of them of nobody."""
    return zendesk_folder(
        tmp_path / "export",
        tickets=[zendesk_ticket(100), zendesk_ticket(101), zendesk_ticket(102, status="melted")],
        comments=[
            zendesk_comment(1),
            zendesk_comment(2, author=1),
            zendesk_comment(3, author=77),
            zendesk_comment(4, 101),
        ],
    )


def test_good_rows_are_stored_although_others_are_rejected(
    flask_command: Callable[..., Any], session: Session, cast: Cast, export: Path
) -> None:
    report = reported(flask_command("intake", "zendesk", str(export), "--json"))

    assert report["tickets"] == {"read": 3, "stored": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    assert report["messages"] == {"read": 4, "stored": 3, "updated": 0, "unchanged": 0, "rejected": 1}
    assert [(each["file"], each["line"], each["column"], each["value"]) for each in report["rejects"]] == [
        ("comments.jsonl.gz", 3, "author_id", "77"),
        ("tickets.jsonl.gz", 3, "status", "melted"),
    ]
    assert session.scalar(select(func.count()).select_from(Ticket)) == 2


def test_the_same_files_again_change_nothing_and_tell_the_same_rejects(
    flask_command: Callable[..., Any], session: Session, cast: Cast, export: Path
) -> None:
    first = reported(flask_command("intake", "zendesk", str(export), "--json"))

    second = reported(flask_command("intake", "zendesk", str(export), "--json"))

    assert second["tickets"] == {"read": 3, "stored": 0, "updated": 0, "unchanged": 2, "rejected": 1}
    assert second["messages"]["unchanged"] == 3
    assert (second["rejects"], second["digest"]) == (first["rejects"], first["digest"])
    assert session.scalar(select(func.count()).select_from(ConversationRevision)) == 2


def test_an_intake_leaves_its_account_and_an_audit_event_without_text(
    flask_command: Callable[..., Any], session: Session, cast: Cast, export: Path
) -> None:
    report = reported(flask_command("intake", "zendesk", str(export), "--json"))

    run = session.scalars(select(IntakeRun)).one()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "intake.done")).one()
    assert (run.state, run.format, run.counts["tickets"]["stored"]) == ("done", "zendesk", 2)
    assert session.scalar(select(func.count()).select_from(IntakeReject)) == 2
    assert event.detail["digest"] == report["digest"] == run.digest
    assert set(event.detail) == {"format", "source", "digest", "tickets", "messages"}


def test_each_ticket_names_the_intake_file_and_row_that_told_it(
    flask_command: Callable[..., Any], session: Session, cast: Cast, export: Path
) -> None:
    first = reported(flask_command("intake", "zendesk", str(export), "--json"))
    reported(flask_command("intake", "zendesk", str(export), "--json"))  # says nothing new

    told = session.execute(
        select(Ticket.external_id, Ticket.intake_run_id, Ticket.origin_file, Ticket.origin_row).order_by(Ticket.id)
    ).all()
    assert sorted(told) == [("100", first["run"], "tickets.jsonl.gz", 1), ("101", first["run"], "tickets.jsonl.gz", 2)]


def test_flat_files_come_in_the_same_way(
    flask_command: Callable[..., Any], session: Session, cast: Cast, tmp_path: Path
) -> None:
    folder = flat_folder(tmp_path / "flat", {}, {"Ticket ID": "2", "Created At": ""})

    report = reported(
        flask_command("intake", "csv", str(folder / "tickets.csv"), str(folder / "messages.csv"), "--json")
    )

    assert (report["tickets"]["stored"], report["tickets"]["rejected"], report["parts"]) == (1, 1, 1)


def test_without_json_the_counts_and_rejects_are_told_in_words(
    flask_command: Callable[..., Any], cast: Cast, export: Path
) -> None:
    result = flask_command("intake", "zendesk", str(export))

    assert "tickets: 3 read, 2 stored" in result.stdout
    assert "tickets.jsonl.gz:3:status: not a status of Zendesk ('melted')" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            ("xml", "x"), "There is no format 'xml'. Known formats: csv, tsv, xlsx, jsonl, zendesk", id="unknown format"
        ),
        pytest.param(("csv", "ann@example.com.csv"), "no file or folder [email]", id="no such file"),
    ],
)
def test_what_cannot_be_done_at_all_is_one_line_and_exit_one(
    flask_command: Callable[..., Any], cast: Cast, arguments: tuple[str, ...], words: str
) -> None:
    result = flask_command("intake", *arguments)

    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_source_keeps_to_its_format(flask_command: Callable[..., Any], cast: Cast, export: Path) -> None:
    result = flask_command("intake", "zendesk", str(export), "--source", "desk")

    assert result.exit_code == 1
    assert "takes csv exports" in result.stderr


def test_two_intakes_at_once_double_nothing(app: Flask, session: Session, cast: Cast) -> None:
    source_id = cast.source.id
    session.commit()
    records = [ticket(number) for number in range(300)]
    problems: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            try:
                own = db.session()
                source = own.get_one(Source, source_id)
                own.commit()
                store_tickets(own, source, records, ring=keys().ring, frame_key=keys().frame_key, now=NOW)
            except BaseException as problem:  # noqa: BLE001 - told by the test's own thread
                problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert session.scalar(select(func.count()).select_from(Ticket)) == 300
    assert session.scalar(select(func.count()).select_from(HandledPart)) == 300
    assert session.scalar(select(func.count()).select_from(ConversationRevision)) == 300


def test_people_imported_later_take_over_the_parts_of_their_agents(
    flask_command: Callable[..., Any], session: Session, cast: Cast, export: Path, tmp_path: Path
) -> None:
    flask_command("intake", "zendesk", str(export))
    roster = tmp_path / "roster.csv"
    roster.write_text("name,email,roles,team,start\nSam Two,sam@example.com,specialist,Payouts,2026-01-05\n")

    flask_command("people", "import", str(roster))

    part = session.scalars(select(HandledPart).where(HandledPart.public_replies == 1)).one()
    identity = session.get_one(AgentIdentity, part.agent_identity_id)
    assert identity.user_id is not None
    assert (part.specialist_id, part.team_id) == (identity.user_id, cast.payouts.id)


def test_a_cut_of_the_shared_export_comes_in_on_each_engine(
    flask_command: Callable[..., Any], session: Session, cast: Cast, tmp_path: Path
) -> None:
    folder = cut_of_the_shared_set(tmp_path / "cut", 60)

    first = reported(flask_command("intake", "zendesk", str(folder), "--json"))
    second = reported(flask_command("intake", "zendesk", str(folder), "--json"))

    assert first["tickets"]["stored"] == second["tickets"]["unchanged"] == 60
    assert first["messages"]["stored"] == second["messages"]["unchanged"] > 1_000
    assert first["rejects"] == second["rejects"] == []


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_whole_shared_export_comes_in_and_twice_nothing_doubles(
    flask_command: Callable[..., Any], session: Session, cast: Cast
) -> None:
    folder = shared_path("data", "zendesk")

    first = reported(flask_command("intake", "zendesk", str(folder), "--json"))
    second = reported(flask_command("intake", "zendesk", str(folder), "--json"))

    assert (first["tickets"]["stored"], first["messages"]["stored"]) == (3_000, 63_510)
    assert (second["tickets"]["unchanged"], second["messages"]["unchanged"]) == (3_000, 63_510)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 3_000
    assert session.scalar(select(func.sum(ConversationRevision.message_count))) == 63_510
    # 3,000 tickets, 65 of them resolved but abandoned, 64 not resolved: each other one has its one agent.
    assert session.scalar(select(func.count()).select_from(HandledPart)) == 2_871
    assert first["without_part"] == {"abandoned": 65, "unresolved": 64}
