"""An intake is killed in the middle: what was stored stays whole, and running it again finishes it."""

import datetime as dt
import gzip
import io
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.jobs import Job
from qa.tickets import keeping, service
from qa.tickets.jobs import APART_FROM
from qa.tickets.models import ConversationRevision, HandledPart, IntakeRun, Ticket, UploadKey
from qa.tickets.storing import BESIDE_PAGES
from tests.faults import counting
from tests.faults.processes import PROJECT, ServerProcess, server_process
from tests.support.cast import Cast
from tests.tickets.records import zendesk_comment, zendesk_folder, zendesk_ticket

pytestmark = pytest.mark.slow
TICKETS, KILLS = 1_500, counting.times(2, 10)
# Read by every Python process at its start.
HALTING = """
import os, sys, threading

if "take-in" in sys.orig_argv and not os.path.exists({told!r}):
    from qa.core import jobs

    jobs.progress  # the first look reads the module

    def halt(job_id, done, total):
        with open({told!r}, "w") as file:
            file.write(str(os.getpid()))
        threading.Event().wait()

    jobs.progress = halt
"""


def test_a_killed_intake_leaves_whole_tickets_and_is_finished_by_the_next(
    settings: Settings, session: Session, cast: Cast, tmp_path: Path
) -> None:
    session.commit()
    folder = exported(tmp_path)
    environment = ServerProcess(settings).environment
    command = [sys.executable, "-m", "flask", "intake", "zendesk", str(folder)]
    rng = random.Random(2)
    partly = []

    for _ in range(KILLS):
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = stored(session)
        while before < TICKETS and process.poll() is None and stored(session) == before:
            time.sleep(0.02)
        time.sleep(rng.uniform(0, 0.2))
        process.kill()
        process.wait()
        partly.append(stored(session))
        assert whole(session)
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)

    counting.note(kills=KILLS, tickets_taken_in=TICKETS)
    print(f"stored after each kill: {partly}")
    assert partly[0] > 0
    assert stored(session) == TICKETS
    assert whole(session)
    last = session.scalars(select(IntakeRun).order_by(IntakeRun.id.desc())).first()
    assert last is not None
    assert last.counts["tickets"]["stored"] + last.counts["tickets"]["unchanged"] == TICKETS


def test_a_large_upload_is_finished_once_after_its_server_was_killed(
    settings: Settings, session: Session, cast: Cast, tmp_path: Path
) -> None:
    run_id, job_id = uploaded(settings, session, cast, exported(tmp_path))
    with server_process(settings) as server:
        going = dict(server.environment)
        server.environment |= halting(tmp_path)
        server.start()
        process_id = awaited(lambda: halted(tmp_path))
        told = command_of(process_id)
        server.kill()
        awaited(lambda: not command_of(process_id))  # nobody goes on whom nobody waits for
        partly, half = stored(session), whole(session)
        session.execute(update(Job).values(leased_until=utcnow() - dt.timedelta(seconds=1)))
        session.commit()

        server.environment = going
        server.start()
        awaited(lambda: state_of(session, job_id) in ("done", "failed"))

    run = session.get_one(IntakeRun, run_id)
    assert told.endswith(f" take-in {job_id}")
    assert settings.secret_key not in told
    assert (partly, half) == (BESIDE_PAGES, True)
    assert (state_of(session, job_id), run.state) == ("done", "done")
    assert (stored(session), whole(session)) == (TICKETS, True)
    assert run.counts["tickets"]["stored"] == TICKETS - partly
    assert run.counts["tickets"]["unchanged"] == partly
    assert nothing_waits(settings, session)


def test_a_large_upload_whose_own_process_is_killed_says_so_and_is_handed_in_again(
    settings: Settings, session: Session, cast: Cast, tmp_path: Path
) -> None:
    folder = exported(tmp_path)
    run_id, job_id = uploaded(settings, session, cast, folder)
    with server_process(settings) as server:
        server.environment |= halting(tmp_path)
        server.start()
        os.kill(awaited(lambda: halted(tmp_path)), signal.SIGKILL)  # as a system that runs out of memory does
        awaited(lambda: state_of(session, job_id) in ("done", "failed"))
        partly, half, gone = stored(session), whole(session), nothing_waits(settings, session)
        run = session.get_one(IntakeRun, run_id)
        said = run.state, run.counts["error"]

        _, again = uploaded(settings, session, cast, folder)  # it halts once only
        awaited(lambda: state_of(session, again) in ("done", "failed"))

    assert (partly, half, gone) == (BESIDE_PAGES, True, True)
    assert said == ("failed", service.BROKEN)
    assert (state_of(session, job_id), state_of(session, again)) == ("failed", "done")
    assert (stored(session), whole(session), nothing_waits(settings, session)) == (TICKETS, True, True)


def halting(folder: Path) -> dict[str, str]:
    """An environment in which the first process that takes in an upload says so and waits after its first chunk."""
    (folder / "sitecustomize.py").write_text(HALTING.format(told=str(folder / "halted")))
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(PROJECT)))}


def halted(folder: Path) -> int:
    """The process that waits; 0 before it does."""
    told = folder / "halted"
    return int(told.read_text() or 0) if told.exists() else 0


def exported(tmp_path: Path) -> Path:
    return zendesk_folder(
        tmp_path / "x",
        tickets=[zendesk_ticket(n) for n in range(TICKETS)],
        comments=itertools.chain.from_iterable(
            (zendesk_comment(2 * n, n), zendesk_comment(2 * n + 1, n, author=1)) for n in range(TICKETS)
        ),
    )


def uploaded(settings: Settings, session: Session, cast: Cast, folder: Path) -> tuple[int, int]:
    """The run and the job of an upload that is large enough for a process of its own."""
    blank = (b" " * 999 + b"\n") * (APART_FROM // 1000)  # says nothing
    files = [(path.stem, gzip.decompress(path.read_bytes()) + blank) for path in sorted(folder.iterdir())]
    kept = keeping.keep_files(settings.instance / "uploads", [(name, io.BytesIO(told)) for name, told in files])
    run = service.begin_upload(
        session,
        cast.programme.id,
        "zendesk",
        kept,
        ring=KeyRing(settings.text_keys),
        by=cast.ada.id,
        now=utcnow(),
    )
    session.commit()
    assert run.job_id is not None
    return run.id, run.job_id


def awaited(true: Callable[[], int], patience: float = 120) -> int:
    """What a condition says once it holds."""
    until = time.monotonic() + patience
    while not (found := true()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)
    return found


def command_of(process_id: int) -> str:
    """A living process's command line; nothing once it has ended, whether or not anybody looked at how."""
    told = subprocess.run(
        ["ps", "-ww", "-p", str(process_id), "-o", "stat=,args="], capture_output=True, text=True, check=False
    ).stdout.strip()
    return "" if told.startswith("Z") else told


def state_of(session: Session, job_id: int) -> str:
    session.rollback()
    return session.get_one(Job, job_id).state


def nothing_waits(settings: Settings, session: Session) -> bool:
    """Whether an upload's files are deleted and their key is destroyed."""
    return not list((settings.instance / "uploads").iterdir()) and not session.scalars(select(UploadKey)).all()


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Ticket)) or 0


def whole(session: Session) -> bool:
    """Whether each ticket has its one part and its conversation."""
    parts, revisions = (
        session.scalar(select(func.count()).select_from(model)) for model in (HandledPart, ConversationRevision)
    )
    return parts == revisions == stored(session)
