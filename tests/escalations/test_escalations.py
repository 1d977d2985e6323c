"""Escalations by hand, from a file and from the help desk's mark: who sees them, and how long they take."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.clock import monday_of, utcnow
from qa.core.db import db
from qa.escalations.chores import FromIntake
from qa.escalations.figures import picture
from qa.escalations.models import Escalation
from qa.escalations.queries import Spell, marked_by_week
from tests.support import importing
from tests.support.builders import make_ticket
from tests.support.cast import NOW, Cast, actor, end_roles
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
HOUR = dt.timedelta(hours=1)


def test_a_lead_writes_one_down_closes_it_and_puts_it_away(session: Session, cast: Cast, sign_in: SignIn) -> None:
    make_ticket(session, cast, external_id="48121")
    make_ticket(session, cast, external_id="48122", agent=cast.olga_agent)
    lena = sign_in(cast.lena)
    form = {"ticket": "#48121", "opened_at": "2026-03-31T09:30", "to": "Legal", "owner": "quinn@example.org"}
    assert "No escalation yet" in lena.get("/escalations/").get_data(as_text=True)
    for wrong, said in (
        ({"ticket": "48122"}, "There is no such ticket, or it is not for you to see."),
        ({"closed_at": "2026-03-30T09:30"}, "It is closed before it was opened."),
        ({"opened_at": "2099-01-01T09:30"}, "This moment has not come yet."),
        ({"owner": "rita@example.org"}, "Nobody who may see escalations has this address."),
    ):
        refused = lena.post_form("/escalations/", {**form, **wrong})
        assert refused.status_code == 422
        assert said in refused.get_data(as_text=True)
    kept = {**form, "reason": "Wrote to ceo@example.com"}
    assert lena.post_form("/escalations/", kept).status_code == 302
    assert lena.post_form("/escalations/", kept).status_code == 422  # the same ticket and moment
    one = session.scalars(select(Escalation)).one()
    assert (one.origin, one.owner_id, "ceo@" in one.reason) == ("hand", cast.quinn.id, False)
    page = f"/escalations/{one.id}"

    assert lena.post_form(f"{page}/close", {"version": "0"}).status_code == 302
    assert lena.post_form(f"{page}/close", {"version": "0"}).status_code == 409
    assert "Nothing is open" in lena.get("/escalations/").get_data(as_text=True)
    assert lena.post_form(f"{page}/reopen", {"version": "1"}).status_code == 302
    stale = lena.post_form(page, {"opened_at": "2026-03-31T09:30", "to": "Finance", "version": "1"})
    fresh = lena.post_form(page, {"opened_at": "2026-03-31T09:30", "to": "Finance", "version": "2"})
    assert (stale.status_code, fresh.status_code) == (409, 302)
    assert lena.post_form(f"{page}/archive", {"version": "3"}).status_code == 302
    assert "48121" not in lena.get("/escalations/?state=").get_data(as_text=True)
    assert lena.post_form(f"{page}/restore", {"version": "4"}).status_code == 302
    assert "Finance" in lena.get("/escalations/").get_data(as_text=True)
    assert sign_in(cast.otto).get(page).status_code == 404
    told = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "escalation"))
    names = ["create", "close", "reopen", "edit", "archive", "restore"]
    assert list(told) == [f"escalation.{each}" for each in names]


def test_what_the_help_desk_marked_is_kept_once_and_closed_with_its_ticket(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    solved = make_ticket(session, cast, escalated=True).ticket
    waiting = make_ticket(session, cast, escalated=True, solved_at=None, status="open").ticket
    make_ticket(session, cast)
    app = sign_in(cast.lena).application
    chore = FromIntake()

    def tick(moment: dt.datetime, which: FromIntake) -> int:
        session.commit()
        with app.app_context():
            kept = which.tick(db.session(), moment)
        session.expire_all()
        return kept

    assert tick(NOW, chore) == 2
    assert tick(NOW + 2 * HOUR, chore) == 0  # no intake has ended since: nothing is read
    assert tick(NOW + 2 * HOUR, FromIntake()) == 0  # and nothing is kept twice
    found = {each.ticket_id: each for each in session.scalars(select(Escalation))}
    assert found[solved.id].closed_at == solved.solved_at
    assert found[waiting.id].closed_at is None
    assert not any(each.time_known for each in found.values())
    waiting.solved_at = NOW
    tick(NOW + 9 * HOUR, FromIntake())
    assert session.get_one(Escalation, found[waiting.id].id).closed_at == NOW
    monday = monday_of(solved.created_at.date())
    counts = marked_by_week(session, actor(session, cast.lena), [monday - 7 * 24 * HOUR, monday], ZoneInfo("UTC"))
    assert counts == [(0, 0), (2, 0)]
    words = sign_in(cast.lena).get(f"/escalations/{found[solved.id].id}").get_data(as_text=True)
    assert "The help desk marked this ticket and does not say when" in words


def spell(hours: float | None, *, opened: dt.datetime = NOW - 20 * HOUR) -> Spell:
    closed = None if hours is None else opened + hours * HOUR
    return Spell(escalation_id=1, opened_at=opened, closed_at=closed, time_known=True, queue="payouts", owner_id=None)


def test_open_escalations_count_as_long_as_they_waited_and_unknown_times_not_at_all() -> None:
    spells = [*(spell(hours) for hours in range(1, 11)), *([spell(None)] * 6)]
    weeks = [dt.date(2026, 3, 30), dt.date(2026, 4, 6)]

    seen = picture(spells, [(2, 1), (7, 0)], weeks, ZoneInfo("UTC"), now=NOW)

    # 16 with known times, of which 6 have waited 20 hours: half have ended at the eighth.
    assert (seen.opened, seen.timed, seen.censored, seen.untimed) == (25, 16, 6, 9)
    assert seen.resolution.estimate == pytest.approx(8)
    assert seen.still_open == 7
    assert [row[:2] for row in seen.by_week.table.rows] == [("W14", "2")]  # the newest still runs


def test_a_file_names_tickets_that_one_may_know_of_and_its_list_is_read_in_few_statements(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    for number in ("1", "2"):
        make_ticket(session, cast, external_id=number)
    make_ticket(session, cast, external_id="3", agent=cast.olga_agent)
    lena = sign_in(cast.lena)
    content = (
        "ticket,opened_at,closed_at,from,to,owner,reason\n"
        "1,2026-03-31 09:30,2026-03-31 19:30,Payouts,Legal,otto@example.org,Threatens a claim\n"
        "2,2026-03-31 09:30,,,,,\n"
        "3,2026-03-31 09:30,,,,,\n"
        "1,2026-03-31 09:30,,,,,\n"
        "2,yesterday,,,,,\n"
    )

    shown = importing.preview(lena, "/escalations/import", content)
    assert "There is no such ticket, or it is not for you to see." in shown
    assert "the same ticket and moment as line 2" in shown
    assert "not a time such as 2026-11-02 09:30" in shown
    assert importing.apply(lena, "/escalations/import", content).status_code == 302
    rows = session.scalars(select(Escalation).order_by(Escalation.id)).all()
    assert [(each.origin, each.to_where, each.closed_at is None) for each in rows] == [
        ("import", "Legal", False),
        ("import", "", True),
    ]
    end_roles(session, cast.otto)
    assert importing.changes_nothing(lena, "/escalations/import", "".join(content.splitlines(keepends=True)[:3]))
    with count_queries() as statements:
        words = lena.get("/escalations/?state=").get_data(as_text=True)
    assert "2 open without" not in words
    assert "1 open without an owner" in lena.get("/escalations/").get_data(as_text=True)
    session.add_all(
        Escalation(
            programme_id=cast.programme.id,
            ticket_id=rows[0].ticket_id,
            origin="hand",
            opened_at=utcnow() - number * HOUR,
            created_at=NOW,
        )
        for number in range(1, 9)
    )
    with count_queries() as more:
        lena.get("/escalations/?state=")
    assert len(statements) == len(more) <= 20
