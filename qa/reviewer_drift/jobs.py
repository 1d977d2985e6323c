"""The nightly run, and the one that somebody asks for."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import apart, jobs
from qa.core.clock import local_day, utcnow
from qa.core.db import db, reading
from qa.core.jobs import Handler, Job, JobState
from qa.people.models import Programme
from qa.people.queries import setting_at, zone_of
from qa.reviewer_drift import runs
from qa.reviews.models import Review

DRIFT_JOB = "drift.run"
APART_FROM = 50_000  # reviews: from here on a run takes long enough for pages beside it to notice


def run(job: Job) -> Mapping[str, Any]:
    """Judge all reviewers anew; where nothing changed since the newest run, that run stands.

    What takes longer than a moment happens in a process of its own, so that pages keep their pace.
    """
    job_id = job.id
    session = db.session()
    with reading():
        largest = session.scalar(select(func.max(Review.id))) or 0
        session.rollback()
    if largest >= APART_FROM and not settings().testing:
        return apart.command(["drift", "run", "--job", str(job_id)], alive=lambda: jobs.keep_lease(job_id))
    return run_here(session, job_id)


def run_here(session: Session, job_id: int) -> Mapping[str, Any]:
    """The run of a job in this process."""
    job = session.get_one(Job, job_id)
    programme_id, by = int(job.payload["programme"]), job.created_by_id
    session.rollback()
    kept = runs.run(
        session,
        programme_id,
        by=by,
        now=utcnow(),
        progress=lambda done, total: jobs.progress(job_id, done, total),
    )
    return {"run": kept.run_id, "made": kept.made, "reds": kept.reds, "ambers": kept.ambers}


def ask(session: Session, programme_id: int, *, by: int | None, now: dt.datetime) -> Job:
    """A run as soon as the runner is free; one that waits already is enough."""
    waiting = running(session, programme_id)
    if waiting is not None:
        return waiting
    return jobs.enqueue(session, DRIFT_JOB, {"programme": programme_id}, by=by, now=now)


def running(session: Session, programme_id: int) -> Job | None:
    """The run that waits or goes on now."""
    found = session.scalars(
        select(Job).where(Job.name == DRIFT_JOB, Job.state.in_((JobState.WAITING, JobState.RUNNING))).order_by(Job.id)
    )
    return next((job for job in found if job.payload.get("programme") == programme_id), None)


class Calendar:
    """Writes each night's run as a job, once; it remembers what it wrote, so that the clock's tick costs nothing."""

    def __init__(self) -> None:
        self._written: set[str] = set()
        self._looked: tuple[int, int] | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        """One job row a day for each programme, as its own day begins; it looks once a minute."""
        if self._looked == (now.hour, now.minute):
            return
        self._looked = now.hour, now.minute
        with reading():
            due: dict[str, int] = {}
            for programme_id in session.scalars(select(Programme.id).order_by(Programme.id)).all():
                today = local_day(now, zone_of(setting_at(session, programme_id, now)))
                due[f"{programme_id}/{today.isoformat()}"] = programme_id
            new = due.keys() - self._written
            known = (
                set(session.scalars(select(Job.period).where(Job.name == DRIFT_JOB, Job.period.in_(new))))
                if new
                else set()
            )
            session.rollback()
        for period in sorted(new - known):
            try:
                jobs.enqueue(session, DRIFT_JOB, {"programme": due[period]}, by=None, now=now, period=period)
                session.commit()
            except IntegrityError:  # another process was faster
                session.rollback()
        self._written |= new


HANDLERS: dict[str, Handler] = {DRIFT_JOB: run}
