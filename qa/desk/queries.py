"""What each desk lists: small reads over every room, each bounded."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import CalibrationSession, SessionParticipant
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan
from qa.core import audit
from qa.core.access import Actor
from qa.core.audit import AuditEvent, AuditSeal
from qa.core.clock import local_day, monday_of
from qa.core.jobs import Job, JobState
from qa.notices.models import Notice
from qa.people.models import AgentIdentity, Membership, OneTimeLink, Source, User
from qa.people.queries import in_force
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.queries import TO_DO
from qa.sampling.models import Assignment, Draw, Period
from qa.tickets.models import HandledPart, IntakeRun, Ticket
from qa.tickets.queries import within_clearance

SEALED_WITHIN = dt.timedelta(minutes=5)
RECENT = dt.timedelta(days=7)  # how long a failed job stays on the admin's desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A reviewer's queue in numbers."""

    open: int
    overdue: int
    due_today: int
    done_this_week: int


def workload(session: Session, actor: Actor, *, today: dt.date, since: dt.datetime) -> Workload:
    """What the queue holds, and what was done of it."""
    waits = and_(Assignment.state == "open", within_clearance(actor))
    row = session.execute(
        select(
            func.count().filter(waits),
            func.count().filter(waits, Assignment.due_on < today),
            func.count().filter(waits, Assignment.due_on == today),
            func.count().filter(Review.state == "submitted", Review.submitted_at >= since),
        )
        .select_from(Assignment)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.reviewer_id == actor.user_id, TO_DO)
    ).one()
    return Workload(open=row[0], overdue=row[1], due_today=row[2], done_this_week=row[3])


def sessions_waiting(session: Session, actor: Actor) -> Sequence[CalibrationSession]:
    """Sessions that this person sits in or leads and that are not closed, soonest first."""
    mine = select(SessionParticipant.session_id).where(SessionParticipant.user_id == actor.user_id)
    return session.scalars(
        select(CalibrationSession)
        .where(
            CalibrationSession.state != "closed",
            CalibrationSession.id.in_(mine) | (CalibrationSession.facilitator_id == actor.user_id),
        )
        .order_by(CalibrationSession.due_on, CalibrationSession.id)
        .limit(10)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAction:
    action: CoachingAction
    plan: CoachingPlan
    specialist: str


def actions_due(session: Session, user_id: int, *, until: dt.date, limit: int = 12) -> list[DueAction]:
    """Open coaching actions of this person that are due by a day, soonest first."""
    rows = session.execute(
        select(CoachingAction, CoachingPlan, User.name)
        .join(CoachingPlan, CoachingPlan.id == CoachingAction.plan_id)
        .join(User, User.id == CoachingPlan.specialist_id)
        .where(CoachingAction.owner_id == user_id, CoachingAction.state == "open", CoachingAction.due_on <= until)
        .order_by(CoachingAction.due_on, CoachingAction.id)
        .limit(limit)
    )
    return [DueAction(action=action, plan=plan, specialist=name) for action, plan, name in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlan:
    """A specialist's active plan: what to work on, and what is still open of it."""

    plan: CoachingPlan
    goals: Sequence[CoachingGoal]
    open_actions: int
    next_due: dt.date | None


def own_plan(session: Session, user_id: int) -> OwnPlan | None:
    """The newest active plan of this specialist."""
    plan = session.scalar(
        select(CoachingPlan)
        .where(CoachingPlan.specialist_id == user_id, CoachingPlan.state == "active")
        .order_by(CoachingPlan.starts_on.desc(), CoachingPlan.id.desc())
        .limit(1)
    )
    if plan is None:
        return None
    goals = session.scalars(
        select(CoachingGoal).where(CoachingGoal.plan_id == plan.id).order_by(CoachingGoal.position, CoachingGoal.id)
    ).all()
    count, soonest = session.execute(
        select(func.count(), func.min(CoachingAction.due_on)).where(
            CoachingAction.plan_id == plan.id, CoachingAction.state == "open"
        )
    ).one()
    return OwnPlan(plan=plan, goals=goals, open_actions=count, next_due=soonest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    review: Review
    revision: ReviewRevision
    ticket: Ticket


def unread_reviews(session: Session, actor: Actor, *, now: dt.datetime, limit: int = 10) -> list[Released]:
    """Released reviews of one's own work that are not acknowledged yet, newest first."""
    rows = session.execute(
        select(Review, ReviewRevision, Ticket)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            HandledPart.specialist_id == actor.user_id,
            Ticket.data_region.in_(sorted(actor.regions)),
            Review.state == "submitted",
            Review.released_at <= now,
            Review.acknowledged_at.is_(None),
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(limit)
    )
    return [Released(review=review, revision=revision, ticket=ticket) for review, revision, ticket in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember:
    """A specialist on a lead's desk: what is released, what waits to be read. No ranking."""

    user: User
    reviews: int
    critical: int
    unread: int
    plan_id: int | None


def team_members(session: Session, actor: Actor, *, today: dt.date, since: dt.datetime) -> list[TeamMember]:
    """The people of the teams this person leads, by name, over the weeks since a moment."""
    people = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.team_id.in_(actor.led_team_ids),
            Membership.kind == "member",
            User.active,
            in_force(Membership.valid_from, Membership.valid_to, today),
        )
        .order_by(User.name, User.id)
    ).all()
    ids = [person.id for person in people]
    counts = {
        user_id: (n, critical, unread)
        for user_id, n, critical, unread in session.execute(
            select(
                HandledPart.specialist_id,
                func.count(),
                func.count().filter(ReviewRevision.outcome == "failed_critical"),
                func.count().filter(Review.acknowledged_at.is_(None)),
            )
            .select_from(Review)
            .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
            .join(HandledPart, HandledPart.id == Review.part_id)
            .where(
                HandledPart.specialist_id.in_(ids),
                Review.state == "submitted",
                Review.purpose == "routine",
                Review.submitted_at >= since,
            )
            .group_by(HandledPart.specialist_id)
        )
    }
    plans = dict(
        session.execute(
            select(CoachingPlan.specialist_id, func.max(CoachingPlan.id))
            .where(CoachingPlan.specialist_id.in_(ids), CoachingPlan.state == "active")
            .group_by(CoachingPlan.specialist_id)
        ).all()
    )
    return [
        TeamMember(
            user=person,
            reviews=counts.get(person.id, (0, 0, 0))[0],
            critical=counts.get(person.id, (0, 0, 0))[1],
            unread=counts.get(person.id, (0, 0, 0))[2],
            plan_id=plans.get(person.id),
        )
        for person in people
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingState:
    """What the QA lead has to decide about sampling."""

    undrawn: Sequence[dt.date]  # Mondays of weeks that are over and not drawn, since the first part was resolved
    overdue: int
    open: int
    unassigned: int


def sampling_state(session: Session, actor: Actor, *, today: dt.date, zone: ZoneInfo, weeks: int = 4) -> SamplingState:
    resolved = select(func.min(HandledPart.resolved_at)).where(HandledPart.programme_id == actor.programme_id)
    begun = session.scalar(resolved)
    first = monday_of(local_day(begun, zone)) if begun is not None else today
    over = (monday_of(today) - dt.timedelta(weeks=back) for back in range(1, weeks + 1))
    mondays = [monday for monday in over if monday >= first]
    drawn = set(
        session.scalars(
            select(Period.starts_on)
            .join(Draw, Draw.period_id == Period.id)
            .where(
                Period.programme_id == actor.programme_id,
                Period.starts_on.in_(mondays),
                Draw.drawn_at.is_not(None),
            )
        )
    )
    row = session.execute(
        select(
            func.count().filter(Assignment.state == "open", Assignment.due_on < today),
            func.count().filter(Assignment.state == "open"),
        )
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .where(HandledPart.programme_id == actor.programme_id, TO_DO)
    ).one()
    unassigned = session.scalar(
        select(func.count())
        .select_from(Notice)
        .where(Notice.user_id == actor.user_id, Notice.kind == "part_unassigned", Notice.read_at.is_(None))
    )
    return SamplingState(
        undrawn=[monday for monday in mondays if monday not in drawn],
        overdue=row[0],
        open=row[1],
        unassigned=unassigned or 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeState:
    """Whether the programme itself keeps its own dates: counts over everybody, never one person."""

    sessions_open: int
    sessions_overdue: int
    plans: int
    actions_open: int
    actions_overdue: int


def programme_state(session: Session, actor: Actor, *, today: dt.date) -> ProgrammeState:
    sessions = session.execute(
        select(func.count(), func.count().filter(CalibrationSession.due_on < today)).where(
            CalibrationSession.programme_id == actor.programme_id, CalibrationSession.state != "closed"
        )
    ).one()
    coaching = session.execute(
        select(
            func.count(func.distinct(CoachingPlan.id)),
            func.count(CoachingAction.id),
            func.count(CoachingAction.id).filter(CoachingAction.due_on < today),
        )
        .select_from(CoachingPlan)
        .join(User, User.id == CoachingPlan.specialist_id)
        .outerjoin(CoachingAction, (CoachingAction.plan_id == CoachingPlan.id) & (CoachingAction.state == "open"))
        .where(User.programme_id == actor.programme_id, CoachingPlan.state == "active")
    ).one()
    return ProgrammeState(
        sessions_open=sessions[0],
        sessions_overdue=sessions[1],
        plans=coaching[0],
        actions_open=coaching[1],
        actions_overdue=coaching[2],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminState:
    """What the admin has to look at."""

    newest_run: IntakeRun | None
    rejected: int
    unmatched: int
    uninvited: int
    invitations_ended: int  # links that were made, never used, and no longer work
    jobs_failed: int
    sealer_late: bool  # the newest event of the audit trail waits to be chained for longer than a runner takes


def admin_state(session: Session, actor: Actor, *, now: dt.datetime) -> AdminState:
    run = session.scalar(
        select(IntakeRun)
        .where(IntakeRun.programme_id == actor.programme_id)
        .order_by(IntakeRun.started_at.desc(), IntakeRun.id.desc())
        .limit(1)
    )
    unmatched = session.scalar(
        select(func.count())
        .select_from(AgentIdentity)
        .join(Source, Source.id == AgentIdentity.source_id)
        .where(Source.programme_id == actor.programme_id, AgentIdentity.user_id.is_(None), ~AgentIdentity.is_bot)
    )
    waiting = select(OneTimeLink.user_id).where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
    ended = select(OneTimeLink.user_id).where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at <= now)
    locked_out, invited_in_vain = session.execute(
        select(func.count(), func.count().filter(User.id.in_(ended))).where(
            User.programme_id == actor.programme_id,
            User.active,
            User.password_hash.is_(None),
            User.id.not_in(waiting),
        )
    ).one()
    waiting_since = audit.waits_since(session)
    failed = session.scalar(
        select(func.count()).select_from(Job).where(Job.state == JobState.FAILED, Job.finished_at >= now - RECENT)
    )
    rejected = sum(
        int(counts.get("rejected", 0)) for counts in (run.counts.values() if run else ()) if isinstance(counts, dict)
    )
    return AdminState(
        newest_run=run,
        rejected=rejected,
        unmatched=unmatched or 0,
        uninvited=locked_out,
        invitations_ended=invited_in_vain,
        jobs_failed=failed or 0,
        sealer_late=waiting_since is not None and waiting_since < now - SEALED_WITHIN,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One event of the trail with who did it and whether it is sealed."""

    event: AuditEvent
    actor: str | None
    seq: int | None


def audit_trail(
    session: Session, actor: Actor, *, action: str = "", before: int | None = None, limit: int = 50
) -> list[AuditRow]:
    """The trail, newest first; a QA lead sees what belongs to quality, an admin everything."""
    found = (
        select(AuditEvent, User.name, AuditSeal.seq)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    if not sees_everything(actor):
        found = found.where(AuditEvent.action.not_like("session.%"), AuditEvent.action.not_like("person.%"))
    if action:
        found = found.where(AuditEvent.action == action)
    if before is not None:
        found = found.where(AuditEvent.id < before)
    return [AuditRow(event=event, actor=name, seq=seq) for event, name, seq in session.execute(found)]


def sees_everything(actor: Actor) -> bool:
    """Whether the trail of sign-ins and accounts is this person's to see."""
    return any(role.value == "admin" for role in actor.roles)


def actions_of_trail(session: Session) -> Sequence[str]:
    return session.scalars(select(AuditEvent.action).distinct().order_by(AuditEvent.action)).all()
