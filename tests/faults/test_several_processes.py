"""Several web processes and workers on one PostgreSQL: one installation, whichever of them somebody speaks to."""

from contextlib import ExitStack

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import jobs
from qa.core.clock import utcnow
from qa.core.jobs import Job
from qa.people.service import MATCH_PARTS_JOB
from tests.faults import counting
from tests.faults.at_work import TOO_LATE, arrange, assert_whole
from tests.faults.processes import ServerProcess, WorkerProcess, gone_in_the_end
from tests.faults.soundness import assert_all_holds, finish_jobs
from tests.support.cast import Cast

pytestmark = pytest.mark.slow
SERVERS, WORKERS = 3, 2
PARTS, DISPUTES, JOBS = counting.times(4, 40), counting.times(4, 40), 30


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_three_servers_and_two_workers_are_one_installation(settings: Settings, session: Session, cast: Cast) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(gone_in_the_end(ServerProcess(settings, runner=False))) for _ in range(SERVERS)]
        workers = [stack.enter_context(gone_in_the_end(WorkerProcess(settings))) for _ in range(WORKERS)]
        storm = arrange(session, cast, settings, servers, parts=PARTS, disputes=DISPUTES)
        wanted = [jobs.enqueue(session, MATCH_PARTS_JOB, {}, by=None, now=utcnow()).id for _ in range(JOBS)]
        session.commit()
        for program in (*servers, *workers):
            program.start()

        storm.start()
        storm.wait_for_all()
        storm.stop()
        finish_jobs(session)

    session.rollback()
    done = session.scalars(select(Job).where(Job.id.in_(wanted))).all()
    assert {(job.state, job.error) for job in done} == {("done", None)}
    assert storm.counts()["submits"] == 2 * PARTS
    assert storm.counts()["disputes_settled"] == storm.counts()[TOO_LATE] == DISPUTES
    assert_whole(session, storm, settings.instance / "exports")
    assert_all_holds(workers[0], session)
