"""An intake is killed in the middle: what was stored stays whole, and running it again finishes it."""

import itertools
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.tickets.models import ConversationRevision, HandledPart, IntakeRun, Ticket
from tests.faults.processes import PROJECT, ServerProcess
from tests.support.cast import Cast
from tests.tickets.records import zendesk_comment, zendesk_folder, zendesk_ticket

pytestmark = pytest.mark.slow
TICKETS, KILLS = 1_500, 4


def test_a_killed_intake_leaves_whole_tickets_and_is_finished_by_the_next(
    settings: Settings, session: Session, cast: Cast, tmp_path: Path
) -> None:
    session.commit()
    folder = zendesk_folder(
        tmp_path / "x",
        tickets=[zendesk_ticket(n) for n in range(TICKETS)],
        comments=itertools.chain.from_iterable(
            (zendesk_comment(2 * n, n), zendesk_comment(2 * n + 1, n, author=1)) for n in range(TICKETS)
        ),
    )
    environment = ServerProcess(settings).environment
    command = [sys.executable, "-m", "flask", "intake", "zendesk", str(folder)]
    rng = random.Random(2)
    partly = []

    for _ in range(KILLS):
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = stored(session)
        while process.poll() is None and stored(session) == before:
            time.sleep(0.02)
        time.sleep(rng.uniform(0, 0.2))
        process.kill()
        process.wait()
        partly.append(stored(session))
        assert whole(session)
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)

    print(f"stored after each kill: {partly}")
    assert 0 < partly[0] < TICKETS
    assert stored(session) == TICKETS
    assert whole(session)
    last = session.scalars(select(IntakeRun).order_by(IntakeRun.id.desc())).first()
    assert last is not None
    assert last.counts["tickets"]["stored"] + last.counts["tickets"]["unchanged"] == TICKETS


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Ticket)) or 0


def whole(session: Session) -> bool:
    """Whether each ticket has its one part and its conversation."""
    parts, revisions = (
        session.scalar(select(func.count()).select_from(model)) for model in (HandledPart, ConversationRevision)
    )
    return parts == revisions == stored(session)
