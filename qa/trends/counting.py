"""Whether the weekly sums are whole: an upgrade leaves a job that counts every week."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from qa.core.jobs import Job, JobState
from qa.core.prepared import Prepared

KEEP_JOB = "keep_sums"


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
    select(Job.state, Job.done, Job.total).where(
        Job.name == KEEP_JOB, Job.period == bindparam("period"), Job.state != JobState.DONE
    )
)


def under_way(session: Session, programme_id: int) -> Counting | None:
    """The count that an upgrade asked for, until it is done."""
    job = _UNDER_WAY.one_or_none(session, period=f"{programme_id}/packs")
    return job and Counting(done=job.done, total=job.total, failed=job.state == JobState.FAILED)


def settle(session: Session, programme_id: int, *, now: dt.datetime) -> None:
    """Every week was counted by hand: a count that waits, or that could not be done, has nothing left to do."""
    session.execute(
        update(Job)
        .where(
            Job.name == KEEP_JOB,
            Job.period == f"{programme_id}/packs",
            Job.state.in_((JobState.WAITING, JobState.FAILED)),
        )
        .values(state=JobState.DONE, finished_at=now)
    )
