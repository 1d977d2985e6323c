"""Reading threads: one review's, and how many wait for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor, Permission, Scope
from qa.people.models import User
from qa.reviews.comments.models import ReviewComment
from qa.reviews.comments.rules import Side
from qa.reviews.models import Review
from qa.tickets.models import HandledPart


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


def waits_for_answer() -> ColumnElement[bool]:
    """Reviews whose specialist spoke last and waits; Review is expected around it."""
    later = aliased(ReviewComment)
    return exists().where(
        ReviewComment.review_id == Review.id,
        ReviewComment.side == Side.SPECIALIST,
        ReviewComment.rested_at.is_(None),
        ~exists().where(later.review_id == ReviewComment.review_id, later.id > ReviewComment.id),
    )


def leads(actor: Actor) -> ColumnElement[bool]:
    """The parts about whose reviews this person speaks as a lead; HandledPart is expected around it."""
    scopes = actor.scopes(Permission.COACHING_EDIT)
    here = HandledPart.programme_id == actor.programme_id
    if Scope.ALL in scopes:
        return here
    return and_(here, HandledPart.team_id.in_(actor.led_team_ids if Scope.TEAM in scopes else ()))


def unanswered(session: Session, actor: Actor, *, as_reviewer: bool) -> Sequence[int]:
    """The reviews whose specialist waits for a word, the oldest first: of one's own scoring, or as a lead."""
    mine = Review.reviewer_id == actor.user_id if as_reviewer else leads(actor)
    asked = select(func.max(ReviewComment.id)).where(ReviewComment.review_id == Review.id).scalar_subquery()
    return session.scalars(
        select(Review.id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(mine, Review.state == "submitted", HandledPart.specialist_id != actor.user_id, waits_for_answer())
        .order_by(asked)
    ).all()
