"""The pool: drawn parts that nobody has, taken one by one by whoever has time, and given back without a reason.

The order is the draw's, not the taker's: nobody picks a part by how easy it looks.
"""

import datetime as dt

import numpy as np
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.clock import local_day
from qa.core.errors import ConflictError
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.rubric_library.queries import rule_book_at
from qa.sampling import exposure, frames
from qa.sampling.giving import Given, give, loads_on, part_facts, with_families
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.sampling.reviewers import why_not
from qa.tickets.queries import hold_parts

LEASE = dt.timedelta(days=2)  # without a first answer the part goes back to the pool
WEEKS = 8  # how old a drawn part may be to be worth scoring still
LOOKED_AT = 500


def waiting_units(session: Session, programme_id: int, *, now: dt.datetime, limit: int = LOOKED_AT) -> list[DrawnUnit]:
    """Drawn parts without a reviewer, in drawn order, the oldest week first."""
    taken = exists().where(
        Assignment.drawn_unit_id == DrawnUnit.id,
        Assignment.purpose == Purpose.ROUTINE,
        Assignment.state.in_(("open", "submitted")),
    )
    return list(
        session.scalars(
            select(DrawnUnit)
            .join(Draw, Draw.id == DrawnUnit.draw_id)
            .join(Period, Period.id == Draw.period_id)
            .where(
                Period.programme_id == programme_id,
                Period.ends_at > now - dt.timedelta(weeks=WEEKS),
                DrawnUnit.state == "drawn",
                ~taken,
            )
            .order_by(Period.starts_on, DrawnUnit.draw_id, DrawnUnit.position, DrawnUnit.id)
            .limit(limit)
        )
    )


def open_to(session: Session, setting: ProgrammeSetting, reviewer_id: int, *, now: dt.datetime) -> list[DrawnUnit]:
    """What of the pool one reviewer may take, in the order in which it is taken."""
    units = waiting_units(session, setting.programme_id, now=now)
    if not units:
        return []
    today = local_day(now, zone_of(setting))
    load = next((one for one in loads_on(session, setting, today, now=now) if one.key == reviewer_id), None)
    if load is None:
        return []
    facts = part_facts(session, [unit.part_id for unit in units])
    book = rule_book_at(session, setting, now)
    had = set(
        session.scalars(
            select(Assignment.part_id).where(
                Assignment.reviewer_id == reviewer_id, Assignment.part_id.in_([unit.part_id for unit in units])
            )
        )
    )
    bearable = exposure.budget_of(session, setting, reviewer_id, now=now).given_up_to
    versions = {
        part_id: book.version_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at)
        for part_id, part in facts.items()
    }
    facts = with_families(facts, versions, book, setting)
    able = []
    for unit in units:
        part = facts[unit.part_id]
        full = part.facts.content_severity > bearable
        rubric = versions[unit.part_id]
        allowed = why_not(load.reviewer, part.facts, own_team_ban=setting.own_team_ban) is None
        if allowed and rubric is not None and not full and not part.erased and unit.part_id not in had:
            able.append(unit)
    return able


def give_out(session: Session, setting: ProgrammeSetting, *, by: int, now: dt.datetime) -> Given:
    """Give what waits in the pool to whoever may score it and has capacity by now; the rest goes on waiting.

    Nobody gets a part that they had before. Which parts have a hidden second score was decided by the draw and stays.
    """
    frames.one_at_a_time(session, setting.programme_id)
    units = waiting_units(session, setting.programme_id, now=now)
    hold_parts(session, [unit.part_id for unit in units])
    had: dict[int, set[int]] = {}
    for part_id, reviewer_id in session.execute(
        select(Assignment.part_id, Assignment.reviewer_id).where(
            Assignment.part_id.in_([unit.part_id for unit in units])
        )
    ):
        had.setdefault(part_id, set()).add(reviewer_id)
    given = give(
        session,
        setting,
        part_facts(session, [unit.part_id for unit in units]),
        {unit.part_id: unit.id for unit in units},
        rng=np.random.default_rng([len(units), *(unit.id for unit in units)]),
        by=by,
        now=now,
        doubles=False,
        had={part_id: frozenset(people) for part_id, people in had.items()},
    )
    session.flush()
    audit.record(
        session,
        action="assignment.give_out",
        object_type="programme",
        object_id=setting.programme_id,
        actor_id=by,
        now=now,
        detail={"given": given.routine, "left": len(given.left)},
    )
    session.flush()
    return given


def claim(session: Session, setting: ProgrammeSetting, reviewer_id: int, *, now: dt.datetime) -> Assignment:
    """Take the next part of the pool; it is lent for two days and stays once its scoring has begun."""
    able = open_to(session, setting, reviewer_id, now=now)
    if not able:
        raise ConflictError(
            "Nothing in the pool is for you just now: others took it, or you may not score what is left."
        )
    unit = able[0]
    hold_parts(session, [unit.part_id])
    # Two people who take at the same moment: the unit's row is locked, and the second sees the first one's assignment.
    state = session.scalar(select(DrawnUnit.state).where(DrawnUnit.id == unit.id).with_for_update())
    gone = session.scalar(
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.drawn_unit_id == unit.id,
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.state.in_(("open", "submitted")),
        )
    )
    if gone:
        raise ConflictError("Somebody else took that part a moment ago. Take the next one.")
    part = part_facts(session, [unit.part_id])[unit.part_id]
    if part.erased:
        raise ConflictError("The text of that part was erased a moment ago: nobody can score it. Take the next one.")
    if state != "drawn":
        raise ConflictError("That part left the sample a moment ago. Take the next one.")
    version = rule_book_at(session, setting, now).version_for(
        part.facts.queue, part.channel, part.facts.language, part.resolved_at
    )
    today = local_day(now, zone_of(setting))
    assignment = Assignment(
        part_id=unit.part_id,
        reviewer_id=reviewer_id,
        purpose=Purpose.ROUTINE,
        origin="draw",
        drawn_unit_id=unit.id,
        rubric_version_id=version,
        rubric_date=setting.rubric_date,
        due_on=today + dt.timedelta(days=setting.review_days),
        position=unit.position,
        leased_until=now + LEASE,
        created_at=now,
        created_by_id=reviewer_id,
    )
    session.add(assignment)
    session.flush()
    audit.record(
        session,
        action="assignment.claim",
        object_type="assignment",
        object_id=assignment.id,
        actor_id=reviewer_id,
        now=now,
    )
    session.flush()
    return assignment


def give_back(session: Session, assignment: Assignment, *, now: dt.datetime) -> None:
    """Return a part that was taken from the pool and not begun."""
    closed = session.execute(
        update(Assignment)
        .where(Assignment.id == assignment.id, Assignment.state == "open", Assignment.leased_until.is_not(None))
        .values(state="withdrawn", ended_at=now, leased_until=None)
        .execution_options(synchronize_session=False)
    )
    if closed.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError(
            "Only a part that you took from the pool and have not begun can go back. Hand it over instead."
        )
    session.refresh(assignment)


def end_leases(session: Session, *, now: dt.datetime) -> int:
    """Put back what was taken and never begun; how many."""
    ended = session.execute(
        update(Assignment)
        .where(Assignment.state == "open", Assignment.leased_until < now)
        .values(state="withdrawn", ended_at=now, leased_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]
