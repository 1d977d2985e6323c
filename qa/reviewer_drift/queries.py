"""Reading what several people scored together."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from qa.calibration_sessions.models import CalibrationSession, SessionParticipant
from qa.core.access import Actor, Permission, Role, Scope
from qa.core.clock import local_day, midnight
from qa.core.errors import NotFoundError
from qa.people.models import RoleGrant, User
from qa.reviewer_drift.models import DriftRun, DriftStanding
from qa.reviewer_drift.rules import Scoring
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.sampling.models import Assignment, DrawnUnit, FrameExclusion, Purpose
from qa.tickets.models import HandledPart, Ticket

FIRST = aliased(ReviewRevision)
TOGETHER = (Purpose.ROUTINE, Purpose.DOUBLE, Purpose.CALIBRATION)


def scorings(session: Session, programme_id: int, *, since: dt.date, until: dt.date, zone: ZoneInfo) -> list[Scoring]:
    """First submitted scores of parts that at least two people scored, unsealed, in two statements."""
    inside = (
        Review.purpose.in_(TOGETHER),
        Review.state == "submitted",
        ~Review.sealed,
        Review.submitted_at >= midnight(since, zone),
        Review.submitted_at < midnight(until + dt.timedelta(days=1), zone),
    )
    shared = (
        select(Review.part_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(*inside, HandledPart.programme_id == programme_id)
        .group_by(Review.part_id)
        .having(func.count(func.distinct(Review.reviewer_id)) > 1)
    )
    rows = session.execute(
        select(
            Review.part_id,
            Review.reviewer_id,
            Review.submitted_at,
            ReviewRevision.id,
            ReviewRevision.base_score,
            DrawnUnit.double_probability,
        )
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(Assignment, Assignment.id == Review.assignment_id)
        .outerjoin(DrawnUnit, (DrawnUnit.id == Assignment.drawn_unit_id) & (Review.purpose == Purpose.DOUBLE))
        .where(*inside, Review.part_id.in_(shared))
        .order_by(Review.part_id, Review.id)
    ).all()
    levels: dict[int, dict[str, str]] = {}
    revisions = (
        select(ReviewRevision.id)
        .join(Review, Review.id == ReviewRevision.review_id)
        .where(*inside, Review.part_id.in_(shared), ReviewRevision.n == 1)
    )
    for revision_id, key, level, percentage, not_applicable in session.execute(
        select(
            Answer.revision_id,
            Answer.criterion_key,
            Answer.level_key,
            Answer.percentage,
            Answer.not_applicable,
        ).where(Answer.revision_id.in_(revisions))
    ):
        chosen = "na" if not_applicable else level or percentage
        if chosen is not None:
            levels.setdefault(revision_id, {})[key] = chosen
    return [
        Scoring(
            part_id=part_id,
            reviewer_id=reviewer_id,
            scored_on=local_day(submitted_at, zone),
            score=score,
            levels=levels.get(revision_id, {}),
            second_chance=second_chance,
        )
        for part_id, reviewer_id, submitted_at, revision_id, score, second_chance in rows
        if submitted_at is not None
    ]


def names_of(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    """The e-mail addresses of these people, by id."""
    return dict(session.execute(select(User.id, User.email).where(User.id.in_(list(user_ids))).order_by(User.id)).all())


def people_of(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    """The names of these people, by id."""
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(list(user_ids))).order_by(User.id)).all())


def sessions_with(
    session: Session, reviewer_id: int, *, since: dt.date, zone: ZoneInfo
) -> Sequence[CalibrationSession]:
    """The calibration sessions from a day on in which a reviewer sits, the newest first."""
    return session.scalars(
        select(CalibrationSession)
        .join(SessionParticipant, SessionParticipant.session_id == CalibrationSession.id)
        .where(SessionParticipant.user_id == reviewer_id, CalibrationSession.created_at >= midnight(since, zone))
        .order_by(CalibrationSession.id.desc())
        .limit(20)
    ).all()


def standings_of(session: Session, run: DriftRun | None, user_ids: Iterable[int]) -> Sequence[DriftStanding]:
    """Where these reviewers stood after a run."""
    if run is None:
        return []
    return session.scalars(
        select(DriftStanding)
        .where(DriftStanding.run_id == run.id, DriftStanding.reviewer_id.in_(list(user_ids)))
        .order_by(DriftStanding.reviewer_id)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is shown beside a reviewer's figures and never mixed in: upheld disputes, and parts struck on their word."""

    overturned: int = 0
    disputed: int = 0
    replaced: int = 0


def beside(session: Session, user_ids: Iterable[int], *, since: dt.datetime) -> dict[int, Beside]:
    """Reviews whose score a dispute changed, and drawn parts replaced while the reviewer had them; two statements."""
    ids = list(user_ids)
    disputes = {
        reviewer_id: (total, changed)
        for reviewer_id, total, changed in session.execute(
            select(
                Review.reviewer_id,
                func.count(),
                func.count().filter(ReviewRevision.score.is_distinct_from(FIRST.score)),
            )
            .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.kind == "dispute"))
            .join(FIRST, (FIRST.review_id == Review.id) & (FIRST.n == 1))
            .where(Review.reviewer_id.in_(ids), ReviewRevision.created_at >= since)
            .group_by(Review.reviewer_id)
        )
    }
    replaced = dict(
        session.execute(
            select(FrameExclusion.reviewer_id, func.count())
            .where(FrameExclusion.reviewer_id.in_(ids), FrameExclusion.created_at >= since)
            .group_by(FrameExclusion.reviewer_id)
        ).all()
    )
    found = {}
    for user_id in ids:
        total, changed = disputes.get(user_id, (0, 0))
        found[user_id] = Beside(overturned=changed, disputed=total, replaced=replaced.get(user_id, 0))
    return found


def reviewers_for(session: Session, actor: Actor) -> Sequence[User]:
    """The reviewers whose own figures this person may see: all, oneself, or (aggregate) nobody."""
    if actor.may(Permission.REVIEWERS_VIEW, Scope.ALL):
        held = select(RoleGrant.user_id).where(RoleGrant.role == Role.REVIEWER)
        return session.scalars(
            select(User).where(User.programme_id == actor.programme_id, User.id.in_(held)).order_by(User.name, User.id)
        ).all()
    if actor.may(Permission.REVIEWERS_VIEW, Scope.OWN):
        return session.scalars(select(User).where(User.id == actor.user_id)).all()
    return []


def get_reviewer_for(session: Session, actor: Actor, user_id: int) -> User:
    """A reviewer whose figures this person may see."""
    for user in reviewers_for(session, actor):
        if user.id == user_id:
            return user
    raise NotFoundError("There is no such reviewer, or their figures are not yours to see.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPart:
    """A part that the reviewer scored together with others."""

    review_id: int
    subject: str
    external_id: str
    queue: str
    purpose: str
    submitted_at: dt.datetime
    own: float | None
    others: float | None
    n_others: int


def shared_parts(session: Session, reviewer_id: int, *, limit: int = 60) -> list[SharedPart]:
    """The newest parts behind a reviewer's figures, with the others' mean beside the own score."""
    own = (
        select(Review.id, Review.part_id, Review.purpose, Review.submitted_at, ReviewRevision.base_score)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .where(
            Review.reviewer_id == reviewer_id,
            Review.purpose.in_(TOGETHER),
            Review.state == "submitted",
            ~Review.sealed,
        )
        .subquery()
    )
    rows = session.execute(
        select(
            own.c.id,
            Ticket.subject,
            Ticket.external_id,
            Ticket.queue,
            own.c.purpose,
            own.c.submitted_at,
            own.c.base_score,
            func.avg(ReviewRevision.base_score),
            func.count(Review.id),
        )
        .select_from(own)
        .join(Review, (Review.part_id == own.c.part_id) & (Review.reviewer_id != reviewer_id))
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(HandledPart, HandledPart.id == own.c.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(Review.state == "submitted", ~Review.sealed, Review.purpose.in_(TOGETHER))
        .group_by(
            own.c.id,
            Ticket.subject,
            Ticket.external_id,
            Ticket.queue,
            own.c.purpose,
            own.c.submitted_at,
            own.c.base_score,
        )
        .order_by(own.c.submitted_at.desc(), own.c.id.desc())
        .limit(limit)
    )
    return [
        SharedPart(
            review_id=review_id,
            subject=subject,
            external_id=external_id,
            queue=queue,
            purpose=purpose,
            submitted_at=submitted_at,
            own=score,
            others=others,
            n_others=n,
        )
        for review_id, subject, external_id, queue, purpose, submitted_at, score, others, n in rows
    ]
