"""Reading intakes: the runs of a programme, one run with its rejects and how far its job is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.core.jobs import Job
from qa.people.models import AgentIdentity, Source, User
from qa.tickets.models import IntakeReject, IntakeRun
from qa.tickets.queries import LARGEST_ID

RUNS_SHOWN = 50
REJECTS_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One intake as a list shows it."""

    run: IntakeRun
    source: str
    by: str | None
    closed: tuple[str, ...] = ()  # regions that its rules name and the reader is not cleared for

    def counted(self, kind: str, outcome: str) -> int | None:
        """Rows of one kind with one outcome; not known before the first chunk."""
        found = self.run.counts.get(kind, {}).get(outcome)
        return int(found) if found is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejects:
    """One page of the rows that could not be used."""

    rows: Sequence[IntakeReject]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // REJECTS_PAGE))

    @property
    def first(self) -> int:
        return (self.number - 1) * REJECTS_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def runs_for(session: Session, actor: Actor) -> tuple[RunView, ...]:
    """The newest intakes of the actor's programme."""
    rows = session.execute(
        select(IntakeRun, Source.name, User.name)
        .join(Source, Source.id == IntakeRun.source_id)
        .outerjoin(User, User.id == IntakeRun.started_by_id)
        .where(IntakeRun.programme_id == actor.programme_id)
        .order_by(IntakeRun.started_at.desc(), IntakeRun.id.desc())
        .limit(RUNS_SHOWN)
    )
    return tuple(RunView(run=run, source=source, by=person) for run, source, person in rows)


def get_run_for(session: Session, actor: Actor, run_id: int) -> RunView:
    """An intake of the actor's own programme."""
    if run_id >= LARGEST_ID:
        raise NotFoundError("There is no such intake.")
    row = session.execute(
        select(IntakeRun, Source, User.name)
        .join(Source, Source.id == IntakeRun.source_id)
        .outerjoin(User, User.id == IntakeRun.started_by_id)
        .where(IntakeRun.id == run_id, IntakeRun.programme_id == actor.programme_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such intake.")
    run, source, by = row
    named = {source.data_region, *regions_in(run.mapping), *regions_in({"marks": source.marks})}
    return RunView(run=run, source=source.name, by=by, closed=tuple(sorted(named - actor.regions)))


def regions_in(mapping: Mapping[str, Any] | None) -> set[str]:
    """The data regions that a kept mapping's rules name; of which one a refused row would have been, nobody knows."""
    rules = ((mapping or {}).get("marks") or {}).get("regions") or ()
    return {str(rule["region"]) for rule in rules if rule.get("region")}


def job_of(session: Session, run: IntakeRun) -> Job | None:
    """The job that carries a run out; none for one from the command line."""
    if run.job_id is None:
        return None
    return session.scalar(select(Job).where(Job.id == run.job_id).options(defer(Job.payload)))


def rejects_of(session: Session, view: RunView, *, page: int) -> Rejects:
    """One page of a run's rejects, in the order of the files; only their number where a region is closed."""
    run_id = view.run.id
    chosen = select(IntakeReject).where(IntakeReject.run_id == run_id)
    total = session.scalar(select(func.count()).select_from(IntakeReject).where(IntakeReject.run_id == run_id)) or 0
    number = min(max(page, 1), max(1, -(-total // REJECTS_PAGE)))
    if view.closed:
        return Rejects(rows=(), total=total, number=1)
    rows = session.scalars(
        chosen.order_by(IntakeReject.file, IntakeReject.line, IntakeReject.id)
        .limit(REJECTS_PAGE)
        .offset((number - 1) * REJECTS_PAGE)
    ).all()
    return Rejects(rows=rows, total=total, number=number)


def all_rejects(session: Session, view: RunView) -> Sequence[Any]:
    """Every reject of a run, for a file; there is none where a region is closed to the reader."""
    if view.closed:
        raise NotFoundError("There is no such file.")
    return session.execute(
        select(IntakeReject.file, IntakeReject.line, IntakeReject.column, IntakeReject.value, IntakeReject.reason)
        .where(IntakeReject.run_id == view.run.id)
        .order_by(IntakeReject.file, IntakeReject.line, IntakeReject.id)
    ).all()


def reasons_of(session: Session, run_id: int) -> Sequence[tuple[str, str | None, int]]:
    """How often each column was refused for each reason, most first."""
    count = func.count()
    return [
        (reason, column, number)
        for reason, column, number in session.execute(
            select(IntakeReject.reason, IntakeReject.column, count)
            .where(IntakeReject.run_id == run_id)
            .group_by(IntakeReject.reason, IntakeReject.column)
            .order_by(count.desc(), IntakeReject.reason, IntakeReject.column)
            .limit(10)
        )
    ]


def unmatched_count(session: Session, programme_id: int) -> int:
    """Agents of the help desk who are nobody here."""
    return (
        session.scalar(
            select(func.count())
            .select_from(AgentIdentity)
            .join(Source, Source.id == AgentIdentity.source_id)
            .where(Source.programme_id == programme_id, AgentIdentity.user_id.is_(None), ~AgentIdentity.is_bot)
        )
        or 0
    )
