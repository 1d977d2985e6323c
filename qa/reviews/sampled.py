"""What reviews tell lower rooms: scores, from which spreads are measured, how long they take, what was reviewed."""

import datetime as dt
from statistics import median

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from qa.reviews import measuring
from qa.reviews.measured import measure
from qa.reviews.models import Review, ReviewRevision
from qa.sampling.evidence import Scored
from qa.sampling.models import Draw, DrawnUnit, FrameUnit, Period, Purpose
from qa.sampling.reviewer_time import Pace
from qa.tickets.models import HandledPart


def sampled_scores(session: Session, programme_id: int, since: dt.date) -> list[Scored]:
    """The routine scores of the weeks from ``since`` on, as they stand now; in a fixed order."""
    rows = session.execute(
        select(
            DrawnUnit.cell,
            FrameUnit.team,
            ReviewRevision.score,
            DrawnUnit.inclusion_probability,
            DrawnUnit.part_id,
            Period.starts_on,
        )
        .select_from(Review)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(DrawnUnit, DrawnUnit.part_id == Review.part_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(FrameUnit, (FrameUnit.period_id == Period.id) & (FrameUnit.part_id == DrawnUnit.part_id))
        .where(
            Period.programme_id == programme_id,
            Period.starts_on >= since,
            DrawnUnit.state == "drawn",
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            ReviewRevision.score.is_not(None),
        )
        .order_by(Period.starts_on, DrawnUnit.id)
    ).all()
    left = _residuals(session, programme_id, since) if rows else {}
    return [
        Scored(
            cell=cell, team=team, score=score, probability=probability, residual=left.get((starts_on, part_id), score)
        )
        for cell, team, score, probability, part_id, starts_on in rows
        if score is not None
    ]


def _residuals(session: Session, programme_id: int, since: dt.date) -> dict[tuple[dt.date, int], float]:
    """What the regression of the window leaves of each score, by week and part; none where it helps nowhere."""
    where = [HandledPart.programme_id == programme_id]
    measured = measure(
        measuring.reviewed(session, where, since=since),
        measuring.framed(session, where, since=since),
        measuring.drawn(session, where, since=since),
    )
    model = measured.window.regression
    if model is None or not any(model.useful):
        return {}
    left = measured.window.sample.y - model.columns @ model.coefficients
    return {(row.week, row.part_id): e for row, e in zip(measured.reviews, left.tolist(), strict=True)}


LATEST = 5_000  # reviews


def review_pace(session: Session, programme_id: int, since: dt.datetime) -> Pace:
    """The middle of the time on the page of submitted first and second reviews; nobody's own time is told."""
    rows = session.execute(
        select(Review.active_seconds, Review.reviewer_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(
            HandledPart.programme_id == programme_id,
            Review.submitted_at >= since,
            Review.state == "submitted",
            Review.purpose.in_((Purpose.ROUTINE, Purpose.DOUBLE)),
            Review.active_seconds > 0,
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(LATEST)
    ).all()
    if not rows:
        return Pace()
    return Pace(
        minutes=median(seconds for seconds, _ in rows) / 60,
        reviews=len(rows),
        reviewers=len({reviewer_id for _, reviewer_id in rows}),
    )


def reviewed_tickets() -> Select[int]:
    """The tickets with a review that everybody whom it concerns may know of."""
    return (
        select(HandledPart.ticket_id)
        .join(Review, Review.part_id == HandledPart.id)
        .where(Review.state == "submitted", Review.released_at.is_not(None))
    )
