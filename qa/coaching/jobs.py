"""Each morning: recurring 1:1s are planned, what is due or overdue is said, follow-up reviews are given and told of."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import reminding
from qa.coaching.follow_ups import queries as follow_up_queries
from qa.coaching.follow_ups import service as follow_ups
from qa.coaching.meetings import queries as meetings
from qa.coaching.meetings import recurring
from qa.coaching.wait_lists import service as wait_lists
from qa.core.calendars import PeriodicJobs
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.jobs import Handler, Job
from qa.people.models import Programme
from qa.people.queries import setting_at, zone_of

DAY_JOB = "coaching.day"


def day(job: Job) -> Mapping[str, Any]:
    """What a day of a programme's coaching brings; a second run of the same day changes nothing."""
    session = db.session()
    programme_id, today = int(job.payload["programme"]), dt.date.fromisoformat(job.payload["day"])
    return turn(session, programme_id, today, now=utcnow())


def turn(session: Session, programme_id: int, today: dt.date, *, now: dt.datetime) -> dict[str, int]:
    """The day's work, each kind in a transaction of its own."""
    setting = setting_at(session, programme_id, now)
    zone = zone_of(setting)
    opened = 0
    for row in meetings.due_series(session, programme_id, today + recurring.AHEAD):
        opened += recurring.open_due(session, row, zone=zone, today=today, now=now)
        session.commit()
    told = reminding.remind(session, programme_id, today, zone=zone, now=now)
    told += wait_lists.tell_turns(session, programme_id, today, now=now)
    session.commit()
    for draw, plan in follow_up_queries.waiting_draws(session, programme_id):
        follow_ups.give(session, plan, setting, draw, by=draw.drawn_by_id, now=now)
        session.commit()
    told += follow_ups.tell_complete(session, now=now)
    session.commit()
    return {"opened": opened, "told": told}


HANDLERS: Mapping[str, Handler] = {DAY_JOB: day}


class Calendar(PeriodicJobs):
    """One job a programme and day."""

    def wanted(self, session: Session, now: dt.datetime) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for programme_id in session.scalars(select(Programme.id).order_by(Programme.id)).all():
            today = local_day(now, zone_of(setting_at(session, programme_id, now))).isoformat()
            found[DAY_JOB, f"{programme_id}/{today}"] = {"programme": programme_id, "day": today}
        return found
