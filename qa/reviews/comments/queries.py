"""Reading threads: one review's, and how many wait for an answer."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor, Permission, Scope
from qa.people.models import User
from qa.reviews.comments.models import ReviewComment
from qa.reviews.comments.rules import Side
from qa.reviews.models import Review
from qa.tickets.models import HandledPart, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A comment with who wrote it."""

    comment: ReviewComment
    author: User

    def name_for(self, reader: int, *, names: bool) -> str:
        """The author as this reader knows them: who reviews is known by pseudonym where the name is hidden."""
        if self.author.id == reader:
            return "You"
        if self.comment.side == Side.REVIEWER and not names:
            return self.author.pseudonym
        return self.author.name


def thread_of(session: Session, review_id: int) -> list[Spoken]:
    """What was said about a review, in the order in which it was said."""
    rows = session.execute(
        select(ReviewComment, User)
        .join(User, User.id == ReviewComment.author_id)
        .where(ReviewComment.review_id == review_id)
        .order_by(ReviewComment.id)
    )
    return [Spoken(comment=comment, author=author) for comment, author in rows]


def leads(actor: Actor) -> ColumnElement[bool]:
    """The parts about whose reviews this person speaks as a lead; HandledPart is expected around it."""
    scopes = actor.scopes(Permission.COACHING_EDIT)
    here = HandledPart.programme_id == actor.programme_id
    if Scope.ALL in scopes:
        return here
    return and_(here, HandledPart.team_id.in_(actor.led_team_ids if Scope.TEAM in scopes else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A review about which somebody waits for a word of the person who looks."""

    review_id: int
    external_id: str
    subject: str
    since: dt.datetime
    asked_by: str  # on which side they speak
    own: bool  # about one's own work, or one's own scoring


def waiting_for(session: Session, actor: Actor, *, limit: int = 10) -> list[Waiting]:
    """The talks in which this person may have the next word, the one that waits longest at the top."""
    later = aliased(ReviewComment)
    last = ~exists().where(later.review_id == ReviewComment.review_id, later.id > ReviewComment.id)
    about_me = HandledPart.specialist_id == actor.user_id
    by_specialist = ReviewComment.side == Side.SPECIALIST
    own = or_(about_me, Review.reviewer_id == actor.user_id)
    rows = session.execute(
        select(Review.id, Ticket.external_id, Ticket.subject, ReviewComment.created_at, ReviewComment.side, own)
        .select_from(ReviewComment)
        .join(Review, Review.id == ReviewComment.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            last,
            ReviewComment.rested_at.is_(None),
            Review.state == "submitted",
            Ticket.data_region.in_(sorted(actor.regions)),
            or_(
                and_(about_me, ~by_specialist),
                and_(or_(Review.reviewer_id == actor.user_id, leads(actor)), by_specialist, ~about_me),
            ),
        )
        .order_by(ReviewComment.id)
        .limit(limit)
    )
    return [
        Waiting(review_id=key, external_id=told, subject=subject, since=at, asked_by=side, own=bool(mine))
        for key, told, subject, at, side, mine in rows
    ]
