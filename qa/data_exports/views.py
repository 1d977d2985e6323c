"""The page where flat data are ordered, followed and fetched."""

from __future__ import annotations

from flask import Blueprint, flash, g, make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from exports import flat_data
from exports.text import file_name
from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.data_exports import forms, jobs, queries, reading, scope, service
from qa.data_exports.models import GOING, ExportState

bp = Blueprint("data_exports", __name__, url_prefix="/exports")


@bp.get("/")
@requires(Permission.DATA_EXPORT)
def index() -> ResponseReturnValue:
    return page(_form())


@bp.post("/")
@requires(Permission.DATA_EXPORT)
def order() -> ResponseReturnValue:
    """Order tables; a job writes them. Of a workbook with very many rows the text formats are offered first."""
    form = _form()
    if not form.validate():
        return page(form, 422)
    try:
        rows = _rows(form)
        if rows > forms.TEXT_FIRST:
            return page(form, 422, many=rows)
        service.order(
            db.session(),
            g.actor,
            tables=form.tables.data or (),
            form=form.format.data,
            first_day=form.first_day.data,
            last_day=form.last_day.data,
            now=utcnow(),
        )
    except InvalidInputError as error:
        db.session.rollback()
        form.refuse(error)
        return page(form, 422)
    db.session.commit()
    flash("The export is being written. You may leave this page; it waits here for a week.", "good")
    return redirect(url_for("data_exports.index"))


@bp.get("/<int:export_id>/file")
@requires(Permission.DATA_EXPORT)
def fetch(export_id: int) -> ResponseReturnValue:
    """The written file, for its owner alone."""
    listed = queries.get_export_for(db.session(), g.actor, export_id)
    row = listed.export
    path = jobs.folder() / row.file_name if row.file_name else None
    if row.state != ExportState.DONE or path is None or not path.is_file():
        raise NotFoundError("There is no file of this export: it is not written yet, or its week is over.")
    suffix = service.SUFFIXES[row.format]
    name = file_name("fairmark", *row.tables, str(row.first_day), str(row.last_day), suffix=suffix)
    return send_file(path, as_attachment=True, download_name=name, mimetype=MEDIA[row.format], max_age=0)


@bp.post("/<int:export_id>/call-off")
@requires(Permission.DATA_EXPORT)
def call_off(export_id: int) -> ResponseReturnValue:
    listed = queries.get_export_for(db.session(), g.actor, export_id)
    service.call_off(db.session(), listed.export, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The export is called off; nothing of it is kept.", "good")
    return redirect(url_for("data_exports.index"))


@bp.post("/<int:export_id>/delete")
@requires(Permission.DATA_EXPORT)
def delete(export_id: int) -> ResponseReturnValue:
    listed = queries.get_export_for(db.session(), g.actor, export_id)
    service.delete(db.session(), listed.export, jobs.folder(), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The file is deleted.", "good")
    return redirect(url_for("data_exports.index"))


MEDIA = {
    "csv": "application/zip",
    "jsonl": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _form() -> forms.OrderForm:
    return forms.OrderForm.for_tables(scope.offered(g.actor), local_day(utcnow(), g.zone))


def _rows(form: forms.OrderForm) -> int:
    """How many rows a workbook would have; 0 where nobody needs to be asked."""
    first, last, names = form.first_day.data, form.last_day.data, form.tables.data or ()
    if form.format.data != "xlsx" or form.sure.data or first is None or last is None:
        return 0
    service.check(g.actor, names, form.format.data, first, last)
    wanted = queries.wanted_of(g.actor, first, last, zone=g.zone, as_of=utcnow())
    return reading.count_rows(db.session(), queries.tables_named(names), wanted)


def page(form: forms.OrderForm, status: int = 200, *, many: int = 0) -> ResponseReturnValue:
    """``many``: so many rows a workbook would have that another format is better."""
    listed = queries.exports_of(db.session(), g.actor)
    tables = scope.offered(g.actor)
    body = render_template(
        "data_exports/index.html",
        form=form,
        many=many,
        listed=listed,
        tables=tables,
        going=any(each.export.state in GOING for each in listed),
        formats=flat_data.FORMATS,
        kept_days=service.KEPT_DAYS,
    )
    return make_response(body, status)
