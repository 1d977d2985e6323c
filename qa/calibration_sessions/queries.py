"""Reading sessions: the list, one session with its scores, the parts that can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import (
    CalibrationSession,
    ConsensusAnswer,
    ConsensusScore,
    SessionAssignment,
    SessionPart,
    SessionParticipant,
)
from qa.calibration_sessions.rules import Given
from qa.core.access import Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import parsed
from qa.sampling.models import Assignment
from qa.tickets.models import ConversationRevision, HandledPart, Ticket
from qa.tickets.queries import within_clearance


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The sessions a person may open: all, or those they sit in; none with a ticket of a region closed to them."""
    closed = (
        exists()
        .where(
            SessionPart.session_id == CalibrationSession.id,
            HandledPart.id == SessionPart.part_id,
            Ticket.id == HandledPart.ticket_id,
            Ticket.data_region.not_in(sorted(actor.regions)),
        )
        .correlate(CalibrationSession)
    )
    mine = exists().where(
        SessionParticipant.session_id == CalibrationSession.id, SessionParticipant.user_id == actor.user_id
    )
    if actor.may(Permission.CALIBRATION_VIEW, Scope.ALL):
        return and_(CalibrationSession.programme_id == actor.programme_id, ~closed)
    return and_(mine, ~closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A session as the list shows it; how far it is only once it is revealed, or to who steers it."""

    session: CalibrationSession
    facilitator: str
    parts: int
    participants: int
    expected: int
    submitted: int | None


def sessions_for(session: Session, actor: Actor, *, limit: int = 100) -> list[Listed]:
    """Sessions, newest first, with how far they are."""
    steers = actor.may(Permission.CALIBRATION_FACILITATE, Scope.ALL)
    parts = select(func.count(SessionPart.id)).where(SessionPart.session_id == CalibrationSession.id).scalar_subquery()
    people = (
        select(func.count(SessionParticipant.id))
        .where(SessionParticipant.session_id == CalibrationSession.id)
        .scalar_subquery()
    )
    given = (
        select(func.count(SessionAssignment.id))
        .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
        .where(SessionPart.session_id == CalibrationSession.id)
    )
    submitted = given.join(Assignment, Assignment.id == SessionAssignment.assignment_id).where(
        Assignment.state == "submitted"
    )
    rows = session.execute(
        select(
            CalibrationSession,
            User.name,
            parts,
            people,
            given.scalar_subquery(),
            submitted.scalar_subquery(),
        )
        .join(User, User.id == CalibrationSession.facilitator_id)
        .where(visible_to(actor))
        .order_by(CalibrationSession.created_at.desc(), CalibrationSession.id.desc())
        .limit(limit)
    )
    return [
        Listed(
            session=row,
            facilitator=name,
            parts=n,
            participants=people_count,
            expected=expected,
            submitted=done if row.state != "scoring" or steers or row.facilitator_id == actor.user_id else None,
        )
        for row, name, n, people_count, expected, done in rows
    ]


def get_session_for(session: Session, actor: Actor, session_id: int) -> CalibrationSession:
    """A session this person may open."""
    found = session.scalar(select(CalibrationSession).where(CalibrationSession.id == session_id, visible_to(actor)))
    if found is None:
        raise NotFoundError("There is no such session, or you do not sit in it.")
    return found


def get_led_session_for(session: Session, actor: Actor, session_id: int) -> CalibrationSession:
    """A session this person may steer: its facilitator, or a QA lead."""
    found = get_session_for(session, actor, session_id)
    if found.facilitator_id != actor.user_id and not actor.may(Permission.CALIBRATION_FACILITATE, Scope.ALL):
        raise NotFoundError("Only the facilitator steers this session.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOf:
    """One part of a session with its ticket and, when decided, what was agreed."""

    session_part: SessionPart
    part: HandledPart
    ticket: Ticket
    consensus: ConsensusScore | None


def parts_of(session: Session, session_id: int) -> list[PartOf]:
    rows = session.execute(
        select(SessionPart, HandledPart, Ticket, ConsensusScore)
        .join(HandledPart, HandledPart.id == SessionPart.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(ConsensusScore, ConsensusScore.session_part_id == SessionPart.id)
        .where(SessionPart.session_id == session_id)
        .order_by(SessionPart.position, SessionPart.id)
    )
    return [PartOf(session_part=row, part=part, ticket=ticket, consensus=agreed) for row, part, ticket, agreed in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One participant and how far they are; no score before the reveal."""

    user: User
    assignments: dict[int, Assignment]  # by session part

    @property
    def submitted(self) -> int:
        return sum(assignment.state == "submitted" for assignment in self.assignments.values())


def participants_of(session: Session, session_id: int) -> list[Sitting]:
    people = session.scalars(
        select(User)
        .join(SessionParticipant, SessionParticipant.user_id == User.id)
        .where(SessionParticipant.session_id == session_id)
        .order_by(User.name, User.id)
    ).all()
    given: dict[int, dict[int, Assignment]] = {}
    for assignment, session_part_id in session.execute(
        select(Assignment, SessionAssignment.session_part_id)
        .join(SessionAssignment, SessionAssignment.assignment_id == Assignment.id)
        .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
        .where(SessionPart.session_id == session_id)
        .order_by(SessionPart.position, Assignment.id)
    ):
        given.setdefault(assignment.reviewer_id, {})[session_part_id] = assignment
    return [Sitting(user=user, assignments=given.get(user.id, {})) for user in people]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Everything that was scored in a session, to be read after its reveal only."""

    answers: Sequence[Given]
    scores: dict[tuple[int, int], float | None]  # by (user, part)
    comments: dict[tuple[int, int, str], str]  # by (user, part, criterion)


def scored(session: Session, session_id: int) -> Scored:
    """The first submitted revisions of a session's reviews, in two statements."""
    reviews = session.execute(
        select(Review.reviewer_id, Review.part_id, ReviewRevision.id, ReviewRevision.score)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(SessionAssignment, SessionAssignment.assignment_id == Review.assignment_id)
        .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
        .where(SessionPart.session_id == session_id, Review.state == "submitted")
        .order_by(Review.reviewer_id, SessionPart.position)
    ).all()
    about = {revision_id: (user_id, part_id) for user_id, part_id, revision_id, _ in reviews}
    answers = session.scalars(
        select(Answer).where(Answer.revision_id.in_(about)).order_by(Answer.revision_id, Answer.id)
    ).all()
    return Scored(
        answers=[_given(*about[answer.revision_id], answer) for answer in answers],
        scores={(user_id, part_id): score for user_id, part_id, _, score in reviews},
        comments={
            (*about[answer.revision_id], answer.criterion_key): answer.comment for answer in answers if answer.comment
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """A revealed session with everything that was answered in it."""

    row: CalibrationSession
    answers: Sequence[Given]


def sessions_with_the_rubric(session: Session, actor: Actor, row: CalibrationSession, *, limit: int = 12) -> list[Sat]:
    """The newest revealed sessions with any version of a session's rubric that a person may open, oldest first."""
    return sat_with_the_rubric(session, row, visible_to(actor), limit=limit)


def sat_with_the_rubric(
    session: Session, row: CalibrationSession, which: ColumnElement[bool], *, limit: int = 12
) -> list[Sat]:
    """The same for any choice of sessions."""
    family = select(RubricVersion.family_id).where(RubricVersion.id == row.rubric_version_id).scalar_subquery()
    rows = session.scalars(
        select(CalibrationSession)
        .join(RubricVersion, RubricVersion.id == CalibrationSession.rubric_version_id)
        .where(RubricVersion.family_id == family, CalibrationSession.state != "scoring", which)
        .order_by(CalibrationSession.revealed_at.desc(), CalibrationSession.id.desc())
        .limit(limit)
    ).all()
    given: dict[int, list[Given]] = {each.id: [] for each in rows}
    for session_id, user_id, part_id, answer in session.execute(
        select(SessionPart.session_id, Review.reviewer_id, Review.part_id, Answer)
        .join(SessionAssignment, SessionAssignment.session_part_id == SessionPart.id)
        .join(Review, Review.assignment_id == SessionAssignment.assignment_id)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(Answer, Answer.revision_id == ReviewRevision.id)
        .where(SessionPart.session_id.in_(given), Review.state == "submitted")
        .order_by(SessionPart.position, Review.reviewer_id, Answer.id)
    ):
        given[session_id].append(_given(user_id, part_id, answer))
    return [Sat(row=each, answers=given[each.id]) for each in reversed(rows)]


def _given(user_id: int, part_id: int, answer: Answer) -> Given:
    return Given(
        user_id=user_id,
        part_id=part_id,
        criterion_key=answer.criterion_key,
        level_key=answer.level_key,
        percentage=answer.percentage,
        not_applicable=answer.not_applicable,
    )


def consensus_answers(session: Session, session_id: int) -> dict[tuple[int, str], ConsensusAnswer]:
    """What was agreed, by (session part, criterion)."""
    rows = session.scalars(
        select(ConsensusAnswer)
        .join(SessionPart, SessionPart.id == ConsensusAnswer.session_part_id)
        .where(SessionPart.session_id == session_id)
        .order_by(ConsensusAnswer.id)
    )
    return {(row.session_part_id, row.criterion_key): row for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A part that a session could score."""

    part: HandledPart
    ticket: Ticket


def candidates(session: Session, actor: Actor, *, queue: str = "", text: str = "", limit: int = 40) -> list[Candidate]:
    """Resolved parts with a conversation that nobody was asked to score yet, newest first."""
    untouched = ~exists().where(Assignment.part_id == HandledPart.id)
    readable = exists().where(ConversationRevision.ticket_id == Ticket.id)
    found = (
        select(HandledPart, Ticket)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            HandledPart.programme_id == actor.programme_id,
            HandledPart.eligible,
            HandledPart.is_primary,
            within_clearance(actor),
            Ticket.erased_at.is_(None),
            untouched,
            readable,
        )
    )
    if queue:
        found = found.where(Ticket.queue == queue)
    if text:
        found = found.where(Ticket.external_id == text.strip().lstrip("#"))
    rows = session.execute(found.order_by(HandledPart.resolved_at.desc(), HandledPart.id.desc()).limit(limit))
    return [Candidate(part=part, ticket=ticket) for part, ticket in rows]


def criterion_names(session: Session, programme_id: int) -> dict[str, str]:
    """What criteria are called, by key; in the newest version that has them."""
    names: dict[str, str] = {}
    for version, _ in reversed(published_versions(session, programme_id)):
        names |= {each.key: each.name for each in parsed(version.document).criteria}
    return names


def published_versions(session: Session, programme_id: int) -> list[tuple[RubricVersion, RubricFamily]]:
    """Every published version, the newest of each family first."""
    rows = session.execute(
        select(RubricVersion, RubricFamily)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(RubricFamily.programme_id == programme_id, RubricVersion.state == "published")
        .order_by(RubricFamily.name, RubricVersion.effective_from.desc(), RubricVersion.id)
    )
    return [(version, family) for version, family in rows]
