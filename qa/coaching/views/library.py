"""The library of coaching: templates by criterion, and trainings."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.coaching.library import queries, service
from qa.coaching.library.models import TEMPLATE_KINDS, TRAINING_KINDS
from qa.coaching.views import typed
from qa.coaching.views.blueprint import bp
from qa.core.access import Permission, requires
from qa.core.advancing import seen_version
from qa.core.clock import utcnow
from qa.core.db import db
from qa.rubric_library.procedures import procedures

STATES = {"proposed": "proposed", "adopted": "in the library", "retired": "retired"}


@bp.get("/library")
@requires(Permission.COACHING_EDIT)
def library() -> ResponseReturnValue:
    session = db.session()
    criterion, state = request.args.get("criterion", ""), request.args.get("state", "")
    names = queries.criteria_in_force(session, g.actor.programme_id, utcnow())
    rows = queries.templates_of(
        session, g.actor.programme_id, criterion_key=criterion, state=state if state in STATES else ""
    )
    return render_template(
        "coaching/library.html",
        rows=rows,
        may_change={row.template.id for row in rows if queries.may_change(g.actor, row.template)},
        settles=queries.may_settle(g.actor),
        names=names,
        criterion=criterion,
        state=state,
        states=STATES,
        kinds=list(TEMPLATE_KINDS.items()),
        trainings=queries.trainings_of(session, g.actor.programme_id),
        training_kinds=list(TRAINING_KINDS.items()),
        procedures=[(each.procedure.id, each.procedure.name) for each in procedures(session, g.actor.programme_id)],
    )


def back() -> ResponseReturnValue:
    return redirect(url_for("coaching.library"))


@bp.post("/library/templates")
@requires(Permission.COACHING_EDIT)
def propose_template() -> ResponseReturnValue:
    session = db.session()
    settles = queries.may_settle(g.actor)
    service.propose(
        session,
        g.actor.programme_id,
        criterion_key=typed.words("criterion"),
        kind=typed.words("kind"),
        text=typed.words("text"),
        owner=typed.words("owner"),
        days=typed.whole("days", "Due after how many days"),
        adopt=settles,
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    flash("It is in the library." if settles else "It is proposed; who runs the programme decides.", "good")
    return back()


@bp.post("/library/templates/<int:template_id>")
@requires(Permission.COACHING_EDIT)
def change_template(template_id: int) -> ResponseReturnValue:
    """Other words, or a decision about it."""
    session, now, by = db.session(), utcnow(), g.actor.user_id
    template = queries.get_template_for(session, g.actor, template_id)
    state = typed.words("state")
    if state:
        if not queries.may_settle(g.actor):
            raise queries.not_yours()
        service.settle(session, template, state=state, version=seen_version(), by=by, now=now)
    else:
        if not queries.may_change(g.actor, template):
            raise queries.not_yours()
        service.edit(
            session,
            template,
            text=typed.words("text"),
            owner=typed.words("owner"),
            days=typed.whole("days", "Due after how many days"),
            version=seen_version(),
            by=by,
            now=now,
        )
    session.commit()
    return back()


@bp.post("/library/trainings")
@requires(Permission.COACHING_EDIT)
def add_training() -> ResponseReturnValue:
    session = db.session()
    service.add_training(
        session,
        g.actor.programme_id,
        kind=typed.words("kind"),
        title=typed.words("title"),
        url=typed.words("url"),
        procedure_id=typed.whole("procedure", "The SOP", optional=True),
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    flash("The training can be given as an action now.", "good")
    return back()


@bp.post("/library/trainings/<int:training_id>/retire")
@requires(Permission.COACHING_EDIT)
def retire_training(training_id: int) -> ResponseReturnValue:
    session = db.session()
    training = queries.get_training_for(session, g.actor, training_id)
    if not queries.may_settle(g.actor) and training.created_by_id != g.actor.user_id:
        raise queries.not_yours()
    service.retire_training(session, training, by=g.actor.user_id, now=utcnow())
    session.commit()
    return back()
