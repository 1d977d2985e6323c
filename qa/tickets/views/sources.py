"""The admin's pages of live pulls: setting a source up, trying the connection, pulling, and what came of it."""

from __future__ import annotations

import datetime as dt

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.people.models import Source
from qa.tickets import forms, intake_queries, jobs, mapping_forms, service
from qa.tickets.intake import marks as rules
from qa.tickets.live import connections, running
from qa.tickets.models import SourceConnection
from qa.tickets.views.blueprint import bp

FIRST_DAYS = 30  # that a new source is read back, unless somebody says otherwise


@bp.get("/sources")
@requires(Permission.INTAKE_RUN)
def sources() -> ResponseReturnValue:
    form = forms.ConnectionForm(formdata=None, start_on=utcnow().date() - dt.timedelta(days=FIRST_DAYS))
    return page(form)


def page(form: forms.ConnectionForm, status: int = 200) -> ResponseReturnValue:
    body = render_template(
        "tickets/sources.html",
        form=form,
        views=connections.connections_for(db.session(), g.actor),
        schedules=connections.SCHEDULES,
        marked=connections.marked_sources(db.session(), g.actor),
    )
    return make_response(body, status)


@bp.post("/sources")
@requires(Permission.INTAKE_RUN)
def add_source() -> ResponseReturnValue:
    form = forms.ConnectionForm()
    if not form.validate():
        return page(form, 422)
    session = db.session()
    try:
        connection = connections.connect(
            session,
            g.actor.programme_id,
            form.kind.data,
            form.name.data or "",
            form.wanted(),
            house=jobs.house(),
            by=g.actor.user_id,
            now=utcnow(),
        )
    except InvalidInputError as error:
        session.rollback()
        form.refuse(error)
        return page(form, 422)
    session.commit()
    flash("The source is set up. Try the connection before the first pull.", "good")
    return redirect(url_for("tickets.source", connection_id=connection.id))


@bp.get("/sources/<int:connection_id>")
@requires(Permission.INTAKE_RUN)
def source(connection_id: int) -> ResponseReturnValue:
    connection, of = connections.get_connection_for(db.session(), g.actor, connection_id)
    form = forms.ConnectionForm(
        formdata=None,
        kind=of.kind,
        name=of.name,
        base_url=connection.base_url,
        start_on=connection.start_at.date(),
        every_hours=str(connection.every_hours or ""),
        version=connection.version,
    )
    return source_page(connection, of, form)


def source_page(
    connection: SourceConnection, of: Source, form: forms.ConnectionForm, status: int = 200
) -> ResponseReturnValue:
    runs = connections.runs_of(db.session(), of.id)
    body = render_template(
        "tickets/source.html",
        connection=connection,
        source=of,
        form=form,
        runs=[intake_queries.RunView(run=run, source=of.name, by=None) for run in runs],
        going=any(run.state in ("waiting", "running") for run in runs),
        title=connections.TITLES.get(of.kind, of.kind),
        needs_user=of.kind in connections.NEEDS_USER,
    )
    return make_response(body, status)


@bp.post("/sources/<int:connection_id>")
@requires(Permission.INTAKE_RUN)
def change_source(connection_id: int) -> ResponseReturnValue:
    session = db.session()
    connection, of = connections.get_connection_for(session, g.actor, connection_id)
    form = forms.ConnectionForm()
    form.kind.data, form.name.data = of.kind, of.name
    if not form.validate():
        return source_page(connection, of, form, 422)
    try:
        connections.change(
            session,
            connection,
            of,
            form.wanted(),
            version=form.version.data or 0,
            house=jobs.house(),
            by=g.actor.user_id,
            now=utcnow(),
        )
    except InvalidInputError as error:
        session.rollback()
        connection, of = connections.get_connection_for(session, g.actor, connection_id)
        form.refuse(error)
        return source_page(connection, of, form, 422)
    session.commit()
    flash("Changed. The token is kept sealed and is never shown.", "good")
    return redirect(url_for("tickets.source", connection_id=connection_id))


@bp.post("/sources/<int:connection_id>/test")
@requires(Permission.INTAKE_RUN)
def try_source(connection_id: int) -> ResponseReturnValue:
    """Ask the help desk for something small; no transaction is open meanwhile."""
    session = db.session()
    connection, of = connections.get_connection_for(session, g.actor, connection_id)
    pull = connections.pull_of(connection, of, jobs.house())
    session.rollback()
    passed, told = connections.try_out(pull)
    connection, _ = connections.get_connection_for(session, g.actor, connection_id)
    connections.keep_test(connection, passed, told, now=utcnow())
    session.commit()
    flash(told, "good" if passed else "bad")
    return redirect(url_for("tickets.source", connection_id=connection_id))


@bp.post("/sources/<int:connection_id>/pull")
@requires(Permission.INTAKE_RUN)
def pull_source(connection_id: int) -> ResponseReturnValue:
    session = db.session()
    connection, of = connections.get_connection_for(session, g.actor, connection_id)
    run = running.begin(session, connection, of, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("The pull begins within seconds.", "good")
    return redirect(url_for("tickets.intake_run", run_id=run.id))


@bp.get("/sources/rules/<int:source_id>")
@requires(Permission.INTAKE_RUN)
def source_rules(source_id: int) -> ResponseReturnValue:
    of = connections.get_source_for(db.session(), g.actor, source_id)
    return rules_page(of, rules.Marks.from_json(of.marks or {}), {})


def rules_page(of: Source, marks: rules.Marks, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    body = render_template(
        "tickets/source_rules.html",
        source=of,
        signals=", ".join(marks.signals),
        where=list(rules.WHERE.items()),
        severities=rules.SEVERITIES,
        escalation=mapping_forms.rules_shown(marks.escalation),
        severity=mapping_forms.rules_shown(marks.severity),
        regions=mapping_forms.rules_shown(marks.regions),
        region_where=list(rules.REGION_WHERE.items()),
        errors=errors,
    )
    return make_response(body, status)


@bp.post("/sources/rules/<int:source_id>")
@requires(Permission.INTAKE_RUN)
def change_rules(source_id: int) -> ResponseReturnValue:
    session = db.session()
    of = connections.get_source_for(session, g.actor, source_id)
    marks, errors = mapping_forms.marks_from(request.form)
    if errors:
        return rules_page(of, marks, errors, 422)
    service.keep_marks(session, of, marks, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Kept. The rules mark what comes in from now on.", "good")
    return redirect(url_for("tickets.source_rules", source_id=source_id))
