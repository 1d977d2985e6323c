"""Procedures (SOPs) that criteria link to: the list, one with its versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from qa.core import advancing, entering, taking_in
from qa.core.access import Permission, requires
from qa.core.clock import local_day, midnight, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.core.import_views import Importing, add_pages
from qa.core.routing import stored_id
from qa.rubric_library import procedure_lists, procedures, queries
from qa.rubric_library.forms import ProcedureForm, ProcedureVersionForm
from qa.rubric_library.views.blueprint import bp


def _take_in(session: Session, rows: Sequence[entering.Row], now: dt.datetime) -> taking_in.Outcome:
    return procedure_lists.take_in(session, g.actor.programme_id, rows, g.zone, by=g.actor.user_id, now=now)


add_pages(
    bp,
    Importing(
        noun="procedures",
        lead="A procedure a line, told apart by its key, with at most one new version.",
        entries=lambda: procedure_lists.columns(),
        carry_out=_take_in,
        object_type="procedure",
        list_endpoint="rubrics.procedure_list",
        list_title="Procedures",
    ),
    Permission.RUBRIC_DRAFT,
    path="/procedures/import",
    prefix="procedure_",
)


@bp.get("/procedures")
@requires(Permission.RUBRIC_READ)
def procedure_list() -> ResponseReturnValue:
    return list_page()


def list_page(*, form: ProcedureForm | None = None, status: int = 200) -> Response:
    session, now = db.session(), utcnow()
    away = request.args.get("state") == "away"
    known = procedures.procedures(session, g.actor.programme_id)
    found = [view for view in known if (view.procedure.archived_at is not None) == away]
    form = with_owners(form or ProcedureForm(owner=g.actor.user_id, key=request.args.get("key", "")))
    body = render_template(
        "rubrics/procedures.html",
        procedures=found,
        owners=queries.names_of(session, [view.procedure.owner_id for view in found]),
        linked=linked_from(),
        known_keys=[view.procedure.key for view in known],
        form=form,
        away=away,
        now=now,
        today=local_day(now, g.zone),
    )
    return make_response(body, status)


def with_owners(form: ProcedureForm) -> ProcedureForm:
    people = queries.possible_owners(db.session(), g.actor.programme_id, utcnow().date())
    form.owner.choices = [SelectChoice(person_id, name) for person_id, name in people]
    return form


def linked_from() -> dict[str, list[str]]:
    """By key, the criteria of published versions that name a procedure."""
    links: dict[str, list[str]] = {}
    for view in queries.families(db.session(), g.actor.programme_id):
        newest = view.newest_published
        for criterion in queries.parsed(newest.document).criteria if newest else ():
            if criterion.procedure:
                links.setdefault(criterion.procedure, []).append(f"{view.family.name}: {criterion.name}")
    return links


@bp.post("/procedures")
@requires(Permission.RUBRIC_DRAFT)
def add_procedure() -> ResponseReturnValue:
    form = with_owners(ProcedureForm())
    if not form.validate():
        return list_page(form=form, status=422)
    try:
        made = procedures.create(
            db.session(),
            g.actor.programme_id,
            key=form.key.data or "",
            name=form.name.data or "",
            owner_id=form.owner.data,
            by=g.actor.user_id,
            now=utcnow(),
        )
    except InvalidInputError as error:
        db.session.rollback()
        form.key.errors = [str(error)]
        return list_page(form=form, status=422)
    db.session.commit()
    flash("Now say where it is found and from which day it is valid.", "good")
    return redirect(url_for("rubrics.procedure", procedure_id=made.id))


@bp.get("/procedures/<int:procedure_id>")
@requires(Permission.RUBRIC_READ)
def procedure(procedure_id: int) -> ResponseReturnValue:
    return procedure_page(procedure_id)


def procedure_page(procedure_id: int, *, form: ProcedureVersionForm | None = None, status: int = 200) -> Response:
    session, now = db.session(), utcnow()
    view = procedures.get_procedure_for(session, g.actor, procedure_id)
    body = render_template(
        "rubrics/procedure.html",
        view=view,
        current=view.in_force(now),
        people=queries.names_of(session, [view.procedure.owner_id, *(each.created_by_id for each in view.versions)]),
        linked=linked_from().get(view.procedure.key, []),
        form=form or ProcedureVersionForm(effective_from=local_day(now, g.zone)),
        possible_owners=queries.possible_owners(session, g.actor.programme_id, now.date()),
        now=now,
        today=local_day(now, g.zone),
    )
    return make_response(body, status)


@bp.post("/procedures/<int:procedure_id>")
@requires(Permission.RUBRIC_DRAFT)
def change_procedure(procedure_id: int) -> ResponseReturnValue:
    """Another title or owner."""
    session, now = db.session(), utcnow()
    view = procedures.get_procedure_for(session, g.actor, procedure_id)
    owner = request.form.get("owner", type=stored_id)
    if owner is not None and owner not in dict(queries.possible_owners(session, g.actor.programme_id, now.date())):
        raise InvalidInputError("Choose an owner from the list.", {"owner": "unknown"})
    procedure_lists.change(
        session,
        view.procedure,
        name=request.form.get("name", ""),
        owner_id=owner,
        version=advancing.seen_version(),
        by=g.actor.user_id,
        now=now,
    )
    session.commit()
    flash("Saved.", "good")
    return redirect(url_for("rubrics.procedure", procedure_id=procedure_id))


@bp.post("/procedures/<int:procedure_id>/archive")
@requires(Permission.RUBRIC_DRAFT)
def archive_procedure(procedure_id: int) -> ResponseReturnValue:
    return put_away(procedure_id, away=True)


@bp.post("/procedures/<int:procedure_id>/restore")
@requires(Permission.RUBRIC_DRAFT)
def restore_procedure(procedure_id: int) -> ResponseReturnValue:
    return put_away(procedure_id, away=False)


def put_away(procedure_id: int, *, away: bool) -> ResponseReturnValue:
    session = db.session()
    view = procedures.get_procedure_for(session, g.actor, procedure_id)
    procedure_lists.archive(
        session, view.procedure, away=away, version=advancing.seen_version(), by=g.actor.user_id, now=utcnow()
    )
    session.commit()
    flash("Put away; links from former reviews stay. You can bring it back here." if away else "It is back.", "good")
    return redirect(url_for("rubrics.procedure", procedure_id=procedure_id))


@bp.post("/procedures/<int:procedure_id>/versions")
@requires(Permission.RUBRIC_DRAFT)
def add_procedure_version(procedure_id: int) -> ResponseReturnValue:
    view = procedures.get_procedure_for(db.session(), g.actor, procedure_id)
    form = ProcedureVersionForm()
    if not form.validate() or form.effective_from.data is None:
        return procedure_page(procedure_id, form=form, status=422)
    try:
        procedures.add_version(
            db.session(),
            view.procedure,
            label=form.label.data or "",
            url=form.url.data or "",
            effective_from=midnight(form.effective_from.data, g.zone),
            review_by=form.review_by.data,
            what_changed=form.what_changed.data or "",
            by=g.actor.user_id,
            now=utcnow(),
        )
    except InvalidInputError as error:
        db.session.rollback()
        form.url.errors = [str(error)]
        return procedure_page(procedure_id, form=form, status=422)
    db.session.commit()
    flash("Parts resolved from that day on link to this version.", "good")
    return redirect(url_for("rubrics.procedure", procedure_id=procedure_id))
