"""Reading the sampling room: periods with their draws, one draw, who has how much to do."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.clock import monday_of, week_key
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.sampling.models import Assignment, Draw, DrawnUnit, DrawReceipt, Period, Purpose
from qa.tickets.models import HandledPart, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """A week as the list shows it."""

    key: str
    starts_on: dt.date
    resolved: int  # parts resolved in it that could be drawn
    draw: Draw | None
    completed: int
    assigned: int
    over: bool


def weeks(session: Session, actor: Actor, today: dt.date, count: int = 12) -> list[PeriodRow]:
    """The last weeks, newest first, with what was drawn and done."""
    mondays = [monday_of(today) - dt.timedelta(weeks=back) for back in range(count)]
    resolved = _resolved_by_week(session, actor.programme_id, mondays[-1])
    rows = session.execute(
        select(Period, Draw)
        .outerjoin(Draw, Draw.period_id == Period.id)
        .where(Period.programme_id == actor.programme_id, Period.starts_on >= mondays[-1])
        .order_by(Period.starts_on, Draw.n)
    )
    draws = {period.starts_on: draw for period, draw in rows if draw is not None}
    done = _completion(session, [draw.id for draw in draws.values()])
    return [
        PeriodRow(
            key=week_key(monday),
            starts_on=monday,
            resolved=resolved.get(monday, 0),
            draw=draws.get(monday),
            assigned=done.get(draws[monday].id, (0, 0))[0] if monday in draws else 0,
            completed=done.get(draws[monday].id, (0, 0))[1] if monday in draws else 0,
            over=monday + dt.timedelta(days=7) <= today,
        )
        for monday in mondays
    ]


def drawable_weeks(session: Session, actor: Actor, today: dt.date) -> list[tuple[dt.date, int]]:
    """Weeks that are over, hold parts and are not drawn, the newest first, with how many parts they hold."""
    drawn = set(
        session.scalars(
            select(Period.starts_on)
            .join(Draw, Draw.period_id == Period.id)
            .where(Period.programme_id == actor.programme_id)
        )
    )
    resolved = _resolved_by_week(session, actor.programme_id, dt.date.min)
    this_week = monday_of(today)
    return [
        (monday, count)
        for monday, count in sorted(resolved.items(), reverse=True)
        if monday < this_week and monday not in drawn
    ]


def _resolved_by_week(session: Session, programme_id: int, since: dt.date) -> dict[dt.date, int]:
    """Eligible parts by the Monday of their resolution (UTC days; the frame itself uses the programme's zone)."""
    day = func.date(HandledPart.resolved_at)
    found: dict[dt.date, int] = {}
    for value, count in session.execute(
        select(day, func.count())
        .where(
            HandledPart.programme_id == programme_id,
            HandledPart.eligible,
            HandledPart.is_primary,
            HandledPart.specialist_id.is_not(None),
            HandledPart.resolved_at >= dt.datetime.combine(since, dt.time(), tzinfo=dt.UTC),
        )
        .group_by(day)
    ):
        parsed = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
        monday = monday_of(parsed)
        found[monday] = found.get(monday, 0) + count
    return found


def _completion(session: Session, draw_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Routine assignments of each draw: how many there are, how many are submitted."""
    rows = session.execute(
        select(
            DrawnUnit.draw_id,
            func.count().filter(Assignment.state.in_(("open", "submitted"))),
            func.count().filter(Assignment.state == "submitted"),
        )
        .join(Assignment, Assignment.drawn_unit_id == DrawnUnit.id)
        .where(DrawnUnit.draw_id.in_(draw_ids), Assignment.purpose == Purpose.ROUTINE)
        .group_by(DrawnUnit.draw_id)
    )
    return {draw_id: (assigned, submitted) for draw_id, assigned, submitted in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawView:
    draw: Draw
    period: Period
    receipt: DrawReceipt


def get_draw_for(session: Session, actor: Actor, draw_id: int) -> DrawView:
    """A draw of the actor's programme."""
    row = session.execute(
        select(Draw, Period, DrawReceipt)
        .join(Period, Period.id == Draw.period_id)
        .join(DrawReceipt, DrawReceipt.draw_id == Draw.id)
        .where(Draw.id == draw_id, Period.programme_id == actor.programme_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such draw.")
    return DrawView(draw=row[0], period=row[1], receipt=row[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow:
    """One reviewer's share of a draw."""

    name: str
    routine: int
    submitted: int
    handed_over: int


def loads_of(session: Session, draw_id: int) -> list[LoadRow]:
    """Who has how much of a draw to do; hidden second scores are not told apart from nothing."""
    rows = session.execute(
        select(
            User.name,
            func.count().filter(Assignment.state.in_(("open", "submitted"))),
            func.count().filter(Assignment.state == "submitted"),
            func.count().filter(Assignment.state == "handed_over", Assignment.hand_over_reason != "too_harmful"),
        )
        .join(Assignment, Assignment.reviewer_id == User.id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .where(DrawnUnit.draw_id == draw_id, Assignment.purpose == Purpose.ROUTINE)
        .group_by(User.id, User.name)
        .order_by(User.name, User.id)
    )
    return [
        LoadRow(name=name, routine=routine, submitted=submitted, handed_over=handed)
        for name, routine, submitted, handed in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A drawn part that nobody has to score."""

    part_id: int
    external_id: str
    queue: str
    language: str
    content_severity: int


def unassigned_of(session: Session, draw_id: int) -> list[Unassigned]:
    """Drawn parts without an open or submitted routine assignment."""
    taken = (
        select(Assignment.drawn_unit_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .where(
            DrawnUnit.draw_id == draw_id,
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.state.in_(("open", "submitted")),
        )
    )
    rows = session.execute(
        select(DrawnUnit.part_id, Ticket.external_id, Ticket.queue, Ticket.language, Ticket.content_severity)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(DrawnUnit.draw_id == draw_id, DrawnUnit.id.not_in(taken))
        .order_by(DrawnUnit.position, DrawnUnit.id)
    )
    return [
        Unassigned(part_id=part_id, external_id=external_id, queue=queue, language=language, content_severity=severity)
        for part_id, external_id, queue, language, severity in rows
    ]


def queue_names(session: Session, programme_id: int) -> Sequence[str]:
    """The queues that a plan can select."""
    return session.scalars(
        select(Ticket.queue).where(Ticket.programme_id == programme_id).distinct().order_by(Ticket.queue)
    ).all()
