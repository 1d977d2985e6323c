"""The draw board: who is covered, what is due, done, late, replaced and handed over, and how complete the sample is."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.people.models import User
from qa.sampling import bias
from qa.sampling.models import (
    Assignment,
    Draw,
    DrawnUnit,
    FrameExclusion,
    FrameUnit,
    Purpose,
)
from qa.tickets.models import HandledPart, Ticket

BIAS_WEEKS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The state of a draw's parts."""

    drawn: int
    done: int
    overdue: int
    waiting: int  # with a reviewer, not due yet
    pool: int  # with nobody
    replaced: int
    handed_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One specialist's parts in the week, and what became of the drawn ones."""

    name: str
    parts: int
    counts: Counts


def _units(period_id: int, today: dt.date, *grouped: Any) -> Select[Any]:
    """The drawn parts of a week's draws, counted by state, for each value of ``grouped``."""
    routine = aliased(Assignment)
    open_one = exists().where(
        routine.drawn_unit_id == DrawnUnit.id, routine.purpose == Purpose.ROUTINE, routine.state == "open"
    )
    overdue = exists().where(
        routine.drawn_unit_id == DrawnUnit.id,
        routine.purpose == Purpose.ROUTINE,
        routine.state == "open",
        routine.due_on < today,
    )
    done = exists().where(
        routine.drawn_unit_id == DrawnUnit.id, routine.purpose == Purpose.ROUTINE, routine.state == "submitted"
    )
    passed_on = exists().where(
        routine.drawn_unit_id == DrawnUnit.id, routine.purpose == Purpose.ROUTINE, routine.state == "handed_over"
    )
    stays: ColumnElement[bool] = DrawnUnit.state != "replaced"
    return (
        select(
            *grouped,
            func.count().filter(stays).label("drawn"),
            func.count().filter(and_(stays, done)).label("done"),
            func.count().filter(and_(stays, overdue)).label("overdue"),
            func.count().filter(and_(stays, open_one, ~overdue)).label("waiting"),
            func.count().filter(and_(stays, ~or_(open_one, done))).label("pool"),
            func.count().filter(~stays).label("replaced"),
            func.count().filter(and_(stays, passed_on)).label("handed_over"),
        )
        .select_from(DrawnUnit)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(Draw.period_id == period_id)
        .group_by(*grouped)
    )


def _counts(row: Any) -> Counts:
    return Counts(
        drawn=row.drawn,
        done=row.done,
        overdue=row.overdue,
        waiting=row.waiting,
        pool=row.pool,
        replaced=row.replaced,
        handed_over=row.handed_over,
    )


def progress_of(session: Session, period_id: int, today: dt.date) -> Counts:
    """The whole week."""
    return _counts(session.execute(_units(period_id, today)).one())


def coverage_of(session: Session, period_id: int, today: dt.date) -> list[Coverage]:
    """Every specialist of the frame, also those of whom nothing was drawn."""
    frame = dict(
        session.execute(
            select(HandledPart.specialist_id, func.count())
            .join(FrameUnit, FrameUnit.part_id == HandledPart.id)
            .where(FrameUnit.period_id == period_id)
            .group_by(HandledPart.specialist_id)
        ).all()
    )
    counted = {
        row.specialist_id: _counts(row) for row in session.execute(_units(period_id, today, HandledPart.specialist_id))
    }
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(sorted(frame)))).all())
    nothing = Counts(drawn=0, done=0, overdue=0, waiting=0, pool=0, replaced=0, handed_over=0)
    rows = [
        Coverage(name=names.get(who or 0, "unknown"), parts=parts, counts=counted.get(who, nothing))
        for who, parts in frame.items()
    ]
    return sorted(rows, key=lambda row: row.name)


def completion_by(session: Session, period_id: int, today: dt.date, by: str) -> list[tuple[str, Counts]]:
    """The drawn parts by language, or by content severity: what nobody could review stays visible."""
    column = Ticket.language if by == "language" else Ticket.content_severity
    rows = session.execute(_units(period_id, today, column).order_by(column))
    return [(str(row[0]) or "not told", _counts(row)) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerRate:
    """One reviewer's name beside the rate."""

    name: str
    rate: bias.Rate


def bias_channel(session: Session, programme_id: int, now: dt.datetime) -> list[ReviewerRate]:
    """How much of what each reviewer was given in half a year went elsewhere, other than for wellbeing."""
    since = now - dt.timedelta(weeks=BIAS_WEEKS)
    given: dict[int, tuple[int, int]] = {}
    for reviewer_id, parts, gone in session.execute(
        select(
            Assignment.reviewer_id,
            func.count().filter(Assignment.state.in_(("open", "submitted", "handed_over"))),
            func.count().filter(Assignment.state == "handed_over"),
        )
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .where(
            HandledPart.programme_id == programme_id,
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.created_at >= since,
        )
        .group_by(Assignment.reviewer_id)
    ):
        given[reviewer_id] = (parts, gone)
    for who, replaced in session.execute(
        select(FrameExclusion.reviewer_id, func.count())
        .join(HandledPart, HandledPart.id == FrameExclusion.part_id)
        .where(
            HandledPart.programme_id == programme_id,
            FrameExclusion.created_at >= since,
            FrameExclusion.reviewer_id.is_not(None),
        )
        .group_by(FrameExclusion.reviewer_id)
    ):
        parts, gone = given.get(who or 0, (0, 0))
        given[who or 0] = (parts + replaced, gone + replaced)
    names: Mapping[int, str] = dict(session.execute(select(User.id, User.name).where(User.id.in_(sorted(given)))).all())
    found = bias.rates({key: bias.Given(parts=parts, gone=gone) for key, (parts, gone) in given.items() if parts})
    return sorted((ReviewerRate(name=names[rate.key], rate=rate) for rate in found), key=lambda row: row.name)


def reasons_given(session: Session, programme_id: int, now: dt.datetime) -> list[tuple[str, int]]:
    """How often each reason was given in half a year, without the reviewers."""
    rows = session.execute(
        select(Assignment.hand_over_reason, func.count())
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .where(
            HandledPart.programme_id == programme_id,
            Assignment.state == "handed_over",
            Assignment.created_at >= now - dt.timedelta(weeks=BIAS_WEEKS),
        )
        .group_by(Assignment.hand_over_reason)
        .order_by(Assignment.hand_over_reason)
    )
    return [(reason or "", count) for reason, count in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUnit:
    """A drawn part as the board lists it."""

    unit_id: int
    external_id: str
    queue: str
    language: str
    content_severity: int
    state: str
    erased: bool  # nobody can read it any more


def units_of(session: Session, period_id: int, *, limit: int = 500) -> list[OpenUnit]:
    """The drawn parts that are not reviewed yet, so that one that never belonged to the population can be replaced."""
    done = exists().where(
        Assignment.drawn_unit_id == DrawnUnit.id,
        Assignment.purpose == Purpose.ROUTINE,
        Assignment.state == "submitted",
    )
    rows = session.execute(
        select(
            DrawnUnit.id,
            Ticket.external_id,
            Ticket.queue,
            Ticket.language,
            Ticket.content_severity,
            DrawnUnit.state,
            Ticket.erased_at,
        )
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(Draw.period_id == period_id, ~done)
        .order_by(DrawnUnit.draw_id, DrawnUnit.position, DrawnUnit.id)
        .limit(limit)
    )
    return [
        OpenUnit(
            unit_id=unit_id,
            external_id=external_id,
            queue=queue,
            language=language,
            content_severity=severity,
            state=state,
            erased=erased_at is not None,
        )
        for unit_id, external_id, queue, language, severity, state, erased_at in rows
    ]
