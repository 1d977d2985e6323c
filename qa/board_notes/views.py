"""The director's notes: by period, each with what it said before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from qa.board_notes import fields, queries, rules, service
from qa.core import advancing, entering, taking_in
from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.core.fields import shown_again
from qa.core.import_views import Importing, add_pages

bp = Blueprint("board_notes", __name__, url_prefix="/board-notes")
EVER = dt.date(1, 1, 1), dt.date(9999, 12, 31)


def _take_in(session: Session, rows: Sequence[entering.Row], now: dt.datetime) -> taking_in.Outcome:
    return service.take_in(session, g.actor.programme_id, rows, by=g.actor.user_id, now=now)


add_pages(
    bp,
    Importing(
        noun="notes",
        lead="A note a line, told apart by its week or month.",
        entries=lambda: fields.entries(),
        carry_out=_take_in,
        object_type="board_note",
        list_endpoint="board_notes.index",
        list_title="Director’s notes",
    ),
    Permission.BOARD_NOTES_WRITE,
)


@bp.get("/")
@requires(Permission.BOARD_NOTES_READ)
def index() -> ResponseReturnValue:
    """Every note as it stands, the newest period first."""
    return list_page()


def list_page(*, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    session, now = db.session(), utcnow()
    since, until = EVER
    views = queries.notes_between(session, g.actor.programme_id, since=since, until=until)
    return render_template(
        "board_notes/index.html",
        views=views[::-1],
        entries=fields.entries(),
        typed=typed or {"period": f"{local_day(now, g.zone):%Y-%m}"},
        errors=errors or {},
    )


@bp.post("/")
@requires(Permission.BOARD_NOTES_WRITE)
@shown_again(list_page)
def write() -> ResponseReturnValue:
    """A note on a period that has none, or none any more; another one is edited on its own page."""
    session = db.session()
    values = entering.read_form(fields.entries(), request.form)
    span, text = values["period"], values["text"] or ""
    newest = next(iter(queries.history(session, g.actor.programme_id, span.period)), None)
    if newest is not None and newest[0].text:
        said = f"{span.period} has a note already: edit it where it stands above."
        raise InvalidInputError(said, {"period": said})
    version = newest[0].n if newest is not None else 0
    note = service.write(session, g.actor.programme_id, span, text, version=version, by=g.actor.user_id, now=utcnow())
    period = note.period
    session.commit()
    flash("The note is kept with the figures of its period.", "good")
    return redirect(url_for("board_notes.show", period=period))


@bp.get("/<string:period>")
@requires(Permission.BOARD_NOTES_READ)
def show(period: str) -> ResponseReturnValue:
    return note_page(period)


def note_page(period: str, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    """A period's note with what it said before."""
    rows = queries.history(db.session(), g.actor.programme_id, span_of(period).period)
    if not rows:
        raise NotFoundError("There is no note on this period.")
    note = rows[0][0]
    return render_template(
        "board_notes/show.html",
        note=note,
        rows=rows,
        entries=editable(),
        typed=typed or {"text": note.text},
        errors=errors or {},
    )


def editable() -> list[entering.Entry]:
    return [entry for entry in fields.entries() if not entry.fixed]


def span_of(period: str) -> rules.Span:
    try:
        return rules.span_of(period)
    except ValueError as error:
        raise NotFoundError("There is no such period.") from error


@bp.post("/<string:period>")
@requires(Permission.BOARD_NOTES_WRITE)
@shown_again(note_page)
def edit(period: str) -> ResponseReturnValue:
    """Other words; empty takes the note back, and an older text can be written again from below."""
    session = db.session()
    span = span_of(period)
    if not queries.history(session, g.actor.programme_id, span.period):
        raise NotFoundError("There is no note on this period.")
    version = advancing.seen_version()
    text = entering.read_form(editable(), request.form)["text"] or ""
    service.write(session, g.actor.programme_id, span, text, version=version, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Saved." if text else "The note is taken back; what it said stays below.", "good")
    return redirect(url_for("board_notes.show", period=span.period))
