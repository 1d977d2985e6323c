"""The weeks of the room, a draw with its receipt, and a second draw of a week."""

from __future__ import annotations

import datetime as dt

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.clock import local_day, monday_of_week, utcnow, week_key
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.sampling import (
    committing,
    evidence,
    forecasts,
    forms,
    frames,
    kinds,
    queries,
    reading,
    service,
    striking,
    taking_back,
    verification,
)
from qa.sampling import plans as sampling_plans
from qa.sampling.schedules import SCHEDULES
from qa.sampling.views.blueprint import bp

EARLIEST = 2000  # no help desk keeps tickets from before


@bp.get("/")
@requires(Permission.SAMPLING_VIEW)
def index() -> ResponseReturnValue:
    session = db.session()
    today = local_day(utcnow(), g.zone)
    newest = monday_or_nothing(request.args["until"]) if "until" in request.args else None
    weeks = queries.weeks(session, g.actor, today, newest=newest)
    return render_template(
        "sampling/index.html",
        plans=sampling_plans.plans_of(session, g.actor.programme_id),
        retired=sampling_plans.retired_plans_of(session, g.actor.programme_id),
        weeks=weeks,
        newest=newest,
        earlier=week_key(weeks[-1].starts_on - dt.timedelta(weeks=1)),
        names=queries.value_names(session, g.actor.programme_id),
        words_of=forecasts.words_of,
        kinds=kinds.KINDS,
        schedules=SCHEDULES,
        asked=striking.waiting(session, g.actor.programme_id),
    )


@bp.get("/weeks/<string:week>")
@requires(Permission.SAMPLING_VIEW)
def week(week: str) -> ResponseReturnValue:
    """What a draw of the week would do, before it is done."""
    session = db.session()
    monday = monday_or_nothing(week)
    period = queries.period_of(session, g.actor, monday)
    drawn = queries.draws_of(session, period.id) if period else []
    if drawn:
        return redirect(url_for("sampling.show", draw_id=drawn[0].id))
    span = frames.week_of(g.actor.programme_id, monday, g.zone)
    now = utcnow()
    committed = committing.pending(session, period) if period else None
    ahead = forecasts.forecast_of_week(
        session, g.actor.programme_id, monday, committed=committed, zone=g.zone, scores=evidence.scores(), now=now
    )
    return render_template(
        "sampling/week.html",
        form=forms.DrawForm(),
        week=week,
        span=span,
        now=now,
        over=now >= span.ends_at,
        ahead=ahead,
        committed=committed,
    )


@bp.post("/weeks/<string:week>/draw")
@requires(Permission.SAMPLING_DRAW)
def draw(week: str) -> ResponseReturnValue:
    """Draw a week by all plans that are due in it."""
    session = db.session()
    monday_or_nothing(week)
    done = service.draw_period(
        session,
        g.programme,
        g.setting,
        frames.get_or_open_period(session, g.actor.programme_id, week, g.zone),
        ring=KeyRing(settings().text_keys),
        by=g.actor.user_id,
        now=utcnow(),
        scores=evidence.scores(),
    )
    return drawn_page(done)


def monday_or_nothing(week: str) -> dt.date:
    """The week of an address; one that is none is not there."""
    try:
        monday = monday_of_week(week)
    except ValueError as error:
        raise NotFoundError("There is no such week.") from error
    if monday.year < EARLIEST:
        raise NotFoundError("There is no such week.")
    return monday


def drawn_page(done: service.Done) -> ResponseReturnValue:
    draw_id, size, left = done.draw.id, done.draw.size, len(done.given.left)
    db.session.commit()
    if left:
        flash(f"{size} parts drawn; {left} of them are without a reviewer. The board says why.", "warn")
    else:
        flash(f"{size} parts drawn and assigned.", "good")
    return redirect(url_for("sampling.show", draw_id=draw_id))


@bp.get("/draws/<int:draw_id>")
@requires(Permission.SAMPLING_VIEW)
def show(draw_id: int) -> ResponseReturnValue:
    return receipt_page(draw_id)


def receipt_page(draw_id: int, verdict: verification.Verdict | None = None) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_draw_for(session, g.actor, draw_id)
    return make_response(
        render_template(
            "sampling/show.html",
            view=view,
            words=reading.read(view.receipt.document),
            plan_words=queries.plan_words(session, view),
            siblings=queries.draws_of(session, view.period.id),
            erased=taking_back.erased_of_draw(session, draw_id),
            verdict=verdict,
        )
    )


@bp.post("/draws/<int:draw_id>/verify")
@requires(Permission.SAMPLING_VIEW)
def verify(draw_id: int) -> ResponseReturnValue:
    """Run the draw again from its frozen frame, compare, and note that it was done."""
    session = db.session()
    queries.get_draw_for(session, g.actor, draw_id)
    verdict = verification.verify(session, g.programme, draw_id)
    verification.note(session, verdict, by=g.actor.user_id, now=utcnow())
    session.commit()
    return receipt_page(draw_id, verdict)


@bp.get("/draws/<int:draw_id>/receipt.json")
@requires(Permission.SAMPLING_VIEW)
def receipt(draw_id: int) -> ResponseReturnValue:
    view = queries.get_draw_for(db.session(), g.actor, draw_id)
    number = f"-{view.draw.n}" if view.draw.n > 1 else ""
    return Response(
        view.receipt.document,
        mimetype="application/json",
        headers={"Content-Disposition": f"attachment; filename=receipt-{view.period.key}{number}.json"},
    )


@bp.get("/draws/<int:draw_id>/supplement")
@requires(Permission.SAMPLING_DRAW)
def supplement_form(draw_id: int) -> ResponseReturnValue:
    return supplement_page(draw_id, forms.SupplementForm())


def supplement_page(draw_id: int, form: forms.SupplementForm, status: int = 200) -> ResponseReturnValue:
    view = queries.get_draw_for(db.session(), g.actor, draw_id)
    fill(form)
    return make_response(render_template("sampling/supplement.html", form=form, view=view), status)


def fill(form: forms.SupplementForm) -> None:
    known = sampling_plans.plans_of(db.session(), g.actor.programme_id)
    form.plans.choices = [SelectChoice(view.plan.id, view.plan.name) for view in known]


@bp.post("/draws/<int:draw_id>/supplement")
@requires(Permission.SAMPLING_DRAW)
def supplement(draw_id: int) -> ResponseReturnValue:
    """Draw once more from the same frozen frame, with a reason that stands on the receipt."""
    session = db.session()
    view = queries.get_draw_for(session, g.actor, draw_id)
    form = forms.SupplementForm()
    fill(form)
    if not form.validate():
        return supplement_page(draw_id, form, 422)
    chosen = [
        each.value
        for each in sampling_plans.plans_of(session, g.actor.programme_id)
        if each.plan.id in (form.plans.data or [])
    ]
    done = service.draw_period(
        session,
        g.programme,
        g.setting,
        view.period,
        chosen,
        ring=KeyRing(settings().text_keys),
        by=g.actor.user_id,
        now=utcnow(),
        reason=form.reason.data or "",
    )
    return drawn_page(done)
