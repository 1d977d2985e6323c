"""What a scope of the page is over: whose work, what it can be narrowed to, how often it was disputed."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from qa.figures.models import WeeklyFramePack
from qa.figures.packing import cells_of
from qa.people.models import User
from qa.reviews.contributions import tenure
from qa.reviews.disputes.models import Dispute
from qa.reviews.models import Review, ReviewRevision
from qa.sampling.models import FrameUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.trends.dimensions import NARROWING
from qa.trends.shares import Scope, people


def facets_of(session: Session, scope: Scope, since: dt.date) -> dict[str, list[str]]:
    """What the page can be narrowed to, from the sums of the weeks shown: values by face, queues under "queue"."""
    table = WeeklyFramePack
    rows = session.execute(
        select(table.face, table.cells)
        .where(
            table.programme_id == scope.programme_id,
            table.face.in_(("all", *NARROWING)),
            table.team_id.in_(scope.read_teams),
            table.week >= since,
        )
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for face, cells in rows:
        name, place = ("queue", 0) if face == "all" else (face, 1)
        found.setdefault(name, set()).update(cell[place] for cell in cells_of(cells))
    return {face: sorted(values) for face, values in found.items()}


def people_by(
    session: Session, scope: Scope, dimension: str, *, since: dt.date, until: dt.date
) -> dict[tuple[str, dt.date], int]:
    """Over how many specialists each value's week is; from the sums where they are split so, else from the frames.

    ``dimension`` "" is the scope as a whole, with the value "".
    """
    narrowed = [
        *([("team", [str(team) for team in scope.teams])] if scope.teams is not None else []),
        *([("queue", [scope.queue])] if scope.queue is not None else []),
        *([(scope.face, [scope.value])] if scope.face != "all" else []),
    ]
    faces = {face for face, _ in narrowed}
    if dimension in {"criterion", "section", "version"}:
        dimension = ""
    if len(faces | ({dimension} if dimension else set())) <= 1:
        face = dimension or next(iter(faces), "all")
        values = next((values for name, values in narrowed if name == face), None)
        found = people(session, scope, [face], since=since, until=until, values=values)[face]
        if dimension or face == "all":
            return found
        totals: dict[tuple[str, dt.date], int] = {}
        for (_, week), count in found.items():  # teams share nobody in a week
            totals["", week] = totals.get(("", week), 0) + count
        return totals
    return _people_of_frames(session, scope, dimension, since, until)


def people_of_all(
    session: Session, scope: Scope, faces: Collection[str], *, since: dt.date, until: dt.date
) -> dict[str, dict[tuple[str, dt.date], int]]:
    """The same of several dimensions that are kept by themselves, in one statement; the scope is everything."""
    found = people(session, scope, [face or "all" for face in faces], since=since, until=until)
    return {face: found[face or "all"] for face in faces}


def _people_of_frames(
    session: Session, scope: Scope, dimension: str, since: dt.date, until: dt.date
) -> dict[tuple[str, dt.date], int]:
    where: list[ColumnElement[bool]] = [HandledPart.programme_id == scope.programme_id]
    if scope.teams is not None:
        where.append(HandledPart.team_id.in_(scope.teams))
    if scope.queue is not None:
        where.append(Ticket.queue == scope.queue)
    columns: dict[str, Any] = {
        "team": HandledPart.team_id,
        "queue": Ticket.queue,
        "channel": Ticket.channel,
        "tier": Ticket.tier,
        "language": Ticket.language,
        "launch": Ticket.launch,
        "tenure": User.started_on,
    }
    asked = [columns[name] for name in (dimension, scope.face) if name in columns]
    rows = session.execute(
        select(Period.starts_on, HandledPart.specialist_id, *asked)
        .select_from(FrameUnit)
        .join(Period, Period.id == FrameUnit.period_id)
        .join(HandledPart, HandledPart.id == FrameUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .where(Period.starts_on >= since, Period.starts_on <= until, HandledPart.specialist_id.is_not(None), *where)
        .distinct()
    )
    found: dict[tuple[str, dt.date], set[int]] = {}
    for week, specialist, *told in rows:
        values = dict(zip([name for name in (dimension, scope.face) if name in columns], told, strict=True))
        if "tenure" in values:
            values["tenure"] = tenure(values["tenure"], week)
        if scope.face != "all" and values.get(scope.face) != scope.value:
            continue
        value = values.get(dimension, "") if dimension else ""
        found.setdefault((str(value if value is not None else 0), week), set()).add(specialist)
    return {key: len(each) for key, each in found.items()}


def disputes_in(
    session: Session, scope: Scope, *, since: dt.datetime, middle: dt.datetime, until: dt.datetime
) -> list[tuple[int, int, int]]:
    """Disputes opened in the newer and the older part of a time: how many, settled, and settled with another score."""
    where: list[ColumnElement[bool]] = [HandledPart.programme_id == scope.programme_id]
    if scope.teams is not None:
        where.append(HandledPart.team_id.in_(scope.teams))
    if scope.queue is not None:
        where.append(Ticket.queue == scope.queue)
    if scope.face in {"channel", "tier", "language", "launch"}:
        where.append(getattr(Ticket, scope.face) == scope.value)
    changed = exists().where(ReviewRevision.review_id == Dispute.review_id, ReviewRevision.kind == "dispute")
    settled = Dispute.state.in_(("settled", "final"))
    told: list[Any] = []
    for part in (Dispute.opened_at >= middle, Dispute.opened_at < middle):
        told += [func.count().filter(part), func.count().filter(part & settled)]
        told.append(func.count().filter(part & settled & changed))
    row = session.execute(
        select(*told)
        .select_from(Dispute)
        .join(Review, Review.id == Dispute.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(Dispute.opened_at >= since, Dispute.opened_at < until, Review.purpose == Purpose.ROUTINE, *where)
    ).one()
    return [tuple(row[:3]), tuple(row[3:])]
