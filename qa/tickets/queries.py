"""Reading tickets and intakes, always through the person who asks: outside scope or clearance there is nothing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from qa.core.access import Actor, Permission, Scope
from qa.core.clock import local_day, midnight, monday_of, monday_of_week, week_key
from qa.core.errors import NotFoundError
from qa.people.models import AgentIdentity, Source, Team, User
from qa.tickets.models import ConversationRevision, HandledPart, Resolution, Ticket, TicketStatus

PAGE_SIZE = 50
LARGEST_ID = 2**63  # no database holds a larger one
MOST_WEEKS = 104
MOST_DOWNLOADED = 50_000
NO_QUEUE = "–"  # the filter's word for tickets without a queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What somebody looks for; empty means any."""

    text: str = ""
    queue: str = ""
    channel: str = ""
    team_id: int | None = None
    week: str = ""  # of the resolution, such as 2026-W14
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket as the list shows it; specialist and team are those of the newest primary part."""

    id: int
    external_id: str
    subject: str
    status: str
    channel: str
    queue: str
    created_at: dt.datetime
    resolved_at: dt.datetime | None
    specialist: str | None
    team: str | None
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    rows: tuple[Listed, ...]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filters offer."""

    queues: tuple[str, ...]
    channels: tuple[str, ...]
    teams: tuple[tuple[int, str], ...]
    weeks: tuple[str, ...]


def visible(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The tickets that a permission of this person reaches: programme, clearance and scope together.

    What is only assigned to somebody is reached through the assignment, in the room that gives it out.
    """
    scopes = actor.scopes(permission)
    mine: list[ColumnElement[bool]] = []
    if Scope.TEAM in scopes:
        mine.append(_with_part(HandledPart.team_id.in_(sorted(actor.led_team_ids))))
    if Scope.OWN in scopes:
        mine.append(_with_part(HandledPart.specialist_id == actor.user_id))
    own = and_(Ticket.programme_id == actor.programme_id, Ticket.content_severity <= actor.clearance)
    return own if Scope.ALL in scopes else and_(own, or_(Ticket.id.in_([]), *mine))


def _with_part(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Ticket.id.in_(select(HandledPart.ticket_id).where(condition))


def tickets_for(session: Session, actor: Actor, filters: Filters, *, page: int, zone: ZoneInfo) -> Page:
    """One page of the tickets this person may list, newest first."""
    found = _matching(actor, filters, zone)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    return Page(
        rows=_listed(session, _ordered(found).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)),
        total=total,
        number=number,
    )


def tickets_to_download(session: Session, actor: Actor, filters: Filters, *, zone: ZoneInfo) -> tuple[Listed, ...]:
    """All tickets that match, up to a limit that a spreadsheet still opens quickly."""
    return _listed(session, _ordered(_matching(actor, filters, zone)).limit(MOST_DOWNLOADED))


def _matching(actor: Actor, filters: Filters, zone: ZoneInfo) -> Select[int]:
    found = select(Ticket.id).where(visible(actor, Permission.TICKETS_LIST))
    if filters.queue:
        found = found.where(Ticket.queue == ("" if filters.queue == NO_QUEUE else filters.queue))
    if filters.channel:
        found = found.where(Ticket.channel == filters.channel)
    if filters.status:
        found = found.where(Ticket.status == filters.status)
    if filters.text:
        words = f"%{escaped(filters.text.lower())}%"
        found = found.where(
            or_(
                Ticket.external_id == filters.text.lstrip("#"),
                func.lower(Ticket.subject).like(words, escape="\\"),
            )
        )
    handled: list[ColumnElement[bool]] = []
    if filters.team_id is not None:
        handled.append(HandledPart.team_id == filters.team_id)
    if filters.week:
        monday = monday_of_week(filters.week)
        handled.append(HandledPart.programme_id == actor.programme_id)
        handled.append(HandledPart.resolved_at >= midnight(monday, zone))
        handled.append(HandledPart.resolved_at < midnight(monday + dt.timedelta(days=7), zone))
    return found.where(_with_part(and_(*handled))) if handled else found


def _ordered(found: Select[int]) -> Select[int]:
    return found.order_by(Ticket.created_at.desc(), Ticket.id.desc())


def _listed(session: Session, ids: Select[int]) -> tuple[Listed, ...]:
    chosen = ids.subquery()
    tickets = session.execute(
        select(
            Ticket.id,
            Ticket.external_id,
            Ticket.subject,
            Ticket.status,
            Ticket.channel,
            Ticket.queue,
            Ticket.created_at,
            Ticket.solved_at,
        )
        .join(chosen, chosen.c.id == Ticket.id)
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
    ).all()
    newest = {}
    count: dict[int, int] = {}
    for part in session.execute(
        select(
            HandledPart.ticket_id,
            HandledPart.is_primary,
            HandledPart.resolved_at,
            AgentIdentity.name.label("agent"),
            User.name.label("person"),
            Team.name.label("team"),
        )
        .join(chosen, chosen.c.id == HandledPart.ticket_id)
        .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .order_by(HandledPart.resolved_at, HandledPart.id)
    ):
        count[part.ticket_id] = count.get(part.ticket_id, 0) + 1
        if part.is_primary or part.ticket_id not in newest:
            newest[part.ticket_id] = part
    return tuple(
        Listed(
            id=row.id,
            external_id=row.external_id,
            subject=row.subject,
            status=row.status,
            channel=row.channel,
            queue=row.queue,
            created_at=row.created_at,
            resolved_at=newest[row.id].resolved_at if row.id in newest else row.solved_at,
            specialist=(newest[row.id].person or newest[row.id].agent) if row.id in newest else None,
            team=newest[row.id].team if row.id in newest else None,
            parts=count.get(row.id, 0),
        )
        for row in tickets
    )


def choices_for(session: Session, actor: Actor, *, zone: ZoneInfo) -> Choices:
    """The queues, channels, teams and weeks that this person's tickets have."""
    seen = session.execute(
        select(Ticket.queue, Ticket.channel).where(visible(actor, Permission.TICKETS_LIST)).distinct()
    ).all()
    teams = select(Team.id, Team.name).where(Team.programme_id == actor.programme_id).order_by(Team.name, Team.id)
    if Scope.ALL not in actor.scopes(Permission.TICKETS_LIST):
        teams = teams.where(Team.id.in_(sorted(actor.led_team_ids)))
    first, last = session.execute(
        select(func.min(HandledPart.resolved_at), func.max(HandledPart.resolved_at)).where(
            HandledPart.programme_id == actor.programme_id
        )
    ).one()
    weeks: list[str] = []
    if first is not None:
        monday, end = monday_of(local_day(last, zone)), monday_of(local_day(first, zone))
        while monday >= end and len(weeks) < MOST_WEEKS:
            weeks.append(week_key(monday))
            monday -= dt.timedelta(days=7)
    return Choices(
        queues=tuple(sorted({queue or NO_QUEUE for queue, _ in seen})),
        channels=tuple(sorted({channel for _, channel in seen})),
        teams=tuple((team_id, name) for team_id, name in session.execute(teams)),
        weeks=tuple(weeks),
    )


def escaped(text: str) -> str:
    """Text for LIKE, in which the user's own signs mean themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


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
