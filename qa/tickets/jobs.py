"""What the runner does for this room."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import apart, jobs
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing, UnreadableTextError
from qa.core.db import db, reading
from qa.core.jobs import Handler, Job
from qa.people.models import MATCH_PARTS_JOB, Source
from qa.people.queries import setting_at, the_programme, zone_of
from qa.tickets import erasing, keeping, service, uploads
from qa.tickets.intake import sealing
from qa.tickets.live import running
from qa.tickets.live.connections import House
from qa.tickets.models import RetentionRule
from qa.tickets.originals import expiring
from qa.tickets.storing import BESIDE_PAGES

RETENTION_JOB = "tickets.retention"
APART_FROM = 1_000_000  # bytes of an upload: from here on its intake takes long enough for pages to notice


def upload_folder() -> Path:
    """Where uploaded files wait for their job."""
    return settings().instance / "uploads"


def journal() -> erasing.Journal:
    """Where erasures are listed outside the database, who forgets what was quoted, and who takes parts back."""
    higher = current_app.extensions
    return erasing.Journal(settings().instance, higher["forget_quotes"], higher["take_back"])


def keys() -> service.Keys:
    return service.Keys(ring=KeyRing(settings().text_keys), frame_key=settings().frame_key)


def take_in(job: Job) -> Mapping[str, Any]:
    """Take in the files of an upload; its files go whatever becomes of it.

    What takes longer than a moment happens in a process of its own, so that pages keep their pace.
    """
    job_id, run_id, folder = job.id, int(job.payload["run"]), str(job.payload["folder"])
    session = db.session()
    if settings().testing or keeping.size_of(upload_folder(), folder) < APART_FROM:
        return take_in_here(session, job_id)
    try:
        return _apart(session, job_id, run_id, service.BROKEN)
    finally:
        session.rollback()
        keeping.forget(session, upload_folder(), folder)


def _apart(session: Session, job_id: int, run_id: int, broken: str) -> Mapping[str, Any]:
    """The job in a process of its own; its run fails with these words if that process says nothing of it."""
    session.rollback()
    try:
        return apart.command(["take-in", str(job_id)], alive=lambda: jobs.keep_lease(job_id))
    except Exception:
        if not service.is_over(session, run_id):  # the process was killed or never began: nobody else says so
            session.rollback()
            service.finish(session, run_id, "failed", {"error": broken}, now=utcnow())
        raise


def do_here(session: Session, job_id: int) -> Mapping[str, Any]:
    """An intake's or a pull's job in this process."""
    job = session.get_one(Job, job_id)
    return pull_here(session, job_id) if job.name == running.PULL_JOB else take_in_here(session, job_id)


def take_in_here(session: Session, job_id: int) -> Mapping[str, Any]:
    """The intake of a job in this process."""
    job = session.get_one(Job, job_id)
    run_id, folder = int(job.payload["run"]), str(job.payload["folder"])
    if service.is_over(session, run_id):  # a job taken again after its work was done
        session.rollback()
        return {"run": run_id}
    key = keeping.key_of(session, keys().ring, folder, now=utcnow())
    session.rollback()

    def find_files() -> list[Path]:
        if key is None:
            raise UnreadableTextError("The upload waited for more than a day: hand the files in again.")
        return keeping.kept_files(upload_folder(), folder)

    try:
        with sealing.opening(key or sealing.new_key()):
            run = service.run_intake(
                session,
                run_id,
                find_files,
                keys=keys(),
                now=utcnow(),
                clock=utcnow,
                progress=jobs.Progress(job_id),
                together=BESIDE_PAGES,
            )
        return {"run": run_id, "state": run.state}
    finally:
        session.rollback()
        keeping.forget(session, upload_folder(), folder)


def house() -> House:
    """What live pulls need of this installation."""
    return House(ring=KeyRing(settings().text_keys), private_hosts=settings().pull_private_hosts)


def pull(job: Job) -> Mapping[str, Any]:
    """Pull a source until its end, or until the help desk asks to wait; in a process of its own, as an upload."""
    job_id, run_id = job.id, int(job.payload["run"])
    session = db.session()
    if settings().testing:
        return pull_here(session, job_id)
    return _apart(session, job_id, run_id, running.BROKEN)


def pull_here(session: Session, job_id: int) -> Mapping[str, Any]:
    """The pull of a job in this process."""
    run_id = int(session.get_one(Job, job_id).payload["run"])
    if service.is_over(session, run_id):
        session.rollback()
        return {"run": run_id}
    run = running.run_pull(
        session,
        run_id,
        house=house(),
        keys=keys(),
        now=utcnow(),
        clock=utcnow,
        progress=jobs.Progress(job_id),
    )
    return {"run": run_id, "state": run.state}


class Schedule:
    """Begins the pulls whose time has come; it looks once a minute, so that the clock's tick costs nothing."""

    def __init__(self) -> None:
        self._looked: tuple[int, int] | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        if self._looked != (now.hour, now.minute):
            running.begin_due(session, now)
            self._looked = (now.hour, now.minute)


def match_parts(job: Job) -> Mapping[str, Any]:
    """After people changed: give the parts to the people and teams they belong to."""
    session = db.session()
    zone = zone_of(setting_at(session, the_programme(session).id, utcnow()))
    session.rollback()
    return {"changed": service.match_parts(session, zone)}


def erase_due(job: Job) -> Mapping[str, Any]:
    """Erase the text whose time is over; a job taken again goes on where the first one broke off."""
    job_id, programme_id = job.id, int(job.payload["programme"])
    session = db.session()
    session.rollback()
    erased = erasing.erase_due(
        session,
        keys().ring,
        journal(),
        programme_id,
        by=None,
        now=utcnow(),
        after_chunk=lambda done: jobs.progress(job_id, done, None),
    )
    return {"erased": erased}


class Calendar:
    """Writes each day's erasure as a job, once; it remembers what it wrote, so that the clock's tick costs nothing."""

    def __init__(self) -> None:
        self._written: set[str] = set()
        self._hour: int | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        """One job row a day for each programme that erases; each hour, uploads and originals whose time is over go."""
        day = now.date().isoformat()
        if self._hour != now.hour:
            uploads.forget_old(session, upload_folder(), now=now)
            expiring.expire(session, now=now)
            self._hour = now.hour
        if day in self._written:
            return
        with reading():
            programmes = session.scalars(
                select(Source.programme_id)
                .join(RetentionRule, RetentionRule.source_id == Source.id)
                .distinct()
                .order_by(Source.programme_id)
            ).all()
            known = set(session.scalars(select(Job.period).where(Job.name == RETENTION_JOB, Job.period.endswith(day))))
            session.rollback()
        for programme_id in programmes:
            period = f"{programme_id}/{day}"
            if period in known:
                continue
            try:
                jobs.enqueue(session, RETENTION_JOB, {"programme": programme_id}, by=None, now=now, period=period)
                session.commit()
            except IntegrityError:  # another process was faster
                session.rollback()
        self._written = {day}


HANDLERS: dict[str, Handler] = {
    service.INTAKE_JOB: take_in,
    running.PULL_JOB: pull,
    MATCH_PARTS_JOB: match_parts,
    RETENTION_JOB: erase_due,
}
