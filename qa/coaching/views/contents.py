"""What a plan holds beside its actions: goals, things to read, the specialist's words, follow-up reviews."""

from __future__ import annotations

import secrets

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from qa.coaching import planning, queries, service
from qa.coaching.follow_ups import service as follow_ups
from qa.coaching.library import queries as library
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingResource
from qa.coaching.views import typed
from qa.coaching.views.blueprint import bp, seen_before_writing, today
from qa.core.access import Permission, requires
from qa.core.advancing import seen_version
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.queries import setting_at
from qa.rubric_library.procedures import get_procedure_for
from qa.sampling import draw


def shown(plan_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("coaching.show", plan_id=plan_id, _anchor=anchor))


@bp.post("/plans/<int:plan_id>/goals")
@requires(Permission.COACHING_EDIT)
def add_goal(plan_id: int) -> ResponseReturnValue:
    session = db.session()
    plan, coached = queries.get_edited_plan_for(session, g.actor, plan_id, today=today())
    gaps = {gap.criterion.key: gap for gap in seen_before_writing(coached.user.id).standing.gaps}
    gap = gaps.get(typed.words("criterion"))
    if gap is None:
        told = "No review of the last weeks asks this criterion, so nothing says where it stands."
        raise InvalidInputError(told, {"criterion": told})
    planning.add_goal(session, plan, gap, version=seen_version(), by=g.actor.user_id, now=utcnow())
    session.commit()
    return shown(plan_id)


@bp.post("/plans/<int:plan_id>/goals/<int:goal_id>")
@requires(Permission.COACHING_EDIT)
def edit_goal(plan_id: int, goal_id: int) -> ResponseReturnValue:
    """Another target, day or wording; or the goal leaves the plan."""
    session = db.session()
    plan, _ = queries.get_edited_plan_for(session, g.actor, plan_id, today=today())
    goal = queries.get_part_of(session, plan_id, CoachingGoal, goal_id)
    if typed.words("remove"):
        planning.remove_goal(session, plan, goal, version=seen_version(), by=g.actor.user_id, now=utcnow())
        flash("The goal is out of the plan; its actions stay, for the plan as a whole.", "good")
    else:
        planning.edit_goal(
            session,
            plan,
            goal,
            focus=typed.words("focus"),
            target=typed.decimal("target", "The target"),
            due_on=typed.day("due_on", "By when", optional=True),
            version=seen_version(),
            by=g.actor.user_id,
            now=utcnow(),
        )
    session.commit()
    return shown(plan_id)


@bp.post("/plans/<int:plan_id>/actions/<int:action_id>/edit")
@requires(Permission.COACHING_EDIT)
def edit_action(plan_id: int, action_id: int) -> ResponseReturnValue:
    session = db.session()
    plan, _ = queries.get_edited_plan_for(session, g.actor, plan_id, today=today())
    action = queries.get_part_of(session, plan_id, CoachingAction, action_id)
    service.edit_action(
        session,
        plan,
        action,
        text=typed.words("text"),
        notes=typed.words("notes"),
        owner_id=typed.whole("owner", "By whom"),
        due_on=typed.day("due_on", "Until when"),
        goal_id=typed.whole("goal", "For which goal") or None,
        version=seen_version(),
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    return shown(plan_id, "actions")


@bp.post("/plans/<int:plan_id>/library/<int:template_id>")
@requires(Permission.COACHING_EDIT)
def add_from_library(plan_id: int, template_id: int) -> ResponseReturnValue:
    """An action as the library has it, due as many days from today as it says."""
    session = db.session()
    plan, coached = queries.get_edited_plan_for(session, g.actor, plan_id, today=today())
    template = library.get_template_for(session, g.actor, template_id)
    if template.kind != "action" or template.state != "adopted":
        raise ConflictError("This template is not in the library any more.")
    goal = next(
        (each.id for each in queries.goals_of(session, plan_id) if each.criterion_key == template.criterion_key), None
    )
    service.add_action(
        session,
        plan,
        text=template.text,
        owner_id=coached.user.id if template.owner == "specialist" else plan.lead_id,
        due_on=today() + template.due_after,
        goal_id=goal,
        version=seen_version(),
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    return shown(plan_id, "actions")


@bp.post("/plans/<int:plan_id>/resources")
@requires(Permission.COACHING_EDIT)
def add_resource(plan_id: int) -> ResponseReturnValue:
    session = db.session()
    plan, _ = queries.get_edited_plan_for(session, g.actor, plan_id, today=today())
    procedure_id = typed.whole("procedure", "The SOP", optional=True)
    if procedure_id is not None:
        get_procedure_for(session, g.actor, procedure_id)
    planning.add_resource(
        session,
        plan,
        title=typed.words("title"),
        url=typed.words("url"),
        procedure_id=procedure_id,
        version=seen_version(),
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    return shown(plan_id, "resources")


@bp.post("/plans/<int:plan_id>/resources/<int:resource_id>/remove")
@requires(Permission.COACHING_EDIT)
def remove_resource(plan_id: int, resource_id: int) -> ResponseReturnValue:
    session = db.session()
    plan, _ = queries.get_edited_plan_for(session, g.actor, plan_id, today=today())
    resource = queries.get_part_of(session, plan_id, CoachingResource, resource_id)
    planning.remove_resource(session, plan, resource, version=seen_version(), by=g.actor.user_id, now=utcnow())
    session.commit()
    return shown(plan_id, "resources")


@bp.post("/plans/<int:plan_id>/own-words")
@requires(Permission.COACHING_VIEW)
def own_words(plan_id: int) -> ResponseReturnValue:
    session = db.session()
    plan, _ = queries.get_plan_for(session, g.actor, plan_id, today=today())
    service.write_own_words(
        session, plan, typed.words("own_words"), version=seen_version(), by=g.actor.user_id, now=utcnow()
    )
    session.commit()
    flash("Your words are saved; your lead is told.", "good")
    return shown(plan_id, "own-words")


@bp.post("/plans/<int:plan_id>/follow-ups")
@requires(Permission.COACHING_EDIT)
def draw_follow_ups(plan_id: int) -> ResponseReturnValue:
    session, now = db.session(), utcnow()
    plan, _ = queries.get_edited_plan_for(session, g.actor, plan_id, today=today())
    row = follow_ups.draw_for(
        session,
        plan,
        setting_at(session, g.actor.programme_id, now),
        size=typed.whole("size", "How many"),
        seed=secrets.token_bytes(draw.SEED_BYTES),
        by=g.actor.user_id,
        now=now,
    )
    session.commit()
    flash(f"{row.size} of {row.frame_size} parts are drawn and given to reviewers.", "good")
    return shown(plan_id, "follow-ups")
