"""Recurring sessions: the list, one rule with what became of its days, pausing and stopping."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from qa.calibration_sessions.recipes import KINDS, Recipe, stored
from qa.calibration_sessions.series import queries, rules, service
from qa.calibration_sessions.series.forms import SeriesForm, SeriesVersionForm
from qa.calibration_sessions.series.models import SessionSeries
from qa.core.access import Permission, Role, requires
from qa.core.advancing import seen_version
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.people.queries import people_with_role
from qa.rubric_library.queries import families
from qa.tickets.queries import queue_names

bp = Blueprint("series", __name__, url_prefix="/calibration/series")


@bp.get("/")
@requires(Permission.CALIBRATION_FACILITATE)
def index() -> ResponseReturnValue:
    rows = queries.series_for(db.session(), g.actor)
    return render_template(
        "series/index.html",
        rows=rows,
        recipes={row.series.id: stored(row.series.recipe).words() for row in rows},
        rhythms=rules.RHYTHMS,
    )


@bp.get("/new")
@requires(Permission.CALIBRATION_FACILITATE)
def new() -> ResponseReturnValue:
    form = SeriesForm(starts_on=local_day(utcnow(), g.zone))
    return page(filled(form))


@bp.post("/new")
@requires(Permission.CALIBRATION_FACILITATE)
def create() -> ResponseReturnValue:
    form = filled(SeriesForm())
    now = utcnow()
    wanted = asked_for(form)
    if wanted is None:
        return page(form, status=422)
    try:
        service.create(
            db.session(), g.actor.programme_id, wanted, today=local_day(now, g.zone), by=g.actor.user_id, now=now
        )
    except InvalidInputError as error:
        return refused(form, error)
    db.session.commit()
    flash("The series is set up. Its sessions open by themselves, and everybody is told.", "good")
    return redirect(url_for("series.index"))


@bp.get("/<int:series_id>")
@requires(Permission.CALIBRATION_FACILITATE)
def show(series_id: int) -> ResponseReturnValue:
    row = queries.get_series_for(db.session(), g.actor, series_id)
    recipe = stored(row.recipe)
    form = SeriesForm(
        version=row.lock_version,
        title=row.title,
        family=row.family_id,
        rhythm=row.rhythm,
        starts_on=row.starts_on,
        due_days=row.due_days,
        anonymous=row.anonymous,
        participants=[] if row.everyone else queries.participants_of(db.session(), row.id),
        queue=recipe.queue,
        **{kind: getattr(recipe, kind) for kind in KINDS},
    )
    return page(filled(form), row)


@bp.post("/<int:series_id>")
@requires(Permission.CALIBRATION_FACILITATE)
def change(series_id: int) -> ResponseReturnValue:
    row = queries.get_series_for(db.session(), g.actor, series_id)
    form = filled(SeriesForm())
    now = utcnow()
    wanted = asked_for(form)
    if wanted is None or form.version.data is None:
        return page(form, row, status=422)
    try:
        service.change(
            db.session(),
            row,
            wanted,
            version=form.version.data,
            today=local_day(now, g.zone),
            by=g.actor.user_id,
            now=now,
        )
    except InvalidInputError as error:
        return refused(form, error, row)
    db.session.commit()
    flash("Changed for the sessions to come; what is open stays as it is.", "good")
    return redirect(url_for("series.show", series_id=series_id))


@bp.post("/<int:series_id>/pause")
@requires(Permission.CALIBRATION_FACILITATE)
def pause(series_id: int) -> ResponseReturnValue:
    return press(series_id, service.pause, "Paused: nothing opens until you go on.")


@bp.post("/<int:series_id>/resume")
@requires(Permission.CALIBRATION_FACILITATE)
def resume(series_id: int) -> ResponseReturnValue:
    today = local_day(utcnow(), g.zone)

    def go_on(*args: object, **more: object) -> None:
        service.resume(*args, today=today, **more)  # type: ignore[arg-type]

    return press(series_id, go_on, "It goes on with its next day.")


@bp.post("/<int:series_id>/stop")
@requires(Permission.CALIBRATION_FACILITATE)
def stop(series_id: int) -> ResponseReturnValue:
    return press(series_id, service.stop, "Stopped for good. Its sessions stay.")


def press(series_id: int, act: Callable[..., None], words: str) -> ResponseReturnValue:
    """One button of a series that is still as it was on the page."""
    row = queries.get_series_for(db.session(), g.actor, series_id)
    act(db.session(), row, version=seen_version(), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash(words, "neutral")
    return redirect(url_for("series.show", series_id=series_id))


def filled(form: SeriesForm) -> SeriesForm:
    """The form with what can be chosen."""
    session = db.session()
    today = local_day(utcnow(), g.zone)
    form.family.choices = [
        SelectChoice(view.family.id, view.family.name)
        for view in families(session, g.actor.programme_id)
        if view.newest_published is not None
    ]
    queues = queue_names(session, g.actor.programme_id)
    form.queue.choices = [SelectChoice("", "Any queue"), *(SelectChoice(name, name) for name in queues)]
    people = {
        person.id: person.name
        for role in (Role.REVIEWER, Role.QA_LEAD, Role.TEAM_LEAD)
        for person in people_with_role(session, g.actor.programme_id, role, today)
    }
    form.participants.choices = [SelectChoice(user_id, name) for user_id, name in people.items()]
    return form


def asked_for(form: SeriesForm) -> service.Wanted | None:
    """What was typed as a value; none where something is wrong, which the form then says."""
    if not form.validate():
        return None
    try:
        recipe = Recipe(**{kind: form[kind].data for kind in KINDS}, queue=form.queue.data or "")
    except ValueError as error:
        form.drawn.errors = [f"{error}"[0].upper() + f"{error}"[1:] + "."]
        return None
    first_day = form.starts_on.data
    if first_day is None or form.due_days.data is None:
        return None
    return service.Wanted(
        title=form.title.data or "",
        family_id=form.family.data,
        rhythm=form.rhythm.data,
        starts_on=first_day,
        due_days=form.due_days.data,
        recipe=recipe,
        user_ids=tuple(form.participants.data or ()),
        anonymous=form.anonymous.data,
    )


def refused(form: SeriesForm, error: InvalidInputError, row: SessionSeries | None = None) -> ResponseReturnValue:
    db.session.rollback()
    for name, words in error.fields.items():
        form[name].errors = [str(error), words]
    return page(form, row, status=422)


def page(form: SeriesForm, row: SessionSeries | None = None, *, status: int = 200) -> ResponseReturnValue:
    body = render_template(
        "series/edit.html",
        form=form,
        kinds=KINDS,
        row=row,
        days=queries.days_of(db.session(), row.id) if row else (),
        version_form=SeriesVersionForm(version=row.lock_version) if row else None,
    )
    return make_response(body, status)
