"""Reading tickets, always through the person who asks: outside scope, clearance or region there is nothing."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import OPEN_REGION, Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.people.models import AgentIdentity, RegionClearance, Source, Team, User
from qa.people.queries import in_force
from qa.tickets.models import ConversationRevision, HandledPart, Resolution, Ticket, TicketStatus

LARGEST_ID = 2**63  # no database holds a larger one


def within_clearance(actor: Actor) -> ColumnElement[bool]:
    """The tickets whose content and data region this person is cleared for."""
    return and_(Ticket.content_severity <= actor.clearance, Ticket.data_region.in_(sorted(actor.regions)))


def in_their_regions(actor: Actor) -> ColumnElement[bool]:
    """Whether a handled part's ticket is of a data region that this person is cleared for; whatever else is joined."""
    of = aliased(Ticket)
    return exists().where(of.id == HandledPart.ticket_id, of.data_region.in_(sorted(actor.regions)))


def may_open(actor: Actor, ticket: Ticket | Row[Any]) -> bool:
    """Whether this person is cleared for a ticket's content and data region."""
    return ticket.content_severity <= actor.clearance and ticket.data_region in actor.regions


def names_behind(session: Session, *which: ColumnElement[bool]) -> str:
    """What whoever handled these parts is called, in the help desk and here, in one."""
    rows = session.execute(
        select(AgentIdentity.name, User.name)
        .select_from(HandledPart)
        .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .where(*which)
        .order_by(HandledPart.id)
    )
    return " ".join(dict.fromkeys(name for row in rows for name in row if name))


def is_erased(session: Session, part_id: int) -> bool:
    """Whether the text of a part's ticket is gone: nobody can read it any more."""
    found = select(Ticket.erased_at).join(HandledPart, HandledPart.ticket_id == Ticket.id)
    return session.scalar(found.where(HandledPart.id == part_id)) is not None


def hold_parts(session: Session, part_ids: Collection[int]) -> None:
    """Let whoever erases the text of these parts, or changes their scores, wait until this transaction ends.

    For whoever is about to give them to somebody: before their facts are read and before any lock on an assignment.
    What an erasure did first is then seen, and one that comes second finds what was given and takes it back. SQLite has
    one writer at any time.
    """
    if part_ids and session.get_bind().dialect.name != "sqlite":
        chosen = select(HandledPart.id).where(HandledPart.id.in_(part_ids)).order_by(HandledPart.id)
        session.execute(chosen.with_for_update(key_share=True)).all()


def regions_of(session: Session, programme_id: int) -> Sequence[str]:
    """The data regions that tickets of a programme have."""
    found = select(Ticket.data_region).where(Ticket.programme_id == programme_id).distinct()
    return session.scalars(found.order_by(Ticket.data_region)).all()


def queue_names(session: Session, programme_id: int) -> Sequence[str]:
    """The queues that tickets of a programme have, to choose from."""
    found = select(Ticket.queue).where(Ticket.programme_id == programme_id, Ticket.queue != "").distinct()
    return session.scalars(found.order_by(Ticket.queue)).all()


def people_without_region(
    session: Session, ticket_ids: Sequence[int], user_ids: Sequence[int], day: dt.date
) -> Sequence[str]:
    """The names of those who are not cleared for the data region of one of these tickets on a day."""
    regions = set(session.scalars(select(Ticket.data_region).where(Ticket.id.in_(ticket_ids)).distinct()))
    regions.discard(OPEN_REGION)
    if not regions:
        return ()
    cleared = (
        select(RegionClearance.user_id)
        .where(
            RegionClearance.region.in_(sorted(regions)),
            in_force(RegionClearance.valid_from, RegionClearance.valid_to, day),
        )
        .group_by(RegionClearance.user_id)
        .having(func.count(RegionClearance.region.distinct()) == len(regions))
    )
    return session.scalars(
        select(User.name).where(User.id.in_(user_ids), User.id.not_in(cleared)).order_by(User.name, User.id)
    ).all()


def visible(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The tickets that a permission of this person reaches: programme, clearance, region and scope together.

    What is only assigned to somebody is reached through the assignment, in the room that gives it out.
    """
    scopes = actor.scopes(permission)
    mine: list[ColumnElement[bool]] = []
    if Scope.TEAM in scopes:
        mine.append(with_part(HandledPart.team_id.in_(sorted(actor.led_team_ids))))
    if Scope.OWN in scopes:
        mine.append(with_part(HandledPart.specialist_id == actor.user_id))
    own = and_(Ticket.programme_id == actor.programme_id, within_clearance(actor))
    return own if Scope.ALL in scopes else and_(own, or_(Ticket.id.in_([]), *mine))


def with_part(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The tickets with a part of which this holds; asked ticket by ticket, so that a page stops at its last row."""
    return select(HandledPart.id).where(HandledPart.ticket_id == Ticket.id, condition).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One handled part with the names that its page shows."""

    part: HandledPart
    n: int  # of the resolution
    agent: str
    specialist: str | None
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket with its resolutions' parts and the numbers of its revisions."""

    ticket: Ticket
    source: str
    parts: tuple[PartView, ...]
    revisions: Sequence[ConversationRevision]


def get_ticket_for(session: Session, actor: Actor, ticket_id: int) -> Ticket:
    """A ticket whose conversation this person may read."""
    ticket = None
    if ticket_id < LARGEST_ID:
        mine = visible(actor, Permission.CONVERSATION_READ)
        ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id, mine))
    if ticket is None:
        raise NotFoundError("There is no such ticket.")
    return ticket


def ticket_view(session: Session, ticket: Ticket) -> TicketView:
    """What the ticket's page shows beside the conversation, in three statements."""
    source = session.scalar(select(Source.name).where(Source.id == ticket.source_id)) or ""
    parts = session.execute(
        select(HandledPart, Resolution.n, AgentIdentity.name, User.name, Team.name)
        .join(Resolution, Resolution.id == HandledPart.resolution_id)
        .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .where(HandledPart.ticket_id == ticket.id)
        .order_by(Resolution.n, HandledPart.is_primary.desc(), HandledPart.first_reply_at, HandledPart.id)
    )
    revisions = session.scalars(
        select(ConversationRevision)
        .where(ConversationRevision.ticket_id == ticket.id)
        .order_by(ConversationRevision.n.desc(), ConversationRevision.id)
    ).all()
    return TicketView(
        ticket=ticket,
        source=source,
        parts=tuple(
            PartView(part=part, n=n, agent=agent, specialist=person, team=team)
            for part, n, agent, person, team in parts
        ),
        revisions=revisions,
    )


STATUS_OPTIONS = [(status.value, status.value.capitalize()) for status in TicketStatus]
