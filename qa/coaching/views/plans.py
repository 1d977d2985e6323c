"""The coaching board, one specialist's figures, and plans."""

from __future__ import annotations

import datetime as dt

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

import exports.coaching_workbook as book
from qa.coaching import aims, board, courses, drawings, praising, queries, scorecards, service
from qa.coaching.follow_ups import queries as follow_ups
from qa.coaching.forms import ActionForm, VersionForm
from qa.coaching.library import queries as library
from qa.coaching.library.models import RESULTS
from qa.coaching.meetings.queries import meetings_of
from qa.coaching.models import PLAN_KINDS, CoachingAction, CoachingPlan
from qa.coaching.views import typed
from qa.coaching.views.blueprint import WEEKS, bp, seen, seen_before_writing, today, weeks_until
from qa.core.access import Permission, requires
from qa.core.advancing import seen_version
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import User
from qa.rubric_library.procedures import procedures

FORTNIGHT = dt.timedelta(days=14)
SHOWING = {
    "no_plan": "without a plan",
    "plan": "with a plan",
    "overdue": "with something overdue",
    "no_meeting": "without a next meeting",
    "waiting": "waiting by lot",
}


def fits(row: board.BoardRow, showing: str) -> bool:
    """Whether a person belongs to a choice of the filter."""
    return {
        "no_plan": row.plan is None,
        "plan": row.plan is not None,
        "overdue": row.overdue > 0,
        "no_meeting": row.next_meeting is None,
        "waiting": row.waits is not None,
    }.get(showing, True)


@bp.get("/")
@requires(Permission.COACHING_VIEW)
def index() -> ResponseReturnValue:
    weeks = weeks_until(today())
    now = utcnow()
    rows, listed = board.board(db.session(), g.actor, today=today(), since=weeks[0], until=weeks[-1], now=now)
    by_name = listed.reason is not None or request.args.get("order") == "name"
    if by_name:
        rows = sorted(rows, key=lambda row: (row.coached.team.name if row.coached.team else "", row.coached.user.name))
    if len(rows) == 1 and rows[0].coached.user.id == g.actor.user_id:
        return redirect(url_for("coaching.specialist", user_id=g.actor.user_id))
    teams = sorted(
        {(row.coached.team.id, row.coached.team.name) for row in rows if row.coached.team}, key=lambda t: t[1]
    )
    team, showing = request.args.get("team", "", str), request.args.get("show", "", str)
    in_team = [row for row in rows if not team or (row.coached.team is not None and str(row.coached.team.id) == team)]
    return render_template(
        "coaching/index.html",
        rows=[row for row in in_team if fits(row, showing)],
        everybody=len(rows),
        in_team=len(in_team),
        teams=teams,
        team=team,
        showing=showing,
        choices=list(SHOWING.items()),
        praise=praising.together([row.praise for row in in_team]),
        overdue=sum(row.overdue for row in in_team),
        soon=sum(row.next_meeting is not None and row.next_meeting < now + dt.timedelta(days=7) for row in in_team),
        with_plan=sum(row.plan is not None for row in in_team),
        whole_teams=scorecards.teams_for(db.session(), g.actor),
        weeks=WEEKS,
        reason=listed.reason,
        by_name=by_name,
    )


@bp.get("/specialists/<int:user_id>")
@requires(Permission.COACHING_VIEW)
def specialist(user_id: int) -> ResponseReturnValue:
    shown = seen(user_id)
    session = db.session()
    lines = queries.review_lines(session, g.actor, user_id, since=shown.weeks[0], now=utcnow())[:40]
    offered = library.trainings_of(session, g.actor.programme_id, retired=False)
    targets = queries.targets_of(session, user_id)
    return render_template(
        "coaching/specialist.html",
        coached=shown.coached,
        standing=shown.standing,
        focus=shown.focus,
        gaps={gap.criterion.key: gap for gap in shown.standing.gaps},
        aims={gap.criterion.key: aims.to_target(gap, targets.get(gap.criterion.key)) for gap in shown.standing.gaps},
        clear={gap.criterion.key for gap in shown.standing.gaps if gap.clear},
        rule=book.FOCUS_RULE,
        criteria=drawings.criteria_chart(shown.standing.gaps),
        weekly=drawings.weekly_chart(shown.standing.weekly, shown.coached.user.name.split()[0]),
        reviews=lines,
        review_choices=[(line.review_id, f"#{line.external_id} {line.subject}"[:80]) for line in lines],
        plans=queries.plans_of(session, user_id),
        praise=praising.praise_of(session, user_id),
        praise_share=praising.shares(session, [user_id], since=utcnow() - queries.PRAISE_WINDOW)[user_id],
        trainings=library.records_of(session, user_id),
        offered=offered,
        offered_choices=[(each.training.id, each.training.title) for each in offered],
        results=list(RESULTS.items()),
        meetings=meetings_of(session, user_id, limit=8),
        mine=user_id == g.actor.user_id,
        edits=queries.may_edit(g.actor, shown.coached),
        weeks=WEEKS,
    )


@bp.post("/specialists/<int:user_id>/plans")
@requires(Permission.COACHING_EDIT)
def draw_up(user_id: int) -> ResponseReturnValue:
    shown = seen_before_writing(user_id)
    if not queries.may_edit(g.actor, shown.coached):
        raise NotFoundError("Plans of this specialist are not yours to draw up.")
    gaps = {gap.criterion.key: gap for gap in shown.standing.gaps}
    keys = [area.key for area in shown.focus.chosen]
    if request.form.get("chosen"):  # by the lead, on the page of the draft
        keys = [key for key in gaps if key in request.form.getlist("criterion")]
    targets = {key: typed.decimal(f"target-{key}", gaps[key].criterion.name) for key in keys}
    if any(target is not None and not 0 <= target <= 100 for target in targets.values()):
        raise InvalidInputError("A target lies from 0 to 100 % of the points.", {"target": "0 to 100"})
    plan = service.draw_up(
        db.session(),
        user_id,
        [gaps[key] for key in keys],
        title=typed.words("title") or f"Plan of {today().day} {today():%B %Y}",
        kind=typed.words("kind") or "focus",
        drafts={key: typed.words(f"focus-{key}") for key in keys},
        targets={key: target for key, target in targets.items() if target is not None},
        due_on=typed.day("due_on", "Targets to be reached by", optional=True),
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
    names = library.criteria_in_force(db.session(), g.actor.programme_id, utcnow())
    form.goal.choices = [SelectChoice(0, "the plan as a whole")] + [
        SelectChoice(goal.id, names.get(goal.criterion_key) or goal.criterion_key.replace("_", " ")) for goal in goals
    ]
    form.owner.choices = [
        SelectChoice(coached.user.id, coached.user.name),
        SelectChoice(g.actor.user_id, g.actor.name),
    ]
    offered = library.trainings_of(db.session(), g.actor.programme_id, retired=False)
    form.training.choices = [SelectChoice(0, "no training")] + [
        SelectChoice(each.training.id, each.training.title) for each in offered
    ]
    if not form.is_submitted():
        form.version.data = plan.lock_version
        form.due_on.data = today() + FORTNIGHT
        form.text.data = request.args.get("text", "")[:500]  # what a meeting agreed on
    return form


def plan_page(plan: CoachingPlan, coached: queries.Coached, form: ActionForm, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    goals = queries.goals_of(session, plan.id)
    keys = [goal.criterion_key for goal in goals]
    edits = queries.may_edit(g.actor, coached)
    changes = edits and plan.state == "active"
    names = library.criteria_in_force(session, g.actor.programme_id, utcnow())
    templates = library.adopted(session, g.actor.programme_id, keys) if changes else []
    rows = queries.actions_of(session, plan.id)
    had = {row.action.text for row in rows}
    lead = session.get_one(User, plan.lead_id)
    followed = follow_ups.reviews_of(session, [plan.id], reader=g.actor, now=utcnow()).get(plan.id, [])
    body = render_template(
        "coaching/show.html",
        plan=plan,
        coached=coached,
        kinds=PLAN_KINDS,
        lead=lead.name,
        goals=goals,
        followed=follow_ups.criteria_since(session, followed) if followed else {},
        draws=follow_ups.draws_of(session, plan.id),
        resources=queries.resources_of(session, plan.id),
        procedures=[(each.procedure.id, each.procedure.name) for each in procedures(session, g.actor.programme_id)]
        if changes
        else [],
        meetings=[row for row in meetings_of(session, plan.specialist_id) if row.meeting.plan_id == plan.id],
        criteria=names,
        more_criteria=[(key, name) for key, name in names.items() if key not in keys] if changes else [],
        suggested=[each for each in templates if each.kind == "action" and each.text not in had],
        goal_choices=[(choice.value, choice.label) for choice in form.goal.choices or ()],
        owner_choices=list(
            {
                coached.user.id: coached.user.name,
                lead.id: lead.name,
                g.actor.user_id: g.actor.name,
                **{row.action.owner_id: row.owner for row in rows},
            }.items()
        ),
        told=courses.effect_of(session, g.actor, plan, today=today(), now=utcnow()),
        actions=rows,
        edits=edits,
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
    training = library.get_training_for(db.session(), g.actor, form.training.data) if form.training.data else None
    if training is None and not (form.text.data or "").strip():
        form.text.errors = ["Say what is to be done."]
        return plan_page(plan, coached, form, 422)
    service.add_action(
        db.session(),
        plan,
        text=form.text.data or "",
        training=training,
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
    action = queries.get_part_of(session, plan.id, CoachingAction, action_id)
    if not queries.may_edit(g.actor, coached) and action.owner_id != g.actor.user_id:
        raise NotFoundError("This action is not yours.")
    service.end_action(
        session,
        plan,
        action,
        state=typed.words("state"),
        result=typed.words("result"),
        today=today(),
        by=g.actor.user_id,
        now=utcnow(),
    )
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
    service.close(db.session(), plan, version=seen_version(), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The plan is closed; it stays readable.", "good")
    return redirect(url_for("coaching.show", plan_id=plan_id))
