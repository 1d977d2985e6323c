"""Work for later, as rows in the main database, and the runner that picks them up.

A job is written in the use case's transaction, so it exists if and only if the use case happened. A runner takes it by
lease with a heart-beat; handlers are idempotent by row id, because a killed runner's job is taken again.
"""

import datetime as dt
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import Engine, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.orm import Base, WithId, one_of

log = structlog.get_logger(__name__)
LEASE = dt.timedelta(seconds=60)
NO_LEASE = dt.timedelta(minutes=15)  # nobody was given one that long: the clock was set back since
RENEW_SECONDS = 15.0
MAX_ATTEMPTS = 3
POLL_SECONDS = 0.5
HOUSEKEEPING_SECONDS = 2.0
TOLD_EVERY = 1.0  # seconds between two times that a job of many small steps tells how far it is


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(WithId, Base):
    """One piece of work, its progress and its outcome."""

    __tablename__ = "job"
    __table_args__ = (one_of("state", JobState), UniqueConstraint("name", "period"))

    name: Mapped[str]
    period: Mapped[str | None]  # periodic jobs: one row per name and period
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=JobState.WAITING, index=True)
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int | None]
    leased_until: Mapped[dt.datetime | None]
    leased_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    finished_at: Mapped[dt.datetime | None]
    not_before: Mapped[dt.datetime | None]  # a job that has to wait for somebody else's limit


Handler = Callable[[Job], Mapping[str, Any]]
Chore = Callable[[], None]
Work = tuple[Mapping[str, Handler], tuple[Chore, ...]]


def enqueue(
    session: Session,
    name: str,
    payload: Mapping[str, Any],
    *,
    by: int | None,
    now: dt.datetime,
    period: str | None = None,
    not_before: dt.datetime | None = None,
) -> Job:
    """Write a job in the caller's transaction; no runner takes it before its moment."""
    job = Job(name=name, payload=dict(payload), created_at=now, created_by_id=by, period=period, not_before=not_before)
    session.add(job)
    session.flush()
    return job


def progress(job_id: int, done: int, total: int | None) -> None:
    """Tell how far a running job is, and renew its lease, in a transaction of its own."""
    with Session(db.engine) as session:
        session.execute(
            update(Job).where(Job.id == job_id).values(done=done, total=total, leased_until=utcnow() + LEASE)
        )
        session.commit()


class Progress:
    """Tells the first step and then at most one a second: each telling is a transaction, and whoever writes waits."""

    def __init__(self, job_id: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._job_id, self._clock = job_id, clock
        self._next = clock()

    def __call__(self, done: int, total: int | None) -> None:
        if self._clock() >= self._next:
            progress(self._job_id, done, total)
            self._next = self._clock() + TOLD_EVERY


def keep_lease(job_id: int) -> None:
    """Renew the lease of a running job that has nothing to tell yet."""
    _renew(db.engine, job_id)


@contextmanager
def lease_kept(job_id: int) -> Iterator[None]:
    """Renew the lease from a thread of its own, beside work that has no steps at which it could.

    The work inside must leave no writing transaction open at its end: the thread's last renewal would wait for it.
    """
    engine, over = db.engine, threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_SECONDS):
            try:
                _renew(engine, job_id)
            except Exception:
                log.exception("jobs.lease_not_renewed", job=job_id)

    thread = threading.Thread(target=renew, name=f"lease-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(engine: Engine, job_id: int) -> None:
    with Session(engine) as session:
        session.execute(update(Job).where(Job.id == job_id).values(leased_until=utcnow() + LEASE))
        session.commit()


class Runner:
    """Runs waiting jobs and small chores: in a thread of the web process, or in a process of its own.

    A runner without handlers takes no job; it only does its chores. ``work`` gives both when they are first needed:
    the rooms that do the jobs are read for it, and a process that only answers requests is ready without them.
    """

    def __init__(
        self,
        app: Flask,
        handlers: Mapping[str, Handler] | None = None,
        chores: tuple[Chore, ...] = (),
        *,
        work: Callable[[], Work] | None = None,
    ) -> None:
        self.app = app
        self._work = work or (lambda: (handlers or {}, chores))
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @cached_property
    def _given(self) -> Work:
        return self._work()

    @cached_property
    def handlers(self) -> dict[str, Handler]:
        return dict(self._given[0])

    @cached_property
    def chores(self) -> tuple[Chore, ...]:
        return self._given[1]

    @property
    def started(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        """Work in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more; a job that runs is finished first."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=10)

    def run(self) -> None:
        """Work in the calling thread until ``stop`` is called."""
        chores_at = time.monotonic()
        while not self._stop.is_set():
            try:
                if time.monotonic() >= chores_at:
                    self.run_chores()
                    chores_at = time.monotonic() + HOUSEKEEPING_SECONDS
                worked = self.run_one()
            except Exception:
                log.exception("jobs.loop")
                worked = False
            if not worked:
                self._stop.wait(POLL_SECONDS)
        self.run_chores()

    def run_chores(self) -> None:
        """Seal the audit chain, flush buffers: small things that are safe to repeat; one that fails stops no other."""
        for chore in self.chores:
            try:
                with self.app.app_context():
                    chore()
            except Exception:
                log.exception("jobs.chore_failed")

    def run_one(self) -> bool:
        """Take and run one waiting job; whether there was one."""
        if not self.handlers:
            return False
        with self.app.app_context():
            job = _take(db.session(), self.name, utcnow())
            job_id = job.id if job else None
            db.session.commit()
            if job is None or job_id is None:
                return False
            try:
                result = dict(self.handlers[job.name](job))
            except Exception as error:
                log.exception("jobs.failed", job=job_id)
                db.session.rollback()
                _finish(db.session(), job_id, self.name, error=f"{type(error).__name__}: {error}", now=utcnow())
            else:
                _finish(db.session(), job_id, self.name, result=result, now=utcnow())
            db.session.commit()
            return True

    def run_all(self) -> None:
        """Run everything that waits: for commands and tests."""
        while self.run_one():
            pass


def _take(session: Session, runner: str, now: dt.datetime) -> Job | None:
    """The oldest job that is free, now leased to this runner; one that crashes every runner is given up on the way."""
    free = or_(
        (Job.state == JobState.WAITING) & (Job.not_before.is_(None) | (Job.not_before <= now)),
        (Job.state == JobState.RUNNING) & ((Job.leased_until < now) | (Job.leased_until > now + NO_LEASE)),
    )
    oldest = select(Job).where(free).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    while (job := session.scalar(oldest)) is not None:
        if job.attempts < MAX_ATTEMPTS:
            job.state, job.leased_by, job.leased_until = JobState.RUNNING, runner, now + LEASE
            job.attempts += 1
            return job
        log.error("jobs.given_up", job=job.id)
        job.state, job.error = JobState.FAILED, "gave up after repeated crashes"
        job.finished_at, job.leased_until = now, None
        session.flush()
    return None


def _finish(
    session: Session,
    job_id: int,
    runner: str,
    *,
    now: dt.datetime,
    result: dict[str, Any] | None = None,
    error: str | None = None,
) -> None:
    """Note the outcome, unless the lease ran out and another runner has the job now: then its outcome counts."""
    job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one()
    if job.leased_by != runner:
        return
    job.state = JobState.FAILED if error else JobState.DONE
    job.result, job.error, job.finished_at, job.leased_until = result, error, now, None
