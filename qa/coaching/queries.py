"""Reading coaching: who may be coached by whom, the reviews it rests on, plans with their goals and actions."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

import rubrics
from qa.coaching.figures import Criterion, Reviewed
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan, CoachingResource
from qa.core.access import Actor, Permission, Role, Scope
from qa.core.errors import NotFoundError
from qa.people.models import Membership, RoleGrant, Team, User
from qa.people.queries import in_force
from qa.reviews import measuring
from qa.reviews import queries as review_queries
from qa.reviews import rules as review_rules
from qa.reviews.measured import Measured, measure, settled
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket

CHUNK = 500  # ids in one statement
PRAISE_WINDOW = dt.timedelta(weeks=13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """A specialist with the team they belong to today."""

    user: User
    team: Team | None

    @property
    def team_today(self) -> Team:
        """The team; NotFoundError where there is none to compare with."""
        if self.team is None:
            raise NotFoundError("This specialist belongs to no team today, so there is nothing to compare with.")
        return self.team


def specialists_for(session: Session, actor: Actor, *, today: dt.date) -> list[Coached]:
    """The specialists whose coaching this person may see, by team and name."""
    holds = select(RoleGrant.user_id).where(
        RoleGrant.role == Role.SPECIALIST, in_force(RoleGrant.valid_from, RoleGrant.valid_to, today)
    )
    found = (
        select(User, Team)
        .outerjoin(
            Membership,
            (Membership.user_id == User.id)
            & (Membership.kind == "member")
            & in_force(Membership.valid_from, Membership.valid_to, today),
        )
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(User.programme_id == actor.programme_id, User.active, User.id.in_(holds))
        .order_by(Team.name, User.name, User.id)
    )
    if actor.may(Permission.COACHING_VIEW, Scope.ALL):
        pass
    elif actor.may(Permission.COACHING_VIEW, Scope.TEAM):
        found = found.where(Team.id.in_(actor.led_team_ids) | (User.id == actor.user_id))
    else:
        found = found.where(User.id == actor.user_id)
    return [Coached(user=user, team=team) for user, team in session.execute(found)]


def get_specialist_for(session: Session, actor: Actor, user_id: int, *, today: dt.date) -> Coached:
    """A specialist whose coaching this person may see."""
    for coached in specialists_for(session, actor, today=today):
        if coached.user.id == user_id:
            return coached
    raise NotFoundError("There is no such specialist, or their coaching is not yours to see.")


def may_edit(actor: Actor, coached: Coached) -> bool:
    """Whether this person draws up plans for the specialist: the own lead or a QA lead, never the specialist."""
    if coached.user.id == actor.user_id:
        return False
    if actor.may(Permission.COACHING_EDIT, Scope.ALL):
        return True
    return (
        actor.may(Permission.COACHING_EDIT, Scope.TEAM)
        and coached.team is not None
        and coached.team.id in actor.led_team_ids
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The programme's window over some weeks, the team's reviews by criterion, and the rubrics they were made with."""

    measured: Measured
    reviews: Sequence[Reviewed]
    criteria: Sequence[Criterion]
    versions: dict[int, rubrics.RubricVersion]


def readable_about(people: Collection[int], reader: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Reviews for figures about these people: theirs and one's own that one may read, and everybody else's.

    So no figure about somebody gives away a review that is sealed, or not released, or that its reader still has to
    score; what everybody else's reviews add together tells of none of them.
    """
    about = {*people, reader.user_id}
    others = HandledPart.specialist_id.is_(None) | HandledPart.specialist_id.not_in(sorted(about))
    return review_queries.readable_or(others, reader, now)


def window_of(
    session: Session, programme_id: int, *, since: dt.date, until: dt.date, readable: ColumnElement[bool]
) -> Measured:
    """The programme's reviews of weeks that may be spoken of, with what they stand for; ``readable`` ones alone."""
    where = [HandledPart.programme_id == programme_id]
    return measure(
        *settled(
            measuring.reviewed(session, [*where, readable], since=since, until=until),
            measuring.framed(session, where, since=since, until=until),
            measuring.drawn(session, where, since=since, until=until),
        )
    )


def team_evidence(session: Session, team: Team, measured: Measured) -> Evidence:
    """Routine, submitted reviews of parts that the team resolved, in a bounded number of statements.

    Figures come from the whole programme's window (``window_of``); what each criterion got is read for the team alone.
    """
    ids = [row.review_id for row in measured.reviews if row.team == team.name]
    rows = [
        (review_id, specialist_id, revision_id, version_id)
        for start in range(0, len(ids), CHUNK)
        for review_id, specialist_id, revision_id, version_id in session.execute(
            select(Review.id, HandledPart.specialist_id, ReviewRevision.id, ReviewRevision.rubric_version_id)
            .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
            .join(HandledPart, HandledPart.id == Review.part_id)
            .where(Review.id.in_(ids[start : start + CHUNK]))
            .order_by(Review.id)
        )
    ]
    versions = rubrics_of(session, {row[3] for row in rows})
    answers = review_queries.answers_of_many(session, [row[2] for row in rows])
    reviews = []
    for review_id, specialist_id, revision_id, version_id in rows:
        version = versions[version_id]
        given = review_rules.state_of(answers.get(revision_id, []))
        shares = {
            key: float(share)
            for key, answer in given.items()
            if (share := rubrics.criterion_fraction(version.criterion(key), answer)) is not None
        }
        reviews.append(Reviewed(review_id=review_id, specialist_id=specialist_id or 0, criteria=shares))
    return Evidence(measured=measured, reviews=reviews, criteria=_criteria(versions), versions=versions)


def _criteria(versions: dict[int, rubrics.RubricVersion]) -> list[Criterion]:
    """Every criterion asked, under its newest name, in rubric order."""
    newest = sorted(versions.values(), key=lambda version: (version.key, -version.major, -version.minor))
    seen: dict[str, Criterion] = {}
    for version in newest:
        for criterion in version.criteria:
            seen.setdefault(criterion.key, Criterion(key=criterion.key, name=criterion.name, family=version.key))
    return list(seen.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """One review as a coach reads it."""

    review_id: int
    external_id: str
    subject: str
    queue: str
    week: dt.date
    resolved_at: dt.datetime
    submitted_at: dt.datetime
    score: float | None
    outcome: str
    failed_criticals: Sequence[str]
    inclusion_probability: float
    revision_id: int
    conversation_revision_id: int
    rubric_version_id: int
    ticket_id: int
    content_severity: int
    data_region: str


def review_lines(
    session: Session, actor: Actor, specialist_id: int, *, since: dt.date, now: dt.datetime
) -> list[ReviewLine]:
    """The drawn reviews of a specialist that this person may read, newest first."""
    rows = session.execute(
        select(
            Review,
            ReviewRevision,
            Ticket,
            HandledPart.resolved_at,
            Period.starts_on,
            DrawnUnit.inclusion_probability,
        )
        .select_from(Review)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .where(
            HandledPart.specialist_id == specialist_id,
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            Period.starts_on >= since,
            review_queries.visible_to(actor, now),
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
    )
    return [
        ReviewLine(
            review_id=review.id,
            external_id=ticket.external_id,
            subject=ticket.subject,
            queue=ticket.queue,
            week=week,
            resolved_at=resolved_at,
            submitted_at=review.submitted_at or review.created_at,
            score=revision.score,
            outcome=revision.outcome or "not_scored",
            failed_criticals=revision.failed_criticals,
            inclusion_probability=probability,
            revision_id=revision.id,
            conversation_revision_id=revision.conversation_revision_id,
            rubric_version_id=revision.rubric_version_id,
            ticket_id=ticket.id,
            content_severity=ticket.content_severity,
            data_region=ticket.data_region,
        )
        for review, revision, ticket, resolved_at, week, probability in rows
    ]


def get_plan_for(session: Session, actor: Actor, plan_id: int, *, today: dt.date) -> tuple[CoachingPlan, Coached]:
    """A plan of somebody whose coaching this person may see."""
    plan = session.get(CoachingPlan, plan_id)
    if plan is None:
        raise NotFoundError("There is no such plan.")
    return plan, get_specialist_for(session, actor, plan.specialist_id, today=today)


def get_edited_plan_for(
    session: Session, actor: Actor, plan_id: int, *, today: dt.date
) -> tuple[CoachingPlan, Coached]:
    """A plan this person may change."""
    plan, coached = get_plan_for(session, actor, plan_id, today=today)
    if not may_edit(actor, coached):
        raise NotFoundError("This plan is not yours to change.")
    return plan, coached


PART_WORDS: Mapping[type, str] = {CoachingGoal: "goal", CoachingAction: "action", CoachingResource: "link"}
Part = TypeVar("Part", CoachingGoal, CoachingAction, CoachingResource)


def get_part_of(session: Session, plan_id: int, kind: type[Part], part_id: int) -> Part:
    """A goal, action or link of this plan; another plan's is not there."""
    part = session.get(kind, part_id)
    if part is None or part.plan_id != plan_id:
        raise NotFoundError(f"There is no such {PART_WORDS[kind]} in this plan.")
    return part


def with_active_plan(session: Session, user_ids: Collection[int]) -> set[int]:
    """Who of these people has a plan under way."""
    return set(
        session.scalars(
            select(CoachingPlan.specialist_id).where(
                CoachingPlan.specialist_id.in_(user_ids), CoachingPlan.state == "active"
            )
        )
    )


def resources_of(session: Session, plan_id: int) -> Sequence[CoachingResource]:
    return session.scalars(
        select(CoachingResource).where(CoachingResource.plan_id == plan_id).order_by(CoachingResource.id)
    ).all()


def goals_of(session: Session, plan_id: int) -> Sequence[CoachingGoal]:
    return session.scalars(
        select(CoachingGoal).where(CoachingGoal.plan_id == plan_id).order_by(CoachingGoal.position, CoachingGoal.id)
    ).all()


def targets_of(session: Session, specialist_id: int) -> dict[str, float]:
    """What the person's active plan aims at, by criterion, in percent of its points."""
    return {
        key: target
        for key, target in session.execute(
            select(CoachingGoal.criterion_key, CoachingGoal.target)
            .join(CoachingPlan, CoachingPlan.id == CoachingGoal.plan_id)
            .where(
                CoachingPlan.specialist_id == specialist_id,
                CoachingPlan.state == "active",
                CoachingGoal.target.is_not(None),
            )
            .order_by(CoachingGoal.id)
        )
        if target is not None
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    action: CoachingAction
    owner: str


def actions_of(session: Session, plan_id: int) -> list[ActionRow]:
    rows = session.execute(
        select(CoachingAction, User.name)
        .join(User, User.id == CoachingAction.owner_id)
        .where(CoachingAction.plan_id == plan_id)
        .order_by(CoachingAction.state.desc(), CoachingAction.due_on, CoachingAction.id)
    )
    return [ActionRow(action=action, owner=name) for action, name in rows]


def plans_of(session: Session, specialist_id: int) -> Sequence[CoachingPlan]:
    """All plans of a specialist, the active one first."""
    return session.scalars(
        select(CoachingPlan)
        .where(CoachingPlan.specialist_id == specialist_id)
        .order_by(CoachingPlan.state, CoachingPlan.starts_on.desc(), CoachingPlan.id.desc())
    ).all()


def lead_of(session: Session, team_id: int, today: dt.date) -> User | None:
    """Who leads a team today."""
    return session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.team_id == team_id,
            Membership.kind == "lead",
            in_force(Membership.valid_from, Membership.valid_to, today),
        )
        .order_by(Membership.valid_from, User.id)
        .limit(1)
    )
