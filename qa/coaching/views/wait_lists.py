"""Wait-lists by lot: casting one, its order, and what it shows."""

from __future__ import annotations

import datetime as dt
import secrets

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.coaching import courses
from qa.coaching import queries as people
from qa.coaching.views import typed
from qa.coaching.views.blueprint import bp, today
from qa.coaching.wait_lists import queries, service
from qa.coaching.wait_lists.models import WaitList
from qa.core.access import Permission, requires
from qa.core.clock import monday_of, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.sampling import draw


def coachable() -> list[people.Coached]:
    found = people.specialists_for(db.session(), g.actor, today=today())
    return [coached for coached in found if people.may_edit(g.actor, coached)]


def listed(list_id: int) -> WaitList:
    return queries.get_list_for(db.session(), g.actor, [coached.user.id for coached in coachable()], list_id)


@bp.get("/wait-lists")
@requires(Permission.COACHING_EDIT)
def wait_lists() -> ResponseReturnValue:
    return lists_page({}, {})


def lists_page(errors: dict[str, str], given: dict[str, str], status: int = 200) -> ResponseReturnValue:
    session = db.session()
    mine = coachable()
    busy = people.with_active_plan(session, [coached.user.id for coached in mine])
    waiting = queries.waiting(session, [coached.user.id for coached in mine], today=today())
    body = render_template(
        "coaching/wait_lists.html",
        rows=queries.lists_for(session, g.actor, [coached.user.id for coached in mine]),
        free=[coached for coached in mine if coached.user.id not in busy and coached.user.id not in waiting],
        errors=errors,
        given=given,
        chosen={int(each) for each in request.form.getlist("people") if each.isdigit()},
        monday=monday_of(today()) + dt.timedelta(weeks=1),
    )
    return Response(body, status=status)


@bp.post("/wait-lists")
@requires(Permission.COACHING_EDIT)
def cast_lot() -> ResponseReturnValue:
    """Cast the lot; who may not be coached by this person cannot stand on it."""
    session = db.session()
    allowed = {coached.user.id for coached in coachable()}
    try:
        row = service.cast_lot(
            session,
            g.actor.programme_id,
            [int(each) for each in request.form.getlist("people") if each.isdigit() and int(each) in allowed],
            title=typed.words("title"),
            first_size=typed.whole("first_size", "How many begin at once"),
            starts_on=typed.day("starts_on", "When the first begin"),
            weeks=typed.whole("weeks", "How long the others wait"),
            seed=secrets.token_bytes(draw.SEED_BYTES),
            by=g.actor.user_id,
            today=today(),
            now=utcnow(),
        )
    except InvalidInputError as error:
        session.rollback()
        return lists_page(error.fields or {"": str(error)}, dict(request.form), 422)
    session.commit()
    flash("The lot is cast and recorded.", "good")
    return redirect(url_for("coaching.wait_list", list_id=row.id))


@bp.get("/wait-lists/<int:list_id>")
@requires(Permission.COACHING_EDIT)
def wait_list(list_id: int) -> ResponseReturnValue:
    session = db.session()
    row = listed(list_id)
    places = queries.places_of(session, row)
    return render_template(
        "coaching/wait_list.html",
        row=row,
        places=places,
        second=row.starts_on + dt.timedelta(weeks=row.weeks),
        told=courses.lot_effect(
            session,
            g.actor,
            row,
            [(place.place.user_id, place.place.wave) for place in places],
            today=today(),
            now=utcnow(),
        ),
    )


@bp.post("/wait-lists/<int:list_id>/places/<int:place_id>/leave")
@requires(Permission.COACHING_EDIT)
def leave_wait_list(list_id: int, place_id: int) -> ResponseReturnValue:
    session = db.session()
    row = listed(list_id)
    place = queries.get_place(session, row, place_id)
    service.leave(session, place, reason=typed.words("reason"), by=g.actor.user_id, now=utcnow())
    session.commit()
    return redirect(url_for("coaching.wait_list", list_id=list_id))
