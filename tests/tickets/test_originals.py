"""Originals: kept sealed for a stated time, read by two people's consent for minutes, and gone for good after it."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from qa.core import access_log
from qa.core.access_log import AccessLogEntry
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.db import db
from qa.notices.models import Notice
from qa.people.models import RegionClearance, User
from qa.tickets import erasing, retention, storing
from qa.tickets.jobs import Calendar
from qa.tickets.models import Ticket
from qa.tickets.originals import expiring, rules
from qa.tickets.originals import service as originals
from qa.tickets.originals.models import OriginalReveal, OriginalRule, OriginalText, RevealState
from qa.tickets.originals.rules import Stage
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.tickets import KEYS, RING
from tests.tickets.records import replied, said, ticket
from tests.tickets.test_canary import rows_that_say_it

CANARY = "canary.7731@example.net"
WHY = "The fraud desk asks which address wrote (case 12)."


@pytest.fixture
def journal(app: Flask) -> erasing.Journal:
    return erasing.Journal(app.extensions["fairmark"].instance)


def keep(session: Session, cast: Cast, journal: erasing.Journal, days: int | None, now: dt.datetime = NOW) -> None:
    originals.set_rule(session, journal, cast.source, days, by=cast.ada.id, now=now)
    session.commit()


def take_in(session: Session, cast: Cast, *numbers: int, now: dt.datetime | None = None, **more: Any) -> None:
    """Tickets that say the canary wherever they can say something."""
    records = [
        ticket(
            number,
            said(0, f"Write to {CANARY}, please"),
            replied(5),
            subject=f"From {CANARY}",
            csat_reason=f"{CANARY} says thanks",
            custom_fields={"contact": CANARY},
            **more,
        )
        for number in numbers
    ]
    storing.store_tickets(session, cast.source, records, ring=RING, frame_key=KEYS.frame_key, now=now or utcnow())
    session.commit()


def ask(client: CheckingClient, cast: Cast, number: int = 1, **more: str) -> Any:
    form = {"source": str(cast.source.id), "ticket": str(number), "reason": WHY, "minutes": "15", **more}
    return client.post_form("/tickets/originals", form)


def answer(client: CheckingClient, reveal: OriginalReveal, how: str, note: str = "", version: int | None = None) -> Any:
    form = {"answer": how, "note": note, "version": str(version or reveal.version)}
    return client.post_form(f"/tickets/originals/{reveal.id}/settle", form)


def test_an_original_is_sealed_and_read_for_minutes_by_two_peoples_consent(
    app: Flask,
    session: Session,
    cast: Cast,
    sign_in: Callable[..., CheckingClient],
    flask_command: Callable[..., Result],
) -> None:
    ada, quinn, lena = sign_in(cast.ada), sign_in(cast.quinn), sign_in(cast.lena)
    take_in(session, cast, 1)
    never = session.scalars(select(OriginalText)).all(), quinn.get("/tickets/originals").get_data(as_text=True)
    switched_on = ada.post_form(f"/tickets/retention/{cast.source.id}/originals", {"days": "30"})
    take_in(session, cast, 2)
    rule = ada.get("/tickets/retention").get_data(as_text=True)
    (kept,) = session.scalars(select(OriginalText)).all()

    asked = ask(quinn, cast, 2, reason=f"{WHY} Was it {CANARY}?")
    (reveal,) = session.scalars(select(OriginalReveal)).all()
    own = answer(quinn, reveal, "grant")
    too_early = quinn.post_form(f"/tickets/originals/{reveal.id}/open")
    offered = ada.get("/tickets/originals").get_data(as_text=True)
    granted = answer(ada, reveal, "grant")
    twice = answer(ada, reveal, "refuse", "no", version=1)
    opened = quinn.post_form(f"/tickets/originals/{reveal.id}/open")
    page = quinn.get(opened.location).get_data(as_text=True)
    others = [client.get(opened.location).status_code for client in (ada, lena)]
    others.append(ada.post_form(f"/tickets/originals/{reveal.id}/open").status_code)
    session.execute(update(OriginalReveal).values(ends_at=utcnow() - dt.timedelta(seconds=1)))
    over = quinn.get(opened.location).get_data(as_text=True)
    past = quinn.get("/tickets/originals?show=past").get_data(as_text=True)
    with app.app_context():
        access_log.buffer().flush(db.session())
    session.commit()

    assert not never[0]
    assert "No source keeps originals" in never[1]
    assert switched_on.status_code == 302
    assert 'value="30"' in rule
    assert kept.kept_until - kept.created_at == dt.timedelta(days=30)
    assert rows_that_say_it(session) == []  # nothing of it is in the clear, in whatever table
    assert (asked.status_code, own.status_code, too_early.status_code) == (302, 422, 409)
    assert CANARY not in offered
    assert "case 12" in offered
    assert (granted.status_code, twice.status_code, opened.status_code) == (302, 409, 302)
    assert page.count(CANARY) >= 4  # message, subject, satisfaction, field
    assert 'href="/tickets/originals" aria-current="page"' in page  # not the room of the tickets
    assert others == [404, 403, 404]
    assert CANARY not in over
    assert "was read" in over
    assert "case 12" in past
    logged = session.execute(select(AccessLogEntry.user_id, AccessLogEntry.ticket_id, AccessLogEntry.purpose)).all()
    assert (cast.quinn.id, kept.ticket_id, "original") in [tuple(row) for row in logged]
    told = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "original_reveal")).all()
    assert [(event.action, event.actor_id) for event in told] == [
        ("original.asked", cast.quinn.id),
        ("original.granted", cast.ada.id),
        ("original.opened", cast.quinn.id),
    ]
    notices = session.execute(select(Notice.kind, Notice.user_id)).all()
    assert [tuple(row) for row in notices] == [("original_settled", cast.quinn.id)]  # the question is answered
    assert flask_command("audit", "verify").exit_code == 0


def test_whoever_is_not_cleared_neither_asks_nor_agrees_nor_learns_of_it(
    session: Session, cast: Cast, journal: erasing.Journal, sign_in: Callable[..., CheckingClient]
) -> None:
    keep(session, cast, journal, 30)
    take_in(session, cast, 1, data_region="eu")
    take_in(session, cast, 2, content_severity=2)
    take_in(session, cast, 3)
    cleared(session, cast.dora)
    ada, quinn, dora = sign_in(cast.ada), sign_in(cast.quinn), sign_in(cast.dora)

    refused = [ask(quinn, cast, number).status_code for number in (1, 2, 99)]
    asked = ask(dora, cast, 1)
    (reveal,) = session.scalars(select(OriginalReveal)).all()
    told = session.scalars(select(Notice)).all()
    hidden = quinn.get("/tickets/originals").get_data(as_text=True), answer(ada, reveal, "grant").status_code
    problems = [ask(quinn, cast, 3, **form).status_code for form in ({"reason": "because"}, {"minutes": "9999"})]
    ask(quinn, cast, 3)
    again = ask(quinn, cast, 3)
    mine = session.scalars(select(OriginalReveal).where(OriginalReveal.asked_by_id == cast.quinn.id)).one()
    no_words = answer(ada, mine, "refuse")
    not_lead = answer(dora, mine, "refuse", "no")
    refusal = answer(ada, mine, "refuse", "Ask the fraud desk for it.")
    closed = quinn.post_form(f"/tickets/originals/{mine.id}/open").status_code
    taken_back = dora.post_form(f"/tickets/originals/{reveal.id}/withdraw", {"version": str(reveal.version)})

    assert refused == [422, 422, 422]  # as if there were none
    assert (asked.status_code, told) == (302, [])  # nobody else is cleared for it
    assert "case 12" not in hidden[0]
    assert hidden[1] == 404
    assert (problems, again.status_code) == ([422, 422], 409)
    assert (no_words.status_code, not_lead.status_code, refusal.status_code, closed) == (422, 403, 302, 409)
    assert "Ask the fraud desk" in quinn.get("/tickets/originals?show=past").get_data(as_text=True)
    assert (taken_back.status_code, reveal.state) == (302, RevealState.WITHDRAWN)


def cleared(session: Session, user: User, region: str = "eu") -> None:
    session.add(RegionClearance(user_id=user.id, region=region, valid_from=dt.date(2025, 1, 6)))
    session.commit()


def numbers_kept(session: Session) -> list[str]:
    session.expire_all()
    return list(
        session.scalars(
            select(Ticket.external_id)
            .join(OriginalText, OriginalText.ticket_id == Ticket.id)
            .order_by(Ticket.external_id)
        )
    )


def files_with(path: Path, secret: bytes) -> list[str]:
    return [each.name for each in path.parent.glob(f"{path.name}*") if secret in each.read_bytes()]


def test_time_erasure_and_a_hold_decide_what_is_kept_and_no_file_keeps_a_key(
    app: Flask, session: Session, cast: Cast, journal: erasing.Journal, database_url: str
) -> None:
    keep(session, cast, journal, 30)
    take_in(session, cast, 1, 2, 3, now=NOW)
    ids = {row.external_id: row.id for row in session.execute(select(Ticket.external_id, Ticket.id))}
    secrets = {row.ticket_id: row.wrapped for row in session.scalars(select(OriginalText))}
    retention.place_hold(session, cast.programme.id, ticket_id=ids["2"], reason="case", by=cast.ada.id, now=NOW)
    originals.ask(
        session, session.get_one(Ticket, ids["3"]), reason=WHY, minutes=15, by=cast.quinn.id, today=NOW.date(), now=NOW
    )
    session.commit()
    kept = [numbers_kept(session)]

    with app.app_context():
        Calendar().tick(db.session(), NOW + dt.timedelta(days=29))
        erasing.erase_tickets(db.session(), RING, journal, [ids["3"]], reason="asked", by=None, now=NOW)
        kept.append(numbers_kept(session))
        session.rollback()
        Calendar().tick(db.session(), NOW + dt.timedelta(days=31))
        again = expiring.expire(db.session(), now=NOW + dt.timedelta(days=31))
        db.session.remove()
    kept.append(numbers_kept(session))
    (reason,) = session.scalars(select(OriginalReveal.reason))
    session.rollback()

    assert kept == [["1", "2", "3"], ["1", "2"], ["2"]]
    assert again == 0
    assert reason == ""
    assert session.scalar(select(AuditEvent.detail).where(AuditEvent.action == "originals.expired")) == {"originals": 1}
    session.rollback()
    if database_url.startswith("sqlite"):  # PostgreSQL's files belong to its server
        path = Path(database_url.removeprefix("sqlite:///"))
        assert files_with(path, secrets[ids["2"]])  # else the search would prove nothing
        assert not files_with(path, secrets[ids["1"]])
        assert not files_with(path, secrets[ids["3"]])


def test_a_shorter_rule_holds_for_what_is_kept_and_a_restore_obeys_it(
    app: Flask, session: Session, cast: Cast, journal: erasing.Journal, flask_command: Callable[..., Result]
) -> None:
    now = utcnow()
    keep(session, cast, journal, 30, now)
    take_in(session, cast, 1, now=now - dt.timedelta(days=20))
    take_in(session, cast, 2, now=now - dt.timedelta(days=5))
    before = session.execute(select(OriginalText.__table__)).mappings().all()
    session.rollback()

    shorter = flask_command("retention", "originals", "--source", "desk", "--days", "10")
    after = numbers_kept(session)
    session.rollback()
    longer = flask_command("retention", "originals", "--source", "desk", "--days", "200")
    until = session.scalars(select(OriginalText.kept_until)).one()
    session.rollback()
    none = flask_command("retention", "originals", "--source", "desk", "--days", "0")
    gone = numbers_kept(session)
    # A backup from before is put back: rule and originals are there again, the list beside the database is too.
    session.execute(OriginalText.__table__.insert(), [dict(row) for row in before])
    session.add(OriginalRule(source_id=cast.source.id, days=30, changed_at=now))
    session.commit()
    flask_command("retention", "replay")

    assert "1 were destroyed" in shorter.output
    assert after == ["2"]
    assert longer.exit_code == 0
    assert until == now + dt.timedelta(days=5)  # a promise is not prolonged
    assert "not kept; 1 were destroyed" in none.output
    assert gone == []
    assert numbers_kept(session) == []
    assert session.scalars(select(OriginalRule)).all() == []
    assert flask_command("retention", "originals", "--source", "desk", "--days", "366").exit_code == 2


@pytest.mark.parametrize(
    ("settled", "opened", "stage"),
    [
        pytest.param(None, None, Stage.WAITS, id="nobody answered"),
        pytest.param(23, None, Stage.READY, id="agreed today"),
        pytest.param(24, None, Stage.LAPSED, id="agreed a day ago"),
        pytest.param(23, 14, Stage.OPEN, id="in its minutes"),
        pytest.param(23, 15, Stage.CLOSED, id="its minutes are over"),
    ],
)
def test_consent_lasts_a_day_and_an_opening_its_minutes(settled: int | None, opened: int | None, stage: Stage) -> None:
    reveal = OriginalReveal(
        state=RevealState.ASKED if settled is None else RevealState.GRANTED,
        minutes=15,
        settled_at=None if settled is None else NOW - dt.timedelta(hours=settled),
        ends_at=None if opened is None else NOW + dt.timedelta(minutes=15 - opened),
    )

    assert rules.stage_of(reveal, NOW) is stage


def test_the_database_itself_wants_two_people(session: Session, cast: Cast, journal: erasing.Journal) -> None:
    keep(session, cast, journal, 30)
    take_in(session, cast, 1)
    ticket_id = session.scalars(select(Ticket.id)).one()
    row = OriginalReveal(
        programme_id=cast.programme.id, ticket_id=ticket_id, n=1, state=RevealState.GRANTED, reason=WHY, minutes=15,
        asked_by_id=cast.ada.id, asked_at=NOW, settled_by_id=cast.ada.id, settled_at=NOW,
    )  # fmt: skip
    session.add(row)

    with pytest.raises(Exception, match=re.compile("ck_original_reveal_two_people")):
        session.flush()
    session.rollback()
    assert session.scalar(text("SELECT count(*) FROM original_reveal")) == 0
