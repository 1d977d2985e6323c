"""Server and worker are killed again and again while everybody works: nothing is lost, and nothing half done."""

import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from qa.config import Settings
from tests.faults import counting
from tests.faults.at_work import Storm, arrange, assert_whole
from tests.faults.processes import Program, ServerProcess, WorkerProcess, gone_in_the_end, server_process
from tests.faults.soundness import assert_all_holds, finish_jobs, let_leases_run_out
from tests.support.cast import Cast

pytestmark = pytest.mark.slow
KILLS = counting.times(4, 50)
PARTS, DISPUTES = 6 + 4 * KILLS, 4 + 2 * KILLS  # what can be done between two kills, and more


@pytest.fixture
def server(settings: Settings) -> Iterator[ServerProcess]:
    with server_process(settings, runner=False) as process:
        yield process


@pytest.fixture
def worker(settings: Settings) -> Iterator[WorkerProcess]:
    with gone_in_the_end(WorkerProcess(settings, runner=False)) as process:
        yield process


@pytest.fixture
def storm(server: ServerProcess, settings: Settings, session: Session, cast: Cast) -> Storm:
    return arrange(session, cast, settings, [server], parts=PARTS, disputes=DISPUTES)


def test_nothing_acknowledged_is_lost_and_nothing_half_done_however_often_all_is_killed(
    server: ServerProcess, worker: WorkerProcess, session: Session, storm: Storm, settings: Settings
) -> None:
    session.commit()
    rng = random.Random(3)
    killed: Counter[str] = Counter()
    server.start()
    worker.start()
    storm.start()

    for _ in range(KILLS):
        time.sleep(rng.uniform(0.2, 1.2))
        victim: Program = rng.choice((server, server, worker))
        victim.kill()
        killed[victim.name] += 1
        let_leases_run_out(session)  # a minute, which this test does not take
        server.start() if victim is server else worker.start()
    storm.wait_for_each()
    storm.stop()
    finish_jobs(session)

    counting.note(
        kills=sum(killed.values()),
        kills_of_the_server=killed["server"],
        kills_of_the_worker=killed["worker"],
        requests_sent_again=storm.sent_again,
        **storm.counts(),
    )
    assert_whole(session, storm, settings.instance / "exports")
    assert_all_holds(server, session)
