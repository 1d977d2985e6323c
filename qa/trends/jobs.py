"""The room's daily work: weeks that have no sums yet get theirs, and reviewers' strictness is estimated anew."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import jobs
from qa.core.clock import utcnow
from qa.core.db import db, reading
from qa.core.jobs import Job
from qa.figures.models import WeeklyDrawPack
from qa.people.models import Programme
from qa.reviews import keeping_sums
from qa.sampling.models import Period
from qa.trends import counting, strictness
from qa.trends.counting import COUNT_JOB, KEEP_JOB


def keep_sums(job: Job) -> Mapping[str, Any]:
    """A week in a transaction; a second run finds everything written and only estimates again."""
    session = db.session()
    with reading():
        of_programme = WeeklyDrawPack.programme_id == job.payload["programme"]
        known = set(session.scalars(select(WeeklyDrawPack.week).where(of_programme).distinct()))
        session.rollback()
    return _counted(session, job, known)


def count_every_week(job: Job) -> Mapping[str, Any]:
    """What an upgrade asks for: a supplement may have begun sums of a week that had none."""
    return _counted(db.session(), job, set())


def _counted(session: Session, job: Job, known: Collection[dt.date]) -> Mapping[str, Any]:
    job_id, programme_id = job.id, job.payload["programme"]
    with reading():
        missing = [
            period.id for period in keeping_sums.periods_of(session, programme_id) if period.starts_on not in known
        ]
        session.rollback()
    written = 0
    for n, period_id in enumerate(missing):
        jobs.progress(job_id, n, len(missing))
        written += bool(keeping_sums.rebuild(session, session.get_one(Period, period_id)))
        session.commit()
    strictness.keep(session, programme_id, now=utcnow())
    session.commit()
    return {"weeks": written}


HANDLERS: Mapping[str, jobs.Handler] = {KEEP_JOB: keep_sums, COUNT_JOB: count_every_week}


class Calendar:
    """One job a day and programme; it remembers what it wrote, so that the clock's tick costs nothing."""

    def __init__(self) -> None:
        self._day: dt.date | None = None
        self._counting = False

    def tick(self, session: Session, now: dt.datetime) -> None:
        """Write the day's jobs once; see to an upgrade's count until it is done."""
        if self._counting or self._day != now.date():
            self._counting = counting.wait_again(session)
        if self._day == now.date():
            return
        with reading():
            programmes = session.scalars(select(Programme.id).order_by(Programme.id)).all()
            session.rollback()
        for programme_id in programmes:
            period = f"{programme_id}/{now.date().isoformat()}"
            known = session.scalar(select(Job.id).where(Job.name == KEEP_JOB, Job.period == period))
            if known is None:
                try:
                    jobs.enqueue(session, KEEP_JOB, {"programme": programme_id}, by=None, now=now, period=period)
                    session.commit()
                except IntegrityError:  # another process was faster
                    session.rollback()
            session.rollback()
        self._day = now.date()
