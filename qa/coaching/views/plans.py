"""The coaching board, one specialist's figures, and plans."""

from __future__ import annotations

import datetime as dt

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

import exports.coaching_workbook as book
from qa.coaching import courses, drawings, queries, scorecards, service
from qa.coaching.forms import ActionForm, VersionForm
from qa.coaching.models import CoachingAction, CoachingPlan
from qa.coaching.views.blueprint import WEEKS, bp, seen, today, weeks_until
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError

FORTNIGHT = dt.timedelta(days=14)


@bp.get("/")
@requires(Permission.COACHING_VIEW)
def index() -> ResponseReturnValue:
    weeks = weeks_until(today())
    rows, listed = queries.board(db.session(), g.actor, today=today(), since=weeks[0], until=weeks[-1])
    by_name = listed.reason is not None or request.args.get("order") == "name"
    if by_name:
        rows = sorted(rows, key=lambda row: (row.coached.team.name if row.coached.team else "", row.coached.user.name))
    if len(rows) == 1 and rows[0].coached.user.id == g.actor.user_id:
        return redirect(url_for("coaching.specialist", user_id=g.actor.user_id))
    return render_template(
        "coaching/index.html",
        rows=rows,
        weeks=WEEKS,
        reason=listed.reason,
        by_name=by_name,
        teams=scorecards.teams_for(db.session(), g.actor),
    )


@bp.get("/specialists/<int:user_id>")
@requires(Permission.COACHING_VIEW)
def specialist(user_id: int) -> ResponseReturnValue:
    shown = seen(user_id)
    session = db.session()
    return render_template(
        "coaching/specialist.html",
        coached=shown.coached,
        standing=shown.standing,
        focus=shown.focus,
        gaps={gap.criterion.key: gap for gap in shown.standing.gaps},
        clear={gap.criterion.key for gap in shown.standing.gaps if gap.clear},
        rule=book.FOCUS_RULE,
        criteria=drawings.criteria_chart(shown.standing.gaps),
        weekly=drawings.weekly_chart(shown.standing.weekly, shown.coached.user.name.split()[0]),
        reviews=queries.review_lines(session, user_id, since=shown.weeks[0])[:40],
        plans=queries.plans_of(session, user_id),
        edits=queries.may_edit(g.actor, shown.coached),
        weeks=WEEKS,
    )


@bp.post("/specialists/<int:user_id>/plans")
@requires(Permission.COACHING_EDIT)
def draw_up(user_id: int) -> ResponseReturnValue:
    shown = seen(user_id)
    if not queries.may_edit(g.actor, shown.coached):
        raise NotFoundError("Plans of this specialist are not yours to draw up.")
    keys = [area.key for area in shown.focus.chosen]
    gaps = {gap.criterion.key: gap for gap in shown.standing.gaps}
    plan = service.draw_up(
        db.session(),
        user_id,
        [gaps[key] for key in keys],
        title=f"Plan of {today().day} {today():%B %Y}",
        by=g.actor.user_id,
        today=today(),
        now=utcnow(),
    )
    db.session.commit()
    flash("The plan is drawn up from the focus areas. Add what is to be done, by whom and until when.", "good")
    return redirect(url_for("coaching.show", plan_id=plan.id))


@bp.get("/plans/<int:plan_id>")
@requires(Permission.COACHING_VIEW)
def show(plan_id: int) -> ResponseReturnValue:
    plan, coached = queries.get_plan_for(db.session(), g.actor, plan_id, today=today())
    return plan_page(plan, coached, action_form(plan, coached))


def action_form(plan: CoachingPlan, coached: queries.Coached) -> ActionForm:
    form = ActionForm()
    goals = queries.goals_of(db.session(), plan.id)
    form.goal.choices = [SelectChoice(0, "the plan as a whole")] + [
        SelectChoice(goal.id, goal.criterion_key.replace("_", " ")) for goal in goals
    ]
    form.owner.choices = [
        SelectChoice(coached.user.id, coached.user.name),
        SelectChoice(g.actor.user_id, g.actor.name),
    ]
    if not form.is_submitted():
        form.version.data = plan.lock_version
        form.due_on.data = today() + FORTNIGHT
    return form


def plan_page(plan: CoachingPlan, coached: queries.Coached, form: ActionForm, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    body = render_template(
        "coaching/show.html",
        plan=plan,
        coached=coached,
        goals=queries.goals_of(session, plan.id),
        told=courses.effect_of(session, g.actor.programme_id, plan, today=today()),
        actions=queries.actions_of(session, plan.id),
        edits=queries.may_edit(g.actor, coached),
        form=form,
        close_form=VersionForm(version=plan.lock_version),
        mine=coached.user.id == g.actor.user_id,
    )
    return make_response(body, status)


@bp.post("/plans/<int:plan_id>/actions")
@requires(Permission.COACHING_EDIT)
def add_action(plan_id: int) -> ResponseReturnValue:
    plan, coached = queries.get_edited_plan_for(db.session(), g.actor, plan_id, today=today())
    form = action_form(plan, coached)
    if not form.validate() or form.due_on.data is None:
        return plan_page(plan, coached, form, 422)
    service.add_action(
        db.session(),
        plan,
        text=form.text.data or "",
        notes=form.notes.data or "",
        owner_id=form.owner.data,
        due_on=form.due_on.data,
        goal_id=form.goal.data or None,
        version=form.version.data or 0,
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    return redirect(url_for("coaching.show", plan_id=plan_id))


@bp.post("/plans/<int:plan_id>/actions/<int:action_id>")
@requires(Permission.COACHING_VIEW)
def end_action(plan_id: int, action_id: int) -> ResponseReturnValue:
    """Done, dropped or open again: by who draws up plans, or by the action's own owner."""
    session = db.session()
    plan, coached = queries.get_plan_for(session, g.actor, plan_id, today=today())
    action = session.get(CoachingAction, action_id)
    if action is None or action.plan_id != plan.id:
        raise NotFoundError("There is no such action in this plan.")
    if not queries.may_edit(g.actor, coached) and action.owner_id != g.actor.user_id:
        raise NotFoundError("This action is not yours.")
    service.end_action(session, plan, action, state=request.form.get("state", ""), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    return redirect(url_for("coaching.show", plan_id=plan_id))


@bp.post("/plans/<int:plan_id>/acknowledge")
@requires(Permission.COACHING_VIEW)
def acknowledge(plan_id: int) -> ResponseReturnValue:
    plan, coached = queries.get_plan_for(db.session(), g.actor, plan_id, today=today())
    if coached.user.id != g.actor.user_id:
        raise ConflictError("A plan is acknowledged by the specialist it is about.")
    service.acknowledge(db.session(), plan, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    return redirect(url_for("coaching.show", plan_id=plan_id))


@bp.post("/plans/<int:plan_id>/close")
@requires(Permission.COACHING_EDIT)
def close(plan_id: int) -> ResponseReturnValue:
    plan, _ = queries.get_edited_plan_for(db.session(), g.actor, plan_id, today=today())
    form = VersionForm()
    if not form.validate() or form.version.data is None:
        raise InvalidInputError("Load the page again: the form does not say what it changes.")
    service.close(db.session(), plan, version=form.version.data, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The plan is closed; it stays readable.", "good")
    return redirect(url_for("coaching.show", plan_id=plan_id))
