"""Golden tickets and recurring sessions for the walk through every route."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.calibration_sessions.certification.models import Certification, ShadowedReview
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.models import SessionPart
from qa.calibration_sessions.recipes import Recipe
from qa.calibration_sessions.series.models import SessionSeries
from qa.people.models import User
from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from qa.tickets.models import HandledPart
from tests.support.builders import make_assignment, make_review, make_ticket
from tests.support.cast import NOW, TODAY, Cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrating:
    """What belongs to sessions beside the sessions themselves."""

    golden: GoldenTicket
    foreign_golden: GoldenTicket
    quinns_series: SessionSeries
    ottos_series: SessionSeries
    foreign_series: SessionSeries
    ritas_certification: Certification
    foreign_certification: Certification
    robs_shadowed: ShadowedReview  # Rita's, for Rob to look at
    foreign_shadowed: ShadowedReview


def calibrating(
    session: Session,
    cast: Cast,
    neighbours: Cast,
    parts: tuple[SessionPart, SessionPart],
    foreign: HandledPart,
    versions: tuple[RubricVersion, RubricVersion],
    reviews: tuple[Review, Review],
) -> Calibrating:
    """One of everything, here and in another programme."""
    (own, other), (version, foreign_version) = parts, versions
    stranger = neighbours.rita
    sent = [
        make_review(session, handled, make_assignment(session, handled, user, made, purpose=Purpose.PRACTICE))
        for user, place, made in ((cast.rita, cast, version), (stranger, neighbours, foreign_version))
        for handled in [make_ticket(session, place)]
    ]
    certifications = [
        certification_of(session, user, version, by=by) for user, by in ((cast.rita, cast.quinn), (stranger, stranger))
    ]
    return Calibrating(
        ritas_certification=certifications[0],
        foreign_certification=certifications[1],
        robs_shadowed=shadowed(session, certifications[0], reviews[0], sent[0], cast.rob),
        foreign_shadowed=shadowed(session, certifications[1], reviews[1], sent[1], stranger),
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


def certification_of(session: Session, user: User, version: RubricVersion, *, by: User) -> Certification:
    """Somebody on the way to a certificate whose practice is passed."""
    row = Certification(
        programme_id=user.programme_id,
        user_id=user.id,
        family_id=version.family_id,
        state="shadowed",
        mark=0.4,
        begun_at=NOW,
        begun_by_id=by.id,
        judged_round=1,
        passed_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def shadowed(session: Session, row: Certification, beside: Review, sent: Review, shadow: User) -> ShadowedReview:
    """A newcomer's review that waits to be looked at."""
    found = ShadowedReview(
        certification_id=row.id, assignment_id=sent.assignment_id, beside_id=beside.id, shadow_id=shadow.id
    )
    session.add(found)
    session.flush()
    return found
