"""Finding the parts that a recipe asks for: drawn, disputed among reviewers, new, or old golden ones."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from qa.calibration_sessions import proposing
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.golden.rules import UNSEEN
from qa.calibration_sessions.models import CalibrationSession, SessionPart
from qa.calibration_sessions.recipes import Recipe
from qa.core.access import Actor
from qa.people.models import User
from qa.people.queries import actor_for
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rule_book
from qa.rubric_library.rules import RuleBook
from qa.sampling.giving import DrawnFacts, part_facts
from qa.sampling.models import Assignment, FrameUnit, Period
from qa.tickets.models import ConversationRevision, HandledPart, Ticket
from qa.tickets.queries import within_clearance

AT_ONCE = 200  # parts looked at for their rubric
NAMELESS: Mapping[str, str] = {}
NEW = dt.timedelta(weeks=8)  # so young a queue or launch counts as new


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A part for a session, and why it."""

    part_id: int
    why: str


def shared_clearance(session: Session, actor: Actor, user_ids: Sequence[int], day: dt.date) -> Actor:
    """The actor with no more clearance than everybody of these people has."""
    people = session.scalars(select(User).where(User.id.in_(user_ids)).order_by(User.id)).all()
    others = [actor_for(session, person, today=day) for person in people]
    return replace(
        actor,
        clearance=min([actor.clearance, *(other.clearance for other in others)]),
        regions=actor.regions.intersection(*(other.regions for other in others)),
    )


def choose(
    session: Session,
    actor: Actor,
    recipe: Recipe,
    *,
    family_id: int | None = None,
    names: Mapping[str, str] = NAMELESS,
    rng: np.random.Generator,
    now: dt.datetime,
) -> list[Chosen]:
    """Parts as the recipe asks, each once; fewer where there are not enough. ``family_id``: parts of that rubric alone.

    Whatever the kind, a part is open to the actor's clearance, has a conversation, and was in no session yet, golden
    tickets excepted.
    """
    found: dict[int, Chosen] = {}

    book = rule_book(session, actor.programme_id) if family_id is not None else None

    def take(number: int, offered: Sequence[Chosen]) -> None:
        wanted = len(found) + number
        for start in range(0, len(offered), AT_ONCE):
            fresh = [each for each in offered[start : start + AT_ONCE] if each.part_id not in found]
            for each in fresh if book is None else _of_family(session, book, fresh, family_id):
                if len(found) < wanted:
                    found[each.part_id] = each
            if len(found) >= wanted:
                return

    if recipe.anchors:
        take(recipe.anchors, _anchors(session, actor, recipe, family_id, now=now))
    if recipe.differing or recipe.lowest:
        compared = proposing.compared(session, actor, queue=recipe.queue, now=now)
        lowest = proposing.by_agreement(compared)
        if recipe.lowest and lowest:
            key = lowest[0].criterion_key
            why = f"lowest agreement: {names.get(key, key)}, alike in {lowest[0].alike} of {lowest[0].n}"
            differing = proposing.most_differing(compared, key)
            take(recipe.lowest, [Chosen(part_id=each.part_id, why=why) for each in differing])
        take(
            recipe.differing,
            [
                Chosen(part_id=each.part_id, why=f"two reviewers differed on {len(each.criteria)} of {each.answered}")
                for each in proposing.most_differing(compared)
            ],
        )
    if recipe.fresh:
        take(recipe.fresh, _fresh(session, actor, recipe, now=now))
    if recipe.drawn:
        take(recipe.drawn, _drawn(session, actor, recipe, rng))
    return list(found.values())


def _of_family(session: Session, book: RuleBook, offered: Sequence[Chosen], family_id: int | None) -> list[Chosen]:
    """The parts that the programme's rules give to one rubric."""
    facts = part_facts(session, [each.part_id for each in offered])

    def family_of(part: DrawnFacts) -> int | None:
        return book.family_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at)

    return [each for each in offered if family_of(facts[each.part_id]) == family_id]


def _untouched(actor: Actor, queue: str) -> tuple[ColumnElement[bool], ...]:
    """Parts that nobody was asked to score, readable and within the clearance."""
    return (
        HandledPart.programme_id == actor.programme_id,
        HandledPart.eligible,
        HandledPart.is_primary,
        within_clearance(actor),
        ~exists().where(Assignment.part_id == HandledPart.id),
        exists().where(ConversationRevision.ticket_id == Ticket.id),
        Ticket.erased_at.is_(None),
        *((Ticket.queue == queue,) if queue else ()),
    )


def _drawn(session: Session, actor: Actor, recipe: Recipe, rng: np.random.Generator) -> list[Chosen]:
    """A simple random sample of the newest frozen frame's parts; before the first frame, of the newest week's."""
    period = session.scalars(
        select(Period)
        .where(Period.programme_id == actor.programme_id, Period.cut_off_at.is_not(None))
        .order_by(Period.starts_on.desc())
        .limit(1)
    ).first()
    parts: Select[int] = (
        select(HandledPart.id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(*_untouched(actor, recipe.queue))
        .order_by(HandledPart.id)
    )
    ids: Sequence[int] = ()
    where = ""
    if period is not None:
        where = f"the frame of {period.key}"
        ids = session.scalars(
            parts.join(FrameUnit, FrameUnit.part_id == HandledPart.id).where(FrameUnit.period_id == period.id)
        ).all()
    if len(ids) < recipe.drawn:
        where = "all parts that nobody scored"
        ids = session.scalars(parts).all()
    order = rng.permutation(len(ids)).tolist()
    return [Chosen(part_id=ids[place], why=f"at random from {where}") for place in order]


def _fresh(session: Session, actor: Actor, recipe: Recipe, *, now: dt.datetime) -> list[Chosen]:
    """Parts of queues and launches that began lately, the newest part first."""
    since = now - NEW
    young: dict[str, list[str]] = {}
    for name, column in (("queue", Ticket.queue), ("launch", Ticket.launch)):
        young[name] = list(
            session.scalars(
                select(column)
                .where(Ticket.programme_id == actor.programme_id, column != "")
                .group_by(column)
                .having(func.min(Ticket.created_at) >= since)
                .order_by(column)
            )
        )
    rows = session.execute(
        select(HandledPart.id, Ticket.queue, Ticket.launch)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            *_untouched(actor, recipe.queue),
            or_(Ticket.queue.in_(young["queue"]), Ticket.launch.in_(young["launch"])),
        )
        .order_by(HandledPart.resolved_at.desc(), HandledPart.id.desc())
        .limit(4 * recipe.total)
    )
    return [
        Chosen(part_id=part_id, why=f"new launch: {launch}" if launch in young["launch"] else f"new queue: {queue}")
        for part_id, queue, launch in rows
    ]


def _anchors(
    session: Session, actor: Actor, recipe: Recipe, family_id: int | None, *, now: dt.datetime
) -> list[Chosen]:
    """Golden tickets that no session had for twelve weeks, those the longest unused first: gold is re-anchored."""
    last = (
        select(func.max(CalibrationSession.created_at))
        .join(SessionPart, SessionPart.session_id == CalibrationSession.id)
        .where(SessionPart.part_id == GoldenTicket.part_id)
        .correlate(GoldenTicket)
        .scalar_subquery()
    )
    rows = (
        select(GoldenTicket.part_id, CalibrationSession.title)
        .join(HandledPart, HandledPart.id == GoldenTicket.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(SessionPart, SessionPart.id == GoldenTicket.session_part_id)
        .join(CalibrationSession, CalibrationSession.id == SessionPart.session_id)
        .join(RubricVersion, RubricVersion.id == GoldenTicket.rubric_version_id)
        .where(
            GoldenTicket.programme_id == actor.programme_id,
            GoldenTicket.state == "gold",
            Ticket.erased_at.is_(None),
            within_clearance(actor),
            last < now - UNSEEN,
        )
        .order_by(last, GoldenTicket.id)
    )
    if recipe.queue:
        rows = rows.where(Ticket.queue == recipe.queue)
    if family_id is not None:
        rows = rows.where(RubricVersion.family_id == family_id)
    return [
        Chosen(part_id=part_id, why=f"golden ticket of “{title}”, to be anchored again")
        for part_id, title in session.execute(rows)
    ]
