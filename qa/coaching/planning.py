"""Changing what a plan works on: its goals, and what is to be read for it."""

import datetime as dt

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from qa.coaching import wording
from qa.coaching.figures import CriterionGap
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan, CoachingResource
from qa.coaching.service import advance_plan, new_goal
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.rubric_library.models import Procedure


def add_goal(
    session: Session, plan: CoachingPlan, gap: CriterionGap, *, version: int, by: int, now: dt.datetime
) -> CoachingGoal:
    """Work on one more criterion, from where it stands now."""
    have = session.scalar(
        select(CoachingGoal.id).where(CoachingGoal.plan_id == plan.id, CoachingGoal.criterion_key == gap.criterion.key)
    )
    if have is not None:
        raise ConflictError("The plan works on this criterion already.")
    advance_plan(session, plan, version)
    last = session.scalar(select(func.max(CoachingGoal.position)).where(CoachingGoal.plan_id == plan.id)) or 0
    goal = new_goal(plan.id, gap, position=last + 1)
    session.add(goal)
    session.flush()
    _record(session, plan, "goal_add", {"goal": goal.id, "criterion": goal.criterion_key}, by, now)
    return goal


def edit_goal(
    session: Session,
    plan: CoachingPlan,
    goal: CoachingGoal,
    *,
    focus: str,
    target: float | None,
    due_on: dt.date | None,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """What to work on, how far and until when; where it stood stays."""
    if target is not None and not 0 <= target <= 100:
        raise InvalidInputError("A target lies from 0 to 100 % of the points.", {"target": "0 to 100"})
    said = wording.text(focus, field="focus")
    advance_plan(session, plan, version)
    goal.focus, goal.target, goal.due_on = said, target, due_on
    session.flush()
    _record(session, plan, "goal_edit", {"goal": goal.id, "target": target}, by, now)


def remove_goal(
    session: Session, plan: CoachingPlan, goal: CoachingGoal, *, version: int, by: int, now: dt.datetime
) -> None:
    """Work on it no more; its actions stay, for the plan as a whole."""
    advance_plan(session, plan, version)
    session.execute(
        update(CoachingAction)
        .where(CoachingAction.goal_id == goal.id)
        .values(goal_id=None)
        .execution_options(synchronize_session=False)
    )
    detail = {"goal": goal.id, "criterion": goal.criterion_key, "baseline": goal.baseline, "target": goal.target}
    session.execute(delete(CoachingGoal).where(CoachingGoal.id == goal.id))
    _record(session, plan, "goal_remove", detail, by, now)


def add_resource(
    session: Session,
    plan: CoachingPlan,
    *,
    title: str,
    url: str,
    procedure_id: int | None,
    version: int,
    by: int,
    now: dt.datetime,
) -> CoachingResource:
    """Something to read: a link, or a procedure of the programme."""
    procedure = session.get(Procedure, procedure_id) if procedure_id is not None else None
    if procedure_id is not None and procedure is None:
        raise InvalidInputError("There is no such SOP.", {"procedure": "unknown"})
    link = "" if procedure else wording.address(url)
    if not link and procedure is None:
        raise InvalidInputError("Give a link, or choose an SOP.", {"url": "missing"})
    said = wording.line(
        title or (procedure.name if procedure else ""), field="title", missing="Give the link a title.", most=200
    )
    advance_plan(session, plan, version)
    resource = CoachingResource(
        plan_id=plan.id,
        title=said,
        url=link,
        procedure_id=procedure.id if procedure else None,
        created_at=now,
        created_by_id=by,
    )
    session.add(resource)
    session.flush()
    _record(session, plan, "resource_add", {"resource": resource.id}, by, now)
    return resource


def remove_resource(
    session: Session, plan: CoachingPlan, resource: CoachingResource, *, version: int, by: int, now: dt.datetime
) -> None:
    advance_plan(session, plan, version)
    session.delete(resource)
    session.flush()
    _record(session, plan, "resource_remove", {"resource": resource.id}, by, now)


def _record(
    session: Session, plan: CoachingPlan, what: str, detail: dict[str, object], by: int, now: dt.datetime
) -> None:
    audit.record(
        session,
        action=f"coaching.{what}",
        object_type="coaching_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
        detail=detail,
    )
    session.flush()
