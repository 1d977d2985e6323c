"""Reading invitations, and a part's self-review and peer review beside its drawn review."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.core.prepared import Asked, Prepared
from qa.reviews.companions.rules import COMPANIONS
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.reviews.queries import ReviewView, get_review_for, visible_to
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import within_clearance


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A part that somebody may score if they like; of a colleague's there is no name."""

    assignment_id: int
    purpose: str
    subject: str
    external_id: str
    due_on: dt.date
    answered: int  # answers in the draft so far


def invitations(session: Session, actor: Actor) -> list[Invitation]:
    """What one is invited to score, the one due first at the top."""
    answered = (
        select(func.count(Answer.id))
        .join(ReviewRevision, ReviewRevision.id == Answer.revision_id)
        .join(Review, Review.id == ReviewRevision.review_id)
        .where(Review.assignment_id == Assignment.id)
        .correlate(Assignment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Assignment, Ticket.subject, Ticket.external_id, answered)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Assignment.reviewer_id == actor.user_id,
            Assignment.state == "open",
            Assignment.purpose.in_(COMPANIONS),
            within_clearance(actor),
        )
        .order_by(Assignment.due_on, Assignment.id)
    )
    return [
        Invitation(
            assignment_id=assignment.id,
            purpose=assignment.purpose,
            subject=subject,
            external_id=external_id,
            due_on=assignment.due_on,
            answered=count or 0,
        )
        for assignment, subject, external_id, count in rows
    ]


_assignments = Assignment.__table__
_AT_HAND = Prepared(
    select(_assignments.c.purpose, _assignments.c.state)
    .where(_assignments.c.part_id == bindparam("part"), _assignments.c.state.in_(("open", "submitted")))
    .distinct()
)


def at_hand(session: Asked, part_id: int) -> frozenset[tuple[str, str]]:
    """What a part's assignments are for and how far they are, of those that are open or sent and written."""
    return frozenset((row.purpose, row.state) for row in _AT_HAND.all(session, part=part_id))


def waits_for_specialist(session: Session, part_id: int) -> dt.date | None:
    """Until when a part's specialist may score it, if they are invited to and have not."""
    return session.scalar(
        select(Assignment.due_on)
        .where(Assignment.part_id == part_id, Assignment.purpose == Purpose.SELF, Assignment.state == "open")
        .limit(1)
    )


def beside(session: Session, actor: Actor, view: ReviewView, *, now: dt.datetime) -> Sequence[Review]:
    """The self-review and the peer review of a drawn review's part that this person may read."""
    if view.review.purpose != Purpose.ROUTINE:
        return ()
    return session.scalars(
        select(Review)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(
            Review.part_id == view.review.part_id,
            Review.purpose.in_(COMPANIONS),
            Review.state == "submitted",
            visible_to(actor, now),
        )
        .order_by(Review.purpose.desc(), Review.id)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A self-review or peer review with the drawn review of the same part."""

    drawn: ReviewView
    companion: ReviewView


def get_pair_for(session: Session, actor: Actor, review_id: int, *, now: dt.datetime) -> Pair:
    """A self-review or peer review that this person may read together with the drawn review beside it."""
    companion = get_review_for(session, actor, review_id, now=now)
    drawn = aliased(Review)
    beside_id = None
    if companion.review.purpose in COMPANIONS:
        beside_id = session.scalar(
            select(drawn.id).where(
                drawn.part_id == companion.review.part_id,
                drawn.purpose == Purpose.ROUTINE,
                drawn.state == "submitted",
            )
        )
    if beside_id is None:
        raise NotFoundError("There is no released review to set beside this one.")
    return Pair(drawn=get_review_for(session, actor, beside_id, now=now), companion=companion)


def get_invitation_for(session: Session, actor: Actor, assignment_id: int) -> Assignment:
    """An invitation of one's own."""
    found = session.scalar(
        select(Assignment).where(
            Assignment.id == assignment_id,
            Assignment.reviewer_id == actor.user_id,
            Assignment.purpose.in_(COMPANIONS),
        )
    )
    if found is None:
        raise NotFoundError("There is no such invitation of yours.")
    return found
