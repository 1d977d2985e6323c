"""Taking parts back whose text was erased: nobody can score them any more, so nobody keeps them in a queue.

An erased part was in the population, so it is not replaced: it stays drawn, counts as not completed, and the weights of
the others make up for it (Sarndal, Swensson & Wretman 1992, ch. 15, response within groups). What was scored before
stays scored. Parts of a calibration session stay with it: whoever facilitates it decides there.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.notices import service as notices
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket

STAY = (Purpose.CALIBRATION, Purpose.CONSENSUS)
REASON = "its text was erased before anybody scored it"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TakenBack:
    """An assignment that was open and is withdrawn."""

    id: int
    part_id: int
    reviewer_id: int
    purpose: str


def take_back(session: Session, ticket_ids: Sequence[int], now: dt.datetime) -> list[TakenBack]:
    """Withdraw what is open of these tickets, tell who had it, and give what. The caller commits.

    The drawn units go first: whoever takes one from the pool at this moment holds its lock, so that what they got is
    there to be withdrawn, or waits and is told that the part is gone.
    """
    parts = select(HandledPart.id).where(HandledPart.ticket_id.in_(ticket_ids))
    give_up(session, session.scalars(select(DrawnUnit.id).where(DrawnUnit.part_id.in_(parts))).all())
    rows = session.execute(
        update(Assignment)
        .where(Assignment.part_id.in_(parts), Assignment.state == "open", Assignment.purpose.not_in(STAY))
        .values(state="withdrawn", ended_at=now, leased_until=None)
        .returning(Assignment.id, Assignment.part_id, Assignment.reviewer_id, Assignment.purpose)
        .execution_options(synchronize_session=False)
    )
    taken = sorted(
        TakenBack(id=row.id, part_id=row.part_id, reviewer_id=row.reviewer_id, purpose=row.purpose) for row in rows
    )
    if taken:
        told = {one.reviewer_id for one in taken}
        notices.notify(session, told, kind="part_erased", object_type="erasure", object_id=now.isoformat(), now=now)
        audit.record(
            session,
            action="assignment.erased",
            object_type="assignment",
            object_id=f"{taken[0].id}..{taken[-1].id}" if len(taken) > 1 else taken[0].id,
            actor_id=None,
            now=now,
            detail={"assignments": len(taken)},
        )
    session.flush()
    return taken


def give_up(session: Session, unit_ids: Sequence[int]) -> None:
    """Drawn parts that nobody scored and nobody can: not completed."""
    scored = exists().where(
        Assignment.drawn_unit_id == DrawnUnit.id,
        Assignment.purpose == Purpose.ROUTINE,
        Assignment.state == "submitted",
    )
    session.execute(
        update(DrawnUnit)
        .where(DrawnUnit.id.in_(unit_ids), DrawnUnit.state == "drawn", ~scored)
        .values(state="not_done")
        .execution_options(synchronize_session=False)
    )


def erased_of_draw(session: Session, draw_id: int) -> int:
    """How many parts of a draw were erased before anybody scored them."""
    return session.scalar(_erased().where(DrawnUnit.draw_id == draw_id)) or 0


def erased_since(session: Session, programme_id: int, day: dt.date) -> tuple[int, int]:
    """Of the parts drawn of weeks since a day: how many were erased before anybody scored them, and how many in all."""
    drawn = select(func.count()).select_from(DrawnUnit).join(Draw, Draw.id == DrawnUnit.draw_id)
    lately = (Period.programme_id == programme_id, Period.starts_on >= day)
    whole = drawn.join(Period, Period.id == Draw.period_id).where(DrawnUnit.state != "replaced", *lately)
    gone = _erased().join(Draw, Draw.id == DrawnUnit.draw_id).join(Period, Period.id == Draw.period_id).where(*lately)
    return session.scalar(gone) or 0, session.scalar(whole) or 0


def _erased() -> Select[int]:
    return (
        select(func.count())
        .select_from(DrawnUnit)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(DrawnUnit.state == "not_done", Ticket.erased_at.is_not(None))
    )
