"""Reading second looks: one with both scores, those of a person, and the reviews that could get one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.queries import visible_to
from qa.reviews.rules import RELEASED_PURPOSES, UNDO, UNDO_GRACE
from qa.reviews.second_looks.models import SecondLook
from qa.sampling.models import Assignment
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import within_clearance

RECENT = dt.timedelta(days=28)  # how far back a lot is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A second look in a list, or with its two revisions."""

    look: SecondLook
    assignment: Assignment
    ticket: Ticket
    lead: User
    reviewer: User
    first: ReviewRevision
    second_review: Review | None
    second: ReviewRevision | None  # NULL until the lead has submitted


def live_look_at(session: Session, review_id: int) -> SecondLook | None:
    """The second look at a review that was not given back."""
    return session.scalar(
        select(SecondLook)
        .join(Assignment, Assignment.id == SecondLook.assignment_id)
        .where(SecondLook.review_id == review_id, Assignment.state != "withdrawn")
        .limit(1)
    )


def may_see(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """One's own second looks; once sent, those at one's own reviews, of the led teams, or all."""
    first, second = aliased(Review), aliased(Review)
    scopes = actor.scopes(Permission.SECOND_LOOKS)
    ways: list[ColumnElement[bool]] = [
        exists().where(first.id == SecondLook.review_id, first.reviewer_id == actor.user_id)
    ]
    if Scope.TEAM in scopes:
        ways.append(HandledPart.team_id.in_(actor.led_team_ids))
    if Scope.ALL in scopes:
        ways.append(HandledPart.id.is_not(None))
    sent = exists().where(
        second.assignment_id == SecondLook.assignment_id,
        second.state == "submitted",
        second.submitted_at < now - UNDO - UNDO_GRACE,
    )
    about_me = HandledPart.specialist_id == actor.user_id
    return and_(
        HandledPart.programme_id == actor.programme_id,
        Assignment.state != "withdrawn",
        or_(Assignment.reviewer_id == actor.user_id, and_(sent, or_(*ways), ~about_me)),
    )


def looks_for(
    session: Session, actor: Actor, *, now: dt.datetime, look_id: int | None = None, limit: int = 100
) -> list[Look]:
    """The second looks that this person may see, those still to be done first, then the newest."""
    lead, reviewer = aliased(User), aliased(User)
    first_review, second_review = aliased(Review), aliased(Review)
    first, second = aliased(ReviewRevision), aliased(ReviewRevision)
    found = (
        select(SecondLook, Assignment, Ticket, lead, reviewer, first, second_review, second)
        .join(Assignment, Assignment.id == SecondLook.assignment_id)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(lead, lead.id == Assignment.reviewer_id)
        .join(first_review, first_review.id == SecondLook.review_id)
        .join(reviewer, reviewer.id == first_review.reviewer_id)
        .join(first, first.id == SecondLook.revision_id)
        .outerjoin(second_review, second_review.assignment_id == Assignment.id)
        .outerjoin(second, second.id == second_review.current_revision_id)
        .where(may_see(actor, now), Ticket.data_region.in_(sorted(actor.regions)))
        .order_by(Assignment.state, Assignment.created_at.desc(), SecondLook.id.desc())
        .limit(limit)
    )
    if look_id is not None:
        found = found.where(SecondLook.id == look_id)
    return [
        Look(
            look=look,
            assignment=assignment,
            ticket=ticket,
            lead=lead_,
            reviewer=reviewer_,
            first=first_,
            second_review=second_review_,
            second=second_,
        )
        for look, assignment, ticket, lead_, reviewer_, first_, second_review_, second_ in session.execute(found)
    ]


def get_look_for(session: Session, actor: Actor, look_id: int, *, now: dt.datetime) -> Look:
    """A second look that this person may see."""
    found = looks_for(session, actor, now=now, look_id=look_id)
    if not found:
        raise NotFoundError("There is no such second look, or it is not finished yet.")
    return found[0]


def candidates(session: Session, actor: Actor, *, now: dt.datetime, reviewer_id: int | None = None) -> Sequence[int]:
    """The reviews of the last weeks that this person could look at without having written or received them."""
    looked_at = (
        select(SecondLook.id)
        .join(Assignment, Assignment.id == SecondLook.assignment_id)
        .where(SecondLook.review_id == Review.id, Assignment.state != "withdrawn")
    )
    found = (
        select(Review.id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            visible_to(actor, now),
            within_clearance(actor),
            Ticket.erased_at.is_(None),
            Review.state == "submitted",
            Review.purpose.in_(RELEASED_PURPOSES),
            Review.submitted_at > now - RECENT,
            Review.submitted_at < now - UNDO - UNDO_GRACE,
            Review.reviewer_id != actor.user_id,
            or_(HandledPart.specialist_id.is_(None), HandledPart.specialist_id != actor.user_id),
            ~looked_at.exists(),
        )
        .order_by(Review.id)
    )
    if reviewer_id is not None:
        found = found.where(Review.reviewer_id == reviewer_id)
    return session.scalars(found).all()


def reviewers_to_look_at(session: Session, actor: Actor, *, now: dt.datetime) -> Sequence[User]:
    """Whose reviews a lot may be drawn from."""
    reviews = candidates(session, actor, now=now)
    return session.scalars(
        select(User)
        .where(User.id.in_(select(Review.reviewer_id).where(Review.id.in_(reviews))))
        .order_by(User.pseudonym, User.id)
    ).all()
