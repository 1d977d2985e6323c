"""Reading about originals, through the person who asks: a ticket outside clearance or region is not there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import OPEN_REGION, Actor
from qa.core.errors import NotFoundError
from qa.people import queries as people
from qa.people.models import Programme, RegionClearance, Source, User
from qa.tickets.conversations import Conversation, with_authors
from qa.tickets.erasing import held
from qa.tickets.models import Ticket
from qa.tickets.originals import rules
from qa.tickets.originals.keeping import Original
from qa.tickets.originals.models import OriginalReveal, OriginalRule, OriginalText, RevealState
from qa.tickets.originals.rules import Stage
from qa.tickets.queries import LARGEST_ID, within_clearance

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealView:
    """A request with the names its page shows."""

    reveal: OriginalReveal
    ticket: str
    source: str
    asked_by: str
    settled_by: str | None
    stage: Stage
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """How long a source keeps originals, and what it keeps now."""

    source_id: int
    source: str
    days: int | None
    kept: int
    next_goes: dt.datetime | None


def within(actor: Actor) -> ColumnElement[bool]:
    """The tickets of the actor's programme whose content and region they are cleared for."""
    return and_(Ticket.programme_id == actor.programme_id, within_clearance(actor))


def rule_views(session: Session, programme_id: int) -> list[RuleView]:
    """Every source of a programme, in two statements."""
    kept = {
        row.source_id: row
        for row in session.execute(
            select(Ticket.source_id, func.count().label("kept"), func.min(OriginalText.kept_until).label("goes"))
            .select_from(OriginalText)
            .join(Ticket, Ticket.id == OriginalText.ticket_id)
            .where(Ticket.programme_id == programme_id)
            .group_by(Ticket.source_id)
        )
    }
    rows = session.execute(
        select(Source.id, Source.name, OriginalRule.days)
        .outerjoin(OriginalRule, OriginalRule.source_id == Source.id)
        .where(Source.programme_id == programme_id)
        .order_by(Source.name, Source.id)
    )
    return [
        RuleView(
            source_id=source_id,
            source=name,
            days=days,
            kept=kept[source_id].kept if source_id in kept else 0,
            next_goes=kept[source_id].goes if source_id in kept else None,
        )
        for source_id, name, days in rows
    ]


def sources_with_originals(session: Session, actor: Actor) -> Sequence[Source]:
    """The sources that keep originals, or still hold some."""
    holding = select(Ticket.source_id).join(OriginalText, OriginalText.ticket_id == Ticket.id)
    return session.scalars(
        select(Source)
        .where(
            Source.programme_id == actor.programme_id,
            or_(Source.id.in_(select(OriginalRule.source_id)), Source.id.in_(holding)),
        )
        .order_by(Source.name, Source.id)
    ).all()


def ticket_named(session: Session, actor: Actor, source_id: int | None, external_id: str) -> Ticket | None:
    """The ticket of this id, if the actor is cleared for it."""
    if source_id is None or not 0 < source_id < LARGEST_ID:
        return None
    return session.scalar(
        select(Ticket).where(
            Ticket.source_id == source_id, Ticket.external_id == external_id.strip().lstrip("#"), within(actor)
        )
    )


def kept_now(now: dt.datetime) -> ColumnElement[bool]:
    """Whether an original may still be read: within its time, or under a legal hold."""
    return or_(OriginalText.kept_until > now, held())


def newest_original(session: Session, ticket_id: int, *, now: dt.datetime) -> OriginalText | None:
    """The newest original that is kept of a ticket."""
    return session.scalar(
        select(OriginalText)
        .join(Ticket, Ticket.id == OriginalText.ticket_id)
        .where(OriginalText.ticket_id == ticket_id, kept_now(now))
        .order_by(OriginalText.n.desc(), OriginalText.id)
        .limit(1)
    )


def original_of(session: Session, reveal: OriginalReveal, *, now: dt.datetime) -> OriginalText | None:
    """The original that a request is about, while it is kept."""
    return session.scalar(
        select(OriginalText)
        .join(Ticket, Ticket.id == OriginalText.ticket_id)
        .where(OriginalText.ticket_id == reveal.ticket_id, OriginalText.n == reveal.n, kept_now(now))
    )


def get_reveal_for(session: Session, actor: Actor, reveal_id: int) -> OriginalReveal:
    """A request about a ticket that the actor is cleared for."""
    found = None
    if reveal_id < LARGEST_ID:
        found = session.scalar(
            select(OriginalReveal)
            .join(Ticket, Ticket.id == OriginalReveal.ticket_id)
            .where(OriginalReveal.id == reveal_id, within(actor))
        )
    if found is None:
        raise NotFoundError("There is no such request.")
    return found


def get_own_reveal(session: Session, actor: Actor, reveal_id: int) -> OriginalReveal:
    """A request of the actor's own: nobody else reads by it."""
    found = get_reveal_for(session, actor, reveal_id)
    if found.asked_by_id != actor.user_id:
        raise NotFoundError("There is no such request.")
    return found


def reveals_for(
    session: Session, actor: Actor, *, past: bool, page: int, now: dt.datetime
) -> tuple[list[RevealView], int]:
    """Requests that the actor may know of, newest first, and how many there are; in two statements."""
    going = or_(
        OriginalReveal.state == RevealState.ASKED,
        and_(
            OriginalReveal.state == RevealState.GRANTED,
            or_(
                OriginalReveal.ends_at > now,
                and_(OriginalReveal.ends_at.is_(None), OriginalReveal.settled_at > now - rules.CONSENT_LASTS),
            ),
        ),
    )
    asked, settled = aliased(User), aliased(User)
    known = (
        select(OriginalReveal, Ticket.external_id, Source.name, asked.name, settled.name)
        .join(Ticket, Ticket.id == OriginalReveal.ticket_id)
        .join(Source, Source.id == Ticket.source_id)
        .join(asked, asked.id == OriginalReveal.asked_by_id)
        .outerjoin(settled, settled.id == OriginalReveal.settled_by_id)
        .where(within(actor), ~going if past else going)
    )
    total = session.scalar(select(func.count()).select_from(known.subquery())) or 0
    rows = session.execute(
        known.order_by(OriginalReveal.asked_at.desc(), OriginalReveal.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    )
    return [
        RevealView(
            reveal=reveal,
            ticket=external_id,
            source=source,
            asked_by=asked_by,
            settled_by=settled_by,
            stage=rules.stage_of(reveal, now),
            mine=reveal.asked_by_id == actor.user_id,
        )
        for reveal, external_id, source, asked_by, settled_by in rows
    ], total


def cleared_for(session: Session, ticket: Ticket, user_ids: Sequence[int], day: dt.date) -> set[int]:
    """Which of these people are cleared for a ticket's content and region on a day."""
    severities = people.clearances_on(session, user_ids, day)
    able = [user_id for user_id in user_ids if severities.get(user_id, 0) >= ticket.content_severity]
    if ticket.data_region == OPEN_REGION:
        return set(able)
    return set(
        session.scalars(
            select(RegionClearance.user_id).where(
                RegionClearance.user_id.in_(able),
                RegionClearance.region == ticket.data_region,
                people.in_force(RegionClearance.valid_from, RegionClearance.valid_to, day),
            )
        )
    )


def conversation_as_it_came(
    session: Session, reveal: OriginalReveal, ticket: Ticket, original: Original
) -> Conversation:
    """An original's messages with their authors."""
    word = session.scalar(select(Programme.customer_word).where(Programme.id == ticket.programme_id)) or ""
    messages = with_authors(session, original.messages, ticket.source_id, customer_word=word)
    return Conversation(ticket_id=ticket.id, revision_id=0, n=reveal.n, messages=messages)
