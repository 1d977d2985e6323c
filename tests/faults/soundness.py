"""Whether all holds after kills, and what these tests do not wait for."""

import datetime as dt
import json
import time

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.core.jobs import Job
from tests.faults.processes import PATIENCE, Program


def let_leases_run_out(session: Session) -> None:
    """As if a minute were over; a job that is killed three times is given up, these are killed more often."""
    session.rollback()
    session.execute(
        update(Job).where(Job.state == "running").values(leased_until=utcnow() - dt.timedelta(seconds=1), attempts=0)
    )
    session.commit()


def finish_jobs(session: Session) -> None:
    """Wait until the worker has done what waits."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        session.rollback()
        if not session.scalar(
            select(func.count()).where(Job.state.in_(("waiting", "running")), Job.not_before.is_(None))
        ):
            return
        time.sleep(0.1)
    raise AssertionError("jobs are left")


def assert_all_holds(program: Program, session: Session) -> None:
    """What `flask doctor` proves: the chain, the receipts, the results, the sums; and SQLite's own checks."""
    program.command("audit", "verify")  # seals what a command has written, as a running worker does
    told = program.command("doctor", "--json")
    assert told.stdout, told.stderr
    findings = {found["name"]: found for found in json.loads(told.stdout)["findings"]}
    assert [name for name, found in findings.items() if not found["holds"]] in ([], ["configuration"]), told.stdout
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
