"""Reading incidents: one with its steps, the lists, who may be asked, how fast they were acknowledged."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import OPEN_REGION, Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.incidents.models import Incident, IncidentStep
from qa.people.models import Absence, Clearance, RegionClearance, User
from qa.people.queries import in_force
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import within_clearance


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step with whose it was."""

    step: IncidentStep
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An incident with its ticket, its reporter and all that happened to it, in order."""

    incident: Incident
    ticket: Ticket
    reporter: User
    steps: tuple[Step, ...]
    about: frozenset[int]  # the specialists whose work the ticket holds

    @property
    def asked(self) -> frozenset[int]:
        return frozenset(each.user.id for each in self.steps if each.step.what == "told")

    @property
    def outcome_note(self) -> str:
        return next((each.step.note for each in reversed(self.steps) if each.step.what == "settled"), "")


def asked_about(session: Session, incident_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Who was told of each incident, and in which turn."""
    found: dict[int, dict[int, int]] = {}
    for incident_id, user_id, turn in session.execute(
        select(IncidentStep.incident_id, IncidentStep.user_id, IncidentStep.turn)
        .where(IncidentStep.incident_id.in_(incident_ids), IncidentStep.what == "told")
        .order_by(IncidentStep.id)
    ):
        found.setdefault(incident_id, {})[user_id] = turn
    return found


def specialists_of(session: Session, ticket_id: int) -> frozenset[int]:
    """Whose work a ticket holds."""
    found = session.scalars(
        select(HandledPart.specialist_id).where(
            HandledPart.ticket_id == ticket_id, HandledPart.specialist_id.is_not(None)
        )
    )
    return frozenset(each for each in found if each is not None)


def able(session: Session, user_ids: Iterable[int], ticket: Ticket, *, today: dt.date) -> frozenset[int]:
    """Those of these people who are here today and may open this ticket."""
    cleared: ColumnElement[bool] = exists().where(
        Clearance.user_id == User.id,
        Clearance.severity >= ticket.content_severity,
        in_force(Clearance.valid_from, Clearance.valid_to, today),
    )
    in_region: ColumnElement[bool] = exists().where(
        RegionClearance.user_id == User.id,
        RegionClearance.region == ticket.data_region,
        in_force(RegionClearance.valid_from, RegionClearance.valid_to, today),
    )
    away = exists().where(Absence.user_id == User.id, Absence.first_day <= today, Absence.last_day >= today)
    found = select(User.id).where(User.id.in_(sorted(user_ids)), User.active, ~away)
    if ticket.content_severity > 0:
        found = found.where(cleared)
    if ticket.data_region != OPEN_REGION:
        found = found.where(in_region)
    return frozenset(session.scalars(found))


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The incidents this person may see: raised by them, told to them, or all; joins of Incident and Ticket around it.

    Nobody sees one about their own work, unless they raised it; and nobody one beyond their clearance, but what they
    raised in their own work, which they read as well.
    """
    told = exists().where(
        IncidentStep.incident_id == Incident.id, IncidentStep.what == "told", IncidentStep.user_id == actor.user_id
    )
    own_work = exists().where(HandledPart.ticket_id == Incident.ticket_id, HandledPart.specialist_id == actor.user_id)
    mine = Incident.raised_by_id == actor.user_id
    asked: ColumnElement[bool] = ~own_work
    if Scope.ALL not in actor.scopes(Permission.INCIDENTS):
        asked = and_(told, asked)
    own = and_(mine, own_work, Ticket.data_region.in_(sorted(actor.regions)))
    return and_(Incident.programme_id == actor.programme_id, or_(own, and_(within_clearance(actor), or_(mine, asked))))


def get_incident_for(session: Session, actor: Actor, incident_id: int) -> IncidentView:
    """An incident that this person may see, in three statements."""
    reporter = aliased(User)
    row = session.execute(
        select(Incident, Ticket, reporter)
        .join(Ticket, Ticket.id == Incident.ticket_id)
        .join(reporter, reporter.id == Incident.raised_by_id)
        .where(Incident.id == incident_id, in_scope(actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such incident, or it is not for you to see.")
    steps = session.execute(
        select(IncidentStep, User)
        .join(User, User.id == IncidentStep.user_id)
        .where(IncidentStep.incident_id == incident_id)
        .order_by(IncidentStep.at, IncidentStep.id)
    )
    return IncidentView(
        incident=row[0],
        ticket=row[1],
        reporter=row[2],
        steps=tuple(Step(step=step, user=user) for step, user in steps),
        about=specialists_of(session, row[1].id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An incident in a list."""

    incident: Incident
    ticket: Ticket
    reporter: User
    told: int  # people asked so far
    acknowledged_by: str | None
    mine: bool  # raised by the person who looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of incidents."""

    rows: tuple[Listed, ...]
    total: int
    first: int  # number of the first row, counted from 1


def incidents_for(
    session: Session, actor: Actor, *, settled: bool, kind: str = "", page: int = 1, size: int = 50
) -> Listing:
    """Those that wait, the one due first at the top; or those that are settled, the newest first."""
    wanted = [in_scope(actor), Incident.state == "settled" if settled else Incident.state != "settled"]
    if kind:
        wanted.append(Incident.kind == kind)
    total = session.scalar(select(func.count(Incident.id)).join(Ticket, Ticket.id == Incident.ticket_id).where(*wanted))
    told = (
        select(func.count())
        .select_from(IncidentStep)
        .where(IncidentStep.incident_id == Incident.id, IncidentStep.what == "told")
        .correlate(Incident)
        .scalar_subquery()
    )
    reporter, owner = aliased(User), aliased(User)
    first_order = (Incident.state.desc(), Incident.due_at, Incident.id)  # open ones before acknowledged ones
    order = (Incident.settled_at.desc(), Incident.id.desc()) if settled else first_order
    rows = session.execute(
        select(Incident, Ticket, reporter, told, owner.name)
        .join(Ticket, Ticket.id == Incident.ticket_id)
        .join(reporter, reporter.id == Incident.raised_by_id)
        .outerjoin(owner, owner.id == Incident.acknowledged_by_id)
        .where(*wanted)
        .order_by(*order)
        .limit(size)
        .offset((page - 1) * size)
    )
    return Listing(
        rows=tuple(
            Listed(
                incident=incident,
                ticket=ticket,
                reporter=person,
                told=asked,
                acknowledged_by=name,
                mine=person.id == actor.user_id,
            )
            for incident, ticket, person, asked, name in rows
        ),
        total=total or 0,
        first=(page - 1) * size + 1,
    )


def waiting_for(session: Session, actor: Actor, *, limit: int = 10) -> Sequence[Incident]:
    """What this person was asked to acknowledge and nobody has yet, the one due first at the top."""
    told = exists().where(
        IncidentStep.incident_id == Incident.id, IncidentStep.what == "told", IncidentStep.user_id == actor.user_id
    )
    return session.scalars(
        select(Incident)
        .join(Ticket, Ticket.id == Incident.ticket_id)
        .where(Incident.state == "open", told, in_scope(actor))
        .order_by(Incident.due_at, Incident.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How one incident of a programme was met, without any word of it."""

    raised_at: dt.datetime
    due_at: dt.datetime
    state: str
    acknowledged_at: dt.datetime | None
    acknowledged_by_id: int | None


def waits_since(session: Session, programme_id: int, since: dt.datetime) -> list[Waits]:
    """Every incident raised since a moment, and every older one that is still open."""
    rows = session.execute(
        select(
            Incident.raised_at,
            Incident.due_at,
            Incident.state,
            Incident.acknowledged_at,
            Incident.acknowledged_by_id,
        )
        .where(Incident.programme_id == programme_id, or_(Incident.raised_at >= since, Incident.state == "open"))
        .order_by(Incident.raised_at, Incident.id)
    )
    return [
        Waits(raised_at=raised, due_at=due, state=state, acknowledged_at=at, acknowledged_by_id=by)
        for raised, due, state, at, by in rows
    ]


def reads_nameless(session: Session, actor: Actor, ticket_id: int) -> bool:
    """Whether nobody is named: this person has a part of the ticket still to score, or scored one as a peer."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Assignment.reviewer_id == actor.user_id,
                    or_(Assignment.state == "open", Assignment.purpose == Purpose.PEER),
                    Assignment.part_id == HandledPart.id,
                    HandledPart.ticket_id == ticket_id,
                )
            )
        )
    )
