"""The room's periodic work: each week's seed is committed to before the week opens."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import jobs
from qa.core.clock import utcnow, week_key
from qa.core.crypto import KeyRing
from qa.core.db import db, reading
from qa.core.jobs import Job
from qa.people.models import Programme
from qa.people.queries import setting_at
from qa.sampling import committing, evidence, pool

COMMIT_JOB = "commit_seed"


def commit_seed(job: Job) -> Mapping[str, Any]:
    """Commit to the next week's seed; a second run finds the commitment and changes nothing."""
    session = db.session()
    now = utcnow()
    programme = session.get_one(Programme, job.payload["programme"])
    row = committing.commit_next(
        session,
        programme,
        setting_at(session, programme.id, now),
        scores=evidence.scores(),
        ring=KeyRing(settings().text_keys),
        by=None,
        now=now,
    )
    session.commit()
    return {"commitment": row.commitment if row else None}


HANDLERS: Mapping[str, jobs.Handler] = {COMMIT_JOB: commit_seed}


class Calendar:
    """Writes the week's job once; it remembers what it wrote, so that the clock's tick costs nothing."""

    def __init__(self) -> None:
        self._written: set[str] = set()
        self._hour: int | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        """One job row for the next week of each programme; once an hour, leases that ran out end."""
        with reading():
            programmes = session.scalars(select(Programme.id).order_by(Programme.id)).all()
            due = [
                (programme_id, f"{programme_id}/{week_key(committing.next_monday(now, setting))}")
                for programme_id in programmes
                for setting in [setting_at(session, programme_id, now)]
            ]
            session.rollback()
        if self._hour != now.hour:  # leases last days: an hour more or less is nothing
            pool.end_leases(session, now=now)
            session.commit()
            self._hour = now.hour
        for programme_id, period in due:
            if period in self._written:
                continue
            try:
                self._write(session, programme_id, period, now)
            except IntegrityError:  # another process was faster
                session.rollback()
            self._written.add(period)

    def _write(self, session: Session, programme_id: int, period: str, now: dt.datetime) -> None:
        known = session.scalar(select(Job.id).where(Job.name == COMMIT_JOB, Job.period == period))
        if known is None:
            jobs.enqueue(session, COMMIT_JOB, {"programme": programme_id}, by=None, now=now, period=period)
        session.commit()
