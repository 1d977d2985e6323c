"""Reading what quality figures rest on: drawn and submitted reviews, the frame they stand for, what was drawn."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from qa.people.models import Team
from qa.reviews.measured import NO_QUEUE, NO_TEAM, Drawn, Framed, Reviewed
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.sampling.models import Assignment, Draw, DrawnUnit, FrameExclusion, FrameUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket, TicketSignal

Conditions = Sequence[ColumnElement[bool]]
PREDICTED = "predicted_score"
METHOD = "ridge1"  # a changed way to predict gets a new name, so that no figure mixes two


def prediction_version(period_key: str) -> str:
    """The version of the predicted scores that a period's figures use."""
    return f"{METHOD}/{period_key}"


def is_prediction() -> ColumnElement[bool]:
    """The predicted score made for the period that the statement reads."""
    return (TicketSignal.name == PREDICTED) & (TicketSignal.version == literal(f"{METHOD}/") + Period.key)


def reviewed(session: Session, where: Conditions, *, since: dt.date, until: dt.date | None = None) -> list[Reviewed]:
    """Routine, submitted reviews in their current revision, each with the chance its own draw gave it.

    ``until`` is the last Monday that counts. ``where`` narrows to a programme, a team, a queue.
    """
    inside = [Period.starts_on >= since] + ([Period.starts_on <= until] if until is not None else [])
    first = aliased(ReviewRevision)
    seconds = _second_reviews(session, where, since=since)
    rows = session.execute(
        select(
            Review.id,
            Period.starts_on,
            Team.name,
            Ticket.queue,
            ReviewRevision.score,
            ReviewRevision.base_score,
            ReviewRevision.outcome,
            DrawnUnit.inclusion_probability,
            HandledPart.specialist_id,
            Review.reviewer_id,
            Ticket.risk_class,
            TicketSignal.value,
            RubricFamily.name,
            RubricVersion.major,
            RubricVersion.minor,
            Review.part_id,
            first.base_score,
            ReviewRevision.kind,
            first.score,
            first.outcome,
        )
        .select_from(Review)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(first, (first.review_id == Review.id) & (first.n == 1))
        .join(RubricVersion, RubricVersion.id == ReviewRevision.rubric_version_id)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .outerjoin(TicketSignal, (TicketSignal.part_id == Review.part_id) & is_prediction())
        .where(Review.purpose == Purpose.ROUTINE, Review.state == "submitted", *inside, *where)
        .order_by(Period.starts_on, Review.id)
    )
    return [
        Reviewed(
            review_id=review_id,
            week=week,
            team=team or NO_TEAM,
            queue=queue or NO_QUEUE,
            score=score,
            base_score=base,
            outcome=outcome or "",
            inclusion_probability=probability,
            specialist_id=specialist or 0,
            reviewer_id=reviewer,
            risk_class=risk,
            predicted=predicted,
            rubric=f"{family} {major}.{minor}",
            part_id=part_id,
            first_score=first_score,
            seconds=seconds.get(part_id, ()),
            disputed=kind == "dispute" and (score, outcome) != (submitted, submitted_outcome),
            by_disputes=score - submitted if kind == "dispute" and None not in (score, submitted) else 0.0,
        )
        for (
            review_id,
            week,
            team,
            queue,
            score,
            base,
            outcome,
            probability,
            specialist,
            reviewer,
            risk,
            predicted,
            family,
            major,
            minor,
            part_id,
            first_score,
            kind,
            submitted,
            submitted_outcome,
        ) in rows
    ]


def _second_reviews(session: Session, where: Conditions, *, since: dt.date) -> dict[int, tuple[tuple[int, float], ...]]:
    """Reviewer and first score of each part's blind second reviews, once nobody is kept from seeing them."""
    found: dict[int, tuple[tuple[int, float], ...]] = {}
    for part_id, reviewer, score in session.execute(
        select(Review.part_id, Review.reviewer_id, ReviewRevision.base_score)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Review.purpose == Purpose.DOUBLE,
            Review.state == "submitted",
            ~Review.sealed,
            ReviewRevision.base_score.is_not(None),
            Period.starts_on >= since,
            *where,
        )
        .order_by(Review.id)
    ):
        if score is not None:
            found[part_id] = (*found.get(part_id, ()), (reviewer, score))
    return found


def framed(session: Session, where: Conditions, *, since: dt.date, until: dt.date | None = None) -> list[Framed]:
    """The frame by week, team, queue and specialist, with the sums that estimates need of all its parts.

    A part that was struck since, because it was never in the population, counts no more.
    """
    struck = exists().where(FrameExclusion.part_id == FrameUnit.part_id)
    inside = [Period.starts_on >= since] + ([Period.starts_on <= until] if until is not None else [])
    group = (Period.starts_on, Team.name, Ticket.queue, HandledPart.specialist_id)
    rows = session.execute(
        select(
            *group,
            func.count(),
            func.count().filter(FrameUnit.entry == "late"),
            func.count().filter(Ticket.csat == "good"),
            func.count().filter(Ticket.csat == "bad"),
            func.count(TicketSignal.id),
            func.coalesce(func.sum(TicketSignal.value), 0.0),
        )
        .select_from(FrameUnit)
        .join(Period, Period.id == FrameUnit.period_id)
        .join(HandledPart, HandledPart.id == FrameUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .outerjoin(TicketSignal, (TicketSignal.part_id == FrameUnit.part_id) & is_prediction())
        .where(~struck, *inside, *where)
        .group_by(*group)
        .order_by(*group)
    )
    return [
        Framed(
            week=week,
            team=team or NO_TEAM,
            queue=queue or NO_QUEUE,
            specialist_id=specialist or 0,
            frame=size,
            late=late,
            csat_good=good,
            csat_bad=bad,
            predicted=predicted,
            predicted_sum=total,
        )
        for week, team, queue, specialist, size, late, good, bad, predicted, total in rows
    ]


def drawn(session: Session, where: Conditions, *, since: dt.date, until: dt.date | None = None) -> list[Drawn]:
    """How many parts were drawn by week, team, queue and risk class; replaced units were never in the population."""
    inside = [Period.starts_on >= since] + ([Period.starts_on <= until] if until is not None else [])
    group = (Period.starts_on, Team.name, Ticket.queue, Ticket.risk_class)
    rows = session.execute(
        select(*group, func.count())
        .select_from(DrawnUnit)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .where(DrawnUnit.state != "replaced", *inside, *where)
        .group_by(*group)
        .order_by(*group)
    )
    return [
        Drawn(week=week, team=team or NO_TEAM, queue=queue or NO_QUEUE, risk_class=risk, drawn=count)
        for week, team, queue, risk, count in rows
    ]


LEFT_OUT = {
    Purpose.TARGETED: "targeted reviews (chosen, not drawn)",
    Purpose.DOUBLE: "second scores of the same parts",
    Purpose.FOLLOW_UP: "follow-up reviews",
}
VOIDED = "voided reviews"


def left_out(session: Session, where: Conditions, *, since: dt.datetime, until: dt.datetime) -> list[tuple[str, int]]:
    """Reviews of parts resolved in a time that no figure rests on: by purpose, and those voided."""
    # By the reviews' own index, for which every purpose is named: in a join SQLite reads every part of these weeks.
    part = select(HandledPart.id).join(Ticket, Ticket.id == HandledPart.ticket_id)
    inside = (HandledPart.id == Review.part_id, HandledPart.resolved_at >= since, HandledPart.resolved_at < until)
    rows = session.execute(
        select(Review.purpose, Review.state, func.count())
        .where(
            or_(
                Review.purpose.in_(LEFT_OUT) & (Review.state == "submitted"),
                Review.purpose.in_(Purpose) & (Review.state == "voided"),
            ),
            Review.submitted_at >= since,
            part.where(*inside, *where).exists(),
        )
        .group_by(Review.purpose, Review.state)
        .order_by(Review.purpose, Review.state)
    )
    counts: dict[str, int] = {}
    for purpose, state, count in rows:
        if state == "voided":
            counts[VOIDED] = counts.get(VOIDED, 0) + count
        elif purpose in LEFT_OUT:
            counts[LEFT_OUT[Purpose(purpose)]] = count
    return list(counts.items())
