"""What a scope of the page is over: whose work, what it can be narrowed to, how often it was disputed."""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from qa.core.prepared import Prepared, PreparedPlain, each_of, one_of
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


@lru_cache(maxsize=128)
def _facets(teams: int) -> PreparedPlain:
    table = WeeklyFramePack
    return PreparedPlain(
        select(table.face, table.cells)
        .where(
            table.programme_id == bindparam("programme"),
            table.face.in_(("all", *NARROWING)),
            one_of(table.team_id, "team", teams),
            table.week >= bindparam("since"),
        )
        .distinct()
    )


def facets_of(session: Session, scope: Scope, since: dt.date) -> dict[str, list[str]]:
    """What the page can be narrowed to, from the sums of the weeks shown: values by face, queues under "queue"."""
    named = each_of("team", scope.read_teams)
    rows = _facets(len(named)).all(session, programme=scope.programme_id, since=since, **named)
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
    face = scope.face if scope.face in {"channel", "tier", "language", "launch"} else None
    named = {} if scope.teams is None else each_of("team", scope.teams)
    named |= {} if scope.queue is None else {"queue": scope.queue}
    named |= {} if face is None else {"value": scope.value}
    statement = _disputes(None if scope.teams is None else len(scope.teams), scope.queue is not None, face)
    (row,) = statement.all(session, programme=scope.programme_id, since=since, middle=middle, until=until, **named)
    return [tuple(row[:3]), tuple(row[3:])]


@lru_cache(maxsize=128)
def _disputes(teams: int | None, of_queue: bool, face: str | None) -> Prepared:
    where: list[ColumnElement[bool]] = [HandledPart.programme_id == bindparam("programme")]
    if teams is not None:
        where.append(one_of(HandledPart.team_id, "team", teams))
    if of_queue:
        where.append(Ticket.queue == bindparam("queue"))
    if face is not None:
        where.append(getattr(Ticket, face) == bindparam("value"))
    changed = exists().where(ReviewRevision.review_id == Dispute.review_id, ReviewRevision.kind == "dispute")
    settled = Dispute.state.in_(("settled", "final"))
    told: list[Any] = []
    for part in (Dispute.opened_at >= bindparam("middle"), Dispute.opened_at < bindparam("middle")):
        told += [func.count().filter(part), func.count().filter(part & settled)]
        told.append(func.count().filter(part & settled & changed))
    named = [count.label(f"count_{n}") for n, count in enumerate(told)]
    return Prepared(
        select(*named)
        .select_from(Dispute)
        .join(Review, Review.id == Dispute.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Dispute.opened_at >= bindparam("since"),
            Dispute.opened_at < bindparam("until"),
            Review.purpose == Purpose.ROUTINE,
            *where,
        )
    )
