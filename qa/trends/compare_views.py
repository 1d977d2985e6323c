"""Comparing, slicing, and whether scores predict anything: the pages beside the trends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from qa.coaching import effects
from qa.core import charts
from qa.core.access import Permission, requires
from qa.core.clock import local_day, monday_of, monday_of_week, utcnow, week_key
from qa.core.db import db
from qa.reviews import measured
from qa.sampling import reporting
from qa.trends import (
    comparing,
    dimensions,
    health,
    linking,
    looking,
    over_time,
    queries,
    rules,
    scoped,
    summed,
    validity,
    versions,
)
from qa.trends.views import filters, reviews_of

bp = Blueprint("compare", __name__, url_prefix="/trends")
COMPARED = ("team", "queue", "channel", "tier", "language", "tenure", "launch")
BLOCKS = (4, 8, 13, 26)
VALIDITY_WEEKS = YEAR = 52


@bp.get("/compare")
@requires(Permission.TRENDS_VIEW)
def show() -> ResponseReturnValue:
    session, chosen = db.session(), filters()
    length = request.args.get("length", 4, type=int)
    length = length if length in BLOCKS else 4
    kind = request.args.get("kind", "periods")
    dimension = kind if kind in COMPARED and (chosen.face[0] == "all" or kind in {"team", "queue"}) else ""
    last = monday_of(local_day(utcnow(), g.zone)) - dt.timedelta(weeks=1)
    scope, teams = looking.scope_of(session, g.actor, chosen)
    asked, apart = asked_end(last), YEAR if request.args.get("with") == "year" and not dimension else length
    since = (asked or last) - dt.timedelta(weeks=max(apart + length, 26) - 1)
    found = summed.load(session, scope, since=since, until=last)
    end = asked or max(looking.blocks(found)[0], default=last)
    weeks = tuple(end - dt.timedelta(weeks=n) for n in range(length - 1, -1, -1))
    before = tuple(week - dt.timedelta(weeks=apart) for week in weeks)
    if before[0] < since:  # nothing of the newest weeks is reviewed yet: both spans begin as much earlier
        found = summed.load(session, scope, since=before[0], until=last)
    crowd = over_time.Crowd(session=session, scope=scope, found=found, sees_each=queries.may_see_each(g.actor))
    names = {team.id: team.name for team in teams} | {0: measured.NO_TEAM}
    facets = scoped.facets_of(session, scope, min(weeks[0], before[0]))
    options = choices(found, dimension, facets, names)
    keys = [key for key, _ in options]
    a, b = (request.args.get(side, "") for side in ("a", "b"))
    a = a if a in keys else (keys[0] if keys else "")
    b = b if b in keys and b != a else next((key for key in keys if key != a), "")
    said = dict(options)
    side = comparing.Side
    if dimension:
        sides = (side(name=said.get(a, "–"), weeks=weeks, key=a), side(name=said.get(b, "–"), weeks=weeks, key=b))
    else:
        sides = (
            side(name=span_said(weeks), weeks=weeks),
            side(name=span_said(before), weeks=before),
        )
    ready = found.anything and (not dimension or len(keys) > 1)
    steps = []
    if ready and not dimension:
        judged = versions.by_week(session, found)
        changes = versions.changes_between(session, g.actor.programme_id, {row.rubric for row in judged})
        steps = linking.between(linking.steps_in(judged, changes), weeks, before)
    comparison = comparing.compare(session, found, dimension, *sides, crowd, steps) if ready else None
    slices = comparing.slices(session, found, weeks, crowd, names) if found.anything else []
    return render_template(
        "trends/compare.html",
        filters=chosen,
        teams=teams,
        queues=queries.queue_names(session, g.actor),
        narrowing=[(dimensions.DIMENSIONS[face].title, face, facets.get(face, [])) for face in dimensions.NARROWING],
        nothing_said=dimensions.NOTHING_SAID,
        ends=[(week_key(day), day) for day in (last - dt.timedelta(weeks=back) for back in range(YEAR))],
        end=week_key(asked) if asked else None,
        with_year=apart == YEAR and apart != length,
        span=span_said(weeks),
        behind=[behind(each.weeks, chosen, dimension, each.key) for each in sides],
        behind_slice=lambda each: behind(weeks, chosen, each.face, each.key),
        kind=dimension or "periods",
        kinds=[
            ("periods", "Two periods"),
            *((key, f"Two of: {dimensions.DIMENSIONS[key].title.lower()}") for key in COMPARED),
        ],
        length=length,
        lengths=BLOCKS,
        options=options,
        a=a,
        b=b,
        comparison=comparison,
        slices=slices,
        chart=slice_chart(slices),
    )


def asked_end(last: dt.date) -> dt.date | None:
    """The last week that is asked for; none for the newest that has figures."""
    try:
        end = monday_of_week(request.args.get("until", ""))
    except ValueError:
        return None
    return end if last - dt.timedelta(weeks=YEAR) < end <= last else None


def span_said(weeks: Sequence[dt.date]) -> str:
    """Some weeks in a row, as a column is headed."""
    return f"{week_key(weeks[0])} to {week_key(weeks[-1])}"


def behind(weeks: Sequence[dt.date], chosen: looking.Filters, dimension: str, key: str) -> str | None:
    """Where the reviews of one value of a dimension are listed; nowhere for the work of no team, which has no page."""
    of_no_team = (dimension == "team" and not key) or (dimension == comparing.PAIRS and key.startswith("|"))
    return None if of_no_team else reviews_of(weeks, chosen)(**narrowed_to(dimension, key))


def narrowed_to(dimension: str, key: str) -> dict[str, Any]:
    """How the list of reviews is narrowed to one value of a dimension, or to a team and queue."""
    if dimension == comparing.PAIRS:
        team, _, queue = key.partition("|")
        return {**narrowed_to("team", team), **narrowed_to("queue", queue)}
    if dimension == "team":
        return {"team": int(key or 0) or None}
    if dimension == "queue":
        return {"queue": key or measured.NO_QUEUE}
    return {"narrow": f"{dimension}:{key or dimensions.NOTHING_SAID}"} if dimension else {}


def choices(
    found: summed.Summed, dimension: str, facets: dict[str, list[str]], names: dict[int, str]
) -> list[tuple[str, str]]:
    """What a side may be: keys as the sums hold them, each with its name."""
    if not dimension:
        return []
    if dimension == "team":
        rows = [(str(team), names.get(team, measured.NO_TEAM)) for team in found.teams]
    elif dimension == "queue":
        rows = [(queue, queue or measured.NO_QUEUE) for queue in found.queues]
    else:
        rows = [(value, value or dimensions.NOTHING_SAID) for value in facets.get(dimension, [])]
    return sorted(rows, key=lambda row: row[1])


def slice_chart(slices: list[comparing.Slice]) -> charts.Chart:
    """Differences of the slices that were found, each with its interval."""
    shown = [each for each in slices if each.found] or slices[:10]
    return charts.interval_plot(
        [
            charts.Row(
                label=f"{each.dimension}: {each.name}",
                value=each.change.estimate,
                low=each.change.interval.low if each.change.interval else None,
                high=each.change.interval.high if each.change.interval else None,
                n=each.here.n,
                flag=("lower" if (each.change.estimate or 0) < 0 else "higher") if each.found else None,
                good=(each.change.estimate or 0) > 0,
            )
            for each in shown
        ],
        name="Slices against all others",
        axis="Slice",
        numerals=charts.Numerals(signed=True),
        reference=0.0,
        reference_text="as all others",
    )


@bp.get("/validity")
@requires(Permission.TRENDS_VIEW)
def predictive() -> ResponseReturnValue:
    session, chosen = db.session(), filters()
    last = monday_of(local_day(utcnow(), g.zone)) - dt.timedelta(weeks=1)
    since = last - dt.timedelta(weeks=VALIDITY_WEEKS - 1)
    scores = validity.read(session, g.actor, since=since, until=last, team_id=chosen.team_id, queue=chosen.queue)
    held_back = 0 < scores.people < reporting.PEOPLE and not queries.may_see_each(g.actor)
    predictors = validity.validity(scores) if len(scores.score) and not held_back else []
    return render_template(
        "trends/validity.html",
        filters=chosen,
        teams=queries.teams_for(session, g.actor),
        queues=queries.queue_names(session, g.actor),
        predictors=predictors,
        held_back=rules.HELD_BACK if held_back else None,
        outcomes=[title for _, title in validity.OUTCOMES],
        reviews=len(scores.score),
        weeks=VALIDITY_WEEKS,
        most=validity.MOST,
        chart=association_chart(predictors, 0, validity.OUTCOMES[0][1]) if predictors else None,
    )


def association_chart(predictors: list[validity.Predictor], place: int, title: str) -> charts.Chart:
    """Every score beside one outcome that can be judged; flagged where it goes against it."""
    rows = []
    for each in predictors:
        one = each.associations[place]
        interval = one.figure.interval
        if interval is None:
            continue
        rows.append(
            charts.Row(
                label=each.name,
                value=one.figure.estimate,
                low=interval.low,
                high=interval.high,
                n=one.figure.n_items,
                flag=one.verdict if one.verdict == "goes against it" else None,
            )
        )
    return charts.interval_plot(
        rows,
        name=f"Score beside: {title}",
        axis="Score",
        numerals=charts.Numerals(digits=2),
        reference=0.5,
        reference_text="tells nothing",
    )


@bp.get("/health")
@requires(Permission.PERIODS_VIEW)
def programme_health() -> ResponseReturnValue:
    now = utcnow()
    today = local_day(now, g.zone)
    since = monday_of(today) - dt.timedelta(weeks=health.WEEKS)
    found = health.health(db.session(), g.actor.programme_id, zone=g.zone, today=today, now=now, since=since)
    return render_template(
        "trends/health.html",
        found=found,
        least=reporting.PEOPLE,
        verdict=effects.verdict(found.coaching),
        chart=completion_chart(found.weeks),
    )


def completion_chart(weeks: Sequence[health.SampleWeek]) -> charts.Chart:
    """How much of each drawn week is reviewed."""
    points = tuple(
        charts.Point(
            label=week_key(each.week).split("-")[1],
            value=None if each.completion is None else 100 * each.completion,
            n=each.drawn,
        )
        for each in reversed(weeks)
    )
    return charts.line_chart(
        [charts.Series(name="Reviewed of drawn", points=points)],
        name="Completion by week drawn",
        numerals=charts.Numerals(unit=" %", digits=0),
        bounds=(0, 100),
        target=100 * measured.SETTLED,
        target_text="settled",
    )
