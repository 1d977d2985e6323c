"""Golden tickets and recurring sessions for the walk through every route."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.models import SessionPart
from qa.calibration_sessions.recipes import Recipe
from qa.calibration_sessions.series.models import SessionSeries
from qa.people.models import User
from qa.rubric_library.models import RubricVersion
from qa.tickets.models import HandledPart
from tests.support.cast import NOW, TODAY, Cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrating:
    """What belongs to sessions beside the sessions themselves."""

    golden: GoldenTicket
    foreign_golden: GoldenTicket
    quinns_series: SessionSeries
    ottos_series: SessionSeries
    foreign_series: SessionSeries


def calibrating(
    session: Session,
    cast: Cast,
    stranger: User,
    parts: tuple[SessionPart, SessionPart],
    foreign: HandledPart,
    versions: tuple[RubricVersion, RubricVersion],
) -> Calibrating:
    """One of everything, here and in another programme."""
    (own, other), (version, foreign_version) = parts, versions
    return Calibrating(
        golden=proposed(session, own, part_id=own.part_id, version=version, by=cast.ada),
        foreign_golden=proposed(session, other, part_id=foreign.id, version=foreign_version, by=stranger),
        quinns_series=series_of(session, cast.quinn, version),
        ottos_series=series_of(session, cast.otto, version),
        foreign_series=series_of(session, stranger, foreign_version),
    )


def proposed(session: Session, part: SessionPart, *, part_id: int, version: RubricVersion, by: User) -> GoldenTicket:
    """A part that somebody put forward as gold."""
    gold = GoldenTicket(
        programme_id=by.programme_id,
        session_part_id=part.id,
        part_id=part_id,
        rubric_version_id=version.id,
        proposed_at=NOW,
        proposed_by_id=by.id,
    )
    session.add(gold)
    session.flush()
    return gold


def series_of(session: Session, by: User, version: RubricVersion) -> SessionSeries:
    """A rule that opens sessions by itself."""
    row = SessionSeries(
        programme_id=by.programme_id,
        title=f"A series of {by.name}",
        family_id=version.family_id,
        facilitator_id=by.id,
        rhythm="weekly",
        starts_on=TODAY,
        next_on=TODAY,
        due_days=5,
        recipe=Recipe(drawn=3).document(),
        everyone=True,
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    return row
