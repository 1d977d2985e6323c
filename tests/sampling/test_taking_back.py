"""A drawn part whose text is erased: it leaves the queue, is not replaced, and is told wherever the sample is told."""

import datetime as dt
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core.access import Actor, Role
from qa.core.audit import AuditEvent
from qa.core.db import db
from qa.core.errors import ConflictError
from qa.notices.models import Notice
from qa.people.models import ProgrammeSetting
from qa.reviews.models import Review
from qa.sampling import frames, giving, handing_over, moving, pool, striking, taking_back, targeting
from qa.sampling.models import Assignment, DrawnUnit, FrameExclusion, Purpose, StrikeRequest
from qa.tickets import erasing, jobs
from qa.tickets.models import ConversationRevision, HandledPart, Resolution, Ticket
from tests.sampling.weeks import arranged, assignments, draw_week, problems
from tests.support.builders import MESSAGES, RING
from tests.support.cast import NOW, Cast, actor, person
from tests.support.client import CheckingClient
from tests.support.meanwhile import Meanwhile
from tests.support.reviews import make_review
from tests.support.tickets import Handled

SignIn = Callable[..., CheckingClient]


def erase(app: Flask, session: Session, part_ids: list[int]) -> None:
    """As the admin's page does it, or the rule of the source."""
    tickets = session.scalars(select(HandledPart.ticket_id).where(HandledPart.id.in_(part_ids))).all()
    session.commit()
    with app.app_context():
        erasing.erase_tickets(db.session(), RING, jobs.journal(), tickets, reason="asked", by=None, now=NOW)
    session.expire_all()


def test_a_part_whose_text_is_erased_leaves_the_queue_and_is_told_as_not_completed(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    cast.setting.double_share = 1.0
    arranged(session, cast, messages=MESSAGES)
    draw = draw_week(session, cast).draw
    scored, open_one = assignments(session)[:2]
    scored.state, scored.ended_at = "submitted", NOW
    reader = sign_in(cast.rita if open_one.reviewer_id == cast.rita.id else cast.rob)
    strike = striking.ask(session, open_one, reason="spam", by=open_one.reviewer_id, now=NOW).id
    doubles = {row.part_id: row for row in assignments(session, Purpose.DOUBLE)}

    erase(app, session, [scored.part_id, open_one.part_id])

    units = {row.part_id: row.state for row in session.scalars(select(DrawnUnit))}
    assert (open_one.state, open_one.ended_at) == ("withdrawn", NOW)
    assert (scored.state, units[scored.part_id], units[open_one.part_id]) == ("submitted", "drawn", "not_done")
    assert doubles[scored.part_id].state == doubles[open_one.part_id].state == "withdrawn"  # hidden ones as well
    assert len(units) == 4  # nobody moved up
    told = select(Notice.user_id).where(Notice.kind == "part_erased").order_by(Notice.user_id)
    assert set(session.scalars(told)) == {cast.rita.id, cast.rob.id}
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "assignment.erased")).one()
    assert noted.detail == {"assignments": 3}
    assert pool.waiting_units(session, cast.programme.id, now=NOW) == []
    assert problems(session, cast) == []
    assert "so nobody can score it: it left your queue" in page(reader, f"/queue/{open_one.id}", status=410)
    lead = sign_in(cast.quinn)
    assert "The text of 1 of the drawn parts was erased before" in page(lead, f"/sampling/draws/{draw.id}")
    board = page(lead, f"/sampling/draws/{draw.id}/board")
    assert "its text was erased before anybody scored it" in board
    assert "1 of 4 drawn parts" in board
    assert "text erased" in board  # it cannot be struck
    assert taking_back.erased_since(session, cast.programme.id, NOW.date() - dt.timedelta(weeks=4)) == (1, 4)
    assert "Text erased before it was scored" in page(lead, "/sampling/health")
    # A page that was loaded before, and what its reviewer asked for before.
    for path, more in (
        (f"/sampling/units/{open_one.drawn_unit_id}/replace", {"reason": "spam"}),
        (f"/sampling/strike-requests/{strike}/confirm", {}),
    ):
        refused = lead.post_form(path, more)
        assert refused.status_code == 409
        assert "stays in the sample as not completed" in refused.get_data(as_text=True)
    session.expire_all()
    assert session.get_one(DrawnUnit, open_one.drawn_unit_id).state == "not_done"
    assert session.get_one(StrikeRequest, strike).state == "asked"  # and can be declined
    assert session.scalars(select(FrameExclusion)).all() == []


def test_what_is_erased_between_the_frozen_list_and_the_draw_is_drawn_and_given_to_nobody(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    arranged(session, cast, sams=2, olgas=0)
    gone = session.scalars(select(HandledPart).order_by(HandledPart.id)).first()
    assert gone is not None
    freeze = frames.freeze

    def freeze_and_erase(*asked: Any, **more: Any) -> frames.Frozen:
        frozen = freeze(*asked, **more)
        session.execute(update(Ticket).where(Ticket.id == gone.ticket_id).values(erased_at=NOW))
        return frozen

    monkeypatch.setattr(frames, "freeze", freeze_and_erase)

    done = draw_week(session, cast)

    units = {row.part_id: row.state for row in session.scalars(select(DrawnUnit))}
    assert (done.given.routine, done.given.left) == (1, ((gone.id, "erased"),))
    assert units[gone.id] == "not_done"
    assert [row.part_id for row in assignments(session)] == [part_id for part_id in units if part_id != gone.id]


@pytest.mark.parametrize(
    ("what", "told"), [("erased", "was erased a moment ago"), ("replaced", "left the sample a moment ago")]
)
def test_what_goes_while_somebody_takes_it_from_the_pool_is_not_taken(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, what: str, told: str
) -> None:
    cast.setting.double_share = 0.0
    arranged(session, cast, sams=1, olgas=0)
    draw_week(session, cast)
    (had,) = assignments(session)
    had.state = "withdrawn"
    other = cast.rob if had.reviewer_id == cast.rita.id else cast.rita
    look = pool.open_to

    def look_and_lose(*asked: Any, **more: Any) -> list[DrawnUnit]:
        able = look(*asked, **more)
        change = update(DrawnUnit).values(state="replaced")
        if what == "erased":
            change = update(Ticket).values(erased_at=NOW)
        session.execute(change.execution_options(synchronize_session=False))
        return able

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(pool, "open_to", look_and_lose)
        with pytest.raises(ConflictError, match=told):
            pool.claim(session, cast.setting, other.id, now=NOW)

    assert assignments(session) == [had]
    assert pool.open_to(session, cast.setting, other.id, now=NOW) == []  # nor does it stand before the others


WAYS: dict[str, tuple[ModuleType, Callable[[Session, ProgrammeSetting, Assignment, Actor, str], object]]] = {
    "the pool": (giving, lambda s, setting, had, lead, _: pool.give_out(s, setting, by=lead.user_id, now=NOW)),
    "a hand-over": (
        handing_over,
        lambda s, _, had, __, ___: handing_over.hand_over(s, had, reason="conflict", by=had.reviewer_id, now=NOW),
    ),
    "a reviewer's absence": (
        moving,
        lambda s, setting, had, lead, _: moving.reassign(s, setting, had.reviewer_id, by=lead.user_id, now=NOW),
    ),
    "a lead's pick": (
        targeting,
        lambda s, setting, _, lead, number: targeting.pick(s, lead, setting, [number], reason="appeal", now=NOW),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_erased_while_it_is_given_to_somebody_stays_with_nobody(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    cast.setting.double_share = 0.0
    arranged(session, cast, sams=1, olgas=0)
    draw_week(session, cast)
    (had,) = assignments(session)
    if way == "the pool":
        had.state, had.ended_at = "withdrawn", NOW
    lead = actor(session, cast.quinn)
    ticket = session.scalars(select(Ticket)).one()
    session.commit()
    asked = (cast.setting.id, had.id, ticket.id, ticket.external_id)
    session.commit()
    erased = Meanwhile(
        app, lambda s: erasing.erase_tickets(s, RING, jobs.journal(), [asked[2]], reason="asked", by=None, now=NOW)
    )
    module, give = WAYS[way]
    look = module.loads_on

    def look_meanwhile(*given: Any, **more: Any) -> Any:
        erased()  # once the facts of the part are read
        return look(*given, **more)

    monkeypatch.setattr(module, "loads_on", look_meanwhile)
    with app.app_context():
        mine = db.session()
        setting, open_one = mine.get_one(ProgrammeSetting, asked[0]), mine.get_one(Assignment, asked[1])
        give(mine, setting, open_one, lead, asked[3])
        mine.commit()

    assert erased.result() == 1
    session.expire_all()
    states = [row.state for row in session.scalars(select(Assignment).order_by(Assignment.id))]
    assert len(states) == 2  # it was given out
    assert "open" not in states
    assert session.scalars(select(DrawnUnit.state)).all() == ["not_done"]


def test_a_second_score_sent_while_somebody_takes_the_first_from_the_pool_stays_sealed(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.setting.double_share = 1.0
    arranged(session, cast, sams=1, olgas=0, messages=MESSAGES)
    draw_week(session, cast)
    (first,), (second,) = assignments(session), assignments(session, Purpose.DOUBLE)
    first.state, first.ended_at = "withdrawn", NOW
    taker = person(session, cast.programme, "Rosa Reed", Role.REVIEWER)
    part, revision = session.get_one(HandledPart, first.part_id), session.scalars(select(ConversationRevision)).one()
    ticket, resolution = session.get_one(Ticket, part.ticket_id), session.get_one(Resolution, part.resolution_id)
    handled = Handled(ticket=ticket, resolution=resolution, part=part, revision=revision)
    asked = (cast.setting.id, taker.id, second.id)
    session.commit()
    sent = Meanwhile(app, lambda s: make_review(s, handled, s.get_one(Assignment, asked[2])))
    rules = pool.rule_book_at

    def rules_meanwhile(*given: Any) -> Any:
        if inspect.stack()[1].function == "claim":  # once it is known which part it will be
            sent()
        return rules(*given)

    monkeypatch.setattr(pool, "rule_book_at", rules_meanwhile)
    with app.app_context():
        mine = db.session()
        pool.claim(mine, mine.get_one(ProgrammeSetting, asked[0]), asked[1], now=NOW)
        mine.commit()

    sent.result()
    session.expire_all()
    assert session.scalars(select(Review.sealed)).all() == [True]


def page(client: CheckingClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.get_data(as_text=True).split())
