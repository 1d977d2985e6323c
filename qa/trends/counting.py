"""Whether the weekly sums are whole: an upgrade leaves a job that counts every week."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from qa.core.db import reading
from qa.core.jobs import Job, JobState
from qa.core.prepared import Prepared

KEEP_JOB = "keep_sums"  # each day
COUNT_JOB = "count_every_week"  # after an upgrade
NOT_KNOWN = f"KeyError: {COUNT_JOB!r}"  # how it fails with a worker of the former version, which knows no such job


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How far the count is; without ``total`` it has not begun."""

    done: int
    total: int | None
    failed: bool

    @property
    def words(self) -> str:
        """What the figures lack, and what brings it."""
        if self.failed:
            return (
                "The weekly sums could not be counted after the last upgrade, so figures are not whole. "
                "Ask an admin to run “flask rollups rebuild”."
            )
        how_far = f" ({self.done} of {self.total} weeks so far)" if self.total else ""
        return (
            f"The weekly sums are being counted after an upgrade{how_far}, so figures are not whole yet. "
            "Load the page again in a few minutes."
        )


_UNDER_WAY = Prepared(
    select(Job.state, Job.done, Job.total, Job.error).where(
        Job.name == COUNT_JOB, Job.period == bindparam("period"), Job.state != JobState.DONE
    )
)


def under_way(session: Session, programme_id: int) -> Counting | None:
    """The count that an upgrade asked for, until it is done."""
    job = _UNDER_WAY.one_or_none(session, period=f"{programme_id}/packs")
    if job is None:
        return None
    return Counting(done=job.done, total=job.total, failed=job.state == JobState.FAILED and job.error != NOT_KNOWN)


def wait_again(session: Session) -> bool:
    """Let a count that a former worker gave up wait for a newer one; whether there is one that may come to that."""
    with reading():
        open_ones = select(Job.state, Job.error).where(Job.name == COUNT_JOB, Job.state != JobState.DONE)
        found = [(state == JobState.FAILED, error == NOT_KNOWN) for state, error in session.execute(open_ones)]
        session.rollback()
    if (True, True) in found:
        session.execute(
            update(Job)
            .where(Job.name == COUNT_JOB, Job.state == JobState.FAILED, Job.error == NOT_KNOWN)
            .values(state=JobState.WAITING, attempts=0, error=None, finished_at=None)
        )
        session.commit()
    return any(not failed or by_former for failed, by_former in found)


def settle(session: Session, programme_id: int, *, now: dt.datetime) -> None:
    """Every week was counted by hand: a count that waits, or that could not be done, has nothing left to do."""
    session.execute(
        update(Job)
        .where(
            Job.name == COUNT_JOB,
            Job.period == f"{programme_id}/packs",
            Job.state.in_((JobState.WAITING, JobState.FAILED)),
        )
        .values(state=JobState.DONE, finished_at=now)
    )
