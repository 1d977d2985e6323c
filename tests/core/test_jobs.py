"""Jobs: written with the use case, taken by lease, taken again after a crash, given up after three."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import jobs
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.jobs import LEASE, MAX_ATTEMPTS, Job, Runner
from tests.support.cast import NOW

NOTHING: Mapping[str, Any] = {}


@pytest.fixture
def job_of(session: Session) -> Callable[[int], Job]:
    """A job as it is kept now."""

    def fresh(job_id: int) -> Job:
        session.rollback()
        return session.get_one(Job, job_id)

    return fresh


@pytest.fixture
def waiting(session: Session) -> int:
    """A job that waits: to double 21."""
    job = jobs.enqueue(session, "double", {"number": 21}, by=None, now=NOW)
    session.commit()
    return job.id


def double(job: Job) -> Mapping[str, Any]:
    return {"doubled": job.payload["number"] * 2}


def expire_lease(session: Session, job_id: int) -> None:
    session.execute(update(Job).where(Job.id == job_id).values(leased_until=utcnow() - dt.timedelta(seconds=1)))
    session.commit()


def crash(runner: Runner) -> None:
    """Take a job and be killed before it ends: nothing of what comes after the lease happens."""
    with runner.app.app_context():
        assert jobs._take(db.session(), runner.name, utcnow()) is not None
        db.session.commit()


def test_a_waiting_job_is_run_and_its_result_is_kept(app: Flask, job_of: Callable[[int], Job], waiting: int):
    ran = Runner(app, {"double": double}).run_one()

    job = job_of(waiting)
    assert ran
    assert (job.state, job.result, job.error, job.attempts) == ("done", {"doubled": 42}, None, 1)
    assert job.finished_at is not None
    assert job.leased_until is None


def test_a_job_of_a_use_case_that_was_taken_back_never_was(app: Flask):
    with app.app_context():
        jobs.enqueue(db.session(), "double", {"number": 21}, by=None, now=NOW)
        db.session.rollback()

    assert not Runner(app, {"double": double}).run_one()


def test_a_leased_job_is_taken_by_nobody_else(app: Flask, waiting: int):
    crash(Runner(app, {}))

    assert not Runner(app, {"double": double}).run_one()


def test_a_job_whose_runner_died_is_taken_again_when_its_lease_is_over(
    app: Flask, session: Session, job_of: Callable[[int], Job], waiting: int
):
    crash(Runner(app, {}))
    expire_lease(session, waiting)

    ran = Runner(app, {"double": double}).run_one()

    job = job_of(waiting)
    assert ran
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_kills_every_runner_is_given_up_and_the_next_one_runs(
    app: Flask, session: Session, job_of: Callable[[int], Job], waiting: int
):
    following = jobs.enqueue(session, "double", {"number": 4}, by=None, now=NOW)
    session.flush()
    following_id = following.id
    session.commit()
    for _ in range(MAX_ATTEMPTS):
        crash(Runner(app, {}))
        expire_lease(session, waiting)

    Runner(app, {"double": double}).run_all()

    assert (job_of(waiting).state, job_of(waiting).error) == ("failed", "gave up after repeated crashes")
    assert job_of(following_id).result == {"doubled": 8}


def test_a_beat_of_the_heart_renews_the_lease(app: Flask, session: Session, job_of: Callable[[int], Job], waiting: int):
    crash(Runner(app, {}))
    expire_lease(session, waiting)

    with app.app_context():
        jobs.progress(waiting, 3, 10)

    job = job_of(waiting)
    assert (job.done, job.total) == (3, 10)
    assert job.leased_until is not None
    assert job.leased_until > utcnow() + LEASE / 2
    assert not Runner(app, {"double": double}).run_one()


def test_a_handler_can_tell_how_far_it_is(app: Flask, job_of: Callable[[int], Job], waiting: int):
    def in_steps(job: Job) -> Mapping[str, Any]:
        job_id = job.id
        db.session.commit()
        jobs.progress(job_id, 1, 2)
        return NOTHING

    Runner(app, {"double": in_steps}).run_one()

    assert (job_of(waiting).done, job_of(waiting).state) == (1, "done")


def test_a_job_of_many_small_steps_tells_the_first_and_then_one_a_second(
    app: Flask, job_of: Callable[[int], Job], waiting: int
):
    moments = iter([0.0, 0.0, 0.0, 0.9, 1.1, 1.1, 1.2])  # two are looked at where a step is told
    told = []

    with app.app_context():
        tell = jobs.Progress(waiting, clock=lambda: next(moments))
        for step in range(1, 5):
            tell(step, 9)
            told.append(job_of(waiting).done)

    assert told == [1, 1, 3, 3]


def test_a_handler_that_fails_leaves_its_error_and_none_of_its_changes(
    app: Flask, session: Session, job_of: Callable[[int], Job], waiting: int
):
    def half(job: Job) -> Mapping[str, Any]:
        jobs.enqueue(db.session(), "leftover", {}, by=None, now=NOW)
        raise ValueError("the file ends in the middle")

    Runner(app, {"double": half}).run_one()

    assert (job_of(waiting).state, job_of(waiting).error) == ("failed", "ValueError: the file ends in the middle")
    assert session.scalars(select(Job.name)).all() == ["double"]


def test_a_job_that_nobody_knows_fails_and_says_so(app: Flask, job_of: Callable[[int], Job], waiting: int):
    Runner(app, {"halve": double}).run_one()

    assert job_of(waiting).state == "failed"
    assert "double" in (job_of(waiting).error or "")


def test_the_outcome_of_a_runner_that_lost_its_lease_does_not_count(
    app: Flask, session: Session, job_of: Callable[[int], Job], waiting: int
):
    def slow(job: Job) -> Mapping[str, Any]:
        db.session.commit()
        expire_lease(session, waiting)
        Runner(app, {"double": double}).run_one()
        raise ValueError("too late to matter")

    Runner(app, {"double": slow}).run_one()

    assert (job_of(waiting).state, job_of(waiting).result) == ("done", {"doubled": 42})


def test_runners_at_the_same_time_run_each_job_once(app: Flask, session: Session):
    wanted = [jobs.enqueue(session, "note", {"n": n}, by=None, now=NOW).payload["n"] for n in range(24)]
    session.commit()
    noted: list[int] = []

    def note(job: Job) -> Mapping[str, Any]:
        noted.append(job.payload["n"])
        return NOTHING

    threads = [threading.Thread(target=Runner(app, {"note": note}).run_all) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(noted) == wanted


def test_a_periodic_job_is_written_once_for_its_period(session: Session):
    jobs.enqueue(session, "digest", {}, by=None, now=NOW, period="2026-04-08")

    with pytest.raises(IntegrityError):
        jobs.enqueue(session, "digest", {}, by=None, now=NOW, period="2026-04-08")


def test_the_runner_s_thread_runs_jobs_and_chores_until_it_is_stopped(
    app: Flask, job_of: Callable[[int], Job], waiting: int, started: Callable[[Runner], Runner]
):
    done, chores = threading.Event(), threading.Event()

    def told(job: Job) -> Mapping[str, Any]:
        done.set()
        return double(job)

    runner = started(Runner(app, {"double": told}, (chores.set,)))

    assert done.wait(timeout=10)
    assert chores.wait(timeout=10)
    runner.stop()
    assert job_of(waiting).state == "done"


def test_a_chore_that_fails_does_not_end_the_runner(app: Flask, waiting: int, started: Callable[[Runner], Runner]):
    done = threading.Event()

    def fail() -> None:
        raise ValueError("no chore today")

    def told(job: Job) -> Mapping[str, Any]:
        done.set()
        return NOTHING

    started(Runner(app, {"double": told}, (fail,)))

    assert done.wait(timeout=10)


@pytest.fixture
def started() -> Iterator[Callable[[Runner], Runner]]:
    """Start a runner that is stopped at the end, whatever the test finds."""
    running: list[Runner] = []

    def start(runner: Runner) -> Runner:
        running.append(runner)
        runner.start()
        return runner

    yield start
    for runner in running:
        runner.stop()


def test_a_runner_without_handlers_leaves_every_job_to_the_worker(
    app: Flask, job_of: Callable[[int], Job], waiting: int
):
    assert Runner(app, {}).run_one() is False

    assert job_of(waiting).state == "waiting"


def test_a_runner_in_the_calling_thread_works_until_it_is_stopped(
    app: Flask, job_of: Callable[[int], Job], waiting: int
):
    done: list[str] = []

    def last(job: Job) -> Mapping[str, Any]:
        runner.stop()
        return double(job)

    runner = Runner(app, {"double": last}, (lambda: done.append("chore"),))
    runner.run()

    assert job_of(waiting).state == "done"
    assert done == ["chore", "chore"]  # on starting, and once more before it ends
