"""The reviewers' board, and one reviewer's figures with the parts behind them."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, Scope, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.reviewer_drift import board, queries, rules

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
    return render_template(
        "reviewers/index.html",
        windows=windows,
        rows=[(names[row.reviewer_id], row, board.sentence(row)) for row in figures],
        overall=board.overall(scorings, windows),
        told=board.told,
        told_together=board.told_together,
        chart=board.latest_chart(figures, names),
        aggregate=not people,
        everyone=g.actor.may(Permission.REVIEWERS_VIEW, Scope.ALL),
    )


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
    return render_template(
        "reviewers/show.html",
        person=person,
        figures=figures,
        sentence=board.sentence(figures),
        differences=board.difference_chart(figures),
        agreement=board.agreement_chart(figures),
        parts=queries.shared_parts(session, person.id),
    )
