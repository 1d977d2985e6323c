"""The list of tickets: filters, full-text search, pages by keyset; as quick at a million tickets as at a thousand."""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, false, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from qa.core.access import Actor, Permission, Scope
from qa.core.clock import local_day, midnight, monday_of, monday_of_week, week_key
from qa.people.models import AgentIdentity, Source, Team, User
from qa.tickets import facets, searching
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.nearest import nearest
from qa.tickets.queries import visible, with_part

PAGE_SIZE = 50
MOST_COUNTED = 200  # beyond it the page says "more than": counting has to cost no more than showing fifty
MOST_WEEKS = 104
MOST_DOWNLOADED = 50_000
DOWNLOADED_TOGETHER = 1_000
NO_QUEUE = "–"  # the filter's word for tickets without a queue
EPOCH, MICROSECOND = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(microseconds=1)
CSAT = ("good", "bad", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What somebody looks for; empty means any."""

    text: str = ""
    queue: str = ""
    channel: str = ""
    tier: str = ""
    tag: str = ""
    csat: str = ""  # good, bad, or none for tickets without
    team_id: int | None = None
    specialist_id: int | None = None
    week: str = ""  # of the resolution, such as 2026-W14
    created_from: dt.date | None = None
    created_to: dt.date | None = None  # the last day
    status: str = ""
    reviewed: str = ""  # yes or no


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
class Place:
    """The row that a page follows or, going back, precedes."""

    created_at: dt.datetime
    id: int
    back: bool = False

    def written(self) -> str:
        """The place as an address has it."""
        told = f"{'b' if self.back else 'a'}{(self.created_at - EPOCH) // MICROSECOND}:{self.id}"
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, shown: str) -> "Place | None":
        """The place that an address names; nothing for what no page of ours wrote."""
        try:
            told = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)).decode()
            moment, _, number = told[1:].partition(":")
            at, ticket_id = EPOCH + int(moment) * MICROSECOND, int(number)
        except (ValueError, OverflowError, binascii.Error):
            return None
        return cls(created_at=at, id=ticket_id, back=told[0] == "b") if 0 < ticket_id < 2**63 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows in the list's order, the way on in both directions, and how many there are in all."""

    rows: tuple[Listed, ...]
    total: int
    more: bool  # there are more than ``total``
    previous: Place | None = None
    following: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filters offer."""

    queues: tuple[str, ...]
    channels: tuple[str, ...]
    tiers: tuple[str, ...]
    tags: tuple[str, ...]
    teams: tuple[tuple[int, str], ...]
    specialists: tuple[tuple[int, str], ...]
    weeks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Matching:
    """The tickets that match but for the words looked for, and the columns of the list's order."""

    ids: Select[int]
    words: searching.Asked | None
    order: tuple[ColumnElement[Any], ...] = (Ticket.created_at, Ticket.id)  # type: ignore[assignment]

    @property
    def listed(self) -> Select[int]:
        """All that match, in the list's order; where words are looked for, in the order of the index."""
        if self.words is None:
            return self.ids.order_by(*(each.desc() for each in self.order))
        found, ids = self.words.holding(self.ids)
        return found.order_by(ids.desc())

    def newest(self, session: Session, most: int) -> list[int]:
        if self.words is None:
            return list(session.scalars(self.listed.limit(most)))
        return nearest(session, self.words, self.ids, most)

    def beyond(self, session: Session, place: Place, most: int) -> list[int]:
        """The next after a place, or before it."""
        if self.words is not None:
            return nearest(session, self.words, self.ids, most, start=place.id, back=place.back)
        here = tuple_(literal(place.created_at, Ticket.created_at.type), literal(place.id))
        found = (
            self.ids.where(tuple_(*self.order) > here) if place.back else self.listed.where(tuple_(*self.order) < here)
        )
        return list(session.scalars((found.order_by(*self.order) if place.back else found).limit(most)))


def tickets_for(
    session: Session,
    actor: Actor,
    filters: Filters,
    *,
    zone: ZoneInfo,
    place: Place | None = None,
    reviewed: Select[int] | None = None,
) -> Page:
    """One page of the tickets this person may list, newest first; ``reviewed`` gives the tickets with a review.

    A search is in the order in which the tickets came in, the last first: the index gives them so, however many.
    """
    found = _matching(session, actor, filters, zone, reviewed)
    back = place is not None and place.back
    ids, count = _chosen(session, found, place)
    further = len(ids) > PAGE_SIZE
    ids = ids[:PAGE_SIZE]
    rows = _listed(session, ids[::-1] if back else ids)
    earlier = further if back else place is not None
    later = bool(rows) if back else further
    return Page(
        rows=rows,
        total=min(count, MOST_COUNTED),
        more=count > MOST_COUNTED,
        previous=Place(created_at=rows[0].created_at, id=rows[0].id, back=True) if rows and earlier else None,
        following=Place(created_at=rows[-1].created_at, id=rows[-1].id) if rows and later else None,
    )


def _chosen(session: Session, found: _Matching, place: Place | None) -> tuple[list[int], int]:
    """The ids of a page and one more, from its place on; and how many match, up to one more than are counted."""
    newest = found.newest(session, MOST_COUNTED + 1)
    if place is None:
        return newest[: PAGE_SIZE + 1], len(newest)
    return found.beyond(session, place, PAGE_SIZE + 1), len(newest)


def tickets_to_download(
    session: Session, actor: Actor, filters: Filters, *, zone: ZoneInfo, reviewed: Select[int] | None = None
) -> tuple[Listed, ...]:
    """All tickets that match, up to a limit that a spreadsheet still opens quickly."""
    found = _matching(session, actor, filters, zone, reviewed)
    ids = session.scalars(found.listed.limit(MOST_DOWNLOADED)).all()
    rows: list[Listed] = []
    for start in range(0, len(ids), DOWNLOADED_TOGETHER):
        rows += _listed(session, ids[start : start + DOWNLOADED_TOGETHER])
    return tuple(rows)


def _matching(
    session: Session, actor: Actor, filters: Filters, zone: ZoneInfo, reviewed: Select[int] | None
) -> _Matching:
    found = select(Ticket.id).where(visible(actor, Permission.TICKETS_LIST), *_facts(filters, zone))
    named = _named(session, actor, filters.text) if filters.text else []
    said = filters.text if filters.text and not named else ""
    words = None
    if named:
        found = found.where(Ticket.id.in_(named))
    if said and not searching.is_asked(said):
        found = found.where(false())
    elif said or filters.tag:
        words = searching.asked(session, said, filters.tag)
    if said:
        found = found.where(visible(actor, Permission.CONVERSATION_READ))
    if filters.reviewed and reviewed is not None:
        found = found.where(Ticket.id.in_(reviewed) if filters.reviewed == "yes" else Ticket.id.not_in(reviewed))
    if filters.team_id is not None:
        found = found.where(with_part(HandledPart.team_id == filters.team_id))
    handled: list[ColumnElement[bool]] = []
    if filters.specialist_id is not None:
        handled.append(HandledPart.specialist_id == filters.specialist_id)
    if filters.week:
        monday = monday_of_week(filters.week)
        handled.append(HandledPart.programme_id == actor.programme_id)
        handled.append(HandledPart.resolved_at >= midnight(monday, zone))
        handled.append(HandledPart.resolved_at < midnight(monday + dt.timedelta(days=7), zone))
    if handled:  # few of all tickets: begun with
        found = found.where(Ticket.id.in_(select(HandledPart.ticket_id).where(*handled)))
    return _Matching(found, words)


def _named(session: Session, actor: Actor, asked: str) -> Sequence[int]:
    """The tickets of exactly this id, one for each source that has it."""
    sources = select(Source.id).where(Source.programme_id == actor.programme_id)
    return session.scalars(
        select(Ticket.id).where(
            Ticket.source_id.in_(sources),
            Ticket.external_id == asked.strip().lstrip("#"),
            visible(actor, Permission.TICKETS_LIST),
        )
    ).all()


def _facts(filters: Filters, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """The conditions on the ticket's own columns."""
    asked: list[ColumnElement[bool]] = []
    if filters.queue:
        asked.append(Ticket.queue == ("" if filters.queue == NO_QUEUE else filters.queue))
    plain: tuple[tuple[InstrumentedAttribute[str], str], ...] = (
        (Ticket.channel, filters.channel),
        (Ticket.tier, filters.tier),
        (Ticket.status, filters.status),
    )
    asked += [column == value for column, value in plain if value]
    if filters.csat:
        asked.append(Ticket.csat.is_(None) if filters.csat == "none" else Ticket.csat == filters.csat)
    if filters.created_from is not None:
        asked.append(Ticket.created_at >= midnight(filters.created_from, zone))
    if filters.created_to is not None:
        asked.append(Ticket.created_at < midnight(filters.created_to + dt.timedelta(days=1), zone))
    return asked


def _listed(session: Session, ids: Sequence[int]) -> tuple[Listed, ...]:
    """The rows of these tickets, in their order."""
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
        .where(Ticket.id.in_(ids))
        .order_by(Ticket.id)
    ).all()
    position = {ticket_id: place for place, ticket_id in enumerate(ids)}
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
        .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .where(HandledPart.ticket_id.in_(ids))
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
        for row in sorted(tickets, key=lambda row: position[row.id])
    )


def choices_for(session: Session, actor: Actor, *, zone: ZoneInfo) -> Choices:
    """The values that tickets of this person's regions have; the teams and people whose tickets this person lists."""
    kept = facets.offered(session, actor)
    every = Scope.ALL in actor.scopes(Permission.TICKETS_LIST)
    led = sorted(actor.led_team_ids)
    teams = select(Team.id, Team.name).where(Team.programme_id == actor.programme_id).order_by(Team.name, Team.id)
    identified = select(AgentIdentity.user_id).where(AgentIdentity.user_id.is_not(None))
    people = select(User.id, User.name).where(User.programme_id == actor.programme_id, User.id.in_(identified))
    if not every:
        teams = teams.where(Team.id.in_(led))
        theirs = select(HandledPart.id).where(HandledPart.specialist_id == User.id, HandledPart.team_id.in_(led))
        people = people.where(theirs.exists())
    ends = [
        session.scalar(
            select(HandledPart.resolved_at)
            .where(HandledPart.programme_id == actor.programme_id)
            .order_by(order)
            .limit(1)
        )
        for order in (HandledPart.resolved_at, HandledPart.resolved_at.desc())
    ]
    return Choices(
        queues=tuple(sorted(queue or NO_QUEUE for queue in kept["queue"])),
        channels=tuple(kept["channel"]),
        tiers=tuple(tier for tier in kept["tier"] if tier),
        tags=tuple(kept["tag"]),
        teams=tuple((team_id, name) for team_id, name in session.execute(teams)),
        specialists=tuple((user_id, name) for user_id, name in session.execute(people.order_by(User.name, User.id))),
        weeks=_weeks(ends[0], ends[1], zone),
    )


def _weeks(first: dt.datetime | None, last: dt.datetime | None, zone: ZoneInfo) -> tuple[str, ...]:
    """The weeks from the last resolution back to the first."""
    weeks: list[str] = []
    if first is not None and last is not None:
        monday, end = monday_of(local_day(last, zone)), monday_of(local_day(first, zone))
        while monday >= end and len(weeks) < MOST_WEEKS:
            weeks.append(week_key(monday))
            monday -= dt.timedelta(days=7)
    return tuple(weeks)
