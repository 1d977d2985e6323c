"""Taking the next part from the pool, and giving it back; picks by choice, which enter no figure."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.sampling import forms, pool, queries, targeting
from qa.sampling.views.blueprint import bp

LONGEST_LIST = 4_000


@bp.get("/pool")
@requires(Permission.QUEUE)
def pool_page() -> ResponseReturnValue:
    """What the pool holds for the person who asks; nothing by which one part could be told from another."""
    session = db.session()
    return render_template(
        "sampling/pool.html",
        able=len(pool.open_to(session, g.setting, g.actor.user_id, now=utcnow())),
        waiting=len(pool.waiting_units(session, g.actor.programme_id, now=utcnow())),
        lent=queries.lent_to(session, g.actor.user_id),
    )


@bp.post("/pool/claim")
@requires(Permission.QUEUE)
def claim() -> ResponseReturnValue:
    session = db.session()
    pool.claim(session, g.setting, g.actor.user_id, now=utcnow())
    session.commit()
    flash("The next part is yours. Begin within two days, or it goes back by itself.", "good")
    return back()


@bp.post("/pool/<int:assignment_id>/give-back")
@requires(Permission.QUEUE)
def give_back(assignment_id: int) -> ResponseReturnValue:
    session = db.session()
    pool.give_back(session, queries.get_own_assignment(session, g.actor, assignment_id), now=utcnow())
    session.commit()
    flash("The part is back in the pool.", "good")
    return back()


def back() -> ResponseReturnValue:
    """To the list where it was done: the queue or the pool."""
    return redirect(url_for("reviews.queue" if request.form.get("back") == "queue" else "sampling.pool_page"))


@bp.get("/picks/new")
@requires(Permission.TARGETED_PICK)
def new_pick() -> ResponseReturnValue:
    """Tickets to be reviewed by choice; a ticket's page or a list brings its numbers along."""
    form = forms.PickForm()
    form.tickets.data = "\n".join(request.args.get("tickets", "")[:LONGEST_LIST].split())
    return render_template("sampling/pick.html", form=form, picked=None)


@bp.post("/picks/new")
@requires(Permission.TARGETED_PICK)
def pick() -> ResponseReturnValue:
    form = forms.PickForm()
    if not form.validate():
        return make_response(render_template("sampling/pick.html", form=form, picked=None), 422)
    session = db.session()
    try:
        picked = targeting.pick(
            session,
            g.actor,
            g.setting,
            (form.tickets.data or "").replace(",", " ").split(),
            reason=form.reason.data or "",
            now=utcnow(),
        )
    except InvalidInputError as error:
        form.tickets.errors = [str(error)]
        return make_response(render_template("sampling/pick.html", form=form, picked=None), 422)
    session.commit()
    form.tickets.data = "\n".join(number for number, _ in picked.refused)
    return render_template("sampling/pick.html", form=form, picked=picked)
