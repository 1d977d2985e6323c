"""The frame of a period: what was resolved in it, frozen once, never updated."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core import jobs
from qa.core.clock import midnight, monday_of_week, week_key
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import Programme, User
from qa.people.queries import memberships_of, team_on
from qa.sampling import fields
from qa.sampling.allocation import Cell
from qa.sampling.attributes import beyond_base, key_fields, read_key
from qa.sampling.columns import packed
from qa.sampling.draw import FINGERPRINT_SPACE, Unit, cell_key
from qa.sampling.models import Assignment, FrameCell, FrameColumns, FrameUnit, Period, Purpose
from qa.tickets.models import RESOLVED, HandledPart, Ticket

CHUNK = 5_000
PREDICT_JOB = "period.predict"  # of a frozen frame: what every part is expected to score; done by a room above


def one_at_a_time(session: Session, programme_id: int) -> None:
    """Let nobody else open weeks, draw or set capacities in a programme until this transaction ends.

    SQLite has one writer anyway. Intake, which only refers to the programme, is not held up.
    """
    session.execute(select(Programme.id).where(Programme.id == programme_id).with_for_update(key_share=True))


def get_or_open_period(session: Session, programme_id: int, key: str, zone: ZoneInfo) -> Period:
    """The week of a programme, made when it is first asked for."""
    known = select(Period).where(Period.programme_id == programme_id, Period.key == key)
    period = session.scalar(known)
    if period is not None:
        return period
    try:
        monday = monday_of_week(key)
    except ValueError as error:
        raise InvalidInputError(f"{key!r} is not a week such as 2026-W14.", {"period": "not a week"}) from error
    one_at_a_time(session, programme_id)
    period = session.scalar(known)  # somebody else may have opened it just now
    if period is None:
        period = week_of(programme_id, monday, zone)
        session.add(period)
        session.flush()
    return period


def week_of(programme_id: int, monday: dt.date, zone: ZoneInfo) -> Period:
    """A week with its beginning and end in the programme's zone, not kept yet."""
    return Period(
        programme_id=programme_id,
        key=week_key(monday),
        starts_on=monday,
        starts_at=midnight(monday, zone),
        ends_at=midnight(monday + dt.timedelta(days=7), zone),
    )


def sampled_population(programme_id: int) -> ColumnElement[bool]:
    """What could ever be drawn: primary, eligible, of a known specialist, resolved, its text not erased."""
    return and_(
        HandledPart.programme_id == programme_id,
        HandledPart.eligible,
        HandledPart.is_primary,
        HandledPart.specialist_id.is_not(None),
        Ticket.status.in_([status.value for status in RESOLVED]),
        Ticket.erased_at.is_(None),
    )


def eligible_in(period: Period) -> ColumnElement[bool]:
    """Parts that belong to a period's frame: of the population, and last resolved in it, or late for it.

    Late: resolved before the period and never in a frame, because it arrived after that frame was frozen. A ticket
    that was resolved again stands with its last resolution only, and not at all once it was reviewed for an earlier
    one.
    """
    in_a_frame = exists().where(FrameUnit.part_id == HandledPart.id)
    earlier_frames = exists().where(
        Period.programme_id == period.programme_id,
        Period.ends_at > HandledPart.resolved_at,
        Period.starts_at <= HandledPart.resolved_at,
        Period.state != "open",
    )
    later = aliased(HandledPart)
    resolved_again = exists().where(
        later.ticket_id == HandledPart.ticket_id, later.resolved_at > HandledPart.resolved_at
    )
    return and_(
        sampled_population(period.programme_id),
        HandledPart.resolved_at < period.ends_at,
        or_(HandledPart.resolved_at >= period.starts_at, and_(~in_a_frame, earlier_frames)),
        ~in_a_frame,
        ~resolved_again,
        ~_seen_before(period.programme_id, reviewed=True),
    )


def _seen_before(programme_id: int, *, reviewed: bool) -> ColumnElement[bool]:
    """Whether an earlier resolution of the ticket stood in a frame, or was even reviewed for a draw."""
    earlier = aliased(HandledPart)
    found = exists().where(
        earlier.ticket_id == HandledPart.ticket_id,
        earlier.programme_id == programme_id,
        earlier.resolution_id != HandledPart.resolution_id,
        FrameUnit.part_id == earlier.id,
    )
    if reviewed:
        found = found.where(
            Assignment.part_id == earlier.id,
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.state == "submitted",
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    size: int
    late: int
    carried: int


def freeze(session: Session, period: Period, attributes: Iterable[str] = (), *, now: dt.datetime) -> Frozen:
    """Copy the frame at this moment; a second freeze is refused, because a frame never changes.

    ``attributes`` are those that the period's plans select on: every cell carries them.
    """
    if period.state != "open":
        raise ConflictError(f"The frame of {period.key} is frozen already.")
    if now < period.ends_at:
        raise ConflictError(f"{period.key} is not over yet: its frame would miss what is still to be resolved.")
    names = beyond_base(attributes)
    rows = session.execute(
        select(
            HandledPart.id.label("part_id"),
            HandledPart.specialist_id,
            HandledPart.prn,
            HandledPart.resolved_at,
            _seen_before(period.programme_id, reviewed=False).label("seen"),
            *_cell_columns(session, names),
        )
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(eligible_in(period))
        .order_by(HandledPart.id)
    ).all()
    cells = _Cells(session, period, {row.specialist_id for row in rows}, names)
    units = [
        {
            "period_id": period.id,
            "part_id": row.part_id,
            "cell": cells.key_of(row),
            "prn": row.prn,
            "team": cells.team_of(row.specialist_id),
            "entry": "late" if row.resolved_at < period.starts_at else "carried" if row.seen else "on_time",
        }
        for row in rows
    ]
    for start in range(0, len(units), CHUNK):
        session.execute(insert(FrameUnit), units[start : start + CHUNK])
    _count_cells(session, period.id, units)
    period.cut_off_at = now
    period.state = "frozen"
    jobs.enqueue(
        session, PREDICT_JOB, {"period": period.id}, by=None, now=now, period=f"{period.programme_id}/{period.key}"
    )
    session.flush()
    counted = Counter(unit["entry"] for unit in units)
    return Frozen(size=len(units), late=counted["late"], carried=counted["carried"])


def _count_cells(session: Session, period_id: int, units: Sequence[Mapping[str, Any]]) -> None:
    """Each cell with its size and the sum of its random numbers."""
    sizes: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    teams: dict[str, str] = {}
    for unit in units:
        key = unit["cell"]
        sizes[key] += 1
        sums[key] += unit["prn"]
        teams[key] = unit["team"]
    rows = [
        {
            "period_id": period_id,
            "cell": key,
            "team": teams[key],
            "size": size,
            "fingerprint": sums[key] % FINGERPRINT_SPACE,
        }
        for key, size in sorted(sizes.items())
    ]
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(FrameCell), rows[start : start + CHUNK])
    if rows:
        cells = [cell_of(key, teams[key], size) for key, size in sorted(sizes.items())]
        session.add(FrameColumns(period_id=period_id, document=packed(cells)))


def _cell_columns(session: Session, names: Sequence[str]) -> list[Any]:
    """The columns of which cells are made."""
    return [Ticket.queue, Ticket.tier, Ticket.risk_class, *fields.columns_of(session, names)]


class _Cells:
    """Which cell a row belongs to, with its specialist's one team at the close of the period."""

    def __init__(self, session: Session, period: Period, specialists: set[int | None], names: Sequence[str]) -> None:
        self.names, self.first_day = names, period.starts_on
        last_day = period.starts_on + dt.timedelta(days=6)
        memberships = memberships_of(session, sorted(who for who in specialists if who))
        self.teams = {who: str(team_on(memberships[who], last_day) or "") for who in specialists if who}
        self.started = dict(
            session.execute(
                select(User.id, User.started_on).where(User.id.in_(sorted(who for who in specialists if who)))
            ).all()
        )

    def key_of(self, row: Any) -> str:
        extras = fields.attributes_of(self.names, row, self.started.get(row.specialist_id), self.first_day)
        return cell_key(*key_fields((row.specialist_id, row.queue, row.tier, row.risk_class), extras))

    def team_of(self, specialist_id: int) -> str:
        return self.teams[specialist_id]


def frame_of(session: Session, period_id: int) -> tuple[list[Cell], list[Unit], dict[str, int]]:
    """A frozen frame as the draw reads it, and how many parts entered on time, late or carried."""
    rows = session.execute(
        select(FrameUnit.part_id, FrameUnit.cell, FrameUnit.prn, FrameUnit.team, FrameUnit.entry)
        .where(FrameUnit.period_id == period_id)
        .order_by(FrameUnit.cell, FrameUnit.prn, FrameUnit.part_id)
    ).all()
    units = [Unit(part_id=part_id, cell=cell, prn=prn) for part_id, cell, prn, _, _ in rows]
    teams = {cell: team for _, cell, _, team, _ in rows}
    sizes = Counter(cell for _, cell, _, _, _ in rows)
    entries = Counter(entry for _, _, _, _, entry in rows)
    return [cell_of(key, teams[key], size) for key, size in sorted(sizes.items())], units, dict(entries)


def cell_of(key: str, team: str, size: int) -> Cell:
    """A cell from what is kept of it."""
    attributes = read_key(key, team)
    return Cell(key=key, team=team, specialist=attributes["specialist"], size=size, attributes=attributes)


def a_cell(session: Session, period_id: int) -> str | None:
    """One of a frame's cells: all carry the same attributes."""
    return session.scalar(
        select(FrameUnit.cell).where(FrameUnit.period_id == period_id).order_by(FrameUnit.cell).limit(1)
    )


def cells_resolved_in(session: Session, period: Period, attributes: Iterable[str]) -> list[Cell]:
    """The cells of what was resolved in a week, whether or not it was frozen since: what a preview is made from."""
    names = beyond_base(attributes)
    facts = (
        select(HandledPart.specialist_id, *_cell_columns(session, names))
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            sampled_population(period.programme_id),
            HandledPart.resolved_at >= period.starts_at,
            HandledPart.resolved_at < period.ends_at,
        )
        .subquery()
    )
    rows = session.execute(select(*facts.c, func.count().label("parts")).group_by(*facts.c)).all()
    cells = _Cells(session, period, {row.specialist_id for row in rows}, names)
    sizes: Counter[str] = Counter()
    teams: dict[str, str] = {}
    for row in rows:
        key = cells.key_of(row)
        sizes[key] += row.parts
        teams[key] = cells.team_of(row.specialist_id)
    return [cell_of(key, teams[key], size) for key, size in sorted(sizes.items())]


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
