"""The director's page: is quality rising, where, how sure are we; and the reviews behind a point."""

from __future__ import annotations

import datetime as dt
import io

from flask import Blueprint, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from exports import board_pack as book
from qa.core import audit
from qa.core.access import Permission, requires
from qa.core.clock import monday_of_week, utcnow, week_key
from qa.core.db import db, only_reading
from qa.core.errors import NotFoundError
from qa.reviews import measured
from qa.trends import board_pack, drawings, linking, looking, queries, rules

bp = Blueprint("trends", __name__, url_prefix="/trends")
FITTED_OVER = dt.timedelta(weeks=25)  # the regression of a single week's figure is fitted on half a year up to it
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def filters() -> looking.Filters:
    """What the address asks for."""
    span = request.values.get("weeks", looking.USUAL_SPAN, type=int)
    return looking.Filters(
        team_id=request.values.get("team", type=int),
        queue=request.values.get("queue") or None,
        weeks=span if span in looking.SPANS else looking.USUAL_SPAN,
    )


@bp.get("/")
@requires(Permission.TRENDS_VIEW)
def index() -> ResponseReturnValue:
    session = db.session()
    chosen = filters()
    looked = looking.look(session, g.actor, chosen, setting=g.setting, zone=g.zone, now=utcnow())
    starts = {step.week for step in looked.steps}
    team_ids = {team.name: team.id for team in looked.teams}
    return render_template(
        "trends/index.html",
        filters=chosen,
        spans=looking.SPANS,
        teams=looked.teams,
        queues=queries.queue_names(session, g.actor),
        kpis=looked.kpis,
        steps=looked.steps,
        left_out=looked.left_out,
        unsettled=looked.unsettled,
        preliminary=looked.preliminary,
        reviewed=looked.reviewed,
        newest=looked.newest,
        overall=looked.overall,
        coverage=looked.coverage,
        fair=looked.fair,
        quality=drawings.quality_chart(
            linking.stretches(looked.overall, looked.steps),
            lambda week, _: address(week, chosen),
            looked.events,
            looked.target,
            fair=looked.fair,
        ),
        shares=drawings.shares_chart(looked.overall, starts),
        csat=drawings.csat_chart(looked.overall),
        by_team=drawings.multiples(
            looked.by_team,
            "Quality by team",
            lambda week, name: address(week, chosen, team=team_ids.get(name)),
            starts,
        ),
        by_queue=drawings.multiples(
            looked.by_queue, "Quality by queue", lambda week, name: address(week, chosen, queue=name), starts
        ),
        team_rows=looked.team_rows,
        queue_rows=looked.queue_rows,
        team_ids=team_ids,
        anything=bool(looked.evidence.reviews),
    )


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
        detail={"team": chosen.team_id, "weeks": chosen.weeks, "reviews": len(looked.evidence.reviews)},
    )
    name = f"board-pack-{week_key(looked.weeks[-1])}.xlsx"
    db.session.commit()
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def address(week: dt.date, chosen: looking.Filters, *, team: int | None = None, queue: str | None = None) -> str:
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
