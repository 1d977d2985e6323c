"""Reading golden tickets: the list, one of them, who scored them blind, and who may."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.golden.rules import UNSEEN, AgainstGold
from qa.calibration_sessions.models import CalibrationSession, ConsensusScore, SessionPart, SessionParticipant
from qa.core.access import Actor
from qa.core.access_log import AccessLogEntry
from qa.core.clock import local_day
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import within_clearance

MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A golden ticket as the list shows it; ``given`` and ``scored`` count blind re-scorings alone."""

    gold: GoldenTicket
    ticket: Ticket
    family: RubricFamily
    version: RubricVersion
    sitting: CalibrationSession
    score: float | None
    proposed_by: str
    confirmed_by: str | None
    given: int
    scored: int
    newest_major: int

    @property
    def behind(self) -> bool:
        """Whether its rubric has a later major version, so that it is not comparable any more."""
        return self.version.major < self.newest_major


def is_given(golden: type[GoldenTicket], assignment: type[Assignment]) -> ColumnElement[bool]:
    """An assignment by which a golden ticket was scored again, blind, while it was gold."""
    return and_(
        assignment.part_id == golden.part_id,
        assignment.purpose == Purpose.GOLD,
        assignment.created_at >= golden.confirmed_at,
        or_(golden.ended_at.is_(None), assignment.created_at < golden.ended_at),
    )


def listed(session: Session, actor: Actor, *, state: str = "", limit: int = MOST) -> list[Listed]:
    """The golden tickets of a programme that this person's clearance covers: proposed first, then the newest."""
    proposer, confirmer = aliased(User), aliased(User)
    given = (
        select(func.count(Assignment.id))
        .where(is_given(GoldenTicket, Assignment), Assignment.state.in_(("open", "submitted")))
        .correlate(GoldenTicket)
        .scalar_subquery()
    )
    scored = (
        select(func.count(Assignment.id))
        .where(is_given(GoldenTicket, Assignment), Assignment.state == "submitted")
        .correlate(GoldenTicket)
        .scalar_subquery()
    )
    published = aliased(RubricVersion)
    newest = (
        select(func.max(published.major))
        .where(published.family_id == RubricVersion.family_id, published.state == "published")
        .correlate(RubricVersion)
        .scalar_subquery()
    )
    found = (
        select(
            GoldenTicket,
            Ticket,
            RubricFamily,
            RubricVersion,
            CalibrationSession,
            ConsensusScore.score,
            proposer.name,
            confirmer.name,
            given,
            scored,
            newest,
        )
        .join(HandledPart, HandledPart.id == GoldenTicket.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(RubricVersion, RubricVersion.id == GoldenTicket.rubric_version_id)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .join(SessionPart, SessionPart.id == GoldenTicket.session_part_id)
        .join(CalibrationSession, CalibrationSession.id == SessionPart.session_id)
        .join(ConsensusScore, ConsensusScore.session_part_id == SessionPart.id)
        .join(proposer, proposer.id == GoldenTicket.proposed_by_id)
        .outerjoin(confirmer, confirmer.id == GoldenTicket.confirmed_by_id)
        .where(GoldenTicket.programme_id == actor.programme_id, within_clearance(actor))
    )
    if state:
        found = found.where(GoldenTicket.state == state)
    rows = session.execute(
        found.order_by(
            (GoldenTicket.state != "proposed"), GoldenTicket.proposed_at.desc(), GoldenTicket.id.desc()
        ).limit(limit)
    )
    return [
        Listed(
            gold=gold,
            ticket=ticket,
            family=family,
            version=version,
            sitting=sitting,
            score=score,
            proposed_by=proposed_by,
            confirmed_by=confirmed_by,
            given=times,
            scored=done,
            newest_major=major or version.major,
        )
        for gold, ticket, family, version, sitting, score, proposed_by, confirmed_by, times, done, major in rows
    ]


def get_golden_for(session: Session, actor: Actor, golden_id: int) -> GoldenTicket:
    """A golden ticket that this person may decide about."""
    found = session.scalar(
        select(GoldenTicket)
        .join(HandledPart, HandledPart.id == GoldenTicket.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(GoldenTicket.id == golden_id, GoldenTicket.programme_id == actor.programme_id, within_clearance(actor))
    )
    if found is None:
        raise NotFoundError("There is no such golden ticket.")
    return found


def living_by_part(session: Session, part_ids: Iterable[int]) -> dict[int, GoldenTicket]:
    """What is proposed or gold of these parts."""
    rows = session.scalars(
        select(GoldenTicket)
        .where(GoldenTicket.part_id.in_(list(part_ids)), GoldenTicket.state.in_(("proposed", "gold")))
        .order_by(GoldenTicket.id)
    )
    return {row.part_id: row for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A golden ticket that can be given: the family and the major version its score can be compared within."""

    golden_id: int
    part_id: int
    ticket_id: int
    family_id: int
    major: int


def standards(session: Session, programme_id: int) -> list[Standard]:
    """Everything that is gold now and can still be read."""
    rows = session.execute(
        select(GoldenTicket.id, GoldenTicket.part_id, Ticket.id, RubricVersion.family_id, RubricVersion.major)
        .join(HandledPart, HandledPart.id == GoldenTicket.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(RubricVersion, RubricVersion.id == GoldenTicket.rubric_version_id)
        .where(GoldenTicket.programme_id == programme_id, GoldenTicket.state == "gold", Ticket.erased_at.is_(None))
        .order_by(GoldenTicket.id)
    )
    return [
        Standard(golden_id=golden_id, part_id=part_id, ticket_id=ticket_id, family_id=family_id, major=major)
        for golden_id, part_id, ticket_id, family_id, major in rows
    ]


def known_to(
    session: Session, found: Sequence[Standard], user_ids: Iterable[int], *, now: dt.datetime
) -> set[tuple[int, int]]:
    """(Part, person) pairs of whoever knows a golden ticket: sat in a session with it, or saw it in the last weeks."""
    people, parts = list(user_ids), [each.part_id for each in found]
    known = {
        (part_id, user_id)
        for part_id, user_id in session.execute(
            select(SessionPart.part_id, SessionParticipant.user_id)
            .join(SessionParticipant, SessionParticipant.session_id == SessionPart.session_id)
            .where(SessionPart.part_id.in_(parts), SessionParticipant.user_id.in_(people))
        )
    }
    known |= {
        (part_id, user_id)
        for part_id, user_id in session.execute(
            select(Assignment.part_id, Assignment.reviewer_id).where(
                Assignment.part_id.in_(parts),
                Assignment.reviewer_id.in_(people),
                or_(
                    Assignment.created_at > now - UNSEEN,
                    Assignment.ended_at > now - UNSEEN,
                    Assignment.state == "open",
                ),
            )
        )
    }
    part_of = {each.ticket_id: each.part_id for each in found}
    known |= {
        (part_of[ticket_id], user_id)
        for ticket_id, user_id in session.execute(
            select(AccessLogEntry.ticket_id, AccessLogEntry.user_id).where(
                AccessLogEntry.ticket_id.in_(part_of),
                AccessLogEntry.user_id.in_(people),
                AccessLogEntry.at > now - UNSEEN,
            )
        )
    }
    return known


def last_given(session: Session, part_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """When each part was last given as gold."""
    return dict(
        session.execute(
            select(Assignment.part_id, func.max(Assignment.created_at))
            .where(Assignment.part_id.in_(list(part_ids)), Assignment.purpose == Purpose.GOLD)
            .group_by(Assignment.part_id)
        ).all()
    )


def against_gold(session: Session, programme_id: int, zone: ZoneInfo) -> list[AgainstGold]:
    """Every blind score of a golden ticket beside its standard, oldest first; first submitted revisions."""
    rows = session.execute(
        select(
            GoldenTicket.id,
            Review.reviewer_id,
            Review.submitted_at,
            ReviewRevision.base_score - ConsensusScore.base_score,
        )
        .join(Assignment, is_given(GoldenTicket, Assignment))
        .join(Review, Review.assignment_id == Assignment.id)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(ConsensusScore, ConsensusScore.session_part_id == GoldenTicket.session_part_id)
        .where(
            GoldenTicket.programme_id == programme_id,
            Review.state == "submitted",
            ReviewRevision.base_score.is_not(None),
            ConsensusScore.base_score.is_not(None),
        )
        .order_by(Review.submitted_at, Review.id)
    )
    return [
        AgainstGold(golden_id=golden_id, reviewer_id=reviewer_id, on=local_day(at, zone), difference=difference)
        for golden_id, reviewer_id, at, difference in rows
        if at is not None and difference is not None
    ]
