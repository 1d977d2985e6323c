"""Reading escalations, always through who asks: outside scope, clearance or region there is nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor, Permission
from qa.core.clock import midnight
from qa.core.errors import NotFoundError
from qa.escalations.models import Escalation
from qa.people.models import Source, User
from qa.tickets.models import Ticket
from qa.tickets.queries import visible, within_clearance


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The escalations of tickets that this person may know of, and their own; a join of Ticket around it."""
    mine = and_(Escalation.owner_id == actor.user_id, within_clearance(actor))
    return and_(Escalation.programme_id == actor.programme_id, or_(visible(actor, Permission.ESCALATIONS_VIEW), mine))


def of_tickets(actor: Actor) -> ColumnElement[bool]:
    """Those of them that count: none that was put away."""
    return and_(in_scope(actor), Escalation.archived_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One escalation without any word of it: what counts and times rest on."""

    escalation_id: int
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    time_known: bool
    queue: str
    owner_id: int | None


def spells_between(
    session: Session, actor: Actor, *, since: dt.datetime, until: dt.datetime, timed: bool = False
) -> list[Spell]:
    """The escalations opened in ``since <= t < until``, oldest first; ``timed`` leaves those without times out."""
    known = [Escalation.time_known] if timed else []
    rows = session.execute(
        select(
            Escalation.id,
            Escalation.opened_at,
            Escalation.closed_at,
            Escalation.time_known,
            Ticket.queue,
            Escalation.owner_id,
        )
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .where(of_tickets(actor), Escalation.opened_at >= since, Escalation.opened_at < until, *known)
        .order_by(Escalation.opened_at, Escalation.id)
    )
    return [
        Spell(escalation_id=id_, opened_at=opened, closed_at=closed, time_known=known, queue=queue, owner_id=owner)
        for id_, opened, closed, known, queue, owner in rows
    ]


def marked_by_week(session: Session, actor: Actor, weeks: Sequence[dt.date], zone: ZoneInfo) -> list[tuple[int, int]]:
    """How many the help desk only marked in each of these weeks, and how many of them are open; one statement.

    There are far more of them than of those with times, so they are counted where they lie.
    """
    bounds = [midnight(week, zone) for week in (*weeks, weeks[-1] + dt.timedelta(weeks=1))]
    inside = [and_(Escalation.opened_at >= start, Escalation.opened_at < end) for start, end in pairwise(bounds)]
    row = session.execute(
        select(
            *(func.count().filter(week) for week in inside),
            *(func.count().filter(week, Escalation.closed_at.is_(None)) for week in inside),
        )
        .select_from(Escalation)
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .where(
            of_tickets(actor),
            ~Escalation.time_known,
            Escalation.opened_at >= bounds[0],
            Escalation.opened_at < bounds[-1],
        )
    ).one()
    return list(zip(row[: len(weeks)], row[len(weeks) :], strict=True))


def escalations_of_week(session: Session, actor: Actor, monday: dt.date, zone: ZoneInfo) -> list[Spell]:
    """The escalations opened in the week that begins on ``monday``."""
    return spells_between(
        session, actor, since=midnight(monday, zone), until=midnight(monday + dt.timedelta(days=7), zone)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An escalation in a list."""

    escalation: Escalation
    external_id: str
    queue: str
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of escalations."""

    rows: tuple[Listed, ...]
    total: int
    first: int  # number of the first row, counted from 1


STATES: Mapping[str, str] = {"open": "Open", "closed": "Closed", "": "All"}


def escalations_for(
    session: Session,
    actor: Actor,
    *,
    state: str = "open",
    queue: str = "",
    owner_id: int | None = None,
    page: int = 1,
    size: int = 50,
) -> Listing:
    """One page, the open ones that wait longest first, the closed ones newest first; in two statements."""
    wanted = [of_tickets(actor)]
    if state == "open":
        wanted.append(Escalation.closed_at.is_(None))
    elif state == "closed":
        wanted.append(Escalation.closed_at.is_not(None))
    if queue:
        wanted.append(Ticket.queue == queue)
    if owner_id is not None:
        wanted.append(Escalation.owner_id == owner_id)
    total = session.scalar(
        select(func.count(Escalation.id)).join(Ticket, Ticket.id == Escalation.ticket_id).where(*wanted)
    )
    order = (Escalation.opened_at, Escalation.id) if state == "open" else (Escalation.opened_at.desc(), Escalation.id)
    rows = session.execute(
        select(Escalation, Ticket.external_id, Ticket.queue, User.name)
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .outerjoin(User, User.id == Escalation.owner_id)
        .where(*wanted)
        .order_by(*order)
        .limit(size)
        .offset((page - 1) * size)
    )
    return Listing(
        rows=tuple(
            Listed(escalation=each, external_id=number, queue=queue_of, owner=owner)
            for each, number, queue_of, owner in rows
        ),
        total=total or 0,
        first=(page - 1) * size + 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationView:
    """An escalation with its ticket and its names."""

    escalation: Escalation
    ticket: Ticket
    owner: User | None
    by: User | None


def get_escalation_for(session: Session, actor: Actor, escalation_id: int) -> EscalationView:
    """An escalation of a ticket that this person may know of; one that was put away too."""
    by = aliased(User)
    row = session.execute(
        select(Escalation, Ticket, User, by)
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .outerjoin(User, User.id == Escalation.owner_id)
        .outerjoin(by, by.id == Escalation.created_by_id)
        .where(Escalation.id == escalation_id, in_scope(actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such escalation, or it is not for you to see.")
    return EscalationView(escalation=row[0], ticket=row[1], owner=row[2], by=row[3])


def tickets_by_numbers(session: Session, actor: Actor, numbers: Sequence[str]) -> dict[str, list[tuple[str, Ticket]]]:
    """By number, the tickets with the key of their source, that this person may know of."""
    found: dict[str, list[tuple[str, Ticket]]] = {}
    for start in range(0, len(numbers), 500):
        rows = session.execute(
            select(Source.key, Ticket)
            .join(Source, Source.id == Ticket.source_id)
            .where(
                Ticket.external_id.in_(numbers[start : start + 500]),
                visible(actor, Permission.ESCALATIONS_VIEW),
            )
            .order_by(Ticket.id)
        )
        for key, ticket in rows:
            found.setdefault(ticket.external_id, []).append((key, ticket))
    return found


def owners_of(session: Session, actor: Actor) -> list[tuple[int | None, str | None, int]]:
    """Who owns how many open escalations, the most first; those without an owner too."""
    rows = session.execute(
        select(Escalation.owner_id, User.name, func.count())
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .outerjoin(User, User.id == Escalation.owner_id)
        .where(of_tickets(actor), Escalation.closed_at.is_(None))
        .group_by(Escalation.owner_id, User.name)
        .order_by(func.count().desc(), User.name, Escalation.owner_id)
    )
    return [(owner_id, name, count) for owner_id, name, count in rows]


def queues_of(session: Session, actor: Actor) -> Sequence[str]:
    """The queues that escalations came from."""
    return session.scalars(
        select(Ticket.queue)
        .join(Escalation, Escalation.ticket_id == Ticket.id)
        .where(of_tickets(actor), Ticket.queue != "")
        .distinct()
        .order_by(Ticket.queue)
    ).all()


def open_before(session: Session, actor: Actor, moment: dt.datetime) -> int:
    """How many that were opened earlier are still open."""
    return (
        session.scalar(
            select(func.count(Escalation.id))
            .join(Ticket, Ticket.id == Escalation.ticket_id)
            .where(of_tickets(actor), Escalation.closed_at.is_(None), Escalation.opened_at < moment)
        )
        or 0
    )


def any_at_all(session: Session, actor: Actor) -> bool:
    """Whether there is any escalation that this person may know of."""
    found = select(Escalation.id).join(Ticket, Ticket.id == Escalation.ticket_id).where(of_tickets(actor)).limit(1)
    return session.scalar(found) is not None
