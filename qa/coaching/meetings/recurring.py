"""Recurring 1:1s: setting a series up, pausing and stopping it, and opening the meeting that comes next."""

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.series import rules
from qa.coaching import wording
from qa.coaching.meetings import service
from qa.coaching.meetings.models import CoachingSeries, CoachingSeriesDay
from qa.core import audit
from qa.core.advancing import advance
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import Absence, User

AHEAD = dt.timedelta(days=8)  # a meeting stands in both calendars this long before it
STALE = "Somebody else changed this series meanwhile. Load the page again and look at what is new."
_advance = partial(advance, stale=STALE)


def begin(
    session: Session,
    *,
    specialist_id: int,
    lead_id: int,
    rhythm: str,
    starts_on: dt.date,
    minute_of_day: int,
    minutes: int,
    place: str,
    agenda: str,
    today: dt.date,
    now: dt.datetime,
) -> CoachingSeries:
    """A series of 1:1s; one that runs for the same two people has to be stopped first."""
    if rhythm not in rules.RHYTHMS:
        raise InvalidInputError("Choose how often you meet.", {"rhythm": "choose one"})
    if starts_on < today:
        raise InvalidInputError("The first day lies in the past.", {"starts_on": "choose today or a later day"})
    service.check_time(minutes)
    running = select(CoachingSeries.id).where(
        CoachingSeries.specialist_id == specialist_id,
        CoachingSeries.lead_id == lead_id,
        CoachingSeries.state != "stopped",
    )
    if session.scalar(running) is not None:
        raise ConflictError("You have a series with this person already. Stop it before you set up another.")
    row = CoachingSeries(
        specialist_id=specialist_id,
        lead_id=lead_id,
        rhythm=rhythm,
        starts_on=starts_on,
        next_on=starts_on,
        minute_of_day=minute_of_day,
        minutes=minutes,
        place=wording.line(place, field="place", most=200),
        agenda=wording.text(agenda, field="agenda"),
        created_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, row, "series_begin", lead_id, now)
    return row


def pause(session: Session, row: CoachingSeries, *, version: int, by: int, now: dt.datetime) -> None:
    _advance(session, row, version, expected=("running",), state="paused")
    _record(session, row, "series_pause", by, now)


def resume(session: Session, row: CoachingSeries, *, version: int, today: dt.date, by: int, now: dt.datetime) -> None:
    """Go on with the next of its days; what fell into the pause is not made up for."""
    day = rules.first_from(row.rhythm, row.starts_on, max(today, row.next_on))
    _advance(session, row, version, expected=("paused",), state="running", next_on=day)
    _record(session, row, "series_resume", by, now)


def stop(session: Session, row: CoachingSeries, *, version: int, by: int, now: dt.datetime) -> None:
    """No further meetings; those that are planned stay until they are called off."""
    _advance(session, row, version, expected=("running", "paused"), state="stopped", stopped_at=now)
    _record(session, row, "series_stop", by, now)


def open_due(session: Session, row: CoachingSeries, *, zone: ZoneInfo, today: dt.date, now: dt.datetime) -> int:
    """Plan the meetings of the days that come near, each once; a day on which one of the two is away is skipped.

    Gives how many days were dealt with. A day that passed while nothing ran is left out.
    """
    session.refresh(row, with_for_update=True)
    people = {
        user.id: user for user in session.scalars(select(User).where(User.id.in_([row.lead_id, row.specialist_id])))
    }
    if row.state != "running" or not all(user.active for user in people.values()):
        return 0
    done = 0
    day = rules.first_from(row.rhythm, row.starts_on, max(row.next_on, today))
    while day <= today + AHEAD:
        starts_at = at_time(day, row.minute_of_day, zone)
        if starts_at > now:
            _open(session, row, day, starts_at, people, now)
            done += 1
        day = rules.first_from(row.rhythm, row.starts_on, day + dt.timedelta(days=1))
    if row.next_on != day:
        row.next_on = day
        session.flush()
    return done


def _open(
    session: Session,
    row: CoachingSeries,
    day: dt.date,
    starts_at: dt.datetime,
    people: dict[int, User],
    now: dt.datetime,
) -> None:
    known = select(CoachingSeriesDay.id).where(CoachingSeriesDay.series_id == row.id, CoachingSeriesDay.day == day)
    if session.scalar(known) is not None:
        return
    away = session.scalar(
        select(Absence.user_id)
        .where(Absence.user_id.in_(people), Absence.first_day <= day, Absence.last_day >= day)
        .order_by(Absence.user_id)
        .limit(1)
    )
    meeting_id, skipped = None, None
    if away is None:
        meeting_id = service.plan_meeting(
            session,
            specialist_id=row.specialist_id,
            lead_id=row.lead_id,
            starts_at=starts_at,
            minutes=row.minutes,
            place=row.place,
            agenda=row.agenda,
            by=None,
            now=now,
        ).id
    else:
        skipped = "the specialist is away" if away == row.specialist_id else "the lead is away"
        notices.notify(
            session,
            [row.lead_id],
            kind="meeting_skipped",
            object_type="coaching_series",
            object_id=row.id,
            now=now,
            detail={"day": day.isoformat()},
        )
    session.add(CoachingSeriesDay(series_id=row.id, day=day, meeting_id=meeting_id, skipped=skipped, created_at=now))
    session.flush()


def at_time(day: dt.date, minute_of_day: int, zone: ZoneInfo) -> dt.datetime:
    """The moment of a time of day in the programme's zone."""
    local = dt.datetime.combine(day, dt.time(minute_of_day // 60, minute_of_day % 60), zone)
    return local.astimezone(dt.UTC)


def _record(session: Session, row: CoachingSeries, what: str, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=f"coaching.{what}",
        object_type="coaching_series",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"specialist": row.specialist_id, "rhythm": row.rhythm},
    )
    session.flush()
