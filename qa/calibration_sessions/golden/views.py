"""Golden tickets: the list with what all reviewers did with them, and making and retiring one."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.calibration_sessions import drawings
from qa.calibration_sessions import queries as session_queries
from qa.calibration_sessions.golden import queries, rules, service
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.core import advancing
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError

bp = Blueprint("golden", __name__, url_prefix="/calibration/golden")
STATES = {"": "All", "proposed": "Proposed", "gold": "Gold", "declined": "Declined", "retired": "Retired"}


@bp.get("/")
@requires(Permission.CALIBRATION_GOLD)
def index() -> ResponseReturnValue:
    session = db.session()
    state = request.args.get("state", "")
    points = rules.trend(queries.against_gold(session, g.actor.programme_id, g.zone))
    return render_template(
        "golden/index.html",
        rows=queries.listed(session, g.actor, state=state if state in STATES else ""),
        state=state,
        states=STATES,
        points=points,
        chart=drawings.gold_chart(points) if points else None,
        per_month=g.setting.gold_per_month,
    )


@bp.post("/sessions/<int:session_id>/parts/<int:session_part_id>/propose")
@requires(Permission.CALIBRATION_GOLD)
def propose(session_id: int, session_part_id: int) -> ResponseReturnValue:
    session = db.session()
    row = session_queries.get_session_for(session, g.actor, session_id)
    parts = session_queries.parts_of(session, row.id)
    part = next((each for each in parts if each.session_part.id == session_part_id), None)
    if part is None:
        raise NotFoundError("This part is not in the session.")
    service.propose(session, row, part, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("Proposed as gold. It is one as soon as somebody else agrees, on the page of golden tickets.", "good")
    return redirect(url_for("calibration.show", session_id=session_id, _anchor=f"part-{session_part_id}"))


@bp.post("/<int:golden_id>/confirm")
@requires(Permission.CALIBRATION_GOLD)
def confirm(golden_id: int) -> ResponseReturnValue:
    gold, version = of_form(golden_id)
    service.confirm(db.session(), gold, version=version, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The ticket is gold.", "good")
    return redirect(url_for("golden.index"))


@bp.post("/<int:golden_id>/decline")
@requires(Permission.CALIBRATION_GOLD)
def decline(golden_id: int) -> ResponseReturnValue:
    gold, version = of_form(golden_id)
    reason = request.form.get("reason", "")
    service.decline(db.session(), gold, version=version, reason=reason, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The ticket will not be gold; the reason stays with it.", "neutral")
    return redirect(url_for("golden.index"))


@bp.post("/<int:golden_id>/retire")
@requires(Permission.CALIBRATION_GOLD)
def retire(golden_id: int) -> ResponseReturnValue:
    gold, version = of_form(golden_id)
    reason = request.form.get("reason", "")
    service.retire(db.session(), gold, version=version, reason=reason, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("Retired. It is given to nobody any more; what was scored stays evidence.", "neutral")
    return redirect(url_for("golden.index"))


def of_form(golden_id: int) -> tuple[GoldenTicket, int]:
    """The golden ticket, and the state of it that was on the page."""
    return queries.get_golden_for(db.session(), g.actor, golden_id), advancing.seen_version()
