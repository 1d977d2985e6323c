"""Meetings and recurring 1:1s, and the calendar file of one's own."""

from __future__ import annotations

import datetime as dt

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.calibration_sessions.series.rules import RHYTHMS
from qa.coaching import queries as people
from qa.coaching.meetings import queries, recurring, service
from qa.coaching.meetings.calendar_files import Entry, calendar_file
from qa.coaching.meetings.queries import MeetingRow
from qa.coaching.views import typed
from qa.coaching.views.blueprint import bp, today
from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.advancing import seen_version
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError

KEPT_IN_CALENDAR = dt.timedelta(days=90)
ICS = "text/calendar; charset=utf-8"


def coachable() -> list[people.Coached]:
    """Whose meetings this person may plan."""
    found = people.specialists_for(db.session(), g.actor, today=today())
    return [coached for coached in found if people.may_edit(g.actor, coached)]


def visible(meeting_id: int) -> MeetingRow:
    """A meeting of one's own, or of somebody one coaches."""
    seen = people.specialists_for(db.session(), g.actor, today=today())
    return queries.get_meeting_for(db.session(), [coached.user.id for coached in seen], meeting_id)


def led(meeting_id: int) -> MeetingRow:
    """A meeting that this person may change: whoever may coach the specialist."""
    return queries.get_meeting_for(db.session(), [coached.user.id for coached in coachable()], meeting_id)


@bp.get("/meetings")
@requires(Permission.COACHING_VIEW)
def meetings() -> ResponseReturnValue:
    session, now = db.session(), utcnow()
    return render_template(
        "coaching/meetings.html",
        coming=queries.coming(session, g.actor.user_id, now=now),
        past=queries.past(session, g.actor.user_id),
        series=queries.series_of(session, g.actor.user_id),
        rhythms=RHYTHMS,
        plans=g.actor.may(Permission.COACHING_EDIT),
        now=now,
    )


@bp.get("/meetings/new")
@requires(Permission.COACHING_EDIT)
def new_meeting() -> ResponseReturnValue:
    return meeting_form({}, {})


def meeting_form(fields: dict[str, str], given: dict[str, str], status: int = 200) -> ResponseReturnValue:
    body = render_template(
        "coaching/new_meeting.html",
        people=[(coached.user.id, coached.user.name) for coached in coachable()],
        chosen=given.get("specialist") or request.args.get("specialist", ""),
        given=given,
        errors=fields,
        rhythms=list(RHYTHMS.items()),
        tomorrow=today() + dt.timedelta(days=1),
    )
    return Response(body, status=status)


@bp.post("/meetings")
@requires(Permission.COACHING_EDIT)
def plan_meeting() -> ResponseReturnValue:
    """One meeting, or a series that plans its meetings by itself."""
    session, now = db.session(), utcnow()
    try:
        specialist_id = typed.whole("specialist", "With whom")
        if specialist_id not in {coached.user.id for coached in coachable()}:
            raise NotFoundError("This specialist is not yours to meet.")
        minutes = typed.whole("minutes", "How long")
        place, agenda = typed.words("place"), typed.words("agenda")
        if typed.words("rhythm"):
            row = recurring.begin(
                session,
                specialist_id=specialist_id,
                lead_id=g.actor.user_id,
                rhythm=typed.words("rhythm"),
                starts_on=typed.day("day", "On which day"),
                minute_of_day=typed.minute_of_day("time", "At what time"),
                minutes=minutes,
                place=place,
                agenda=agenda,
                today=today(),
                now=now,
            )
            recurring.open_due(session, row, zone=g.zone, today=today(), now=now)
            told = "The series is set up. Each meeting stands here eight days before it; days of absence are left out."
        else:
            service.plan_meeting(
                session,
                specialist_id=specialist_id,
                lead_id=g.actor.user_id,
                starts_at=typed.moment("day", "time", "When"),
                minutes=minutes,
                place=place,
                agenda=agenda,
                by=g.actor.user_id,
                now=now,
            )
            told = "The meeting is planned; the specialist is told."
    except InvalidInputError as error:
        session.rollback()
        return meeting_form(error.fields or {"": str(error)}, dict(request.form), 422)
    session.commit()
    flash(told, "good")
    return redirect(url_for("coaching.meetings"))


@bp.get("/meetings/<int:meeting_id>")
@requires(Permission.COACHING_VIEW)
def meeting(meeting_id: int) -> ResponseReturnValue:
    row = visible(meeting_id)
    own = g.actor.user_id == row.meeting.specialist_id
    leads = not own and row.meeting.specialist_id in {coached.user.id for coached in coachable()}
    local = row.meeting.starts_at.astimezone(g.zone)
    return render_template(
        "coaching/meeting.html",
        row=row,
        meeting=row.meeting,
        own=own,
        leads=leads,
        sits=g.actor.user_id in (row.meeting.specialist_id, row.meeting.lead_id),
        private=queries.private_note(db.session(), meeting_id, g.actor.user_id) if leads else "",
        local=local,
        begun=row.meeting.starts_at <= utcnow(),
    )


@bp.post("/meetings/<int:meeting_id>/move")
@requires(Permission.COACHING_EDIT)
def move_meeting(meeting_id: int) -> ResponseReturnValue:
    row = led(meeting_id)
    service.move(
        db.session(),
        row.meeting,
        starts_at=typed.moment("day", "time", "When"),
        minutes=typed.whole("minutes", "How long"),
        place=typed.words("place"),
        version=seen_version(),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash("The meeting is moved; both calendars follow with the next file.", "good")
    return redirect(url_for("coaching.meeting", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/notes")
@requires(Permission.COACHING_VIEW)
def write_meeting(meeting_id: int) -> ResponseReturnValue:
    """The lead writes everything; the specialist what to talk about."""
    session, now = db.session(), utcnow()
    row = visible(meeting_id)
    if g.actor.user_id == row.meeting.specialist_id:
        service.write_agenda(
            session, row.meeting, typed.words("agenda"), version=seen_version(), by=g.actor.user_id, now=now
        )
    else:
        row = led(meeting_id)
        service.write(
            session,
            row.meeting,
            agenda=typed.words("agenda"),
            shared_notes=typed.words("shared_notes"),
            agreed=typed.words("agreed"),
            version=seen_version(),
            by=g.actor.user_id,
            now=now,
        )
        service.note_privately(session, row.meeting, typed.words("private"), by=g.actor.user_id, now=now)
    session.commit()
    flash("Saved.", "good")
    return redirect(url_for("coaching.meeting", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/end")
@requires(Permission.COACHING_EDIT)
def end_meeting(meeting_id: int) -> ResponseReturnValue:
    row = led(meeting_id)
    service.end(
        db.session(),
        row.meeting,
        state=typed.words("state"),
        version=seen_version(),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    return redirect(url_for("coaching.meeting", meeting_id=meeting_id))


@bp.post("/series/<int:series_id>")
@requires(Permission.COACHING_EDIT)
def change_series(series_id: int) -> ResponseReturnValue:
    """Pause, go on or stop."""
    session, now = db.session(), utcnow()
    row = queries.get_led_series(session, g.actor, series_id)
    what, version, by = typed.words("do"), seen_version(), g.actor.user_id
    if what == "pause":
        recurring.pause(session, row, version=version, by=by, now=now)
    elif what == "resume":
        recurring.resume(session, row, version=version, today=today(), by=by, now=now)
        recurring.open_due(session, row, zone=g.zone, today=today(), now=now)
    elif what == "stop":
        recurring.stop(session, row, version=version, by=by, now=now)
    else:
        raise InvalidInputError("A series is paused, resumed or stopped.", {"do": "unknown"})
    session.commit()
    return redirect(url_for("coaching.meetings"))


@bp.get("/meetings/<int:meeting_id>/meeting.ics")
@requires(Permission.COACHING_VIEW)
def meeting_file(meeting_id: int) -> ResponseReturnValue:
    """One meeting for one's calendar, to the two people who sit in it."""
    return as_file([queries.get_own_meeting(db.session(), g.actor, meeting_id)], f"meeting-{meeting_id}.ics")


@bp.get("/calendar.ics")
@requires(Permission.COACHING_VIEW)
def calendar() -> ResponseReturnValue:
    """All of one's own meetings of the last weeks and to come."""
    since = utcnow() - KEPT_IN_CALENDAR
    return as_file(queries.in_calendar(db.session(), g.actor.user_id, since=since), "coaching.ics")


def as_file(rows: list[MeetingRow], name: str) -> Response:
    mail = settings().mail
    base = mail.base_url if mail else request.host_url.rstrip("/")
    content = calendar_file(
        [
            Entry(
                uid=f"coaching-meeting-{row.meeting.id}@{request.host.split(':')[0]}",
                sequence=row.meeting.lock_version,
                with_name=row.other(g.actor.user_id),
                starts_at=row.meeting.starts_at,
                minutes=row.meeting.minutes,
                place=row.meeting.place,
                url=base + url_for("coaching.meeting", meeting_id=row.meeting.id),
                cancelled=row.meeting.state == "cancelled",
                changed_at=row.meeting.ended_at or row.meeting.created_at,
            )
            for row in rows
        ]
    )
    return Response(content, content_type=ICS, headers={"Content-Disposition": f"attachment; filename={name}"})
