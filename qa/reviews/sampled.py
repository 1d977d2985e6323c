"""What reviews tell the sampling room: the scores of drawn parts, from which spreads are measured."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.reviews.models import Review, ReviewRevision
from qa.sampling.evidence import Scored
from qa.sampling.models import Draw, DrawnUnit, FrameUnit, Period, Purpose


def sampled_scores(session: Session, programme_id: int, since: dt.date) -> list[Scored]:
    """The routine scores of the weeks from ``since`` on, as they stand now; in a fixed order."""
    rows = session.execute(
        select(DrawnUnit.cell, FrameUnit.team, ReviewRevision.score, DrawnUnit.inclusion_probability)
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
    )
    return [
        Scored(cell=cell, team=team, score=score, probability=probability)
        for cell, team, score, probability in rows
        if score is not None
    ]
