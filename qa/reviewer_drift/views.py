"""The reviewers' board, one reviewer's page, and the run that both rest on."""

import datetime as dt

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, Scope, requires
from qa.core.clock import local_day, midnight, utcnow
from qa.core.db import db
from qa.reviewer_drift import board, cases, columns, control, jobs, queries, rules, runs, watchboard, wording
from qa.reviewer_drift.models import DriftCase, DriftRun

bp = Blueprint("reviewers", __name__, url_prefix="/reviewers")
WINDOWS = 6


@bp.get("/")
@requires(Permission.REVIEWERS_VIEW)
def index() -> ResponseReturnValue:
    session = db.session()
    today = local_day(utcnow(), g.zone)
    windows = rules.windows_until(today, WINDOWS)
    scorings = queries.scorings(
        session, g.actor.programme_id, since=windows[0].first, until=windows[-1].last, zone=g.zone
    )
    people = queries.reviewers_for(session, g.actor)
    figures = rules.compare(scorings, [person.id for person in people], windows)
    names = {person.id: person.name for person in people}
    run = runs.newest_run(session, g.actor.programme_id)
    rows = watchboard.rows(queries.standings_of(session, run, names), names, own=not sees_all())
    return render_template(
        "reviewers/index.html",
        windows=windows,
        rows=[(names[row.reviewer_id], row, board.sentence(row)) for row in figures],
        overall=board.overall(scorings, windows),
        told=board.told,
        told_together=board.told_together,
        aggregate=not people,
        everyone=sees_all(),
        run=run,
        job=jobs.running(session, g.actor.programme_id),
        board=rows,
        cases=open_cases(list(names)),
        chart=watchboard.severity_chart(rows),
        beside=queries.beside(session, names, since=quarter_of(run)) if run else {},
        watchboard=watchboard,
        wording=wording,
        columns=columns,
    )


def open_cases(reviewer_ids: list[int]) -> dict[int, DriftCase]:
    """The case of each of these reviewers that waits to be settled."""
    return {case.reviewer_id: case for case in cases.cases_of(db.session(), reviewer_ids) if case.state == "open"}


def sees_all() -> bool:
    """Whether the reader sees every reviewer, not only themselves."""
    return bool(g.actor.may(Permission.REVIEWERS_VIEW, Scope.ALL))


def quarter_of(run: DriftRun) -> dt.datetime:
    """When the weeks began that the board's figures rest on."""
    return midnight(wording.day_of(run.document["quarter_from"]), g.zone)


@bp.post("/run")
@requires(Permission.DRIFT_RUN)
def run() -> ResponseReturnValue:
    jobs.ask(db.session(), g.actor.programme_id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash(
        "The run is asked for. Load the page again in a minute; where nothing changed, the present one stands.", "good"
    )
    return redirect(url_for("reviewers.index"))


@bp.get("/<int:user_id>")
@requires(Permission.REVIEWERS_VIEW)
def show(user_id: int) -> ResponseReturnValue:
    session = db.session()
    person = queries.get_reviewer_for(session, g.actor, user_id)
    today = local_day(utcnow(), g.zone)
    windows = rules.windows_until(today, WINDOWS)
    scorings = queries.scorings(
        session, g.actor.programme_id, since=windows[0].first, until=windows[-1].last, zone=g.zone
    )
    figures = rules.compare(scorings, [person.id], windows)[0]
    newest = runs.newest_run(session, g.actor.programme_id)
    own = not sees_all()
    standings = queries.standings_of(session, newest, [person.id])
    row = next(iter(watchboard.rows(standings, {person.id: person.name}, own=own)), None)
    charts = (
        []
        if row is None or newest is None
        else [
            (
                wording.chart_title(series["stream"], newest.document),
                control.control(row.document, newest.document, series),
            )
            for series in row.document["charts"]
        ]
    )
    return render_template(
        "reviewers/show.html",
        person=person,
        figures=figures,
        sentence=board.sentence(figures),
        differences=board.difference_chart(figures),
        agreement=board.agreement_chart(figures),
        parts=queries.shared_parts(session, person.id),
        run=newest,
        row=row,
        cases=cases.cases_of(session, [person.id]),
        charts=charts,
        evidence=None if own or row is None or newest is None else control.evidence(row.document, newest.document),
        beside=queries.beside(session, [person.id], since=quarter_of(newest))[person.id] if newest else None,
        watchboard=watchboard,
        wording=wording,
        columns=columns,
    )
