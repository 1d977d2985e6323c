"""Praise: saying it, and its share of what was said to somebody."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.coaching import wording
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan, Praise
from qa.core import audit
from qa.core.errors import InvalidInputError
from qa.notices import service as notices
from qa.people.models import User
from qa.reviews.models import Review
from qa.tickets.models import HandledPart


@dataclass(frozen=True, slots=True, kw_only=True)
class PraiseShare:
    """How much of what was said to somebody was praise; a count of everything said, so it has no interval."""

    praise: int
    asked: int  # goals and actions for the specialist: what is to become better

    @property
    def said(self) -> int:
        return self.praise + self.asked

    @property
    def share(self) -> float | None:
        return self.praise / self.said if self.said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPraise:
    praise: Praise
    by: str


def give(
    session: Session,
    specialist_id: int,
    text: str,
    *,
    review_id: int | None,
    criterion_key: str,
    by: int,
    now: dt.datetime,
) -> Praise:
    """Say what was done well; the specialist is told at once."""
    if by == specialist_id:
        raise InvalidInputError("Praise comes from somebody else.")
    if review_id is not None and _specialist_of(session, review_id) != specialist_id:
        raise InvalidInputError("That review is about somebody else's work.", {"review": "another person"})
    praise = Praise(
        specialist_id=specialist_id,
        given_by_id=by,
        review_id=review_id,
        criterion_key=criterion_key[:100],
        text=wording.text(text, field="text", missing="Say what was done well.", most=1_000),
        given_at=now,
    )
    session.add(praise)
    session.flush()
    notices.notify(session, [specialist_id], kind="praise_given", object_type="praise", object_id=praise.id, now=now)
    audit.record(
        session,
        action="coaching.praise",
        object_type="praise",
        object_id=praise.id,
        actor_id=by,
        now=now,
        detail={"specialist": specialist_id, "review": review_id},
    )
    session.flush()
    return praise


def _specialist_of(session: Session, review_id: int) -> int | None:
    return session.scalar(
        select(HandledPart.specialist_id).join(Review, Review.part_id == HandledPart.id).where(Review.id == review_id)
    )


def praise_of(session: Session, specialist_id: int, *, limit: int = 20) -> list[GivenPraise]:
    """What was praised, the newest first."""
    rows = session.execute(
        select(Praise, User.name)
        .join(User, User.id == Praise.given_by_id)
        .where(Praise.specialist_id == specialist_id)
        .order_by(Praise.given_at.desc(), Praise.id.desc())
        .limit(limit)
    )
    return [GivenPraise(praise=praise, by=name) for praise, name in rows]


def shares(session: Session, user_ids: Collection[int], *, since: dt.datetime) -> Mapping[int, PraiseShare]:
    """Each person's share of praise since a moment, in three statements."""
    praise = _counted(
        session,
        select(Praise.specialist_id, func.count())
        .where(Praise.specialist_id.in_(user_ids), Praise.given_at >= since)
        .group_by(Praise.specialist_id),
    )
    goals = _counted(
        session,
        select(CoachingPlan.specialist_id, func.count())
        .join(CoachingGoal, CoachingGoal.plan_id == CoachingPlan.id)
        .where(CoachingPlan.specialist_id.in_(user_ids), CoachingPlan.created_at >= since)
        .group_by(CoachingPlan.specialist_id),
    )
    actions = _counted(
        session,
        select(CoachingAction.owner_id, func.count())
        .join(CoachingPlan, CoachingPlan.id == CoachingAction.plan_id)
        .where(
            CoachingAction.owner_id.in_(user_ids),
            CoachingPlan.specialist_id == CoachingAction.owner_id,
            CoachingAction.created_at >= since,
        )
        .group_by(CoachingAction.owner_id),
    )
    return {
        user_id: PraiseShare(praise=praise.get(user_id, 0), asked=goals.get(user_id, 0) + actions.get(user_id, 0))
        for user_id in user_ids
    }


def together(shares_: Sequence[PraiseShare]) -> PraiseShare:
    return PraiseShare(praise=sum(each.praise for each in shares_), asked=sum(each.asked for each in shares_))


def _counted(session: Session, query: object) -> dict[int, int]:
    return dict(session.execute(query).all())  # type: ignore[call-overload]
