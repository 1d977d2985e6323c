"""Home: what is due, what changed, what needs a decision, for every role; and the audit trail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.config import settings
from qa.core import audit
from qa.core.access import Permission, Role, Scope, requires
from qa.core.clock import local_day, midnight, monday_of, utcnow
from qa.core.db import db
from qa.core.routing import stored_id
from qa.desk import access_report, attention, behind, queries, searching
from qa.incidents import figures as incident_figures
from qa.incidents import queries as incident_queries
from qa.incidents.rules import KIND_WORDS
from qa.navigation import rooms_of
from qa.notices import queries as notice_queries
from qa.notices import service as notice_service
from qa.notices.models import Notice
from qa.reviews.companions import queries as companions
from qa.trends import looking
from qa.trends import moves as trend_moves
from qa.trends import views as trend_views

bp = Blueprint("desk", __name__)
SOON = dt.timedelta(days=7)
INCIDENTS = dt.timedelta(weeks=13)  # that the director's figures look back over
TRAIL_PAGE = 50
FIRST_FIGURES = ("quality", "passed", "critical", "csat")


@bp.get("/")
@requires(Permission.HOME)
def home() -> ResponseReturnValue:
    session = db.session()
    now = utcnow()
    today = local_day(now, g.zone)
    monday = monday_of(today)
    roles = g.actor.roles
    desk: dict[str, Any] = {
        "notices": notice_queries.unread(session, g.actor.user_id, now=now),
        "incidents": incident_queries.waiting_for(session, g.actor),
        "sessions": queries.sessions_waiting(session, g.actor),
        "attention": attention.attention(
            session, g.actor, own_specialist_ban=g.setting.own_specialist_ban, today=today, now=now
        ),
        "actions": queries.actions_due(session, g.actor.user_id, until=today + SOON),
    }
    if g.actor.may(Permission.QUEUE):
        workload = queries.workload(session, g.actor, today=today, since=midnight(monday, g.zone))
        if Role.REVIEWER in roles or workload.open:  # a lead scores now and then only
            desk["workload"] = workload
    if Role.SPECIALIST in roles:
        desk["unread"] = queries.unread_reviews(session, g.actor, now=now)
        desk["invited"] = companions.invitations(session, g.actor)
        desk["own_plan"] = queries.own_plan(session, g.actor.user_id)
    if Role.TEAM_LEAD in roles:
        desk["team"] = queries.team_members(
            session, g.actor, today=today, since=midnight(monday - dt.timedelta(weeks=8), g.zone)
        )
    if g.actor.may(Permission.SAMPLING_VIEW):
        desk["sampling"] = queries.sampling_state(session, g.actor, today=today, zone=g.zone)
        desk["behind"] = behind.behind_state(session, g.actor, today=today)
    if Role.ADMIN in roles:
        desk["admin"] = queries.admin_state(session, g.actor, now=now)
    if Role.DIRECTOR in roles:
        desk["programme"] = queries.programme_state(session, g.actor, today=today)
        desk["incident_picture"] = incident_figures.picture(
            incident_queries.waits_since(session, g.actor.programme_id, now - INCIDENTS),
            since=now - INCIDENTS,
            now=now,
            sees_each=g.actor.may(Permission.INCIDENTS, Scope.ALL),
        )
    if g.actor.may(Permission.TRENDS_VIEW):
        desk |= key_figures(now)
    return render_template(
        "desk/home.html",
        hour=now.astimezone(g.zone).hour,
        now=now,
        fair=g.setting.fair_mean,
        incident_words=KIND_WORDS,
        **desk,
    )


def key_figures(now: dt.datetime) -> dict[str, Any]:
    """The figures of the trends page that a desk begins with; and, over all teams, where quality moved."""
    chosen = looking.Filters()
    top = looking.newest_weeks(db.session(), g.actor, chosen, setting=g.setting, zone=g.zone, now=now)
    everywhere = g.actor.may(Permission.TRENDS_VIEW, Scope.ALL)
    team_ids = {team.name: team.id for team in top.teams}
    return {
        "tiles": [tile for tile in top.tiles if tile.key in FIRST_FIGURES],
        "reviews_of": trend_views.reviews_of(top.newest, chosen),
        "moves": trend_moves.moves(top.team_rows, top.queue_rows, team_ids) if everywhere else [],
    }


@bp.get("/search")
@requires(Permission.HOME)
def search() -> ResponseReturnValue:
    """Search everywhere; a number that names one thing only goes straight to it."""
    asked = " ".join(request.args.get("q", "").replace("\x00", "").split())
    now = utcnow()
    found = searching.search(db.session(), g.actor, asked, zone=g.zone, now=now, today=local_day(now, g.zone))
    pages = [room for room in rooms_of(g.actor) if asked and asked.casefold() in str(room["label"]).casefold()]
    if found.only is not None and not pages:
        return redirect(address_of_found(found.only))
    return render_template("desk/search.html", asked=asked, found=found, pages=pages)


def address_of_found(found: searching.FoundPart | searching.FoundTicket | searching.FoundReview) -> str:
    """Where something that was found is opened."""
    if isinstance(found, searching.FoundPart):
        return url_for("reviews.score", assignment_id=found.assignment_id)
    if isinstance(found, searching.FoundReview):
        return url_for("reviews.show", review_id=found.review_id)
    return url_for("tickets.show", ticket_id=found.id)


@bp.post("/notices/<int:notice_id>/read")
@requires(Permission.HOME)
def read_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read and go to what it is about."""
    notice = notice_queries.get_notice_for(db.session(), g.actor, notice_id)
    target = address_of(notice)
    notice_service.mark_read(db.session(), g.actor.user_id, notice.object_type, notice.object_id, now=utcnow())
    db.session.commit()
    return redirect(target)


def address_of(notice: Notice) -> str:
    """Where the matter of a notice is found."""
    if notice.object_type == "review":
        return url_for("reviews.show", review_id=int(notice.object_id))
    if notice.kind in ("dispute_opened", "dispute_escalated"):
        return url_for("disputes.show", dispute_id=int(notice.object_id))
    if notice.object_type == "dispute":
        return url_for("reviews.show", review_id=int(notice.detail["review"]), _anchor="dispute")
    if notice.kind == "digest_failed":
        return url_for("notices.not_sent")
    if notice.object_type == "second_look":
        return url_for("second_looks.show", look_id=int(notice.object_id))
    if notice.object_type == "invitation":
        return url_for("reviews.mine")
    if notice.object_type == "export_delivery":
        return url_for("scheduled_exports.show", delivery_id=int(notice.object_id))
    if notice.object_type == "export_schedule":
        return url_for("scheduled_exports.index")
    if notice.object_type == "launch":
        return url_for("launches.show", launch_id=int(notice.object_id))
    if notice.object_type == "escalation":
        return url_for("escalations.show", escalation_id=int(notice.object_id))
    if notice.object_type == "sop_gap":
        return url_for("sop_gaps.show", gap_id=int(notice.object_id))
    if notice.object_type == "incident":
        return url_for("incidents.show", incident_id=int(notice.object_id))
    if notice.object_type == "calibration_session":
        return url_for("calibration.show", session_id=int(notice.object_id))
    if notice.object_type == "golden_ticket":
        return url_for("golden.index")
    if notice.object_type == "session_series":
        return url_for("series.show", series_id=int(notice.object_id))
    if notice.object_type == "certification":
        return url_for("certification.show", user_id=int(notice.detail["user"]))
    if notice.object_type == "shadowed_review":
        return url_for("certification.shadowed", shadowed_id=int(notice.object_id))
    if notice.object_type in COACHING_PAGES:
        return coaching_address(notice)
    if notice.object_type == "rubric_version":
        return url_for("rubrics.show", version_id=int(notice.object_id))
    if notice.object_type == "rubric_notes":
        return url_for("rubrics.notes_of", family_id=int(notice.object_id))
    if notice.object_type == "drift_case":
        return url_for("reviewers.show_case", case_id=int(notice.object_id))
    if notice.object_type == "original_reveal":
        return url_for("tickets.originals")
    if notice.object_type == "strike_request":
        return url_for("sampling.strike_requests")
    if notice.kind in ("parts_assigned", "strike_declined", "part_erased"):
        return url_for("reviews.queue")
    return url_for("desk.home")


COACHING_PAGES = {
    "coaching_plan": ("coaching.show", "plan_id"),
    "coaching_meeting": ("coaching.meeting", "meeting_id"),
    "wait_list": ("coaching.wait_list", "list_id"),
    "coaching_series": ("coaching.meetings", ""),
    "coaching_example": ("coaching.examples", ""),
    "coaching_template": ("coaching.library", ""),
    "praise": ("coaching.index", ""),
}


def coaching_address(notice: Notice) -> str:
    """The page of what coaching tells of: the object's own, or the list it stands on."""
    endpoint, argument = COACHING_PAGES[notice.object_type]
    values: dict[str, Any] = {argument: int(notice.object_id)} if argument else {}
    return url_for(endpoint, **values)


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def audit_trail() -> ResponseReturnValue:
    session = db.session()
    action = request.args.get("action", "")
    rows = queries.audit_trail(
        session, g.actor, action=action, before=request.args.get("before", type=stored_id), limit=TRAIL_PAGE
    )
    seq, digest = audit.chain_head(session)
    return render_template(
        "desk/audit.html",
        rows=rows,
        action=action,
        actions=queries.actions_of_trail(session),
        head=(seq, digest),
        unsealed=audit.unsealed_count(session),
        older=rows[-1].event.id if len(rows) == TRAIL_PAGE else None,
        verdict=None,
    )


@bp.get("/audit/verify")
@requires(Permission.AUDIT_READ)
def verify_trail() -> ResponseReturnValue:
    """Prove the whole chain now."""
    session = db.session()
    chosen = settings()
    findings = audit.verify(
        session, chosen.audit_key, now=utcnow(), anchored=audit.anchors(chosen.instance / audit.ANCHORS)
    )
    seq, digest = audit.chain_head(session)
    return render_template(
        "desk/audit.html",
        rows=queries.audit_trail(session, g.actor, limit=TRAIL_PAGE),
        action="",
        actions=queries.actions_of_trail(session),
        head=(seq, digest),
        unsealed=audit.unsealed_count(session),
        older=None,
        verdict=findings,
    )


@bp.get("/audit/access")
@requires(Permission.ACCESS_REPORT)
def access_log_page() -> ResponseReturnValue:
    """Who opened which conversation: by reader, by ticket, by the customer who asks."""
    session = db.session()
    asked = access_report.asked_of(request.args)
    page = access_report.report(
        session,
        g.actor,
        asked,
        frame_key=settings().frame_key,
        zone=g.zone,
        before=request.args.get("before", type=stored_id),
    )
    return render_template(
        "desk/access_log.html",
        asked=asked,
        page=page,
        readers=access_report.readers(session, g.actor.programme_id),
        sources=access_report.sources(session, g.actor.programme_id),
        days=settings().access_log_days,
    )


@bp.post("/audit/access")
@requires(Permission.ACCESS_REPORT)
def export_access_log() -> ResponseReturnValue:
    """The same as CSV; the audit trail says that it was made."""
    asked = access_report.asked_of(request.form)
    text = access_report.export(db.session(), g.actor, asked, frame_key=settings().frame_key, zone=g.zone, now=utcnow())
    db.session.commit()
    headers = {"Content-Disposition": "attachment; filename=access-log.csv"}
    return Response(text, mimetype="text/csv", headers=headers)
