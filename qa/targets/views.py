"""Targets: what is wanted of which measure, from which day and for whom; and what was wanted before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from qa.core import entering, taking_in
from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.fields import shown_again
from qa.core.import_views import Importing, add_pages
from qa.targets import fields, queries, rules, service
from qa.tickets.queries import queue_names

bp = Blueprint("targets", __name__, url_prefix="/targets")


def _take_in(session: Session, rows: Sequence[entering.Row], now: dt.datetime) -> taking_in.Outcome:
    return service.take_in(session, g.actor.programme_id, rows, by=g.actor.user_id, now=now)


add_pages(
    bp,
    Importing(
        noun="targets",
        lead="A target a line. Another value for the same measure, people and day takes the former’s place.",
        entries=lambda: fields.entries(),
        carry_out=_take_in,
        object_type="target",
        list_endpoint="targets.index",
        list_title="Targets",
    ),
    Permission.TARGETS_SET,
)


@bp.get("/")
@requires(Permission.LAUNCHES_VIEW)
def index() -> ResponseReturnValue:
    """Every target with what was wanted before, by measure."""
    return list_page()


def list_page(*, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    session, now = db.session(), utcnow()
    measure = request.args.get("measure", "")
    today = local_day(now, g.zone)
    setting = g.actor.may(Permission.TARGETS_SET)
    return render_template(
        "targets/index.html",
        views=queries.targets_of(session, g.actor, measure=measure if measure in rules.MEASURES else "", today=today),
        measures=rules.MEASURES,
        measure=measure,
        today=today,
        entries=fields.entries(
            list(service.teams_by_name(session, g.actor.programme_id)), queue_names(session, g.actor.programme_id)
        )
        if setting
        else (),
        typed=typed or {"effective_from": today.isoformat()},
        errors=errors or {},
    )


@bp.post("/")
@requires(Permission.TARGETS_SET)
@shown_again(list_page)
def set_target() -> ResponseReturnValue:
    session = db.session()
    values = entering.read_form(fields.entries(), request.form)
    target = service.set_target(session, g.actor.programme_id, values, by=g.actor.user_id, now=utcnow())
    said = f"{rules.MEASURES[target.measure].label} has a target of {target.value:g} from {target.effective_from} on."
    session.commit()
    flash(said, "good")
    return redirect(url_for("targets.index"))


@bp.post("/<int:target_id>/withdraw")
@requires(Permission.TARGETS_SET)
def withdraw(target_id: int) -> ResponseReturnValue:
    """It was a mistake: what held before holds on."""
    session = db.session()
    service.withdraw(session, queries.get_target_for(session, g.actor, target_id), by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Withdrawn; what held before holds on. You can bring it back below.", "good")
    return redirect(url_for("targets.index"))


@bp.post("/<int:target_id>/bring-back")
@requires(Permission.TARGETS_SET)
def bring_back(target_id: int) -> ResponseReturnValue:
    session = db.session()
    service.bring_back(session, queries.get_target_for(session, g.actor, target_id), by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("The target holds again.", "good")
    return redirect(url_for("targets.index"))
