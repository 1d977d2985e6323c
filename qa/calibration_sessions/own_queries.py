"""What one participant gave over the sessions with one rubric, beside what was agreed."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import CalibrationSession, ConsensusScore, SessionAssignment, SessionPart
from qa.calibration_sessions.reporting import Sitting
from qa.core.clock import local_day
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricVersion

MOST = 12


def sittings_of(
    session: Session, user_id: int, rubric_version_id: int, *, zone: ZoneInfo, limit: int = MOST
) -> list[Sitting]:
    """The newest sessions with any version of a rubric in which somebody scored a part that was agreed on, oldest
    first, in one statement.
    """
    family = select(RubricVersion.family_id).where(RubricVersion.id == rubric_version_id).scalar_subquery()
    rows = session.execute(
        select(
            CalibrationSession.id,
            CalibrationSession.title,
            CalibrationSession.revealed_at,
            ReviewRevision.score,
            ConsensusScore.score,
        )
        .join(RubricVersion, RubricVersion.id == CalibrationSession.rubric_version_id)
        .join(SessionPart, SessionPart.session_id == CalibrationSession.id)
        .join(ConsensusScore, ConsensusScore.session_part_id == SessionPart.id)
        .join(SessionAssignment, SessionAssignment.session_part_id == SessionPart.id)
        .join(Review, Review.assignment_id == SessionAssignment.assignment_id)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .where(
            RubricVersion.family_id == family,
            CalibrationSession.state != "scoring",
            Review.reviewer_id == user_id,
            Review.state == "submitted",
            ReviewRevision.score.is_not(None),
            ConsensusScore.score.is_not(None),
        )
        .order_by(CalibrationSession.revealed_at, CalibrationSession.id, SessionPart.position)
    )
    found: dict[int, Sitting] = {}
    for session_id, title, revealed_at, own, agreed in rows:
        if revealed_at is None or own is None or agreed is None:
            continue  # the statement leaves them out; the types do not say so
        before = found[session_id].pairs if session_id in found else ()
        found[session_id] = Sitting(
            title=title, day=local_day(revealed_at, zone), pairs=(*before, (float(own), float(agreed)))
        )
    return list(found.values())[-limit:]
