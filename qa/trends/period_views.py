"""Closed periods: what was said, what would be said now, and saying so beside it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.sampling import reporting
from qa.trends import closing, forms, queries, statements

bp = Blueprint("periods", __name__, url_prefix="/trends/periods")


@bp.get("/")
@requires(Permission.PERIODS_VIEW)
def index() -> ResponseReturnValue:
    known = closing.periods_of(db.session(), g.actor.programme_id)
    return render_template(
        "trends/periods.html",
        rows=[(each, each.first, each.newest) for each in known],
        explained=statements.explained,
    )


@bp.get("/<int:period_id>")
@requires(Permission.PERIODS_VIEW)
def show(period_id: int) -> ResponseReturnValue:
    return page(closing.get_period_for(db.session(), g.actor, period_id), forms.RestateForm())


def page(known: closing.Closable, form: forms.RestateForm, status: int = 200) -> ResponseReturnValue:
    now = closing.as_of_now(db.session(), known.period)
    newest = known.newest
    body = render_template(
        "trends/period.html",
        known=known,
        form=form,
        now=now,
        first=known.first,
        explained=statements.explained,
        said_of_disputes=statements.said_of_disputes,
        documents=[(row, closing.read(row)) for row in known.statements],
        changes=[] if newest is None else [each for each in statements.changes(newest, now) if shown(now, each.domain)],
        reasons=[] if newest is None else statements.reasons(newest, now),
        domains=[name for name in sorted(now["figures"]) if shown(now, name)],
        held_back=sum(not shown(now, name) for name in now["figures"]),
    )
    return make_response(body, status)


def shown(document: dict[str, Any], domain: str) -> bool:
    """Whether the reader may see a domain's figures: those over few people only with each person's."""
    return queries.may_see_each(g.actor) or document["figures"].get(domain, {}).get("people", 0) >= reporting.PEOPLE


@bp.post("/<int:period_id>/close")
@requires(Permission.PERIODS_CLOSE)
def close(period_id: int) -> ResponseReturnValue:
    session = db.session()
    known = closing.get_period_for(session, g.actor, period_id)
    closing.close(session, known, by=g.actor.user_id, now=utcnow())
    key = known.period.key
    session.commit()
    flash(f"{key} is closed. Its figures stay as they are now; what changes later is restated beside them.", "good")
    return redirect(url_for("periods.show", period_id=period_id))


@bp.post("/<int:period_id>/restate")
@requires(Permission.PERIODS_CLOSE)
def restate(period_id: int) -> ResponseReturnValue:
    session = db.session()
    known = closing.get_period_for(session, g.actor, period_id)
    form = forms.RestateForm()
    if not form.validate():
        return page(known, form, 422)
    closing.restate(session, known, reason=form.reason.data or "", by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Restated. The closing figures stay readable beside it.", "good")
    return redirect(url_for("periods.show", period_id=period_id))
