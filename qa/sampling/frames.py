"""The frame of a period: what was resolved in it, frozen once, never updated."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from qa.core import jobs
from qa.core.clock import midnight, monday_of_week
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import User
from qa.people.queries import memberships_of, team_on
from qa.sampling.allocation import Cell
from qa.sampling.draw import Unit, cell_key
from qa.sampling.models import FrameUnit, Period
from qa.tickets.models import RESOLVED, HandledPart, Ticket

CHUNK = 5_000
PREDICT_JOB = "period.predict"  # of a frozen frame: what every part is expected to score; done by a room above


def get_or_open_period(session: Session, programme_id: int, key: str, zone: ZoneInfo) -> Period:
    """The week of a programme, made when it is first asked for."""
    period = session.scalar(select(Period).where(Period.programme_id == programme_id, Period.key == key))
    if period is not None:
        return period
    try:
        monday = monday_of_week(key)
    except ValueError as error:
        raise InvalidInputError(f"{key!r} is not a week such as 2026-W14.", {"period": "not a week"}) from error
    period = Period(
        programme_id=programme_id,
        key=key,
        starts_on=monday,
        starts_at=midnight(monday, zone),
        ends_at=midnight(monday + dt.timedelta(days=7), zone),
    )
    session.add(period)
    session.flush()
    return period


def eligible_in(period: Period) -> ColumnElement[bool]:
    """Parts that belong to a period's frame: primary, eligible, of a known specialist, resolved in it or late for it.

    Late: resolved before the period and never in a frame, because it arrived after that frame was frozen.
    """
    in_a_frame = exists().where(FrameUnit.part_id == HandledPart.id)
    earlier_frames = exists().where(
        Period.programme_id == period.programme_id,
        Period.ends_at > HandledPart.resolved_at,
        Period.starts_at <= HandledPart.resolved_at,
        Period.state != "open",
    )
    return and_(
        HandledPart.programme_id == period.programme_id,
        HandledPart.eligible,
        HandledPart.is_primary,
        HandledPart.specialist_id.is_not(None),
        Ticket.status.in_([status.value for status in RESOLVED]),
        HandledPart.resolved_at < period.ends_at,
        or_(HandledPart.resolved_at >= period.starts_at, and_(~in_a_frame, earlier_frames)),
        ~in_a_frame,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    size: int
    late: int


def freeze(session: Session, period: Period, *, now: dt.datetime) -> Frozen:
    """Copy the frame at this moment; a second freeze is refused, because a frame never changes."""
    if period.state != "open":
        raise ConflictError(f"The frame of {period.key} is frozen already.")
    if now < period.ends_at:
        raise ConflictError(f"{period.key} is not over yet: its frame would miss what is still to be resolved.")
    rows = session.execute(
        select(
            HandledPart.id,
            HandledPart.specialist_id,
            HandledPart.prn,
            HandledPart.resolved_at,
            Ticket.queue,
            Ticket.tier,
            Ticket.risk_class,
        )
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(eligible_in(period))
        .order_by(HandledPart.id)
    ).all()
    teams = _teams_at_close(session, period, {row.specialist_id for row in rows if row.specialist_id})
    units = [
        {
            "period_id": period.id,
            "part_id": row.id,
            "cell": cell_key(str(row.specialist_id), _plain(row.queue), _plain(row.tier), str(row.risk_class)),
            "prn": row.prn,
            "team": teams.get(row.specialist_id, ""),
            "entry": "on_time" if row.resolved_at >= period.starts_at else "late",
        }
        for row in rows
    ]
    for start in range(0, len(units), CHUNK):
        session.execute(insert(FrameUnit), units[start : start + CHUNK])
    period.cut_off_at = now
    period.state = "frozen"
    jobs.enqueue(
        session, PREDICT_JOB, {"period": period.id}, by=None, now=now, period=f"{period.programme_id}/{period.key}"
    )
    session.flush()
    return Frozen(size=len(units), late=sum(unit["entry"] == "late" for unit in units))


def _teams_at_close(session: Session, period: Period, specialist_ids: set[int]) -> dict[int | None, str]:
    """Each specialist's one team on the last day of the period: a frame counts nobody twice."""
    last_day = period.starts_on + dt.timedelta(days=6)
    memberships = memberships_of(session, sorted(specialist_ids))
    return {specialist_id: str(team_on(memberships[specialist_id], last_day) or "") for specialist_id in specialist_ids}


def _plain(text: str) -> str:
    """A field of a cell key: the separator cannot be part of it."""
    return text.replace("|", "/")


def frame_of(session: Session, period_id: int) -> tuple[list[Cell], list[Unit], dict[str, int]]:
    """A frozen frame as the draw reads it, and how many parts entered on time, late or carried."""
    rows = session.execute(
        select(FrameUnit.part_id, FrameUnit.cell, FrameUnit.prn, FrameUnit.team, FrameUnit.entry)
        .where(FrameUnit.period_id == period_id)
        .order_by(FrameUnit.cell, FrameUnit.prn, FrameUnit.part_id)
    ).all()
    units = [Unit(part_id=part_id, cell=cell, prn=prn) for part_id, cell, prn, _, _ in rows]
    sizes: dict[str, int] = {}
    teams: dict[str, str] = {}
    entries: dict[str, int] = {}
    for _, cell, _, team, entry in rows:
        sizes[cell] = sizes.get(cell, 0) + 1
        teams[cell] = team
        entries[entry] = entries.get(entry, 0) + 1
    cells = []
    for key, size in sorted(sizes.items()):
        specialist, queue, tier, risk = key.split("|")
        attributes = {"specialist": specialist, "queue": queue, "tier": tier, "risk_class": risk}
        cells.append(Cell(key=key, team=teams[key], specialist=specialist, size=size, attributes=attributes))
    return cells, units, entries


def expected_size(session: Session, period: Period) -> int:
    """How many parts the frame would hold now."""
    return (
        session.scalar(
            select(func.count())
            .select_from(HandledPart)
            .join(Ticket, Ticket.id == HandledPart.ticket_id)
            .where(eligible_in(period))
        )
        or 0
    )


def names_of(session: Session, specialist_ids: Sequence[int]) -> dict[int, str]:
    """The specialists' names by id."""
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(specialist_ids))).all())


def facts_in_frame(session: Session, period: Period) -> Sequence[tuple[str, str, str, dt.datetime, int]]:
    """What decides the rubric of a frame's parts, as (queue, channel, language, resolved, how many)."""
    return [
        (queue, channel, language, resolved_at, count)
        for queue, channel, language, resolved_at, count in session.execute(
            select(Ticket.queue, Ticket.channel, Ticket.language, func.min(HandledPart.resolved_at), func.count())
            .join(HandledPart, HandledPart.ticket_id == Ticket.id)
            .join(FrameUnit, FrameUnit.part_id == HandledPart.id)
            .where(FrameUnit.period_id == period.id)
            .group_by(Ticket.queue, Ticket.channel, Ticket.language)
            .order_by(Ticket.queue, Ticket.channel, Ticket.language)
        )
    ]
