"""Each morning: sessions that are due by their series, and reminders of those that wait."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions import extending
from qa.calibration_sessions.series import queries, rules, service
from qa.calibration_sessions.series.models import SessionSeries
from qa.core.calendars import PeriodicJobs
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.jobs import Handler, Job
from qa.people.models import Programme
from qa.people.queries import setting_at, zone_of

OPEN_JOB, REMIND_JOB = "series.open", "session.remind"


def open_due(job: Job) -> Mapping[str, Any]:
    """Open one series' session of one day; a second run finds the day done and changes nothing."""
    session = db.session()
    row = session.get_one(SessionSeries, job.payload["series"])
    day = dt.date.fromisoformat(job.payload["day"])
    done = service.open_due(session, row, day, rng=np.random.default_rng(), now=utcnow())
    session.commit()
    return {"session": done.session_id if done else None, "problem": done.problem if done else None}


def remind(job: Job) -> Mapping[str, Any]:
    """Tell who has not scored yet that a session is due, and facilitators that one is overdue."""
    session = db.session()
    now = utcnow()
    programme_id = job.payload["programme"]
    told = extending.remind(session, programme_id, dt.date.fromisoformat(job.payload["day"]), now=now)
    session.commit()
    return {"told": told}


HANDLERS: Mapping[str, Handler] = {OPEN_JOB: open_due, REMIND_JOB: remind}


class Calendar(PeriodicJobs):
    """The openings and reminders of each day."""

    def wanted(self, session: Session, now: dt.datetime) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for programme_id in session.scalars(select(Programme.id).order_by(Programme.id)).all():
            today = local_day(now, zone_of(setting_at(session, programme_id, now)))
            for row in queries.due(session, programme_id, today):
                # After missed nights the newest day alone: nobody wants three sessions at once.
                day = rules.newest_until(row.rhythm, row.starts_on, today)
                if day is not None and day >= row.next_on:
                    found[OPEN_JOB, f"{row.id}/{day}"] = {"series": row.id, "day": day.isoformat()}
            found[REMIND_JOB, f"{programme_id}/{today}"] = {"programme": programme_id, "day": today.isoformat()}
        return found
