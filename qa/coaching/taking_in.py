"""Taking a handed-back workbook into a plan: all its changes in one transaction."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import service
from qa.coaching.figures import CriterionGap
from qa.coaching.library.models import Training, TrainingRecord
from qa.coaching.library.service import record_training
from qa.coaching.merging import Change, FieldChange, origin_of
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan
from qa.core import audit
from qa.core.errors import NotFoundError
from qa.notices import service as notices

Choice = tuple[str, str]  # the row's id and the field


def was_exported(session: Session, specialist_id: int, *, document_id: str, record: str, at: dt.datetime) -> bool:
    """Whether the trail knows this very workbook, with what it says it held, as exported for this person."""
    events = session.scalars(
        select(audit.AuditEvent).where(
            audit.AuditEvent.object_type == "person",
            audit.AuditEvent.object_id == str(specialist_id),
            audit.AuditEvent.action == "export.coaching",
            audit.AuditEvent.at == at,
        )
    )
    return any(
        (event.detail or {}).get("document") == document_id and event.detail.get("record") == record for event in events
    )


def take_in(
    session: Session,
    plan: CoachingPlan,
    changes: Sequence[Change],
    *,
    document_id: str,
    theirs: Collection[Choice],
    gaps: Mapping[str, CriterionGap],
    owners: Mapping[str, int],
    version: int,
    by: int,
    now: dt.datetime,
) -> int:
    """Make the changes; of a conflict only what is in ``theirs``. Gives how many rows changed the plan.

    ``version`` is the plan's when the changes were shown: whoever was faster since is not written over.
    """
    service.advance_plan(session, plan, version)
    goals = {
        goal.criterion_key: goal
        for goal in session.scalars(select(CoachingGoal).where(CoachingGoal.plan_id == plan.id))
    }
    done: list[dict[str, object]] = []
    asked: set[int] = set()
    for change in changes:
        fields = [each for each in change.fields if not each.conflict or (change.row_id, each.field) in theirs]
        if not fields:
            continue
        if change.kind == "goal":
            goal = _goal(session, plan, goals, gaps, change.criterion_key)
            if goal is not None:
                _aim(goal, fields)
        elif change.kind == "add":
            goal = _goal(session, plan, goals, gaps, change.criterion_key)
            owner = owners[change.value("owner")]
            action = CoachingAction(
                plan_id=plan.id,
                goal_id=goal.id if goal else None,
                text=change.value("action"),
                notes=change.value("notes"),
                origin=origin_of(document_id, change.row_id),
                owner_id=owner,
                due_on=dt.date.fromisoformat(change.value("due")),
                created_at=now,
            )
            _set_state(action, change.value("status") or "open", now)
            session.add(action)
            asked.add(owner)
        else:
            _edit(session, plan, change, fields, owners, asked, by, now)
        done.append({"row": change.row_id, "fields": [each.field for each in fields]})
    session.flush()
    notices.notify(
        session, sorted(asked - {by}), kind="action_due", object_type="coaching_plan", object_id=plan.id, now=now
    )
    audit.record(
        session,
        action="coaching.workbook",
        object_type="coaching_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
        detail={"document": document_id, "rows": done},
    )
    session.flush()
    return len(done)


def _edit(
    session: Session,
    plan: CoachingPlan,
    change: Change,
    fields: Sequence[FieldChange],
    owners: Mapping[str, int],
    asked: set[int],
    by: int,
    now: dt.datetime,
) -> None:
    action = session.get(CoachingAction, change.action_id)
    if action is None or action.plan_id != plan.id:
        raise NotFoundError("There is no such action in this plan.")
    for each in fields:
        if each.field == "action":
            action.text = each.theirs
        elif each.field == "notes":
            action.notes = each.theirs
        elif each.field == "due":
            action.due_on = dt.date.fromisoformat(each.theirs)
        elif each.field == "owner":
            action.owner_id = owners[each.theirs]
            asked.add(action.owner_id)
        else:
            _took_training(session, action, each.theirs, by, now)
            _set_state(action, each.theirs, now)


def _took_training(session: Session, action: CoachingAction, state: str, by: int, now: dt.datetime) -> None:
    """A training that is done leaves its record, whichever way it is said."""
    if action.training_id is None or state != "done" or action.state == "done":
        return
    known = select(TrainingRecord.id).where(TrainingRecord.action_id == action.id)
    if session.scalar(known) is None:
        record_training(
            session,
            session.get_one(Training, action.training_id),
            action.owner_id,
            done_on=now.date(),
            result="read",
            note="",
            by=by,
            today=now.date(),
            now=now,
            action_id=action.id,
        )


def _set_state(action: CoachingAction, state: str, now: dt.datetime) -> None:
    action.state = state
    action.ended_at = None if state == "open" else now


def _aim(goal: CoachingGoal, fields: Sequence[FieldChange]) -> None:
    for each in fields:
        if each.field == "goal":
            goal.target = float(each.theirs)
        else:
            goal.due_on = dt.date.fromisoformat(each.theirs) if each.theirs else None


def _goal(
    session: Session,
    plan: CoachingPlan,
    goals: dict[str, CoachingGoal],
    gaps: Mapping[str, CriterionGap],
    key: str,
) -> CoachingGoal | None:
    """The plan's goal for a criterion, begun now with where it stands when the plan had none."""
    if key and key not in goals and key in gaps:
        goals[key] = service.new_goal(plan.id, gaps[key], position=len(goals) + 1)
        session.add(goals[key])
        session.flush()
    return goals.get(key)
