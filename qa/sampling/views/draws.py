"""The weeks of the room, a draw with its receipt."""

from flask import Response, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow, week_key
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.sampling import frames, queries, service, verification
from qa.sampling import plans as sampling_plans
from qa.sampling.forms import DrawForm
from qa.sampling.views.blueprint import bp


@bp.get("/")
@requires(Permission.SAMPLING_VIEW)
def index() -> ResponseReturnValue:
    return page(draw_form())


def draw_form() -> DrawForm:
    """The weeks that are over and not drawn, the newest first; all plans ticked."""
    session = db.session()
    form = DrawForm()
    weeks = queries.drawable_weeks(session, g.actor, local_day(utcnow(), g.zone))
    form.period.choices = [(week_key(monday), f"{week_key(monday)}, {count} parts resolved") for monday, count in weeks]
    known = sampling_plans.plans_of(session, g.actor.programme_id)
    form.plans.choices = [SelectChoice(view.plan.id, view.plan.name) for view in known]
    if not form.is_submitted():
        form.plans.data = [view.plan.id for view in known]
    return form


def page(form: DrawForm, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    body = render_template(
        "sampling/index.html",
        form=form,
        plans=sampling_plans.plans_of(session, g.actor.programme_id),
        weeks=queries.weeks(session, g.actor, local_day(utcnow(), g.zone)),
    )
    return make_response(body, status)


@bp.post("/draws")
@requires(Permission.SAMPLING_DRAW)
def draw() -> ResponseReturnValue:
    form = draw_form()
    if not form.validate():
        return page(form, 422)
    session = db.session()
    chosen = [
        view.value
        for view in sampling_plans.plans_of(session, g.actor.programme_id)
        if view.plan.id in (form.plans.data or [])
    ]
    done = service.draw_period(
        session,
        g.programme,
        g.setting,
        frames.get_or_open_period(session, g.actor.programme_id, form.period.data or "", g.zone),
        chosen,
        ring=KeyRing(settings().text_keys),
        by=g.actor.user_id,
        now=utcnow(),
    )
    draw_id, size, left = done.draw.id, done.draw.size, len(done.given.left)
    db.session.commit()
    flash(f"{size} parts drawn" + (f"; {left} of them without a reviewer." if left else " and assigned."), "good")
    return redirect(url_for("sampling.show", draw_id=draw_id))


@bp.get("/draws/<int:draw_id>")
@requires(Permission.SAMPLING_VIEW)
def show(draw_id: int) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_draw_for(session, g.actor, draw_id)
    return render_template(
        "sampling/show.html",
        view=view,
        loads=queries.loads_of(session, draw_id),
        unassigned=queries.unassigned_of(session, draw_id),
        verdict=None,
    )


@bp.get("/draws/<int:draw_id>/verify")
@requires(Permission.SAMPLING_VIEW)
def verify(draw_id: int) -> ResponseReturnValue:
    """Run the draw again from its frozen frame and compare."""
    session = db.session()
    view = queries.get_draw_for(session, g.actor, draw_id)
    return render_template(
        "sampling/show.html",
        view=view,
        loads=queries.loads_of(session, draw_id),
        unassigned=queries.unassigned_of(session, draw_id),
        verdict=verification.verify(session, g.programme, draw_id),
    )


@bp.get("/draws/<int:draw_id>/receipt.json")
@requires(Permission.SAMPLING_VIEW)
def receipt(draw_id: int) -> ResponseReturnValue:
    view = queries.get_draw_for(db.session(), g.actor, draw_id)
    return Response(
        view.receipt.document,
        mimetype="application/json",
        headers={"Content-Disposition": f"attachment; filename=receipt-{view.period.key}.json"},
    )
