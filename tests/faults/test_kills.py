"""The server is killed in the middle of its work: what it had acknowledged is there, and nothing half done."""

import random
import signal
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.reviews.models import Review
from qa.sampling.models import Purpose
from tests.faults import counting
from tests.faults.processes import PATIENCE, Browser, Reviewer, ServerProcess, server_process
from tests.faults.soundness import assert_all_holds
from tests.support.builders import answers_of, make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import open_session

pytestmark = pytest.mark.slow
KILLS = counting.times(4, 25)
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
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not all(one.saves or one.problem for one in reviewers):
        time.sleep(0.1)
    for reviewer in reviewers:
        reviewer.stop()

    counting.note(
        kills=KILLS,
        answers_saved=sum(one.saves for one in reviewers),
        requests_sent_again=sum(one.sent_again for one in reviewers),
    )
    session.rollback()
    for reviewer in reviewers:
        review = session.scalars(select(Review).where(Review.assignment_id == reviewer.assignment_id)).one()
        assert answers_of(session, review) == reviewer.state
        assert review.lock_version == reviewer.saves == reviewer.version
        assert review.active_seconds == reviewer.saves  # a save that was sent again counts once
    assert all(one.saves for one in reviewers)
    assert_all_holds(server, session)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_server_that_is_asked_to_stop_stops(server: ServerProcess, how: signal.Signals):
    server.start()

    begun = time.monotonic()
    server.end(how)

    assert time.monotonic() - begun < 15
