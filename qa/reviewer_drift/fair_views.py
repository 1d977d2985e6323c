"""Specialists' means with reviewers' strictness taken out, and whether they are shown beside the raw ones."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.people import programme
from qa.reviewer_drift import forms, queries, runs, watchboard
from qa.reviewer_drift.case_views import bp

__all__ = ["bp"]

MOVES = 1.0  # points from which on a shift is counted


@bp.get("/fair")
@requires(Permission.DRIFT_RUN)
def fair() -> ResponseReturnValue:
    session = db.session()
    run = runs.newest_run(session, g.actor.programme_id)
    told = [] if run is None else run.document.get("fair", [])
    names = queries.people_of(session, [row["specialist"] for row in told])
    rows = sorted(
        ((names[row["specialist"]], row) for row in told if row["specialist"] in names),
        key=lambda each: (-abs(each[1]["moved"] or 0.0), each[0]),
    )
    return render_template(
        "reviewers/fair.html",
        run=run,
        rows=rows,
        weeks="" if run is None else watchboard.quarter(run),
        moved=sum(abs(row["moved"] or 0.0) > MOVES for _, row in rows),
        form=forms.FairForm(fair="on" if g.setting.fair_mean else "off"),
        base=g.setting.id,
    )


@bp.post("/fair")
@requires(Permission.PROGRAMME_RULES)
def switch_fair() -> ResponseReturnValue:
    form = forms.FairForm()
    if not form.validate():
        raise InvalidInputError("Choose whether fair means are shown.", {"fair": "missing"})
    session = db.session()
    changed = programme.change_settings(
        session,
        g.actor.programme_id,
        {"fair_mean": form.fair.data == "on"},
        base_id=int(form.base.data or 0),
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    flash("Recorded: it holds from now on." if changed else "Nothing has changed.", "good")
    return redirect(url_for("reviewers.fair" if g.actor.may(Permission.DRIFT_RUN) else "programme.show"))
