"""A kept file that quotes an erased conversation goes with it."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.scheduled_exports.forgetting import runs_of
from qa.scheduled_exports.models import ExportDelivery, ExportSchedule
from qa.tickets import erasing
from tests.support.builders import make_ticket
from tests.support.cast import NOW, Cast
from tests.support.tickets import RING

CANARY = "My xylophone arrived broken, and nobody answers"


def workbook(*cells: str) -> bytes:
    book = openpyxl.Workbook()
    for cell in cells:
        book.active.append([cell])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def zipped(*books: bytes) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as packed:
        for n, book in enumerate(books):
            packed.writestr(f"{n}.xlsx", book)
    return saved.getvalue()


def delivered(session: Session, cast: Cast, folder: Path, **files: bytes) -> None:
    """A schedule's files as they wait to be fetched, by their names."""
    schedule = ExportSchedule(
        programme_id=cast.programme.id, owner_id=cast.quinn.id, receiver_id=cast.lena.id, kind="team", options={},
        rhythm="weekly", weekday=0, hour=6, way="link", created_at=NOW, since=NOW,
    )  # fmt: skip
    session.add(schedule)
    session.flush()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        session.add(
            ExportDelivery(
                schedule_id=schedule.id,
                period=name,
                state="done",
                created_at=NOW,
                file_name=name,
                digest="0",
                mail="none",
            )
        )
    session.commit()


def test_files_that_quote_an_erased_ticket_are_deleted_and_no_other(app: Flask, session: Session, cast: Cast) -> None:
    ticket = make_ticket(session, cast, subject="Broken xylophone", messages=(("customer", f"{CANARY}."),)).ticket
    folder = app.extensions["fairmark"].instance / "exports"
    delivered(
        session,
        cast,
        folder,
        quotes=workbook("Scores", "She wrote: “arrived broken, and nobody answers” & left"),
        names_it=workbook("Broken xylophone"),
        holds_one=zipped(workbook("Nothing"), workbook(CANARY)),
        other=workbook("A parcel arrived broken", "Broken"),
    )
    ticket_id = ticket.id

    with app.app_context():
        journal = erasing.Journal(app.extensions["fairmark"].instance, app.extensions["forget_quotes"])
        erasing.erase_tickets(db.session(), RING, journal, [ticket_id], reason="asked", by=None, now=NOW)

    session.rollback()
    states = dict(tuple(row) for row in session.execute(select(ExportDelivery.period, ExportDelivery.state)))
    assert states == {"quotes": "expired", "names_it": "expired", "holds_one": "expired", "other": "done"}
    assert [path.name for path in folder.iterdir()] == ["other"]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", set()),
        ("Payout", set()),
        ("Payout late", {("payout", "late")}),
        ("a b c d e", {tuple("abcd"), tuple("bcde")}),
    ],
)
def test_a_run_is_four_words_or_a_whole_short_text(text: str, runs: set[tuple[str, ...]]) -> None:
    assert runs_of(text) == runs
