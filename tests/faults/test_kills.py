"""The server is killed in the middle of its work: what it had acknowledged is there, and nothing half done."""

import datetime as dt
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import jobs
from qa.core.clock import utcnow
from qa.core.jobs import Job
from qa.people.service import MATCH_PARTS_JOB
from qa.reviews.models import Review
from qa.sampling.models import Purpose
from tests.faults.processes import Browser, Reviewer, ServerProcess, server_process
from tests.support.builders import answers_of, make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import open_session

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("FAULT_KILLS", "12"))
REVIEWERS = 4


@pytest.fixture
def server(settings: Settings) -> Iterator[ServerProcess]:
    with server_process(settings) as process:
        yield process


@pytest.fixture
def reviewers(server: ServerProcess, settings: Settings, session: Session, cast: Cast) -> list[Reviewer]:
    """Rita and Rob with two parts each, ready to begin."""
    version = publish_rubric(session, cast)
    ready = []
    for n in range(REVIEWERS):
        user = (cast.rita, cast.rob)[n % 2]
        handled = make_ticket(session, cast)
        assignment = make_assignment(session, handled, user, version, purpose=Purpose.ROUTINE)
        browser = Browser(server, open_session(session, user, settings))
        ready.append(Reviewer(browser, assignment.id, handled.revision.id, seed=n))
    session.commit()
    return ready


def test_no_acknowledged_answer_is_lost_however_often_the_server_is_killed(
    server: ServerProcess, session: Session, reviewers: list[Reviewer]
):
    rng = random.Random(1)
    server.start()
    for reviewer in reviewers:
        reviewer.start()

    for _ in range(KILLS):
        time.sleep(rng.uniform(0.05, 0.6))
        server.kill()
        server.start()
    for reviewer in reviewers:
        reviewer.stop()

    print(
        f"{KILLS} kills, {sum(one.saves for one in reviewers)} saves acknowledged, "
        f"{sum(one.sent_again for one in reviewers)} sent again"
    )
    session.rollback()
    for reviewer in reviewers:
        review = session.scalars(select(Review).where(Review.assignment_id == reviewer.assignment_id)).one()
        assert answers_of(session, review) == reviewer.state
        assert review.lock_version == reviewer.saves == reviewer.version
        assert review.active_seconds == reviewer.saves  # a save that was sent again counts once
    assert sum(one.saves for one in reviewers) > KILLS
    assert_sound(server, session)


def test_a_job_whose_server_was_killed_is_done_by_the_next_one(server: ServerProcess, session: Session, cast: Cast):
    rng = random.Random(2)
    wanted = [jobs.enqueue(session, MATCH_PARTS_JOB, {}, by=None, now=utcnow()).id for _ in range(3 * KILLS)]
    session.commit()

    for _ in range(3):
        server.start()
        time.sleep(rng.uniform(0.0, 0.4))
        server.kill()
        let_leases_run_out(session)
    server.start()
    until = time.monotonic() + 60
    while time.monotonic() < until and unfinished(session):
        time.sleep(0.1)

    session.rollback()
    found = session.scalars(select(Job).where(Job.id.in_(wanted))).all()
    assert {(job.state, job.error) for job in found} == {("done", None)}
    assert_sound(server, session)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_server_that_is_asked_to_stop_stops(server: ServerProcess, how: signal.Signals):
    server.start()

    begun = time.monotonic()
    server.end(how)

    assert time.monotonic() - begun < 15


def let_leases_run_out(session: Session) -> None:
    session.rollback()
    session.execute(update(Job).where(Job.state == "running").values(leased_until=utcnow() - dt.timedelta(seconds=1)))
    session.commit()


def unfinished(session: Session) -> list[int]:
    session.rollback()
    return list(session.scalars(select(Job.id).where(Job.state.in_(["waiting", "running"]))))


def assert_sound(server: ServerProcess, session: Session) -> None:
    """The chain of the audit trail holds, and so does the file."""
    verified = server.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
