"""Changing coaching: drawing up a plan, its actions, acknowledging and closing it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.coaching.figures import CriterionGap
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices

LONGEST_ACTION, LONGEST_NOTES = 500, 2_000
STALE = "This plan was changed in another window. Load the page again and look at what is new."


def draw_up(
    session: Session,
    specialist_id: int,
    focus: Sequence[CriterionGap],
    *,
    title: str,
    by: int,
    today: dt.date,
    now: dt.datetime,
) -> CoachingPlan:
    """A plan with the focus areas as its goals, each with where it stood; one active plan a person."""
    active = session.scalar(
        select(CoachingPlan.id).where(CoachingPlan.specialist_id == specialist_id, CoachingPlan.state == "active")
    )
    if active is not None:
        raise ConflictError("There is an active plan already. Close it before you draw up the next.")
    plan = CoachingPlan(
        specialist_id=specialist_id, lead_id=by, title=title.strip()[:200], starts_on=today, created_at=now
    )
    session.add(plan)
    session.flush()
    for position, gap in enumerate(focus, start=1):
        session.add(new_goal(plan.id, gap, position=position))
    session.flush()
    notices.notify(
        session, [specialist_id], kind="plan_opened", object_type="coaching_plan", object_id=plan.id, now=now
    )
    audit.record(
        session,
        action="coaching.plan",
        object_type="coaching_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
        detail={"specialist": specialist_id, "goals": [gap.criterion.key for gap in focus]},
    )
    session.flush()
    return plan


def new_goal(plan_id: int, gap: CriterionGap, *, position: int) -> CoachingGoal:
    """A criterion to work on, with where it stands now."""
    interval = gap.own.interval
    return CoachingGoal(
        plan_id=plan_id,
        family_key=gap.criterion.family,
        criterion_key=gap.criterion.key,
        baseline=gap.own.estimate,
        baseline_low=interval.low if interval else None,
        baseline_high=interval.high if interval else None,
        baseline_n=gap.own.n,
        target=gap.others.estimate,
        position=position,
    )


def advance(session: Session, plan: CoachingPlan, version: int) -> None:
    """Claim the plan's next version; ConflictError when somebody else was faster, or the plan is closed."""
    moved = session.execute(
        update(CoachingPlan)
        .where(CoachingPlan.id == plan.id, CoachingPlan.lock_version == version, CoachingPlan.state == "active")
        .values(lock_version=CoachingPlan.lock_version + 1)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError(STALE)
    session.refresh(plan)


def add_action(
    session: Session,
    plan: CoachingPlan,
    *,
    text: str,
    owner_id: int,
    due_on: dt.date,
    goal_id: int | None,
    version: int,
    by: int,
    now: dt.datetime,
    notes: str = "",
) -> CoachingAction:
    """Something that somebody does until a day."""
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_ACTION:
        raise InvalidInputError(f"Say what is to be done, in at most {LONGEST_ACTION} characters.", {"text": "missing"})
    if owner_id not in {plan.specialist_id, plan.lead_id, by}:
        raise InvalidInputError("An action belongs to the specialist or the lead.", {"owner": "unknown"})
    advance(session, plan, version)
    action = CoachingAction(
        plan_id=plan.id,
        goal_id=goal_id,
        text=text,
        notes=" ".join(notes.split())[:LONGEST_NOTES],
        owner_id=owner_id,
        due_on=due_on,
        created_at=now,
    )
    session.add(action)
    session.flush()
    if owner_id != by:
        notices.notify(session, [owner_id], kind="action_due", object_type="coaching_plan", object_id=plan.id, now=now)
    audit.record(
        session,
        action="coaching.action",
        object_type="coaching_action",
        object_id=action.id,
        actor_id=by,
        now=now,
        detail={"plan": plan.id, "due": due_on.isoformat()},
    )
    session.flush()
    return action


def end_action(
    session: Session, plan: CoachingPlan, action: CoachingAction, *, state: str, by: int, now: dt.datetime
) -> None:
    """An action is done, dropped, or open again."""
    if state not in {"open", "done", "dropped"}:
        raise InvalidInputError("An action is open, done or dropped.", {"state": "unknown"})
    if plan.state != "active":
        raise ConflictError("The plan is closed; its actions no longer change.")
    action.state = state
    action.ended_at = None if state == "open" else now
    session.flush()
    audit.record(
        session,
        action=f"coaching.action_{state}",
        object_type="coaching_action",
        object_id=action.id,
        actor_id=by,
        now=now,
    )
    session.flush()


def acknowledge(session: Session, plan: CoachingPlan, *, by: int, now: dt.datetime) -> None:
    """The specialist has read the plan; a second time changes nothing."""
    if plan.acknowledged_at is not None:
        return
    plan.acknowledged_at = now
    notices.mark_read(session, by, "coaching_plan", plan.id, now=now)
    audit.record(
        session,
        action="coaching.acknowledge",
        object_type="coaching_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
    )
    session.flush()


def close(session: Session, plan: CoachingPlan, *, version: int, by: int, now: dt.datetime) -> None:
    """End a plan; what is still open in it is dropped."""
    advance(session, plan, version)
    plan.state = "closed"
    plan.closed_at = now
    session.execute(
        update(CoachingAction)
        .where(CoachingAction.plan_id == plan.id, CoachingAction.state == "open")
        .values(state="dropped", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    audit.record(session, action="coaching.close", object_type="coaching_plan", object_id=plan.id, actor_id=by, now=now)
    session.flush()
