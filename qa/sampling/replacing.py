"""Replacing a part that was never in the population: the next one of its cell moves up, and the reason is kept."""

import datetime as dt

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core import audit, summing
from qa.core.access import Actor
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import ProgrammeSetting
from qa.sampling import chances, companions, receipts
from qa.sampling.draw import Unit, replacement
from qa.sampling.giving import Given, give, part_facts
from qa.sampling.models import Assignment, Draw, DrawnUnit, DrawReceipt, FrameExclusion, FrameUnit, Period, Purpose
from qa.tickets.queries import is_erased

REASONS = {
    "spam": "It is spam",
    "merged": "It was merged into another ticket",
    "test": "It is a test",
    "no_specialist_reply": "No specialist ever replied",
}


def get_unit_for(session: Session, actor: Actor, unit_id: int) -> DrawnUnit:
    """A drawn part of the actor's programme."""
    unit = session.scalar(
        select(DrawnUnit)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .where(DrawnUnit.id == unit_id, Period.programme_id == actor.programme_id)
    )
    if unit is None:
        raise NotFoundError("There is no such drawn part.")
    return unit


def replace(
    session: Session, unit: DrawnUnit, setting: ProgrammeSetting, *, reason: str, by: int, now: dt.datetime
) -> tuple[int | None, Given | None]:
    """Strike a part that was never in the population, and take the next of its cell.

    Gives the part that moved up (none where the cell is used up) and who got it. Never for a part that is merely
    unwelcome: that one is handed over and stays in the sample.
    """
    if reason not in REASONS:
        raise InvalidInputError("Say why the part does not belong to the population.", {"reason": "missing"})
    draw = session.get_one(Draw, unit.draw_id)
    cell = select(FrameUnit.part_id).where(FrameUnit.period_id == draw.period_id, FrameUnit.cell == unit.cell)
    with summing.changing(session, parts=cell.union(select(DrawnUnit.part_id).where(DrawnUnit.id == unit.id))):
        return _replace(session, draw, unit, setting, reason=reason, by=by, now=now)


def _replace(
    session: Session,
    draw: Draw,
    unit: DrawnUnit,
    setting: ProgrammeSetting,
    *,
    reason: str,
    by: int,
    now: dt.datetime,
) -> tuple[int | None, Given | None]:
    closed = session.execute(
        update(DrawnUnit)
        .where(DrawnUnit.id == unit.id, DrawnUnit.state != "replaced")
        .values(state="replaced")
        .execution_options(synchronize_session=False)
    )
    if closed.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This part is replaced already.")
    if is_erased(session, unit.part_id):  # asked once the unit is ours: an erasure may just have had it
        raise ConflictError(
            "The text of this part was erased. It was in the population, so it stays in the sample as not completed, "
            "and no other takes its place."
        )
    reviewer_id = _withdraw(session, unit, now=now)
    struck = set(
        session.scalars(
            select(FrameExclusion.part_id).where(FrameExclusion.draw_id == draw.id, FrameExclusion.cell == unit.cell)
        )
    ) | {unit.part_id}
    taken = set(
        session.scalars(
            select(DrawnUnit.part_id).join(Draw, Draw.id == DrawnUnit.draw_id).where(Draw.period_id == draw.period_id)
        )
    )
    document = session.scalars(select(DrawReceipt.document).where(DrawReceipt.draw_id == draw.id)).one()
    ring = [
        Unit(part_id=part_id, cell=unit.cell, prn=prn)
        for part_id, prn in session.execute(
            select(FrameUnit.part_id, FrameUnit.prn).where(
                FrameUnit.period_id == draw.period_id, FrameUnit.cell == unit.cell
            )
        )
    ]
    moved_up = replacement(receipts.read_cell(document, unit.cell), ring, struck).part_ids
    substitute = next((part_id for part_id in moved_up if part_id not in taken), None)
    session.add(
        FrameExclusion(
            draw_id=draw.id,
            part_id=unit.part_id,
            cell=unit.cell,
            reason=reason,
            reviewer_id=reviewer_id,
            substitute_id=substitute,
            created_at=now,
            created_by_id=by,
        )
    )
    session.flush()
    given = _take(session, unit, substitute, setting, by=by, now=now) if substitute is not None else None
    chances.refresh(session, session.get_one(Period, draw.period_id))
    session.refresh(unit)
    audit.record(
        session,
        action="draw.replace",
        object_type="draw",
        object_id=draw.id,
        actor_id=by,
        now=now,
        detail={"part": unit.part_id, "reason": reason, "substitute": substitute},
    )
    session.flush()
    return substitute, given


def _withdraw(session: Session, unit: DrawnUnit, *, now: dt.datetime) -> int | None:
    """Take the part from whoever has it to score; who had the first score is told for the rates."""
    rows = session.scalars(
        select(Assignment).where(Assignment.drawn_unit_id == unit.id, Assignment.state.in_(("open", "submitted")))
    ).all()
    if any(row.state == "submitted" for row in rows):
        raise ConflictError("This part is reviewed already; a review cannot be made undone by replacing its part.")
    for row in rows:
        row.state, row.ended_at = "withdrawn", now
    companions.withdraw(session, unit.part_id, now=now)
    session.flush()
    return next((row.reviewer_id for row in rows if row.purpose == Purpose.ROUTINE), None)


def _take(
    session: Session, unit: DrawnUnit, part_id: int, setting: ProgrammeSetting, *, by: int, now: dt.datetime
) -> Given:
    """The substitute as a drawn part of the same draw, given to a reviewer."""
    last = session.scalar(select(func.max(DrawnUnit.position)).where(DrawnUnit.draw_id == unit.draw_id)) or 0
    row = DrawnUnit(
        draw_id=unit.draw_id,
        part_id=part_id,
        position=last + 1,
        cell=unit.cell,
        cell_size=unit.cell_size,
        cell_drawn=unit.cell_drawn,
        inclusion_probability=unit.inclusion_probability,
        plans=list(unit.plans),
    )
    session.add(row)
    session.flush()
    return give(
        session,
        setting,
        part_facts(session, [part_id]),
        {part_id: row.id},
        rng=np.random.default_rng([row.id, part_id]),
        by=by,
        now=now,
        doubles=False,
    )
