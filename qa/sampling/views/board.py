"""The draw board: coverage and progress of a week, moving what is given out, and what leaves the sample."""

from __future__ import annotations

import datetime as dt

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.core.routing import stored_id
from qa.people.queries import in_programme
from qa.sampling import bias, comparing, handing_over, moving, pool, queries, replacing, taking_back
from qa.sampling import board as boards
from qa.sampling.views.blueprint import bp


@bp.get("/draws/<int:draw_id>/board")
@requires(Permission.SAMPLING_VIEW)
def board(draw_id: int) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_draw_for(session, g.actor, draw_id)
    today = local_day(utcnow(), g.zone)
    period_id = view.period.id
    return render_template(
        "sampling/board.html",
        form=FlaskForm(),
        view=view,
        whole=boards.progress_of(session, period_id, today),
        coverage=boards.coverage_of(session, period_id, today),
        languages=boards.completion_by(session, period_id, today, "language"),
        severities=boards.completion_by(session, period_id, today, "severity"),
        loads=queries.loads_of(session, period_id),
        shortages=queries.shortages_of(session, g.setting, period_id, today, now=utcnow()),
        units=boards.units_of(session, period_id),
        reasons=replacing.REASONS,
    )


@bp.post("/draws/<int:draw_id>/shift")
@requires(Permission.SAMPLING_DRAW)
def shift(draw_id: int) -> ResponseReturnValue:
    """Move every open due date of the week, as over a holiday; moving back is the undo."""
    session = db.session()
    view = queries.get_draw_for(session, g.actor, draw_id)
    days = request.form.get("days", 0, type=int)
    moved = moving.shift_due(session, view.period.id, days=days, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash(f"{moved} parts are due {abs(days)} days {'later' if days > 0 else 'earlier'} now.", "good")
    return redirect(url_for("sampling.board", draw_id=draw_id))


@bp.post("/reviewers/<int:user_id>/reassign")
@requires(Permission.SAMPLING_DRAW)
def reassign(user_id: int) -> ResponseReturnValue:
    """Give what waits for one reviewer to others."""
    session = db.session()
    if not in_programme(session, g.actor.programme_id, user_id):
        raise NotFoundError("There is no such reviewer.")
    moved = moving.reassign(session, g.setting, user_id, by=g.actor.user_id, now=utcnow())
    session.commit()
    stayed = f"; {moved.stayed} stay, because nobody else may take them or all are full" if moved.stayed else ""
    flash(f"{moved.moved} parts have another reviewer now{stayed}.", "good" if moved.moved else "warn")
    back = request.form.get("draw", type=stored_id)
    return redirect(url_for("sampling.board", draw_id=back) if back else url_for("sampling.health"))


@bp.post("/draws/<int:draw_id>/give-out")
@requires(Permission.SAMPLING_DRAW)
def give_out(draw_id: int) -> ResponseReturnValue:
    """Give what waits with nobody to whoever has capacity by now."""
    session = db.session()
    queries.get_draw_for(session, g.actor, draw_id)
    given = pool.give_out(session, g.setting, by=g.actor.user_id, now=utcnow())
    session.commit()
    found = f"{given.routine} {'part has' if given.routine == 1 else 'parts have'} a reviewer now"
    flash(f"{found}; {len(given.left)} wait on.", "good" if given.routine else "warn")
    return redirect(url_for("sampling.board", draw_id=draw_id))


@bp.post("/units/<int:unit_id>/replace")
@requires(Permission.SAMPLING_DRAW)
def replace(unit_id: int) -> ResponseReturnValue:
    """Strike a part that was never in the population; the next one of its cell moves up."""
    session = db.session()
    unit = replacing.get_unit_for(session, g.actor, unit_id)
    draw_id = unit.draw_id
    substitute, _ = replacing.replace(
        session, unit, g.setting, reason=request.form.get("reason", ""), by=g.actor.user_id, now=utcnow()
    )
    session.commit()
    told = "the next one of its kind moved up" if substitute else "there is no other of its kind"
    flash(f"The part is struck from the sample; {told}.", "good")
    return redirect(url_for("sampling.board", draw_id=draw_id))


@bp.get("/health")
@requires(Permission.SAMPLING_VIEW)
def health() -> ResponseReturnValue:
    """What could bend the sample: parts that went elsewhere, and reviewers who cannot be compared."""
    session = db.session()
    now = utcnow()
    since = local_day(now, g.zone) - dt.timedelta(weeks=boards.BIAS_WEEKS)
    return render_template(
        "sampling/health.html",
        form=FlaskForm(),
        rates=boards.bias_channel(session, g.actor.programme_id, now) if g.actor.may(Permission.REVIEWER_NAME) else [],
        reasons=boards.reasons_given(session, g.actor.programme_id, now),
        reason_words=handing_over.REASONS,
        erased=taking_back.erased_since(session, g.actor.programme_id, since),
        comparison=comparing.comparison(session, g.setting, now=now),
        test=bias.TEST,
        double_share=g.setting.double_share,
    )
