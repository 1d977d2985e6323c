"""The director's page: is quality rising, where, how sure are we; and the reviews behind a point."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import local_day, midnight, monday_of, monday_of_week, utcnow, week_key
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.reviews import measured
from qa.trends import drawings, key_figures, linking, queries, rules, versions

bp = Blueprint("trends", __name__, url_prefix="/trends")
SPANS = (8, 13, 26, 52)
BLOCK = 4  # weeks that a key figure rests on, and is compared with
FITTED_OVER = dt.timedelta(weeks=25)  # the regression of a single week's figure is fitted on half a year up to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the page is narrowed to; it lives in the address."""

    team_id: int | None
    queue: str | None
    weeks: int


def filters() -> Filters:
    span = request.args.get("weeks", 26, type=int)
    return Filters(
        team_id=request.args.get("team", type=int),
        queue=request.args.get("queue") or None,
        weeks=span if span in SPANS else 26,
    )


@bp.get("/")
@requires(Permission.TRENDS_VIEW)
def index() -> ResponseReturnValue:
    session = db.session()
    chosen = filters()
    today = local_day(utcnow(), g.zone)
    last = monday_of(today) - dt.timedelta(weeks=1)  # the newest week that is over
    weeks = [last - dt.timedelta(weeks=back) for back in range(chosen.weeks - 1, -1, -1)]
    since = weeks[0] - dt.timedelta(weeks=2 * BLOCK)
    known = queries.evidence(session, g.actor, since=since, team_id=chosen.team_id, queue=chosen.queue)
    reviews, _, drawn = known
    progress = measured.progress_of(reviews, drawn)
    evidence = rules.Evidence.of(*measured.settled(*known), sees_each=queries.may_see_each(g.actor))
    newest, before = rules.newest_weeks(evidence.reviews, BLOCK)
    overall = rules.weekly(evidence, weeks).get("", [])
    steps = linking.steps_in(
        evidence.reviews,
        versions.changes_between(session, g.actor.programme_id, {row.rubric for row in evidence.reviews}),
    )
    between = linking.between(steps, newest, before)
    starts = {step.week for step in steps}
    teams = queries.teams_for(session, g.actor)
    team_ids = {team.name: team.id for team in teams}
    events = [
        (monday_of(local_day(moment, g.zone)), text)
        for moment, text in queries.published_since(session, g.actor.programme_id, midnight(weeks[0], g.zone))
    ]
    return render_template(
        "trends/index.html",
        filters=chosen,
        spans=SPANS,
        teams=teams,
        queues=queries.queue_names(session, g.actor),
        kpis=linking.kpis_over(key_figures.kpis(evidence, newest, before), between) if evidence.reviews else [],
        steps=steps,
        left_out=queries.left_out(session, g.actor, newest, g.zone, team_id=chosen.team_id, queue=chosen.queue),
        unsettled=[item for item in progress if not item.settled],
        preliminary=not any(item.settled for item in progress),
        reviewed={item.week: item.reviewed for item in progress},
        newest=newest,
        overall=overall,
        coverage=coverage(evidence, newest),
        fair=g.setting.fair_mean,
        quality=drawings.quality_chart(
            linking.stretches(overall, steps),
            lambda week, _: address(week, chosen),
            events,
            g.setting.quality_target,
            fair=g.setting.fair_mean,
        ),
        shares=drawings.shares_chart(overall, starts),
        csat=drawings.csat_chart(overall),
        by_team=drawings.multiples(
            rules.weekly(evidence, weeks, rules.by_team),
            "Quality by team",
            lambda week, name: address(week, chosen, team=team_ids.get(name)),
            starts,
        ),
        by_queue=drawings.multiples(
            rules.weekly(evidence, weeks, rules.by_queue),
            "Quality by queue",
            lambda week, name: address(week, chosen, queue=name),
            starts,
        ),
        team_rows=linking.standings_over(key_figures.standings(evidence, newest, before, rules.by_team), between),
        queue_rows=linking.standings_over(key_figures.standings(evidence, newest, before, rules.by_queue), between),
        team_ids=team_ids,
        anything=bool(evidence.reviews),
    )


def coverage(evidence: rules.Evidence, weeks: list[dt.date]) -> tuple[int, int, int]:
    """Parts of the frame, drawn, and reviewed over some weeks."""
    return (
        sum(row.frame for row in evidence.measured.frame if row.week in weeks),
        sum(row.drawn for row in evidence.drawn if row.week in weeks),
        sum(row.week in weeks for row in evidence.reviews),
    )


def address(week: dt.date, chosen: Filters, *, team: int | None = None, queue: str | None = None) -> str:
    """Where the reviews behind a point are listed."""
    return url_for("trends.behind", week=week_key(week), team=team or chosen.team_id, queue=queue or chosen.queue)


@bp.get("/reviews")
@requires(Permission.TRENDS_VIEW)
def behind() -> ResponseReturnValue:
    session = db.session()
    chosen = filters()
    try:
        week = monday_of_week(request.args.get("week", ""))
    except ValueError as error:
        raise NotFoundError("There is no such week.") from error
    queue = "" if chosen.queue == measured.NO_QUEUE else chosen.queue
    known = queries.evidence(
        session, g.actor, since=week - FITTED_OVER, until=week, team_id=chosen.team_id, queue=queue
    )
    evidence = rules.Evidence.of(*known, sees_each=queries.may_see_each(g.actor))
    return render_template(
        "trends/behind.html",
        figure=next(iter(rules.weekly(evidence, [week]).get("", [])), None),
        left_out=queries.left_out(session, g.actor, [week], g.zone, team_id=chosen.team_id, queue=queue),
        told=rules.told_of_week,
        rubrics=sorted({row.rubric for row in evidence.measured.reviews if row.week == week}),
        fair=g.setting.fair_mean,
        week=week,
        filters=chosen,
        rows=queries.behind(session, g.actor, week=week, team_id=chosen.team_id, queue=queue),
        team=next((t.name for t in queries.teams_for(session, g.actor) if t.id == chosen.team_id), None),
    )
