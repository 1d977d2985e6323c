"""What may happen to a drawn week: a supplement, and the replacement of what was never in the population."""

import datetime as dt
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.reviews.measuring import framed
from qa.sampling import replacing
from qa.sampling.chances import current
from qa.sampling.draw import UNIT
from qa.sampling.kinds import Rules
from qa.sampling.models import Assignment, DrawnUnit, FrameExclusion
from qa.tickets.models import HandledPart
from tests.sampling.weeks import arranged, assignments, draw_committed, make_plan, problems
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, Cast


def drawn(session: Session) -> list[DrawnUnit]:
    return list(session.scalars(select(DrawnUnit).order_by(DrawnUnit.id)))


def test_a_supplement_is_numbered_reasoned_audited_and_chained(session: Session, cast: Cast):
    arranged(session, cast)
    first = draw_committed(session, cast)

    second = draw_committed(session, cast, reason="twice the usual complaints")

    told = json.loads(second.receipt.document)
    assert (told["draw"], told["reason"], told["previous"]) == (2, "twice the usual complaints", first.receipt.digest)
    assert [event.action for event in session.scalars(select(AuditEvent).where(AuditEvent.action == "draw.supplement"))]
    assert problems(session, cast) == []


def test_a_supplement_takes_nothing_twice_and_joins_the_chances(session: Session, cast: Cast):
    arranged(session, cast)
    draw_committed(session, cast)

    draw_committed(session, cast, reason="more")

    units = drawn(session)
    assert len({unit.part_id for unit in units}) == len(units)
    # Two independent draws of 2 of 5: 1 - .6 x .6 for every part, drawn by whichever.
    assert {round(unit.inclusion_probability, 12) for unit in units} == {0.64}
    assert len(assignments(session)) == len(units)


def test_a_second_draw_needs_a_reason_and_a_first_one_takes_none(session: Session, cast: Cast):
    arranged(session, cast)
    with pytest.raises(ConflictError, match="nothing to supplement"):
        draw_committed(session, cast, reason="too early")
    draw_committed(session, cast)

    with pytest.raises(ConflictError, match="drawn already"):
        draw_committed(session, cast)
    with pytest.raises(InvalidInputError, match="Say why"):
        draw_committed(session, cast, reason="  ")


def test_a_plan_that_the_frozen_cells_cannot_tell_apart_is_refused_in_words(session: Session, cast: Cast):
    arranged(session, cast)
    draw_committed(session, cast)
    make_plan(session, cast, name="Launch", rules=Rules(kind="launch_watch", amount=2, where={"launch": ["duet"]}))

    with pytest.raises(InvalidInputError, match="without telling its parts apart by: Launch"):
        draw_committed(session, cast, reason="watch it")


def strike(session: Session, cast: Cast, unit: DrawnUnit, reason: str = "spam") -> int | None:
    substitute, _ = replacing.replace(session, unit, cast.setting, reason=reason, by=cast.quinn.id, now=NOW)
    session.commit()
    return substitute


def test_the_next_of_the_cell_moves_up_and_the_cell_is_smaller(session: Session, cast: Cast):
    publish_rubric(session, cast)
    make_plan(session, cast, 2)
    for _ in range(5):
        make_ticket(session, cast)
    draw_committed(session, cast)
    struck, kept = drawn(session)

    substitute = strike(session, cast, struck)

    units = {unit.part_id: unit for unit in drawn(session)}
    assert units[struck.part_id].state == "replaced"
    assert substitute not in {struck.part_id, kept.part_id}
    # Two of the four that are left.
    assert {units[part].inclusion_probability for part in (kept.part_id, substitute)} == {0.5}  # type: ignore[index]
    assert {units[part].cell_size for part in (kept.part_id, substitute)} == {4}  # type: ignore[index]
    open_ = session.scalars(select(Assignment.part_id).where(Assignment.state == "open")).all()
    assert set(open_) == {kept.part_id, substitute}
    (noted,) = session.scalars(select(FrameExclusion)).all()
    assert (noted.reason, noted.substitute_id) == ("spam", substitute)
    assert noted.reviewer_id in {cast.rita.id, cast.rob.id}
    (counted,) = framed(session, [HandledPart.programme_id == cast.programme.id], since=dt.date(2026, 1, 5))
    assert counted.frame == 4
    assert problems(session, cast) == []


def test_a_cell_that_is_used_up_gives_nobody(session: Session, cast: Cast):
    publish_rubric(session, cast)
    make_plan(session, cast, 2)
    for _ in range(2):
        make_ticket(session, cast)
    draw_committed(session, cast)

    assert strike(session, cast, drawn(session)[0], "merged") is None
    assert [unit.inclusion_probability for unit in drawn(session) if unit.state == "drawn"] == [1.0]
    assert problems(session, cast) == []


def test_a_part_is_replaced_once_with_a_reason_and_not_after_its_review(session: Session, cast: Cast):
    arranged(session, cast)
    draw_committed(session, cast)
    first, second, third, _ = drawn(session)
    with pytest.raises(InvalidInputError):
        strike(session, cast, first, "boring")
    strike(session, cast, first)

    with pytest.raises(ConflictError, match="replaced already"):
        strike(session, cast, first)
    done = next(row for row in assignments(session) if row.drawn_unit_id == second.id)
    done.state, done.ended_at = "submitted", NOW
    with pytest.raises(ConflictError, match="reviewed already"):
        strike(session, cast, second)
    session.rollback()
    assert third.state == "drawn"


def test_a_forged_replacement_is_found(session: Session, cast: Cast):
    arranged(session, cast)
    draw_committed(session, cast)
    unit = drawn(session)[0]
    strike(session, cast, unit)

    (noted,) = session.scalars(select(FrameExclusion)).all()
    session.delete(noted)
    session.flush()

    assert any("not those of the receipt" in problem for problem in problems(session, cast))


def test_chances_over_several_draws_by_hand():
    first, second = {"c": (10, 2 * UNIT)}, {"c": (10, 5 * UNIT)}

    assert current([first], {})["c"].probability == 0.2
    assert current([first, second], {})["c"].probability == pytest.approx(1 - 0.8 * 0.5)
    struck = current([first, second], {"c": 2})["c"]
    assert (struck.size, struck.probability) == (8, pytest.approx(1 - 0.75 * 0.375))
    assert current([first], {"c": 10}) == {}
