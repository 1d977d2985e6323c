"""Reading follow-up draws: what can be drawn, what was, and what its reviews say."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import rubrics
from qa.coaching.follow_ups.models import FollowUpDraw, FollowUpUnit
from qa.coaching.models import CoachingPlan
from qa.core.access import Actor
from qa.reviews import queries as review_queries
from qa.reviews import rules as review_rules
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.queries import rubrics_of
from qa.sampling.estimation import Figure, hajek
from qa.sampling.models import Assignment, FrameExclusion, Purpose
from qa.tickets.models import HandledPart, Ticket

LIVE = ("open", "submitted")


def frame_of(session: Session, specialist_id: int, *, since: dt.datetime, until: dt.datetime) -> list[tuple[int, int]]:
    """Parts (id, permanent random number) resolved in a time that nobody scores or has scored, and can be read."""
    scored = select(Assignment.part_id).where(Assignment.state.in_(LIVE), Assignment.part_id == HandledPart.id)
    struck = select(FrameExclusion.part_id).where(FrameExclusion.part_id == HandledPart.id)
    drawn = select(FollowUpUnit.part_id).where(FollowUpUnit.part_id == HandledPart.id)
    rows = session.execute(
        select(HandledPart.id, HandledPart.prn)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Ticket.erased_at.is_(None),
            HandledPart.specialist_id == specialist_id,
            HandledPart.is_primary,
            HandledPart.eligible,
            HandledPart.resolved_at >= since,
            HandledPart.resolved_at < until,
            ~scored.exists(),
            ~struck.exists(),
            ~drawn.exists(),
        )
        .order_by(HandledPart.id)
    )
    return [(part_id, prn) for part_id, prn in rows]


def unassigned(session: Session, draw_id: int) -> list[int]:
    """The drawn parts that nobody has."""
    live = select(Assignment.id).where(
        Assignment.part_id == FollowUpUnit.part_id,
        Assignment.purpose == Purpose.FOLLOW_UP,
        Assignment.state.in_(LIVE),
    )
    return list(
        session.scalars(
            select(FollowUpUnit.part_id)
            .where(FollowUpUnit.draw_id == draw_id, ~live.exists())
            .order_by(FollowUpUnit.position)
        )
    )


def had_before(session: Session, part_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Who had these parts before."""
    had: dict[int, set[int]] = {}
    for part_id, reviewer_id in session.execute(
        select(Assignment.part_id, Assignment.reviewer_id).where(Assignment.part_id.in_(part_ids))
    ):
        had.setdefault(part_id, set()).add(reviewer_id)
    return {part_id: frozenset(reviewers) for part_id, reviewers in had.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRow:
    """A draw with how many of its reviews are in."""

    draw: FollowUpDraw
    done: int


def _submitted() -> object:
    return (
        (Review.part_id == FollowUpUnit.part_id) & (Review.purpose == Purpose.FOLLOW_UP) & (Review.state == "submitted")
    )


def draws_of(session: Session, plan_id: int) -> list[DrawRow]:
    rows = session.execute(
        select(FollowUpDraw, func.count(Review.id))
        .join(FollowUpUnit, FollowUpUnit.draw_id == FollowUpDraw.id)
        .outerjoin(Review, _submitted())  # type: ignore[arg-type]
        .where(FollowUpDraw.plan_id == plan_id)
        .group_by(FollowUpDraw.id)
        .order_by(FollowUpDraw.n)
    )
    return [DrawRow(draw=row, done=done) for row, done in rows]


def complete_untold(session: Session) -> Sequence[tuple[FollowUpDraw, CoachingPlan]]:
    """Draws of which every review is in and nobody was told."""
    done = (
        select(func.count(Review.id))
        .join(FollowUpUnit, _submitted())  # type: ignore[arg-type]
        .where(FollowUpUnit.draw_id == FollowUpDraw.id)
        .correlate(FollowUpDraw)
        .scalar_subquery()
    )
    rows = session.execute(
        select(FollowUpDraw, CoachingPlan)
        .join(CoachingPlan, CoachingPlan.id == FollowUpDraw.plan_id)
        .where(FollowUpDraw.told_at.is_(None), FollowUpDraw.size == done)
        .order_by(FollowUpDraw.id)
    )
    return [(draw, plan) for draw, plan in rows]


def waiting_draws(session: Session, programme_id: int) -> Sequence[tuple[FollowUpDraw, CoachingPlan]]:
    """Draws of running plans of which somebody has to be found for a part still."""
    live = select(Assignment.id).where(
        Assignment.part_id == FollowUpUnit.part_id,
        Assignment.purpose == Purpose.FOLLOW_UP,
        Assignment.state.in_(LIVE),
    )
    waits = select(FollowUpUnit.id).where(FollowUpUnit.draw_id == FollowUpDraw.id, ~live.exists())
    rows = session.execute(
        select(FollowUpDraw, CoachingPlan)
        .join(CoachingPlan, CoachingPlan.id == FollowUpDraw.plan_id)
        .join(HandledPart, HandledPart.specialist_id == CoachingPlan.specialist_id)
        .where(CoachingPlan.state == "active", HandledPart.programme_id == programme_id, waits.exists())
        .distinct()
        .order_by(FollowUpDraw.id)
    )
    return [(draw, plan) for draw, plan in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp:
    """One follow-up review that is in."""

    plan_id: int
    review_id: int
    resolved_at: dt.datetime
    score: float | None
    inclusion_probability: float
    revision_id: int
    rubric_version_id: int


def reviews_of(
    session: Session, plan_ids: Collection[int], *, reader: Actor, now: dt.datetime
) -> dict[int, list[FollowedUp]]:
    """The follow-up reviews of plans that are in, in drawn order; of the reader's own work those released to them."""
    found: dict[int, list[FollowedUp]] = {}
    for plan_id, chance, review, revision, resolved_at in session.execute(
        select(
            FollowUpDraw.plan_id, FollowUpUnit.inclusion_probability, Review, ReviewRevision, HandledPart.resolved_at
        )
        .join(FollowUpUnit, FollowUpUnit.draw_id == FollowUpDraw.id)
        .join(Review, _submitted())  # type: ignore[arg-type]
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(FollowUpDraw.plan_id.in_(plan_ids), review_queries.own_readable(reader, now))
        .order_by(FollowUpDraw.n, FollowUpUnit.position)
    ):
        found.setdefault(plan_id, []).append(
            FollowedUp(
                plan_id=plan_id,
                review_id=review.id,
                resolved_at=resolved_at,
                score=revision.score,
                inclusion_probability=chance,
                revision_id=revision.id,
                rubric_version_id=revision.rubric_version_id,
            )
        )
    return found


def criteria_since(session: Session, reviews: Sequence[FollowedUp]) -> Mapping[str, Figure]:
    """Each criterion's share of its points over follow-up reviews, in percent, weighted by their chances (Hajek)."""
    versions = rubrics_of(session, {each.rubric_version_id for each in reviews})
    answers = review_queries.answers_of_many(session, [each.revision_id for each in reviews])
    points: dict[str, list[tuple[float, float]]] = {}
    for each in reviews:
        version = versions[each.rubric_version_id]
        for key, answer in review_rules.state_of(answers.get(each.revision_id, [])).items():
            share = rubrics.criterion_fraction(version.criterion(key), answer)
            if share is not None:
                points.setdefault(key, []).append((100 * float(share), each.inclusion_probability))
    return {key: hajek([y for y, _ in rows], [pi for _, pi in rows]) for key, rows in points.items()}
