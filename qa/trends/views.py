"""The director's page: is quality rising, where, how sure are we; and the reviews behind a point."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from exports import board_pack as book
from qa.core import audit
from qa.core.access import Permission, requires
from qa.core.clock import local_day, monday_of, monday_of_week, utcnow, week_key
from qa.core.db import db, only_reading
from qa.core.errors import NotFoundError
from qa.core.routing import stored_id
from qa.trends import (
    answers,
    board_pack,
    causes,
    dimensions,
    drawings,
    looking,
    over_time,
    queries,
    rules,
    summed,
    versions,
)

bp = Blueprint("trends", __name__, url_prefix="/trends")
SOME_WEEK = dt.date(9999, 6, 7)
FIRST_YEAR = 2000  # of the weeks that may be asked for
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def filters() -> looking.Filters:
    """What the address asks for."""
    values = request.values
    span = values.get("weeks", looking.USUAL_SPAN, type=int)
    by, grain = values.get("by", ""), values.get("grain", "week")
    return looking.Filters(
        team_id=values.get("team", type=stored_id),
        queue=values.get("queue") or None,
        weeks=span if span in looking.SPANS else looking.USUAL_SPAN,
        narrow=values.get("narrow", "")[:200],
        by=by if by in dimensions.DIMENSIONS else "",
        grain=grain if grain in looking.GRAINS else "week",
    )


@bp.get("/")
@requires(Permission.TRENDS_VIEW)
def index() -> ResponseReturnValue:
    session = db.session()
    chosen = filters()
    looked = looking.look(session, g.actor, chosen, setting=g.setting, zone=g.zone, now=utcnow())
    team_ids = {team.name: team.id for team in looked.teams}
    version_ids = versions.ids_of(session, g.actor.programme_id) if chosen.by == "version" else {}
    pictures = drawings.of_page(looked, point_addresses(looked, team_ids, version_ids))
    return render_template(
        "trends/index.html",
        filters=chosen,
        looked=looked,
        spans=looking.SPANS,
        dimensions=[each for each in dimensions.DIMENSIONS.values() if chosen.face[0] == "all" or not each.face],
        narrowing=[
            (dimensions.DIMENSIONS[face].title, face, looked.facets.get(face, [])) for face in dimensions.NARROWING
        ],
        nothing_said=dimensions.NOTHING_SAID,
        pictures=pictures,
        reviews_of=reviews_of(looked.newest, chosen),
        causes=causes.of_weeks(
            session,
            g.actor,
            pictures.outside if chosen.grain == "week" else [],
            team_id=chosen.team_id,
            queue=looked.summed.scope.queue,
        ),
        team_ids=team_ids,
    )


def point_addresses(
    looked: looking.Looked, team_ids: Mapping[str, int], version_ids: Mapping[str, int]
) -> drawings.Address:
    """Where the reviews behind a point are listed: those of its week, or of its month's weeks on the page.

    One address is built for each name: those of its points differ by the weeks alone, and a page has hundreds.
    """
    chosen, by = looked.chosen, looked.chosen.by
    last = {span.first: span.weeks[-1] for span in over_time.spans_of(looked.weeks, chosen.grain)}
    parts: dict[str, str] = {}

    def of_any_week(name: str) -> str:
        if not name:
            return address(SOME_WEEK, chosen)
        if by in {"criterion", "section"}:
            return address(SOME_WEEK, chosen, answered=f"{by}:{name}")
        if by == "version":
            return address(SOME_WEEK, chosen, version=version_ids.get(name))
        if by == "team":
            return address(SOME_WEEK, chosen, team=team_ids.get(name))
        if by == "queue":
            return address(SOME_WEEK, chosen, queue=name)
        return address(SOME_WEEK, chosen, narrow=f"{by}:{name}")

    def of_point(week: dt.date, name: str) -> str:
        if name not in parts:
            parts[name] = of_any_week(name)
        until = last[week]
        weeks = week_key(week) if until == week else f"{week_key(week)}&until={week_key(until)}"
        return parts[name].replace(week_key(SOME_WEEK), weeks)

    return of_point


@bp.post("/board-pack")
@requires(Permission.TRENDS_VIEW)
def export_board_pack() -> ResponseReturnValue:
    """The page as a workbook, with its filters; that it was made goes to the audit trail."""
    session, now, chosen = db.session(), utcnow(), filters()
    with only_reading(session):
        board_pack.check_team(session, g.actor, chosen)
        looked = looking.look(session, g.actor, chosen, setting=g.setting, zone=g.zone, now=now)
        data = board_pack.data_of(session, g.actor, looked, made_by=g.actor.name, zone=g.zone, now=now)
        content = book.build(data)
    audit.record(
        session,
        action="export.trends",
        object_type="programme",
        object_id=g.actor.programme_id,
        actor_id=g.actor.user_id,
        now=now,
        detail={"team": chosen.team_id, "weeks": chosen.weeks, "reviews": looked.reviews},
    )
    name = f"board-pack-{week_key(looked.weeks[-1])}.xlsx"
    db.session.commit()
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def address(
    week: dt.date,
    chosen: looking.Filters,
    *,
    until: dt.date | None = None,
    team: int | None = None,
    queue: str | None = None,
    narrow: str = "",
    version: int | None = None,
    answered: str | None = None,
) -> str:
    """Where the reviews behind a point, or behind the figure of some weeks, are listed."""
    return url_for(
        "trends.behind",
        week=week_key(week),
        until=week_key(until) if until is not None and until != week else None,
        team=team or chosen.team_id,
        queue=queue or chosen.queue,
        narrow=narrow or chosen.narrow or None,
        version=version,
        answered=answered,
        weeks=chosen.weeks if chosen.weeks != looking.USUAL_SPAN else None,
    )


def reviews_of(weeks: Sequence[dt.date], chosen: looking.Filters) -> Callable[..., str | None]:
    """Where the reviews of some weeks, perhaps of one team or queue, are listed; to be asked by a page."""

    whole = address(min(weeks), chosen, until=max(weeks)) if weeks else None

    def listed(**narrowed: Any) -> str | None:
        told = {name: value for name, value in narrowed.items() if value}
        if whole is None or not told:
            return whole
        if chosen.team_id is not None or chosen.queue is not None:  # one of them would stand there twice
            return address(min(weeks), chosen, until=max(weeks), **narrowed)
        return f"{whole}&{urlencode(told)}"  # a page has dozens, and all of them begin so

    return listed


def asked_weeks() -> list[dt.date]:
    """The weeks that the address asks for: one, or those until another; all over, at most those of the longest page."""
    try:
        first = monday_of_week(request.args.get("week", ""))
        last = monday_of_week(request.args.get("until", "")) if request.args.get("until") else first
    except ValueError as error:
        raise NotFoundError("There is no such week.") from error
    count = (last - first).days // 7 + 1
    over = last < monday_of(local_day(utcnow(), g.zone))
    if not 1 <= count <= max(looking.SPANS) or not over or first.year < FIRST_YEAR:
        raise NotFoundError("There are no such weeks.")
    return [first + dt.timedelta(weeks=n) for n in range(count)]


@bp.get("/reviews")
@requires(Permission.TRENDS_VIEW)
def behind() -> ResponseReturnValue:
    session, chosen, weeks = db.session(), filters(), asked_weeks()
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    version = request.args.get("version", type=stored_id)
    kind, _, line = request.args.get("answered", "")[:300].partition(":")
    scope, teams = looking.scope_of(session, g.actor, chosen)
    last = monday_of(local_day(utcnow(), g.zone)) - dt.timedelta(weeks=1)
    # The weeks of the page that leads here: its figures are fitted on them. Older ones had a page of their own.
    until = last if weeks[-1] > last - dt.timedelta(weeks=chosen.weeks) else weeks[-1]
    since = min(weeks[0], until - dt.timedelta(weeks=chosen.weeks - 1))
    found = summed.load(session, scope, since=since, until=until)
    sees_each = queries.may_see_each(g.actor)
    crowd = over_time.Crowd(session=session, scope=scope, found=found, sees_each=sees_each)
    figure = over_time.weekly_of(found, [over_time.Span(first=weeks[0], weeks=tuple(weeks))], crowd)[0]
    settled = {week for week, there in zip(found.weeks, found.settled, strict=True) if there}
    counted = [week for week in weeks if week in settled] or weeks
    rubrics = {row.rubric for row in versions.by_week(session, found) if row.week in set(weeks)}
    criteria = answers.behind(session, found, kind, line) if kind in {"criterion", "section"} else {}
    rows, total = queries.behind(
        session,
        g.actor,
        weeks=counted,
        team_id=chosen.team_id,
        queue=scope.queue,
        face=scope.face,
        value=scope.value,
        version=version,
        answered=criteria,
        page=page,
    )
    if page > 1 and not rows:
        raise NotFoundError("The list of these reviews is shorter.")
    return render_template(
        "trends/behind.html",
        figure=figure if version is None and not criteria and (figure.frame or figure.reviewed) else None,
        left_out=queries.left_out(session, g.actor, weeks, g.zone, team_id=chosen.team_id, queue=scope.queue),
        told=rules.told_of_week,
        rubrics=sorted(rubrics),
        fair=g.setting.fair_mean,
        weeks=counted,
        waiting=len(weeks) - len(counted),
        filters=chosen,
        line=line if criteria else None,
        version=versions.names_of(session, [str(version)])[0] if version is not None and rows else None,
        rows=rows,
        total=total,
        page=page,
        first=(page - 1) * queries.PAGE + 1,
        team=next((t.name for t in teams if t.id == chosen.team_id), None),
    )
