"""Search and jump: tickets by number or words, one's own parts, reviews, people, each within what one may see."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from qa.core.access import Actor, Permission, Scope
from qa.people.models import Membership, Source, User
from qa.people.queries import in_force
from qa.reviews.models import Review
from qa.reviews.queries import visible_to
from qa.sampling.models import Assignment
from qa.tickets.listing import Filters, Listed, tickets_for
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import visible, within_clearance

MOST = 8  # of each kind: a longer list is for the room's own page
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTicket:
    id: int
    external_id: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPart:
    """An open part of one's own queue."""

    assignment_id: int
    external_id: str
    subject: str
    content_severity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReview:
    review_id: int
    external_id: str
    subject: str
    own: bool  # it was written by the one who searches


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    user_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, the surest first in each kind."""

    parts: Sequence[FoundPart] = ()
    numbers: Sequence[FoundTicket] = ()
    reviews: Sequence[FoundReview] = ()
    people: Sequence[FoundPerson] = ()
    words: Sequence[Listed] = ()

    @property
    def only(self) -> FoundPart | FoundTicket | FoundReview | None:
        """The one thing that the number names, when nothing else fits; content with a severity is never opened so."""
        named: list[FoundPart | FoundTicket | FoundReview] = [*self.parts, *self.numbers, *self.reviews]
        if len(named) != 1 or self.people:
            return None
        return None if isinstance(named[0], FoundPart) and named[0].content_severity else named[0]


def search(session: Session, actor: Actor, asked: str, *, zone: ZoneInfo, now: dt.datetime, today: dt.date) -> Found:
    """Everything that fits, in a statement a kind and those of the ticket list; ``#123`` means the number alone."""
    asked = " ".join(asked.split())[:LONGEST]
    if not asked:
        return Found()
    number, sign = asked.removeprefix("#").strip(), asked.startswith("#")
    return Found(
        parts=_parts(session, actor, number),
        numbers=_numbers(session, actor, number),
        reviews=_reviews(session, actor, number, now=now),
        people=() if sign else _people(session, actor, asked, today=today),
        words=() if sign else _words(session, actor, asked, zone=zone),
    )


def _numbered(actor: Actor, number: str) -> ColumnElement[bool]:
    """The tickets of a number, by the index that each source has of its own."""
    sources = select(Source.id).where(Source.programme_id == actor.programme_id)
    return and_(Ticket.source_id.in_(sources), Ticket.external_id == number)


def _parts(session: Session, actor: Actor, number: str) -> list[FoundPart]:
    if not actor.may(Permission.SCORE):
        return []
    rows = session.execute(
        select(Assignment.id, Ticket.external_id, Ticket.subject, Ticket.content_severity)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Assignment.reviewer_id == actor.user_id,
            Assignment.state == "open",
            _numbered(actor, number),
            within_clearance(actor),
        )
        .order_by(Assignment.due_on, Assignment.position, Assignment.id)
        .limit(MOST)
    )
    return [
        FoundPart(assignment_id=key, external_id=told, subject=subject, content_severity=severity)
        for key, told, subject, severity in rows
    ]


def _numbers(session: Session, actor: Actor, number: str) -> list[FoundTicket]:
    if not actor.may(Permission.TICKETS_LIST):
        return []
    rows = session.execute(
        select(Ticket.id, Ticket.external_id, Ticket.subject)
        .where(_numbered(actor, number), visible(actor, Permission.CONVERSATION_READ))
        .order_by(Ticket.id)
        .limit(MOST)
    )
    return [FoundTicket(id=key, external_id=told, subject=subject) for key, told, subject in rows]


def _reviews(session: Session, actor: Actor, number: str, *, now: dt.datetime) -> list[FoundReview]:
    if not actor.may(Permission.REVIEW_READ):
        return []
    rows = session.execute(
        select(Review.id, Ticket.external_id, Ticket.subject, Review.reviewer_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(_numbered(actor, number), visible_to(actor, now))
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(MOST)
    )
    return [
        FoundReview(review_id=key, external_id=told, subject=subject, own=by == actor.user_id)
        for key, told, subject, by in rows
    ]


def _people(session: Session, actor: Actor, asked: str, *, today: dt.date) -> list[FoundPerson]:
    """Accounts for whoever manages them; specialists for whoever coaches them."""
    found = select(User.id, User.name).where(
        User.programme_id == actor.programme_id, User.active, User.name.icontains(asked, autoescape=True)
    )
    if not actor.may(Permission.PEOPLE_MANAGE):
        scopes = actor.scopes(Permission.COACHING_VIEW)
        members = select(Membership.user_id).where(
            Membership.kind == "member", in_force(Membership.valid_from, Membership.valid_to, today)
        )
        if Scope.ALL not in scopes:
            if Scope.TEAM not in scopes:
                return []
            members = members.where(Membership.team_id.in_(sorted(actor.led_team_ids)))
        found = found.where(User.id.in_(members))
    rows = session.execute(found.order_by(User.name, User.id).limit(MOST))
    return [FoundPerson(user_id=key, name=name) for key, name in rows]


def _words(session: Session, actor: Actor, asked: str, *, zone: ZoneInfo) -> Sequence[Listed]:
    if not actor.may(Permission.TICKETS_LIST):
        return ()
    return tickets_for(session, actor, Filters(text=asked), zone=zone).rows[:MOST]
