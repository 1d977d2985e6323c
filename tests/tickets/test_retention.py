"""Erasing text for ever: what goes, what stays, who stops it, and that no copy keeps a word."""

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.db import db
from qa.core.jobs import Job
from qa.tickets import erasing, facts, retention, searching
from qa.tickets.jobs import RETENTION_JOB, Calendar
from qa.tickets.models import (
    ConversationKey,
    ConversationRevision,
    Erasure,
    HandledPart,
    LegalHold,
    RetentionRule,
    Ticket,
)
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.tickets import KEYS, RING, Handled, make_ticket

CANARY = "Xylophonist"
OLD = NOW - dt.timedelta(days=400)


@pytest.fixture
def ada(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.ada)


@pytest.fixture
def journal(app: Flask) -> erasing.Journal:
    settings: Settings = app.extensions["fairmark"]
    return erasing.Journal(settings.instance)


def canary(session: Session, cast: Cast, **more: object) -> Handled:
    """A ticket that says the canary everywhere a ticket can say something."""
    return make_ticket(
        session,
        cast,
        **{
            "subject": f"About the {CANARY}",
            "csat_reason": f"The {CANARY} was rude",
            "custom_fields": {"note": CANARY},
            "messages": (("customer", f"My {CANARY} is broken"), ("specialist", "Sorry.")),
            "resolved_at": OLD,
            **more,
        },  # type: ignore[arg-type]
    )


def indexed(app: Flask, session: Session) -> None:
    searching.note(session, session.scalars(select(Ticket.id)).all())
    session.commit()
    with app.app_context():
        searching.index_pending(db.session(), RING)


def keep(session: Session, cast: Cast, days: int) -> None:
    retention.set_rule(session, cast.programme.id, cast.source.id, days, by=None, now=NOW)
    session.commit()


def run(app: Flask, cast: Cast, journal: erasing.Journal) -> int:
    programme_id = cast.programme.id
    with app.app_context():
        return erasing.erase_due(db.session(), RING, journal, programme_id, by=None, now=NOW)


def test_text_goes_after_its_time_and_scores_stay(
    app: Flask, session: Session, cast: Cast, journal: erasing.Journal
) -> None:
    old, young = canary(session, cast), make_ticket(session, cast)
    keep(session, cast, 365)

    erased = run(app, cast, journal)

    session.expire_all()
    assert erased == 1
    assert (old.ticket.subject, old.ticket.csat_reason, old.ticket.custom_fields) == ("", None, {})
    assert old.ticket.erased_at == NOW
    assert session.get(ConversationKey, old.ticket.id) is None
    assert session.scalars(select(ConversationRevision.payload).filter_by(ticket_id=old.ticket.id)).all() == [b""]
    assert session.scalar(select(func.count()).select_from(HandledPart)) == 2
    assert young.ticket.erased_at is None
    assert [(row.subject_id, row.reason) for row in session.scalars(select(Erasure))] == [
        (old.ticket.id, "kept for 365 days")
    ]
    assert run(app, cast, journal) == 0


def test_a_dry_run_says_what_would_go_and_changes_nothing(session: Session, cast: Cast) -> None:
    canary(session, cast)
    canary(session, cast, external_id="H-1")
    place_hold(session, cast, "H-1")

    (asked,) = erasing.due(session, cast.programme.id, now=NOW, trial={cast.source.id: 365})
    (kept,) = erasing.due(session, cast.programme.id, now=NOW)

    assert (asked.tickets, asked.held, asked.oldest) == (1, 1, OLD)
    assert (kept.days, kept.tickets) == (None, 0)
    assert session.scalar(select(func.count()).where(Ticket.erased_at.is_not(None))) == 0


def place_hold(session: Session, cast: Cast, external_id: str) -> LegalHold:
    (ticket_id,) = retention.tickets_named(session, cast.source, external_id)
    hold = retention.place_hold(
        session, cast.programme.id, ticket_id=ticket_id, reason="case 7", by=cast.ada.id, now=NOW
    )
    session.commit()
    return hold


def test_a_hold_keeps_a_ticket_until_it_is_lifted(
    app: Flask, session: Session, cast: Cast, journal: erasing.Journal
) -> None:
    canary(session, cast, external_id="H-1")
    hold = place_hold(session, cast, "H-1")
    keep(session, cast, 30)

    before = run(app, cast, journal)
    retention.lift_hold(session, cast.programme.id, hold.id, by=cast.ada.id, now=NOW)
    session.commit()

    assert (before, run(app, cast, journal)) == (0, 1)


# PostgreSQL's files belong to its server.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_copy_keeps_a_word_of_an_erased_ticket(
    app: Flask, session: Session, cast: Cast, journal: erasing.Journal, database_url: str, tmp_path: Path
) -> None:
    ticket_id = canary(session, cast).ticket.id
    for _ in range(30):  # others share the pages and the index's segments
        make_ticket(session, cast)
    indexed(app, session)
    path, backup = Path(database_url.removeprefix("sqlite:///")), tmp_path / "backup.db"
    with sqlite3.connect(path) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    held_it = (said(path), said(backup))
    keep(session, cast, 365)

    erased = run(app, cast, journal)
    after = said(path)
    # An older backup is put in place of the database, and the list beside it is obeyed.
    session.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()
        shutil.copyfile(backup, path)
        back = said(path)
        again = erasing.replay(db.session(), RING, journal, now=NOW)

    assert all(held_it)  # else the search for the word would prove nothing
    assert (erased, after) == (1, [])
    assert back
    assert (again, said(path)) == (1, [])
    assert CANARY.lower() not in journal.path.read_text().lower()
    assert list(journal.erased()) == [ticket_id]


def said(path: Path) -> list[str]:
    """The files of a database that hold the canary, as it was written or as the index has it."""
    words = (CANARY.encode(), CANARY.lower().encode()[3:])  # an index may write its beginning with another word
    return [each.name for each in path.parent.glob(f"{path.name}*") if any(word in each.read_bytes() for word in words)]


def test_an_erased_ticket_is_no_longer_found(
    app: Flask, session: Session, cast: Cast, journal: erasing.Journal, sign_in: Callable[..., CheckingClient]
) -> None:
    canary(session, cast, external_id="T-1")
    indexed(app, session)
    quinn = sign_in(cast.quinn)
    before = quinn.get(f"/tickets/?q={CANARY}").get_data(as_text=True)
    keep(session, cast, 365)

    run(app, cast, journal)

    assert ">T-1</a>" in before
    assert ">T-1</a>" not in quinn.get(f"/tickets/?q={CANARY}").get_data(as_text=True)


def customers_ticket(session: Session, cast: Cast, **more: object) -> Handled:
    mark = facts.customer_digest(KEYS.frame_key, cast.source.key, "C-9")
    return canary(session, cast, customer_digest=mark, **more)


def asked(ada: CheckingClient, cast: Cast, do: str, **more: str) -> object:
    form = {"source": str(cast.source.id), "of": "customer", "id": "C-9", "do": do, "reason": "", **more}
    return ada.post_form("/tickets/retention/request", form)


def test_a_customer_gets_what_is_kept_and_has_it_erased(ada: CheckingClient, session: Session, cast: Cast) -> None:
    made = customers_ticket(session, cast)
    other = make_ticket(session, cast)

    exported = json.loads(asked(ada, cast, "export").get_data())  # type: ignore[attr-defined]
    answer = asked(ada, cast, "erase")
    none_left = asked(ada, cast, "export")

    assert [ticket["id"] for ticket in exported["tickets"]] == [made.ticket.external_id]
    assert exported["tickets"][0]["messages"][0]["text"] == f"My {CANARY} is broken"
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert none_left.status_code == 422  # type: ignore[attr-defined]
    assert (made.ticket.erased_at is not None, other.ticket.erased_at) == (True, None)


def test_a_request_does_not_break_a_hold(ada: CheckingClient, session: Session, cast: Cast) -> None:
    made = customers_ticket(session, cast)

    no_reason = asked(ada, cast, "hold")
    held = asked(ada, cast, "hold", reason="case 8")
    twice = asked(ada, cast, "hold", reason="case 8")
    erased = asked(ada, cast, "erase")

    codes = [answer.status_code for answer in (no_reason, held, twice, erased)]  # type: ignore[attr-defined]
    assert codes == [422, 302, 409, 409]
    assert made.ticket.erased_at is None


def test_the_page_tries_a_rule_before_it_holds(ada: CheckingClient, session: Session, cast: Cast) -> None:
    canary(session, cast)
    empty = ada.get("/tickets/retention").get_data(as_text=True)
    tried = ada.get(f"/tickets/retention?days-{cast.source.id}=30&days-x=1&days-9=-4").get_data(as_text=True)
    refused = ada.post_form(f"/tickets/retention/{cast.source.id}", {"days": "-1"})
    ada.post_form(f"/tickets/retention/{cast.source.id}", {"days": "30"})
    page = ada.get("/tickets/retention").get_data(as_text=True)
    ada.post_form("/tickets/retention/run")
    done = ada.get("/tickets/retention").get_data(as_text=True)

    assert "Nothing was erased yet" in empty
    assert "the text of 1 ticket would go with the next run" in tried
    assert refused.status_code == 422
    assert "Erase what is due now" in page
    assert "kept for 30 days" in done


def test_the_nightly_run_is_written_once_a_day(app: Flask, session: Session, cast: Cast) -> None:
    canary(session, cast)
    keep(session, cast, 365)

    with app.app_context():
        for calendar in (Calendar(), Calendar()):  # as two processes would
            calendar.tick(db.session(), NOW)
        app.extensions["runner"].run_all()

    job = session.scalars(select(Job).where(Job.name == RETENTION_JOB)).one()
    assert (job.state, job.result) == ("done", {"erased": 1})


def test_a_journal_survives_a_line_that_was_cut_off(journal: erasing.Journal) -> None:
    journal.note([3, 4], NOW)
    with journal.path.open("a") as file:
        file.write('{"ticket": 5')

    assert list(journal.erased()) == [3, 4]


def test_text_that_never_was_solved_goes_by_its_last_change(
    app: Flask, session: Session, cast: Cast, journal: erasing.Journal
) -> None:
    made = canary(session, cast)
    session.execute(update(Ticket).values(solved_at=None, source_updated_at=NOW))
    session.add(RetentionRule(source_id=cast.source.id, days=30, changed_at=NOW))
    session.commit()

    before = run(app, cast, journal)
    session.execute(update(Ticket).values(source_updated_at=OLD))
    session.commit()

    assert (before, run(app, cast, journal), made.ticket.id) == (0, 1, made.ticket.id)
