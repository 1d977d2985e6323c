"""Weeks at the edges: nothing resolved, one specialist, absurd amounts, two people who draw at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import Programme
from qa.people.queries import setting_at, zone_of
from qa.sampling import frames, service
from qa.sampling.kinds import MOST, Rules
from qa.sampling.models import Draw, DrawnUnit, DrawReceipt, FrameUnit, Period
from tests.sampling.weeks import WEEK, arranged, draw_committed, draw_week, make_plan, problems
from tests.support.builders import RING, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast


def test_an_empty_week_is_drawn_with_an_empty_receipt(session: Session, cast: Cast):
    make_plan(session, cast)

    done = draw_week(session, cast)

    assert (done.draw.frame_size, done.draw.size, done.given.routine) == (0, 0, 0)
    assert problems(session, cast) == []


def test_what_arrives_late_for_an_empty_week_is_drawn_with_the_next(session: Session, cast: Cast):
    make_plan(session, cast, rules=Rules(kind="census", where={"queue": ["payouts"]}))
    draw_week(session, cast, "2026-W13")
    publish_rubric(session, cast)
    late = make_ticket(session, cast, resolved_at=NOW.replace(month=3, day=25))

    draw_week(session, cast)

    entered = session.execute(select(FrameUnit.part_id, FrameUnit.entry)).all()
    assert [tuple(row) for row in entered] == [(late.part.id, "late")]
    assert problems(session, cast) == []


def test_one_part_of_one_specialist_is_certain_however_much_is_asked_for(session: Session, cast: Cast):
    publish_rubric(session, cast)
    make_ticket(session, cast)
    for kind, strata in (("simple", ()), ("neyman", ("queue", "tier")), ("risk", ()), ("stratified", ("team",))):
        make_plan(session, cast, name=kind, rules=Rules(kind=kind, amount=MOST, strata=strata))

    draw_week(session, cast)

    (unit,) = session.scalars(select(DrawnUnit)).all()
    assert (unit.inclusion_probability, unit.cell_size, len(unit.plans)) == (1.0, 1, 4)
    assert problems(session, cast) == []


@pytest.mark.parametrize("amount", [0, -1, MOST + 1, 10**12])
def test_an_amount_that_nobody_could_mean_is_refused(session: Session, cast: Cast, amount: int):
    with pytest.raises(InvalidInputError, match="1 to"):
        make_plan(session, cast, rules=Rules(kind="simple", amount=amount))


def test_a_week_where_nothing_may_be_drawn_is_no_failure(session: Session, cast: Cast):
    publish_rubric(session, cast)
    make_plan(session, cast)
    for _ in range(3):
        part = make_ticket(session, cast, eligible=False).part
        part.ineligible_reason = "spam"

    done = draw_week(session, cast)

    assert done.draw.size == 0
    assert problems(session, cast) == []


def test_two_people_who_draw_at_the_same_moment_draw_once(app: Flask, session: Session, cast: Cast):
    arranged(session, cast, amount=2)
    programme_id, lead = cast.programme.id, cast.quinn.id
    session.commit()
    start = Barrier(2)

    def draw(_: int) -> str:
        start.wait(timeout=30)
        with app.app_context():
            mine = db.session()
            programme, setting = mine.get_one(Programme, programme_id), setting_at(mine, programme_id, NOW)
            try:
                period = frames.get_or_open_period(mine, programme_id, WEEK, zone_of(setting))
                service.draw_period(mine, programme, setting, period, ring=RING, by=lead, now=NOW)
                mine.commit()
            except ConflictError as error:
                mine.rollback()
                return str(error)
            return "drawn"

    with ThreadPoolExecutor(2) as people:
        told = sorted(people.map(draw, range(2)))

    assert told[1] == "drawn"
    assert "drawn already" in told[0]
    assert session.scalar(select(func.count()).select_from(Period)) == 1
    assert session.scalar(select(func.count()).select_from(DrawReceipt)) == 1
    assert problems(session, cast) == []


def test_a_second_draw_of_the_week_says_that_a_receipt_stands(session: Session, cast: Cast):
    arranged(session, cast)
    draw_week(session, cast)

    with pytest.raises(ConflictError, match="nobody draws twice"):
        draw_committed(session, cast)

    assert session.scalar(select(func.count()).select_from(Draw)) == 1
