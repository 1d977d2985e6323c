"""The director's page: is quality rising, where, how sure are we; and the reviews behind a point."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from exports import board_pack as book
from qa.core import audit
from qa.core.access import Permission, requires
from qa.core.clock import monday_of_week, utcnow, week_key
from qa.core.db import db, only_reading
from qa.core.errors import NotFoundError
from qa.core.routing import stored_id
from qa.trends import board_pack, causes, dimensions, drawings, looking, over_time, queries, rules, summed, versions

bp = Blueprint("trends", __name__, url_prefix="/trends")
FITTED_OVER = dt.timedelta(weeks=25)  # the regression of a single week's figure is fitted on half a year up to it
SOME_WEEK = dt.date(9999, 6, 7)
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
    pictures = drawings.of_page(looked, point_addresses(looked, team_ids))
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
        causes=causes.of_weeks(
            session,
            g.actor,
            pictures.outside if chosen.grain == "week" else [],
            team_id=chosen.team_id,
            queue=looked.summed.scope.queue,
        ),
        team_ids=team_ids,
    )


def point_addresses(looked: looking.Looked, team_ids: Mapping[str, int]) -> drawings.Address:
    """Where the reviews behind a point are listed; of a month those of its first week.

    One address is built for each name: those of its points differ by the week alone, and a page has hundreds.
    """
    chosen, by = looked.chosen, looked.chosen.by
    parts: dict[str, tuple[str, str]] = {}

    def of_any_week(name: str) -> str:
        if not name or by in {"criterion", "section", "version"}:
            return address(SOME_WEEK, chosen)
        if by == "team":
            return address(SOME_WEEK, chosen, team=team_ids.get(name))
        if by == "queue":
            return address(SOME_WEEK, chosen, queue=name)
        return address(SOME_WEEK, chosen, narrow=f"{by}:{name}")

    def of_point(week: dt.date, name: str) -> str:
        if name not in parts:
            before, _, after = of_any_week(name).partition(week_key(SOME_WEEK))
            parts[name] = before, after
        before, after = parts[name]
        return f"{before}{week_key(week)}{after}"

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
    week: dt.date, chosen: looking.Filters, *, team: int | None = None, queue: str | None = None, narrow: str = ""
) -> str:
    """Where the reviews behind a point are listed."""
    return url_for(
        "trends.behind",
        week=week_key(week),
        team=team or chosen.team_id,
        queue=queue or chosen.queue,
        narrow=narrow or chosen.narrow or None,
        grain=chosen.grain if chosen.grain != "week" else None,
    )


@bp.get("/reviews")
@requires(Permission.TRENDS_VIEW)
def behind() -> ResponseReturnValue:
    session = db.session()
    chosen = filters()
    try:
        week = monday_of_week(request.args.get("week", ""))
    except ValueError as error:
        raise NotFoundError("There is no such week.") from error
    scope, teams = looking.scope_of(session, g.actor, chosen)
    until = week if chosen.grain == "week" else over_time.last_of_month(week)
    weeks = [week + dt.timedelta(weeks=n) for n in range((until - week).days // 7 + 1)]
    found = summed.load(session, scope, since=week - FITTED_OVER, until=until)
    sees_each = queries.may_see_each(g.actor)
    crowd = over_time.Crowd(session=session, scope=scope, found=found, sees_each=sees_each)
    span = over_time.Span(first=week, weeks=tuple(weeks))
    figure = over_time.weekly_of(found, [span], crowd)[0]
    rubrics = {row.rubric for row in versions.by_week(session, found) if row.week in set(weeks)}
    return render_template(
        "trends/behind.html",
        figure=figure if figure.frame or figure.reviewed else None,
        left_out=queries.left_out(session, g.actor, weeks, g.zone, team_id=chosen.team_id, queue=scope.queue),
        told=rules.told_of_week,
        rubrics=sorted(rubrics),
        fair=g.setting.fair_mean,
        week=week,
        filters=chosen,
        rows=queries.behind(
            session, g.actor, weeks=weeks, team_id=chosen.team_id, queue=scope.queue, face=scope.face, value=scope.value
        ),
        team=next((t.name for t in teams if t.id == chosen.team_id), None),
    )
