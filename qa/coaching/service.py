"""Changing a plan: drawing it up, its actions, the specialist's word on it, closing it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.coaching import wording
from qa.coaching.figures import CriterionGap
from qa.coaching.library.models import Training
from qa.coaching.library.service import record_training
from qa.coaching.models import PLAN_KINDS, CoachingAction, CoachingGoal, CoachingPlan
from qa.coaching.wait_lists.queries import turn_of
from qa.core import audit
from qa.core.advancing import advance
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices

LONGEST_NOTES = 2_000
STALE = "This plan was changed in another window. Load the page again and look at what is new."
advance_plan = partial(advance, expected=("active",), stale=STALE)


def draw_up(
    session: Session,
    specialist_id: int,
    focus: Sequence[CriterionGap],
    *,
    title: str,
    by: int,
    today: dt.date,
    now: dt.datetime,
    kind: str = "focus",
    drafts: Mapping[str, str] | None = None,
    targets: Mapping[str, float] | None = None,
    due_on: dt.date | None = None,
) -> CoachingPlan:
    """A plan with the focus areas as its goals, each with where it stood; one active plan a person.

    ``drafts`` holds what to work on by criterion, ``targets`` a target of the lead's own. Whoever waits by lot is
    refused until their turn, since a plan before it would end the comparison.
    """
    if kind not in PLAN_KINDS:
        raise InvalidInputError("Choose what kind of plan it is.", {"kind": "unknown"})
    turn = turn_of(session, specialist_id, today=today)
    if turn is not None:
        raise ConflictError(
            f"The lot has this person wait until {turn.day} {turn:%B %Y}: a plan before that would end the comparison. "
            "Take them off the list first, with a reason, if it cannot wait."
        )
    active = session.scalar(
        select(CoachingPlan.id).where(CoachingPlan.specialist_id == specialist_id, CoachingPlan.state == "active")
    )
    if active is not None:
        raise ConflictError("There is an active plan already. Close it before you draw up the next.")
    plan = CoachingPlan(
        specialist_id=specialist_id,
        lead_id=by,
        kind=kind,
        title=wording.line(title, field="title", missing="Give the plan a title.", most=200),
        starts_on=today,
        created_at=now,
    )
    session.add(plan)
    session.flush()
    for position, gap in enumerate(focus, start=1):
        goal = new_goal(plan.id, gap, position=position)
        goal.focus = wording.text((drafts or {}).get(gap.criterion.key, ""), field=f"focus-{gap.criterion.key}")
        goal.target = (targets or {}).get(gap.criterion.key, goal.target)
        goal.due_on = due_on
        session.add(goal)
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
    training: Training | None = None,
) -> CoachingAction:
    """Something that somebody does until a day; with a training, taking it is what is done."""
    text = wording.line(text or (training.title if training else ""), field="text", missing="Say what is to be done.")
    kept = wording.line(notes, field="notes", most=LONGEST_NOTES)
    _check_owner(plan, owner_id, by)
    _check_goal(session, plan, goal_id)
    advance_plan(session, plan, version)
    action = CoachingAction(
        plan_id=plan.id,
        goal_id=goal_id,
        text=text,
        notes=kept,
        training_id=training.id if training else None,
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


def _check_owner(plan: CoachingPlan, owner_id: int, by: int) -> None:
    if owner_id not in {plan.specialist_id, plan.lead_id, by}:
        raise InvalidInputError("An action belongs to the specialist or the lead.", {"owner": "unknown"})


def _check_goal(session: Session, plan: CoachingPlan, goal_id: int | None) -> None:
    goal = session.get(CoachingGoal, goal_id) if goal_id is not None else None
    if goal_id is not None and (goal is None or goal.plan_id != plan.id):
        raise InvalidInputError("That goal is not in this plan.", {"goal": "unknown"})


def edit_action(
    session: Session,
    plan: CoachingPlan,
    action: CoachingAction,
    *,
    text: str,
    notes: str,
    owner_id: int,
    due_on: dt.date,
    goal_id: int | None,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Say an open action otherwise, give it to the other, or move its day; a new owner is told."""
    said = wording.line(text, field="text", missing="Say what is to be done.")
    kept = wording.line(notes, field="notes", most=LONGEST_NOTES)
    if owner_id != action.owner_id:
        _check_owner(plan, owner_id, by)
    _check_goal(session, plan, goal_id)
    if action.state != "open":
        raise ConflictError("This action is ended. Open it again before you change it.")
    advance_plan(session, plan, version)
    given_over = owner_id != action.owner_id
    action.text, action.notes, action.goal_id = said, kept, goal_id
    action.owner_id, action.due_on = owner_id, due_on
    session.flush()
    if given_over and owner_id != by:
        notices.notify(session, [owner_id], kind="action_due", object_type="coaching_plan", object_id=plan.id, now=now)
    _note(session, "coaching.action_edit", action, by, now)


def end_action(
    session: Session,
    plan: CoachingPlan,
    action: CoachingAction,
    *,
    state: str,
    by: int,
    now: dt.datetime,
    result: str = "",
    today: dt.date | None = None,
) -> None:
    """An action is done, dropped, or open again; a training that is done leaves its record with the ``result``."""
    if state not in {"open", "done", "dropped"}:
        raise InvalidInputError("An action is open, done or dropped.", {"state": "unknown"})
    if plan.state != "active":
        raise ConflictError("The plan is closed; its actions no longer change.")
    if state == action.state:
        return
    training = session.get(Training, action.training_id) if action.training_id else None
    if training is not None and action.state == "done":
        raise ConflictError("The training is recorded; give it again as a new action if it has to be repeated.")
    action.state = state
    action.ended_at = None if state == "open" else now
    session.flush()
    if training is not None and state == "done":
        record_training(
            session,
            training,
            action.owner_id,
            done_on=today or now.date(),
            result=result or "read",
            note="",
            by=by,
            today=today or now.date(),
            now=now,
            action_id=action.id,
        )
    if state == "done" and by == plan.specialist_id:
        notices.notify(
            session, [plan.lead_id], kind="action_done", object_type="coaching_plan", object_id=plan.id, now=now
        )
    _note(session, f"coaching.action_{state}", action, by, now)


def _note(session: Session, what: str, action: CoachingAction, by: int, now: dt.datetime) -> None:
    audit.record(session, action=what, object_type="coaching_action", object_id=action.id, actor_id=by, now=now)
    session.flush()


def acknowledge(session: Session, plan: CoachingPlan, *, by: int, now: dt.datetime) -> None:
    """The specialist has read the plan; a second time changes nothing."""
    if plan.acknowledged_at is not None:
        return
    plan.acknowledged_at = now
    notices.mark_read(session, by, "coaching_plan", plan.id, now=now)
    notices.notify(
        session, [plan.lead_id], kind="plan_acknowledged", object_type="coaching_plan", object_id=plan.id, now=now
    )
    audit.record(
        session,
        action="coaching.acknowledge",
        object_type="coaching_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
    )
    session.flush()


def write_own_words(
    session: Session, plan: CoachingPlan, text: str, *, version: int, by: int, now: dt.datetime
) -> None:
    """What the specialist says to the plan; the lead is told."""
    if by != plan.specialist_id:
        raise ConflictError("These words belong to the specialist the plan is about.")
    said = wording.text(text, field="own_words", most=2_000)
    advance_plan(session, plan, version)
    plan.own_words, plan.own_words_at = said, now
    session.flush()
    notices.notify(
        session, [plan.lead_id], kind="plan_own_words", object_type="coaching_plan", object_id=plan.id, now=now
    )
    audit.record(
        session, action="coaching.own_words", object_type="coaching_plan", object_id=plan.id, actor_id=by, now=now
    )
    session.flush()


def close(session: Session, plan: CoachingPlan, *, version: int, by: int, now: dt.datetime) -> None:
    """End a plan; what is still open in it is dropped."""
    advance_plan(session, plan, version)
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
