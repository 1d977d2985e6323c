"""Jobs whose runner is killed: before anybody took them, in the middle, and between their effect and its mark."""

import datetime as dt
import random
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import jobs
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.jobs import Job
from qa.data_exports import service
from qa.data_exports.models import DataExport
from qa.people.queries import actor_for
from qa.people.service import MATCH_PARTS_JOB
from tests.faults import counting
from tests.faults.processes import WorkerProcess, gone_in_the_end
from tests.faults.soundness import assert_all_holds, finish_jobs, let_leases_run_out
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

pytestmark = pytest.mark.slow
KILLS = counting.times(3, 10)
# The worker kills itself where the named function is about to run. A module's body runs when it is first looked at.
KILL_AT = """
import os, signal, {module}
def at_this_moment(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{function}
{module}.{function} = at_this_moment
"""


@pytest.fixture
def worker(settings: Settings) -> Iterator[WorkerProcess]:
    with gone_in_the_end(WorkerProcess(settings)) as process:
        yield process


def test_jobs_are_done_once_however_often_their_worker_is_killed(worker: WorkerProcess, session: Session, cast: Cast):
    rng = random.Random(2)
    wanted = [jobs.enqueue(session, MATCH_PARTS_JOB, {}, by=None, now=utcnow()).id for _ in range(3 * KILLS)]
    session.commit()

    for _ in range(KILLS):
        worker.start()
        time.sleep(rng.uniform(0.3, 1.5))
        worker.kill()
        let_leases_run_out(session)
    worker.start()
    finish_jobs(session)

    counting.note(kills=KILLS, jobs=len(wanted))
    session.rollback()
    found = session.scalars(select(Job).where(Job.id.in_(wanted))).all()
    assert {(job.state, job.error) for job in found} == {("done", None)}
    assert_all_holds(worker, session)


@pytest.mark.parametrize(
    ("module", "function"),
    [
        pytest.param("qa.data_exports.service", "begin", id="after it was taken"),
        pytest.param("qa.data_exports.service", "finish", id="between the file and its row"),
        pytest.param("qa.core.jobs", "_finish", id="between the effect and its mark"),
    ],
)
def test_an_export_whose_worker_is_killed_is_written_once(
    worker: WorkerProcess, settings: Settings, session: Session, cast: Cast, module: str, function: str
):
    handled = make_ticket(session, cast)
    make_review(session, handled, make_assignment(session, handled, cast.rita, publish_rubric(session, cast)))
    order = {"tables": ["reviews"], "form": "csv", "last_day": NOW.date()}
    service.order(
        session,
        actor_for(session, cast.quinn, today=NOW.date()),
        first_day=NOW.date() - dt.timedelta(days=90),
        now=utcnow(),
        **order,
    )
    session.commit()

    worker.start(before=KILL_AT.format(module=module, function=function))
    assert worker.wait() == -9
    let_leases_run_out(session)
    worker.start()
    finish_jobs(session)

    counting.note(kills=1)
    export = session.scalars(select(DataExport)).one()
    written = session.scalars(select(AuditEvent).where(AuditEvent.action == "export.data_written")).all()
    assert (export.state, len(written)) == ("done", 1)
    assert [path.name for path in (settings.instance / "exports").glob("*")] == [export.file_name]
    assert_all_holds(worker, session)
