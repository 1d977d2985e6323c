"""Reading certifications: the overview, one person's, practice beside gold, shadowed reviews."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.calibration_sessions.certification.models import Certification, PracticePart, ShadowedReview
from qa.calibration_sessions.certification.rules import Chosen
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.models import ConsensusAnswer
from qa.core.access import Actor, Permission, Role, Scope
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.people.queries import in_programme, people_with_role
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.rules import RuleBook
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart, Ticket

LIVING = ("practising", "shadowed", "certified")
SCORED = (Purpose.ROUTINE, Purpose.DOUBLE, Purpose.CALIBRATION, Purpose.GOLD)


def families_in_force(session: Session, book: RuleBook, now: dt.datetime) -> list[tuple[RubricFamily, RubricVersion]]:
    """The families that have a version in force, with it, by name."""
    ids = {family_id: book.in_force(family_id, now) for family_id in {version.family_id for version in book.versions}}
    rows = session.execute(
        select(RubricFamily, RubricVersion)
        .join(RubricVersion, RubricVersion.family_id == RubricFamily.id)
        .where(RubricVersion.id.in_([version_id for version_id in ids.values() if version_id is not None]))
        .order_by(RubricFamily.name, RubricFamily.id)
    )
    return [(family, version) for family, version in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One reviewer with their newest certification of each family."""

    user: User
    by_family: dict[int, Certification]


def overview(session: Session, programme_id: int, today: dt.date) -> list[Overview]:
    """Every reviewer of a programme by name, in a bounded number of statements."""
    people = people_with_role(session, programme_id, Role.REVIEWER, today)
    newest: dict[int, dict[int, Certification]] = {person.id: {} for person in people}
    for row in session.scalars(
        select(Certification)
        .where(Certification.programme_id == programme_id, Certification.user_id.in_(newest))
        .order_by(Certification.id)
    ):
        newest[row.user_id][row.family_id] = row
    return [Overview(user=person, by_family=newest[person.id]) for person in people]


def get_person_for(session: Session, actor: Actor, user_id: int) -> User:
    """Oneself, or anybody of the programme to whoever settles certifications."""
    everybody = actor.may(Permission.CERTIFICATION_VIEW, Scope.ALL)
    if user_id != actor.user_id and not everybody:
        raise NotFoundError("There is no such page for you.")
    if not in_programme(session, actor.programme_id, user_id):
        raise NotFoundError("There is no such person.")
    return session.get_one(User, user_id)


def get_certification_for(session: Session, actor: Actor, certification_id: int) -> Certification:
    row = session.get(Certification, certification_id)
    if row is None or row.programme_id != actor.programme_id:
        raise NotFoundError("There is no such certification.")
    return row


def of_person(session: Session, user_id: int) -> dict[int, list[Certification]]:
    """All certifications of a person by family, the newest first."""
    found: dict[int, list[Certification]] = {}
    for row in session.scalars(
        select(Certification).where(Certification.user_id == user_id).order_by(Certification.id.desc())
    ):
        found.setdefault(row.family_id, []).append(row)
    return found


def living(session: Session, user_id: int, family_id: int) -> Certification | None:
    return session.scalar(
        select(Certification).where(
            Certification.user_id == user_id,
            Certification.family_id == family_id,
            Certification.state.in_(LIVING),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """One golden ticket of a round of practice: how far it is, and both sets of answers once it is sent."""

    part: PracticePart
    assignment: Assignment
    ticket: Ticket
    given: dict[str, Chosen]
    gold: dict[str, Chosen]

    @property
    def done(self) -> bool:
        return self.assignment.state == "submitted"


def practice_of(session: Session, row: Certification) -> list[Practised]:
    """The present round, in three statements; answers of gold only for what is sent."""
    rows = session.execute(
        select(PracticePart, Assignment, Ticket, ReviewRevision.id, GoldenTicket.session_part_id)
        .join(Assignment, Assignment.id == PracticePart.assignment_id)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(GoldenTicket, GoldenTicket.id == PracticePart.golden_ticket_id)
        .outerjoin(Review, (Review.assignment_id == Assignment.id) & (Review.state == "submitted"))
        .outerjoin(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .where(PracticePart.certification_id == row.id, PracticePart.round == row.round)
        .order_by(PracticePart.id)
    ).all()
    sent = {session_part_id: revision_id for *_, revision_id, session_part_id in rows if revision_id is not None}
    given: dict[int, dict[str, Chosen]] = {}
    for answer in session.scalars(select(Answer).where(Answer.revision_id.in_(sent.values())).order_by(Answer.id)):
        chosen = (answer.level_key, answer.percentage, answer.not_applicable)
        given.setdefault(answer.revision_id, {})[answer.criterion_key] = chosen
    gold: dict[int, dict[str, Chosen]] = {}
    for agreed in session.scalars(
        select(ConsensusAnswer).where(ConsensusAnswer.session_part_id.in_(sent)).order_by(ConsensusAnswer.id)
    ):
        chosen = (agreed.level_key, agreed.percentage, agreed.not_applicable)
        gold.setdefault(agreed.session_part_id, {})[agreed.criterion_key] = chosen
    return [
        Practised(
            part=part,
            assignment=assignment,
            ticket=ticket,
            given=given.get(revision_id, {}),
            gold=gold.get(session_part_id, {}) if revision_id is not None else {},
        )
        for part, assignment, ticket, revision_id, session_part_id in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed:
    """One shadowed review with its two people."""

    row: ShadowedReview
    assignment: Assignment
    ticket: Ticket
    newcomer: User
    shadow: User
    certification: Certification


def _shadowed(
    *conditions: ColumnElement[bool],
) -> Select[ShadowedReview, Assignment, Ticket, User, User, Certification]:
    newcomer, shadow = aliased(User), aliased(User)
    return (
        select(ShadowedReview, Assignment, Ticket, newcomer, shadow, Certification)
        .join(Assignment, Assignment.id == ShadowedReview.assignment_id)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(Certification, Certification.id == ShadowedReview.certification_id)
        .join(newcomer, newcomer.id == Certification.user_id)
        .join(shadow, shadow.id == ShadowedReview.shadow_id)
        .where(*conditions)
        .order_by(ShadowedReview.id)
    )


def shadowed_of(session: Session, certification_id: int) -> list[Shadowed]:
    rows = session.execute(_shadowed(ShadowedReview.certification_id == certification_id))
    return [_as_shadowed(row) for row in rows]


def waiting_for(session: Session, actor: Actor) -> list[Shadowed]:
    """What somebody is asked to look at: sent by the newcomer and not judged yet."""
    rows = session.execute(
        _shadowed(
            ShadowedReview.shadow_id == actor.user_id,
            Ticket.data_region.in_(sorted(actor.regions)),
            ShadowedReview.verdict.is_(None),
            Assignment.state == "submitted",
            Certification.state == "shadowed",
        )
    )
    return [_as_shadowed(row) for row in rows]


def get_shadowed_for(session: Session, actor: Actor, shadowed_id: int) -> Shadowed:
    """A sent review that this person is asked to look at, or any to whoever settles certifications."""
    conditions = [
        ShadowedReview.id == shadowed_id,
        Assignment.state == "submitted",
        Certification.programme_id == actor.programme_id,
        Certification.user_id != actor.user_id,
        Ticket.data_region.in_(sorted(actor.regions)),
    ]
    if not actor.may(Permission.CERTIFICATION_SETTLE, Scope.ALL):
        conditions.append(ShadowedReview.shadow_id == actor.user_id)
    row = session.execute(_shadowed(*conditions)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such review for you to look at.")
    return _as_shadowed(row)


def _as_shadowed(row: tuple[ShadowedReview, Assignment, Ticket, User, User, Certification]) -> Shadowed:
    shadowed, assignment, ticket, newcomer, shadow, certification = row
    return Shadowed(
        row=shadowed,
        assignment=assignment,
        ticket=ticket,
        newcomer=newcomer,
        shadow=shadow,
        certification=certification,
    )


def first_answers(session: Session, found: Shadowed) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The newcomer's and the certified person's first answers to one part, by criterion, in one statement."""
    sides: tuple[dict[str, Answer], dict[str, Answer]] = ({}, {})
    for assignment_id, answer in session.execute(
        select(Review.assignment_id, Answer)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(Answer, Answer.revision_id == ReviewRevision.id)
        .where(or_(Review.assignment_id == found.assignment.id, Review.id == found.row.beside_id))
        .order_by(Review.id, Answer.id)
    ):
        sides[0 if assignment_id == found.assignment.id else 1][answer.criterion_key] = answer
    return sides


def last_scored(
    session: Session, family_ids: Sequence[int], user_ids: Sequence[int]
) -> dict[tuple[int, int], dt.datetime]:
    """When each person last sent a score by each family."""
    return {
        (user_id, family_id): at
        for user_id, family_id, at in session.execute(
            select(Review.reviewer_id, RubricVersion.family_id, func.max(Review.submitted_at))
            .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
            .join(RubricVersion, RubricVersion.id == ReviewRevision.rubric_version_id)
            .where(
                Review.reviewer_id.in_(user_ids),
                RubricVersion.family_id.in_(family_ids),
                Review.purpose.in_(SCORED),
                Review.state == "submitted",
            )
            .group_by(Review.reviewer_id, RubricVersion.family_id)
        )
        if at is not None
    }
