"""Where the data lies goes away for a while: refusals are plain, nothing acknowledged is lost, work goes on after."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import audit, jobs
from qa.core.audit import CLOCK_SET_BACK, AuditEvent
from qa.core.clock import utcnow
from qa.people.service import MATCH_PARTS_JOB
from qa.reviews.models import Review
from tests.faults.processes import LEVELS, PATIENCE, Browser, Refused, Reviewer, ServerProcess, server_process
from tests.faults.soundness import assert_all_holds, finish_jobs
from tests.support import engines, postgresql, programs, runs
from tests.support.builders import answers_of, make_assignment, make_ticket, publish_rubric
from tests.support.cast import make_cast
from tests.support.client import open_session

pytestmark = pytest.mark.slow
DURABLE = {"synchronous_commit": "on", "full_page_writes": "on"}
# Writing beyond the limit fails as it does on a full disk.
BOUNDED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({largest}, {largest}))"
# A mount of its own, which nothing outside sees.
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
SET_BACK = """
import datetime, qa.core.clock
now = qa.core.clock.utcnow
qa.core.clock.utcnow = lambda: now() - datetime.timedelta(hours=3)
"""


def reviewers_of(session: Session, settings: Settings, server: ServerProcess, count: int) -> list[Reviewer]:
    """Rita with so many parts, saving by hand."""
    cast = make_cast(session)
    version = publish_rubric(session, cast)
    found = []
    for seed in range(count):
        handled = make_ticket(session, cast)
        assignment = make_assignment(session, handled, cast.rita, version)
        browser = Browser(server, open_session(session, cast.rita, settings))
        found.append(Reviewer(browser, assignment.id, handled.revision.id, seed=seed))
    session.commit()
    return found


def reviewer_of(session: Session, settings: Settings, server: ServerProcess) -> Reviewer:
    return reviewers_of(session, settings, server, 1)[0]


def submit(reviewer: Reviewer) -> None:
    """Answer everything and submit."""
    answers = [{"criterion": key, "level": levels[0]} for key, levels in LEVELS.items()]
    payload = {
        "save_id": f"save-all-of-{reviewer.assignment_id:04}",
        "version": reviewer.version,
        "conversation_revision": reviewer.revision_id,
        "answers": answers,
        "active_seconds": 1,
    }
    path = f"/queue/{reviewer.assignment_id}"
    version = reviewer.browser.post(f"{path}/answers", payload)["version"]
    reviewer.browser.post(f"{path}/submit", {"version": version})
    reviewer.state = {key: levels[0] for key, levels in LEVELS.items()}


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

        server.start(before=BOUNDED.format(largest=database.stat().st_size // 2))
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_that_became_read_only_refuses_to_write_and_tells_so(settings: Settings, session: Session):
    wrapped = ["unshare", "--mount", "--map-root-user", "sh", "-c", READ_ONLY, str(folder_of(settings))]
    if not may_mount(folder_of(settings)):
        pytest.skip("this machine lets nobody mount a folder for a process of their own")
    with server_process(settings) as server:
        reviewer = reviewer_of(session, settings, server)
        server.start()
        reviewer.save("save-before-it-is-read-only")
        server.kill()

        server.start(wrapped=wrapped)
        with pytest.raises(Refused) as refusal:
            reviewer.save("save-while-it-is-read-only")
        server.kill()
        server.start()

        assert refusal.value.status == 500
        reviewer.save("save-after-it-can-be-written-again")
        assert kept_state(session, reviewer) == reviewer.state


def wait_until_sealed(session: Session) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and audit.unsealed_count(session):
        session.rollback()
        time.sleep(0.1)


def folder_of(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///")).parent


def may_mount(folder: Path) -> bool:
    tried = ["unshare", "--mount", "--map-root-user", "sh", "-c", READ_ONLY, str(folder), "true"]
    return (
        shutil.which("unshare") is not None and subprocess.run(tried, capture_output=True, check=False).returncode == 0
    )


def test_a_clock_that_is_set_back_stops_no_work_and_breaks_no_chain(settings: Settings, session: Session):
    with server_process(settings) as server:
        before, after = reviewers_of(session, settings, server, 2)
        server.start()
        submit(before)
        server.kill()
        server.command("audit", "verify")  # seals
        left = jobs.enqueue(session, MATCH_PARTS_JOB, {}, by=None, now=utcnow())
        left.state, left.leased_by, left.leased_until = "running", "killed by the right clock", utcnow() + jobs.LEASE
        session.commit()

        server.start(before=SET_BACK)
        submit(after)
        finish_jobs(session)
        wait_until_sealed(session)

        assert [kept_state(session, each) for each in (before, after)] == [before.state, after.state]
        assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == CLOCK_SET_BACK)).all() != []
        server.kill()
        assert_all_holds(server, session)


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
        engine.dispose()  # its own connection ended with the server, too
        with Session(engine) as session:
            assert kept_state(session, reviewer) == reviewer.state
