"""An export nobody has seen: uploaded, its columns told in the browser, taken in, and its result understood."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.people.models import RegionClearance
from qa.tickets.models import IntakeRun, IntakeUpload, SavedMapping, Ticket, TicketSignal
from tests.support.cast import SINCE, Cast
from tests.support.client import CheckingClient
from tests.tickets.page_forms import form_of, taken_in

TICKETS = (
    "Vorgang;Betreff;Zustand;Bearbeiter Mail;Eröffnet;Erledigt am;Kunde;Punkte;Team\n"
    "A-1;Zahlung fehlt;in Klärung;sam@example.com;03/04/2026 09:00;05/04/2026 10:00;Zebulon Quark;87;Beschwerden\n"
    "A-2;Anderes;erledigt;sam@example.com;13/04/2026 09:00;14/04/2026 10:00;Ben Example;12;Zahlungen\n"
    "A-3;Kaputt;erledigt;sam@example.com;soon;;Zebulon Quark;1;Zahlungen\n"
)
MESSAGES = (
    "Vorgang,wer,wann,was,Rolle\nA-1,Zebulon Quark,2026-04-03 09:00,Hallo ich bin Zebulon Quark,Kunde\n"
    "A-1,sam@example.com,2026-04-03 09:05,Erledigt.,Mitarbeiter\nA-9,x,2026-04-03 09:05,Wohin?,Kunde\n"
)


@pytest.fixture
def ada(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.ada)


def upload(client: CheckingClient, **files: bytes) -> Any:
    given = [(io.BytesIO(content), name.replace("_", ".")) for name, content in files.items()]
    return client.post_form(
        "/tickets/intake", {"format": "csv", "files": given, "source": ""}, content_type="multipart/form-data"
    )


@pytest.fixture
def page(ada: CheckingClient) -> str:
    answer = upload(ada, tickets_csv=TICKETS.encode("cp1252"), messages_csv=MESSAGES.encode())
    assert answer.status_code == 302
    location: str = answer.location
    return location


def choose(client: CheckingClient, page: str, **changes: str) -> Any:
    return client.post_form(page, form_of(client, page) | {k.replace("_", "-"): v for k, v in changes.items()})


def mapped(client: CheckingClient, page: str) -> None:
    """Tell what no guess could know: five columns, what a word means, and how dates are written."""
    choose(client, page, s0_c3="Assignee Email", s0_c4="Created At", s0_c7="+signal", s0_c8="Group", action="preview")
    choose(client, page, s0_c2_w1="solved", s0_c4_order="day_first", s0_c4_zone="Europe/Berlin", action="preview",
           s1_reads="messages", e0_where="queue", e0_words="Beschwerden")  # fmt: skip
    choose(client, page, s1_c1="Author", s1_c2="Sent At", s1_c3="Body", s1_c4="Author Role", action="preview")


def run_jobs(app: Flask) -> None:
    app.extensions["runner"].run_all()


def test_the_page_shows_redacted_rows_and_says_what_is_still_needed(ada: CheckingClient, page: str) -> None:
    body = ada.get(page).get_data(as_text=True)

    assert "Windows-1252, cells between semicolons, 3 rows looked at" in body
    assert "Quark" not in body
    assert "Still needed: Created At." in body
    assert "Say what “in Klärung” means" in body


def test_choices_are_kept_at_once_and_the_preview_follows_them(ada: CheckingClient, page: str) -> None:
    mapped(ada, page)

    body = ada.get(page).get_data(as_text=True)
    assert "2026-04-03 07:00:00 UTC" in body  # nine o'clock in Berlin
    assert "not a date and time: the row is refused" in body
    assert "1 of 3 would be refused" in body
    assert "Ready." in body


def test_an_export_never_seen_before_comes_in_and_every_row_is_accounted_for(
    ada: CheckingClient, app: Flask, session: Session, page: str
) -> None:
    mapped(ada, page)

    answer = choose(ada, page, action="import", name="Monatlich")
    run_jobs(app)

    run = session.scalars(select(IntakeRun)).one()
    assert answer.location.endswith(f"/tickets/intake/{run.id}")
    assert run.counts["tickets"] == {"read": 3, "stored": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    assert run.counts["messages"] == {"read": 3, "stored": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    tickets = {each.external_id: each for each in session.scalars(select(Ticket))}
    assert {key: (each.status, each.escalated) for key, each in tickets.items()} == {
        "A-1": ("solved", True),
        "A-2": ("solved", False),
    }
    assert (tickets["A-1"].origin_file, tickets["A-1"].origin_row) == ("tickets.csv", 2)
    assert session.scalars(select(TicketSignal.value).where(TicketSignal.name == "punkte")).all() == [87, 12]
    result = ada.get(answer.location).get_data(as_text=True)
    assert "Eröffnet" in result  # the column as the file itself calls it
    assert "read by the mapping “Monatlich”" in result
    assert "Messages of a refused ticket count as rejected with it" in result
    rejects = ada.get(f"/tickets/intake/{run.id}/rejects.csv").get_data(as_text=True)
    assert "tickets.csv,4,Eröffnet,soon,not a date and time" in rejects
    assert "Quark" not in result + rejects


def test_the_next_upload_of_the_kind_begins_from_the_kept_mapping_and_changes_nothing(
    ada: CheckingClient, app: Flask, session: Session, page: str
) -> None:
    mapped(ada, page)
    choose(ada, page, action="import", name="Monatlich")
    run_jobs(app)

    again = upload(ada, tickets_csv=TICKETS.encode("utf-16"), messages_csv=MESSAGES.encode()).location
    body = ada.get(again).get_data(as_text=True)
    choose(ada, again, action="import")
    run_jobs(app)

    assert 'value="Monatlich"' in body
    last = session.scalars(select(IntakeRun).order_by(IntakeRun.id.desc())).first()
    assert last is not None
    assert (last.counts["tickets"]["unchanged"], last.counts["messages"]["unchanged"]) == (2, 2)
    assert last.mapping_name == "Monatlich"


def test_a_kept_mapping_is_used_by_the_command_and_can_be_downloaded_and_deleted(
    ada: CheckingClient, flask_command: Callable[..., Any], session: Session, page: str, tmp_path: Path
) -> None:
    mapped(ada, page)
    choose(ada, page, action="import", name="Monatlich")
    (tmp_path / "t.csv").write_bytes(TICKETS.encode("cp1252"))
    saved = session.scalars(select(SavedMapping)).one()
    session.rollback()

    kept = ada.get(f"/tickets/intake/mappings/{saved.id}.json").get_json()
    (tmp_path / "kept.json").write_text(json.dumps(kept), encoding="utf-8")
    reports = [
        json.loads(flask_command("intake", "csv", str(tmp_path / "t.csv"), "--mapping", told, "--json").stdout)
        for told in ("Monatlich", str(tmp_path / "kept.json"))
    ]
    ada.post_form(f"/tickets/intake/mappings/{saved.id}/delete", {})

    assert [each["tickets"]["read"] for each in reports] == [3, 3]
    assert reports[1]["tickets"]["unchanged"] == 2
    assert session.scalar(select(func.count()).select_from(SavedMapping)) == 0


def test_nothing_is_taken_in_before_every_needed_column_is_told(
    ada: CheckingClient, session: Session, page: str
) -> None:
    answer = choose(ada, page, action="import")

    assert answer.status_code == 422
    assert "needs a column for Created At" in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(IntakeRun)) == 0


def test_choices_that_contradict_each_other_are_told_beside_them(ada: CheckingClient, page: str) -> None:
    body = choose(ada, page, s0_c0="Subject", s0_c5_zone="Mars/Base", action="preview").get_data(as_text=True)

    assert "is Subject already: a column can mean only one thing" in body
    assert "There is no time zone “Mars/Base”" in body


def test_two_people_on_one_mapping_do_not_overwrite_each_other(ada: CheckingClient, page: str) -> None:
    stale = form_of(ada, page)
    choose(ada, page, s0_reads="tickets", action="preview")

    answer = ada.post_form(page, stale | {"action": "preview"})

    assert answer.status_code == 409
    assert "Somebody else changed this mapping meanwhile" in answer.get_data(as_text=True)


def test_an_upload_can_be_thrown_away_and_leaves_no_file(
    ada: CheckingClient, app: Flask, session: Session, page: str
) -> None:
    uploads = app.extensions["fairmark"].instance / "uploads"
    kept = [each for each in uploads.rglob("*") if each.is_file()]

    choose(ada, page, action="discard")

    assert kept
    assert [each for each in uploads.rglob("*") if each.is_file()] == []
    assert ada.get(page).status_code == 302
    assert session.scalars(select(IntakeUpload.looks)).all() == [[]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7", "is a PDF"),
        (b"", "is empty"),
        (b"<html>Sign in</html>", "is a web page"),
        (bytes(range(1, 32)) * 40, "holds no text that can be read"),
    ],
)
def test_a_file_that_is_no_table_is_told_on_the_upload_form(ada: CheckingClient, content: bytes, words: str) -> None:
    answer = upload(ada, export_csv=content)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_the_mapping_page_takes_few_statements(page: str, statements_of: Any, ada: CheckingClient) -> None:
    assert statements_of(ada, page) <= 8


def test_of_two_sheets_with_the_same_columns_the_one_left_out_stays_out(
    ada: CheckingClient, app: Flask, session: Session
) -> None:
    book = openpyxl.Workbook()
    for name, key in (("This year", 1), ("Last year", 2)):
        sheet = book.create_sheet(name)
        sheet.append(["Ticket ID", "Status", "Created At"])
        sheet.append([key, "solved", "2026-04-06 09:00"])
    del book["Sheet"]
    saved = io.BytesIO()
    book.save(saved)
    page = upload(ada, export_xlsx=saved.getvalue()).location
    choose(ada, page, s1_reads="nothing", action="preview")

    choose(ada, page, name="Yearly", action="import")
    run_jobs(app)
    again = ada.get(upload(ada, export_xlsx=saved.getvalue()).location).get_data(as_text=True)

    session.commit()
    assert session.scalars(select(Ticket.external_id)).all() == ["1"]
    assert "Nothing of this table is taken in" in again  # the kept mapping knows it again


def test_a_zip_is_unpacked_whatever_its_name_says(ada: CheckingClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("tickets.csv", TICKETS)
        archive.writestr("messages.csv", MESSAGES)

    body = ada.get(upload(ada, export_csv=packed.getvalue()).location).get_data(as_text=True)

    assert "tickets.csv" in body
    assert "messages.csv" in body


def test_characters_that_no_page_may_hold_are_shown_nowhere(ada: CheckingClient, app: Flask) -> None:
    rows = "Ticket ID,Status,Created\x1b At,a\x01b\n1,so\x02lved,2026-04-06,c\x7fd\n2,sol\x02ved,2026-04-06,\x03\n"
    answer = upload(ada, tickets_csv=rows.encode() + b"3,solved,2026-04-06,fine\n" * 40)
    page = ada.get(answer.location).get_data(as_text=True)  # the client refuses a page that holds one
    taken = taken_in(ada, answer)
    run_jobs(app)

    assert ">ab<" in page
    assert "solved" in ada.get(taken.location).get_data(as_text=True)


def test_a_header_without_rows_is_no_news(ada: CheckingClient, app: Flask) -> None:
    answer = taken_in(ada, upload(ada, tickets_csv=b"Ticket ID,Status,Created At\n"))
    run_jobs(app)

    page = ada.get(answer.location).get_data(as_text=True)

    assert "There was no row to take in." in page
    assert "Every row could be used" not in page


def test_rows_that_may_be_of_a_closed_region_are_shown_to_its_cleared_alone(
    ada: CheckingClient, app: Flask, session: Session, cast: Cast, page: str
) -> None:
    mapped(ada, page)
    choose(ada, page, r0_where="queue", r0_words="Zahlungen", r0_region="eu", action="preview")
    own = ada.get(page).status_code
    session.execute(update(IntakeUpload).values(created_by_id=cast.quinn.id))
    session.commit()
    others = ada.get(page).status_code
    listed = "Say what the columns mean" in ada.get("/tickets/intake").get_data(as_text=True)
    session.execute(update(IntakeUpload).values(created_by_id=cast.ada.id))
    session.commit()

    run = choose(ada, page, action="import").location
    run_jobs(app)
    closed, no_file = ada.get(run).get_data(as_text=True), ada.get(f"{run}/rejects.csv").status_code
    session.add(RegionClearance(user_id=cast.ada.id, region="eu", valid_from=SINCE))
    session.commit()
    opened, file = ada.get(run).get_data(as_text=True), ada.get(f"{run}/rejects.csv").get_data(as_text=True)

    assert (own, others, listed, no_file) == (200, 404, False, 404)
    assert "Who is cleared for eu sees these rows" in closed
    assert ">soon<" not in closed
    assert ">soon<" in opened
    assert ",soon," in file
