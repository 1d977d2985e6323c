"""Where the data lies goes away for a while: refusals are plain, nothing acknowledged is lost, work goes on after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.reviews.models import Review
from tests.faults.processes import Browser, Refused, Reviewer, server_process
from tests.support import engines, postgresql, programs, runs
from tests.support.builders import answers_of, make_assignment, make_ticket, publish_rubric
from tests.support.cast import make_cast
from tests.support.client import open_session

pytestmark = pytest.mark.slow
DURABLE = {"synchronous_commit": "on", "full_page_writes": "on"}


def reviewer_of(session: Session, settings: Settings, server) -> Reviewer:
    """Rita with one part, saving by hand."""
    cast = make_cast(session)
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)
    assignment = make_assignment(session, handled, cast.rita, version)
    session.commit()
    browser = Browser(server, open_session(session, cast.rita, settings))
    return Reviewer(browser, assignment.id, handled.revision.id, seed=1)


def kept_state(session: Session, reviewer: Reviewer) -> dict[str, str | None]:
    session.rollback()
    review = session.scalars(select(Review).where(Review.assignment_id == reviewer.assignment_id)).one()
    return answers_of(session, review)


def save_until_refused(reviewer: Reviewer) -> None:
    for n in range(1000):
        reviewer.save(f"save-on-a-full-disk-{n:04}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_new_answers_and_keeps_the_old_ones(settings: Settings, session: Session):
    with server_process(settings) as server:
        reviewer = reviewer_of(session, settings, server)
        database = Path(settings.database_url.removeprefix("sqlite:///"))
        server.start()
        reviewer.save("save-before-the-disk-is-full")
        server.kill()

        server.start(largest_file=database.stat().st_size // 2)
        with pytest.raises(Refused) as refusal:
            save_until_refused(reviewer)
        before = dict(reviewer.state)
        page = reviewer.browser.read("/queue")
        server.kill()
        server.start()

        assert refusal.value.status == 500
        assert "<h1" in page
        assert kept_state(session, reviewer) == before
        reviewer.save("save-after-there-is-room-again")
        assert kept_state(session, reviewer) == reviewer.state


@pytest.fixture
def own_cluster() -> Iterator[Path]:
    """A server that this test may stop; the run's other tests use another one."""
    if programs.postgresql() is None:
        programs.missing("a PostgreSQL server (15 or newer)")
    folder = runs.folder() / "pg-own"
    postgresql.start(folder, DURABLE)
    yield folder
    postgresql.stop(folder)


def test_a_database_that_was_restarted_is_found_again(own_cluster: Path, tmp_path: Path):
    database_url = postgresql.url(own_cluster, "postgres")
    engines.migrate(database_url)
    settings = Settings.for_tests(database_url=database_url, instance=tmp_path)
    with engines.arranging_engine(database_url) as engine, server_process(settings) as server:
        with Session(engine) as session:
            reviewer = reviewer_of(session, settings, server)
        server.start()
        reviewer.save("save-before-the-database-stops")

        postgresql.stop(own_cluster)
        with pytest.raises(Refused) as refusal:
            reviewer.save("save-while-there-is-no-database")
        postgresql.control(own_cluster, "start", "-w", "-l", str(own_cluster / "log"))
        for n in range(20):
            reviewer.save(f"save-after-the-database-is-back-{n}")

        assert refusal.value.status == 500
        with Session(engine) as session:
            assert kept_state(session, reviewer) == reviewer.state
