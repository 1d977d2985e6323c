"""Reading reviews: a reviewer's queue, the draft being scored, one review, lists of reviews."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.core.prepared import Prepared
from qa.people.models import User
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import Pin, told_purpose
from qa.sampling.models import Assignment, Purpose, StrikeRequest
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import in_their_regions, may_open, within_clearance

# What has to be done; a self-review or peer review is an invitation, and stands elsewhere.
INVITED = (Purpose.SELF, Purpose.PEER)
TO_DO = Assignment.purpose.not_in(INVITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One assignment as its reviewer's queue shows it: nothing that could colour the judgement."""

    assignment_id: int
    ticket_id: int
    purpose: str  # as its reviewer is told it
    due_on: dt.date
    subject: str
    external_id: str
    queue: str
    channel: str
    language: str
    content_severity: int
    resolved_at: dt.datetime
    answered: int  # answers in the draft so far
    started: bool
    lent: bool  # taken from the pool and not begun: it can simply go back
    asked: bool  # its reviewer asked a lead whether it counts at all


def in_order(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    """A queue's order: the due date, then what others wait for (a session, a follow-up), then drawn order."""
    urgency = case((table.c.purpose == Purpose.CALIBRATION, 0), (table.c.purpose == Purpose.FOLLOW_UP, 1), else_=2)
    return (table.c.due_on, urgency, table.c.position, table.c.id)


def queue_of(session: Session, actor: Actor, *, limit: int = 200) -> list[Queued]:
    """What waits for a reviewer, in the order to be done: by due date, then what others wait for, then drawn order.

    What one is no longer cleared for waits for a lead to give it to somebody else.
    """
    answered = (
        select(func.count(Answer.id))
        .join(ReviewRevision, ReviewRevision.id == Answer.revision_id)
        .where(
            ReviewRevision.review_id == Review.id,
            or_(Answer.level_key.is_not(None), Answer.percentage.is_not(None), Answer.not_applicable),
        )
        .correlate(Review)
        .scalar_subquery()
    )
    asked = exists().where(StrikeRequest.assignment_id == Assignment.id, StrikeRequest.state == "asked")
    rows = session.execute(
        select(Assignment, Ticket, HandledPart.resolved_at, Review.id, answered, asked)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            Assignment.reviewer_id == actor.user_id,
            Assignment.state == "open",
            TO_DO,
            within_clearance(actor),
        )
        .order_by(*in_order(Assignment.__table__))
        .limit(limit)
    )
    return [
        Queued(
            assignment_id=assignment.id,
            ticket_id=ticket.id,
            purpose=told_purpose(assignment.purpose, own=True),
            due_on=assignment.due_on,
            subject=ticket.subject,
            external_id=ticket.external_id,
            queue=ticket.queue,
            channel=ticket.channel,
            language=ticket.language,
            content_severity=ticket.content_severity,
            resolved_at=resolved_at,
            answered=count or 0,
            started=review_id is not None,
            lent=assignment.leased_until is not None,
            asked=waits,
        )
        for assignment, ticket, resolved_at, review_id, count, waits in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToScore:
    """What a step of scoring is taken on."""

    assignment: Assignment
    part: HandledPart
    ticket: Ticket
    review: Review | None


def get_assignment_for(session: Session, actor: Actor, assignment_id: int) -> ToScore:
    """One's own assignment; severe content and data regions only within one's clearance."""
    row = session.execute(
        select(Assignment, HandledPart, Ticket, Review)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.id == assignment_id, Assignment.reviewer_id == actor.user_id)
    ).one_or_none()
    if row is None or not may_open(actor, row[2]):
        raise NotFoundError("There is no such part in your queue.")
    assignment, part, ticket, review = row
    return ToScore(assignment=assignment, part=part, ticket=ticket, review=review)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """One answer with its pins."""

    criterion_key: str
    level_key: str | None
    percentage: str | None
    not_applicable: bool
    comment: str
    internal_note: str
    root_causes: Sequence[Any]
    praise: bool
    passages: tuple[Pin, ...]

    @property
    def pins(self) -> int:
        return len(self.passages)

    @property
    def typed_percentage(self) -> str:
        """The percentage as a number field takes it back: 87.5, stored as 175/2."""
        if self.percentage is None:
            return ""
        exact = Fraction(self.percentage)
        return format(Decimal(exact.numerator) / Decimal(exact.denominator), "f")

    @property
    def pins_json(self) -> str:
        """The pins as the scoring page's script reads them."""
        return json.dumps([{"message": pin.message_id, "start": pin.start, "end": pin.end} for pin in self.passages])


def answers_of(session: Session | Connection, revision_id: int) -> list[StoredAnswer]:
    """A revision's answers with their pins, in one statement."""
    return _stored(_ANSWERS_OF_ONE.all(session, revision_id=revision_id)).get(revision_id, [])


_answers, _evidence = Answer.__table__, Evidence.__table__
_ANSWERS_OF_ANY = (
    select(
        _answers.c.id,
        _answers.c.revision_id,
        _answers.c.criterion_key,
        _answers.c.level_key,
        _answers.c.percentage,
        _answers.c.not_applicable,
        _answers.c.comment,
        _answers.c.internal_note,
        _answers.c.root_causes,
        _answers.c.praise,
        _evidence.c.message_id,
        _evidence.c.start,
        _evidence.c.end,
    )
    .select_from(_answers)
    .outerjoin(_evidence, _evidence.c.answer_id == _answers.c.id)
    .order_by(_answers.c.revision_id, _answers.c.id, _evidence.c.id)
)
_ANSWERS = _ANSWERS_OF_ANY.where(_answers.c.revision_id.in_(bindparam("revision_ids", expanding=True)))
_ANSWERS_OF_ONE = Prepared(_ANSWERS_OF_ANY.where(_answers.c.revision_id == bindparam("revision_id")))


def answers_of_many(session: Session, revision_ids: Sequence[int]) -> dict[int, list[StoredAnswer]]:
    """Several revisions' answers, by revision."""
    return _stored(session.execute(_ANSWERS, {"revision_ids": list(revision_ids)}))


def _stored(answers_with_pins: Iterable[Any]) -> dict[int, list[StoredAnswer]]:
    found: dict[int, list[StoredAnswer]] = {}
    for _, rows in groupby(answers_with_pins, key=attrgetter("id")):
        first, *more = rows
        found.setdefault(first.revision_id, []).append(
            StoredAnswer(
                criterion_key=first.criterion_key,
                level_key=first.level_key,
                percentage=first.percentage,
                not_applicable=first.not_applicable,
                comment=first.comment,
                internal_note=first.internal_note,
                root_causes=first.root_causes,
                praise=first.praise,
                passages=tuple(
                    Pin(message_id=row.message_id, start=row.start, end=row.end)
                    for row in (first, *more)
                    if row.message_id is not None
                ),
            )
        )
    return found


def newest_revision(session: Session, review_id: int) -> ReviewRevision | None:
    return session.scalar(
        select(ReviewRevision).where(ReviewRevision.review_id == review_id).order_by(ReviewRevision.n.desc()).limit(1)
    )


def revisions_of(session: Session, review_id: int) -> Sequence[ReviewRevision]:
    """How a review stood in time, the first one first."""
    return session.scalars(
        select(ReviewRevision)
        .where(ReviewRevision.review_id == review_id, ReviewRevision.submitted_at.is_not(None))
        .order_by(ReviewRevision.n)
    ).all()


def visible_to(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Which submitted reviews a person may read; joins of Review and HandledPart are expected around it.

    What is written about a ticket of a data region reaches only those who are cleared for it.
    """
    return and_(_reached_by(actor, now), in_their_regions(actor))


def _reached_by(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """The reviews that a person's roles reach, wherever their tickets belong."""
    scopes = actor.scopes(Permission.REVIEW_READ)
    if not scopes:
        return exists().where(False)  # type: ignore[arg-type]
    ways: list[ColumnElement[bool]] = [Review.reviewer_id == actor.user_id]
    unsealed = ~Review.sealed
    if Scope.OWN in scopes:
        ways.append(and_(HandledPart.specialist_id == actor.user_id, Review.released_at <= now))
    if Scope.TEAM in scopes:
        ways.append(and_(HandledPart.team_id.in_(actor.led_team_ids), unsealed))
    if Scope.ALL in scopes:
        ways.append(unsealed)
    # Whoever still has to score the part sees nobody else's score of it.
    mine = aliased(Assignment)
    still_to_score = exists().where(
        mine.part_id == Review.part_id, mine.reviewer_id == actor.user_id, mine.state == "open"
    )
    return and_(
        HandledPart.programme_id == actor.programme_id,
        Review.state.in_(("submitted", "voided")),
        or_(*ways),
        or_(~still_to_score, Review.reviewer_id == actor.user_id),
    )


def readable_or(others: ColumnElement[bool], actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Reviews for figures about somebody: of ``others`` every one, of the rest what the person may read.

    So no figure gives away a review that its reader may not open yet. Joins as for ``visible_to``.
    """
    return or_(others, _reached_by(actor, now))


def own_readable(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Every review but those of the person's own work that they may not read yet."""
    return readable_or(HandledPart.specialist_id.is_distinct_from(actor.user_id), actor, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """One submitted review with what it is about."""

    review: Review
    revision: ReviewRevision
    part: HandledPart
    ticket: Ticket
    reviewer: User
    specialist: User | None
    rubric_date: str  # "resolution" or "review": whose version it was scored by
    praised: int  # answers that say well done


def _views(*, former: int | None = None) -> "Select[Review, ReviewRevision, HandledPart, Ticket, User, User, str, int]":
    meant = ReviewRevision.id == Review.current_revision_id
    if former is not None:
        meant = and_(
            ReviewRevision.review_id == Review.id,
            ReviewRevision.n == former,
            ReviewRevision.submitted_at.is_not(None),
        )
    specialist = aliased(User)
    reviewer = aliased(User)
    praised = (
        select(func.count(Answer.id))
        .where(Answer.revision_id == ReviewRevision.id, Answer.praise)
        .correlate(ReviewRevision)
        .scalar_subquery()
    )
    return (
        select(Review, ReviewRevision, HandledPart, Ticket, reviewer, specialist, Assignment.rubric_date, praised)
        .join(ReviewRevision, meant)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .outerjoin(specialist, specialist.id == HandledPart.specialist_id)
    )


def _view(row: Any) -> ReviewView:
    review, revision, part, ticket, reviewer, specialist, rubric_date, praised = row
    return ReviewView(
        review=review,
        revision=revision,
        part=part,
        ticket=ticket,
        reviewer=reviewer,
        specialist=specialist,
        rubric_date=rubric_date,
        praised=praised,
    )


def get_review_for(
    session: Session, actor: Actor, review_id: int, *, now: dt.datetime, n: int | None = None
) -> ReviewView:
    """A review that this person may read, as it stands or as its ``n``-th submitted revision."""
    found = _views() if n is None else _views(former=n)
    row = session.execute(found.where(Review.id == review_id, visible_to(actor, now))).one_or_none()
    if row is None:
        raise NotFoundError("There is no such review, or it is not released yet.")
    return _view(row)


def reviews_about(
    session: Session, actor: Actor, *where: ColumnElement[bool], now: dt.datetime, limit: int, offset: int = 0
) -> list[ReviewView]:
    """The released reviews of one's own work, newest first."""
    rows = session.execute(
        _views()
        .where(
            HandledPart.specialist_id == actor.user_id,
            Review.state == "submitted",
            Review.released_at <= now,
            in_their_regions(actor),
            *where,
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_view(row) for row in rows]


def reviews_by(
    session: Session, actor: Actor, *where: ColumnElement[bool], limit: int, offset: int = 0
) -> list[ReviewView]:
    """What one has scored, newest first."""
    rows = session.execute(
        _views()
        .where(Review.reviewer_id == actor.user_id, Review.state != "draft", in_their_regions(actor), *where)
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_view(row) for row in rows]


def reviews_of_ticket(session: Session, actor: Actor, ticket_id: int, *, now: dt.datetime) -> list[ReviewView]:
    """Every review of a ticket that this person may read."""
    rows = session.execute(
        _views()
        .where(HandledPart.ticket_id == ticket_id, visible_to(actor, now))
        .order_by(Review.submitted_at, Review.id)
    )
    return [_view(row) for row in rows]
