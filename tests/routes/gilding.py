"""Golden tickets for the walk through every route."""

from sqlalchemy.orm import Session

from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.models import SessionPart
from qa.people.models import User
from tests.support.cast import NOW


def proposed(
    session: Session, part: SessionPart, *, part_id: int, programme_id: int, version_id: int, by: User
) -> GoldenTicket:
    """A part that somebody put forward as gold."""
    gold = GoldenTicket(
        programme_id=programme_id,
        session_part_id=part.id,
        part_id=part_id,
        rubric_version_id=version_id,
        proposed_at=NOW,
        proposed_by_id=by.id,
    )
    session.add(gold)
    session.flush()
    return gold
