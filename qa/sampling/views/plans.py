"""The pages of plans: what should be sampled of which tickets."""

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.sampling import plans as sampling_plans
from qa.sampling import queries
from qa.sampling.forms import PlanForm
from qa.sampling.plans import PlanView
from qa.sampling.views.blueprint import bp


@bp.get("/plans/new")
@requires(Permission.SAMPLING_PLAN)
def new_plan() -> ResponseReturnValue:
    form = plan_form()
    form.amount.data = request.args.get("amount", 4, type=int)
    return render_template("sampling/plan.html", form=form, view=None)


def plan_form() -> PlanForm:
    form = PlanForm()
    form.queues.choices = [
        SelectChoice(name, name or "no queue") for name in queries.queue_names(db.session(), g.actor.programme_id)
    ]
    return form


@bp.post("/plans/new")
@requires(Permission.SAMPLING_PLAN)
def create_plan() -> ResponseReturnValue:
    return save(plan_form(), None)


@bp.get("/plans/<int:plan_id>")
@requires(Permission.SAMPLING_PLAN)
def edit_plan(plan_id: int) -> ResponseReturnValue:
    view = sampling_plans.get_plan_for(db.session(), g.actor, plan_id)
    form = plan_form()
    form.name.data = view.plan.name
    form.amount.data = view.version.parameters.get("amount")
    form.queues.data = list(view.version.filter.get("queue", []))
    return render_template("sampling/plan.html", form=form, view=view)


@bp.post("/plans/<int:plan_id>")
@requires(Permission.SAMPLING_PLAN)
def change_plan(plan_id: int) -> ResponseReturnValue:
    return save(plan_form(), sampling_plans.get_plan_for(db.session(), g.actor, plan_id))


def save(form: PlanForm, view: PlanView | None) -> ResponseReturnValue:
    if not form.validate():
        return make_response(render_template("sampling/plan.html", form=form, view=view), 422)
    sampling_plans.save_plan(
        db.session(),
        g.actor.programme_id,
        name=form.name.data or "",
        kind="quota_per_specialist",
        amount=form.amount.data or 0,
        where={"queue": form.queues.data or []},
        by=g.actor.user_id,
        now=utcnow(),
        plan=view.plan if view else None,
    )
    db.session.commit()
    flash("The plan is kept. It holds for the next draw; former draws keep the rules they used.", "good")
    return redirect(url_for("sampling.index"))


@bp.post("/plans/<int:plan_id>/retire")
@requires(Permission.SAMPLING_PLAN)
def retire_plan(plan_id: int) -> ResponseReturnValue:
    view = sampling_plans.get_plan_for(db.session(), g.actor, plan_id)
    sampling_plans.retire(db.session(), view, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The plan is retired. What it drew stays.", "good")
    return redirect(url_for("sampling.index"))
