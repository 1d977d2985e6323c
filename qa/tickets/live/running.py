"""One pull as an intake run: batches are stored as they come, the cursor moves with each page, waits are jobs."""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from qa.core import jobs
from qa.core.errors import ConflictError, FairmarkError
from qa.people.models import Source
from qa.tickets import service
from qa.tickets.counting import Counts
from qa.tickets.intake.base import Record, Reject, reject
from qa.tickets.intake.marks import Marks
from qa.tickets.intake.objects import Desk, Line, complete
from qa.tickets.live.client import WaitError
from qa.tickets.live.connections import House, pull_of
from qa.tickets.live.pulls import Batch
from qa.tickets.models import ConversationRevision, IntakeReject, IntakeRun, SourceConnection, Ticket, TicketStatus
from qa.tickets.redaction import redact
from qa.tickets.rows import insert_rows
from qa.tickets.service import Keys, Progress
from qa.tickets.storing import BESIDE_PAGES, store_tickets

RejectKey = tuple[str, int | None, str | None, str, str]
PULL_JOB = "tickets.pull"
LIVE = "live pull"
BROKEN = "The pull broke off. What was stored stays; the next pull goes on from there."
GONE = "the help desk lists it, but has it no more"


def begin(
    session: Session, connection: SourceConnection, source: Source, *, by: int | None, now: dt.datetime
) -> IntakeRun:
    """A pull that waits for its turn; refused while another one of the source is under way."""
    going = session.scalar(
        select(IntakeRun.id).where(IntakeRun.source_id == source.id, IntakeRun.state.in_(("waiting", "running")))
    )
    if going is not None:
        raise ConflictError(f"Intake {going} of {source.name} is still under way.")
    run = service.begin_run(session, source.programme_id, source.kind, [LIVE], by=by, now=now, source_key=source.key)
    job = jobs.enqueue(session, PULL_JOB, {"run": run.id}, by=by, now=now)
    run.job_id = job.id
    if connection.every_hours:
        connection.next_pull_at = now + dt.timedelta(hours=connection.every_hours)
    session.flush()
    return run


def begin_due(session: Session, now: dt.datetime) -> int:
    """Begin the scheduled pulls whose time has come; how many."""
    due = session.execute(
        select(SourceConnection, Source)
        .join(Source, Source.id == SourceConnection.source_id)
        .where(SourceConnection.next_pull_at <= now)
        .order_by(SourceConnection.id)
    ).all()
    begun = 0
    for connection, source in due:
        try:
            begin(session, connection, source, by=None, now=now)
            begun += 1
        except ConflictError:  # the one before is not done yet: the next moment will do
            connection.next_pull_at = now + dt.timedelta(minutes=10)
    session.commit()
    return begun


def rejected_as(told: Reject | IntakeReject) -> RejectKey:
    """By what a reject is known when its page is told again."""
    return told.file, told.line, told.column, told.value, told.reason


@dataclass(slots=True)
class Slice:
    """One stretch of a pull between two waits: what the run told before, and what this stretch adds."""

    session: Session
    source: Source
    run_id: int
    counts: Counts
    rejects: set[RejectKey]
    marks: Marks
    again: int = field(default=0)  # tickets of this run that a repeated page told again

    def unchanged(self, told: Sequence[tuple[str, str]]) -> set[str]:
        """Which of these tickets are stored as new as told, or newer: pages repeat, and not in order."""
        wanted = {key: moment for key, stamp in told if (moment := moment_of(stamp)) is not None}
        rows = self.session.execute(
            select(Ticket.external_id, Ticket.source_updated_at, Ticket.intake_run_id).where(
                Ticket.source_id == self.source.id,
                Ticket.external_id.in_(list(wanted)),
                (Ticket.status == TicketStatus.DELETED) | exists().where(ConversationRevision.ticket_id == Ticket.id),
            )
        ).all()
        self.session.rollback()
        known = [row for row in rows if row.source_updated_at is not None and row.source_updated_at >= wanted[row[0]]]
        self.again = sum(row.intake_run_id == self.run_id for row in known)
        return {row.external_id for row in known}

    def records(self, desk: Desk, batch: Batch) -> Iterator[Record]:
        """The records of a batch; what a repeated page rejects again was told before."""
        gone = ([reject(batch.page, place, "id", key, GONE, loses="ticket")] for place, key in batch.gone)
        tickets = (complete(desk, Line(batch.page, place, row)) for place, row in batch.rows)
        for told in itertools.chain(gone, tickets):
            met = set()  # two messages of one ticket may be refused for the same reason
            for record in told:
                if isinstance(record, Reject):
                    key = rejected_as(record)
                    if key in self.rejects:
                        continue
                    met.add(key)
                yield record
            self.rejects |= met


def run_pull(
    session: Session,
    run_id: int,
    *,
    house: House,
    keys: Keys,
    now: dt.datetime,
    clock: Callable[[], dt.datetime],
    progress: Progress | None = None,
) -> IntakeRun:
    """Pull until the end or until the help desk asks to wait: then a job goes on from the stored cursor.

    What cannot be helped ends the run as failed with the reason; what was stored stays, the cursor too.
    """
    run = session.get_one(IntakeRun, run_id)
    source = session.get_one(Source, run.source_id)
    connection = session.scalars(select(SourceConnection).where(SourceConnection.source_id == source.id)).one()
    state = json.loads(source.cursor) if source.cursor else {}
    told = {rejected_as(row) for row in session.scalars(select(IntakeReject).where(IntakeReject.run_id == run_id))}
    piece = Slice(session, source, run_id, Counts.from_dict(run.counts), told, Marks.from_json(source.marks or {}))
    run.state = "running"
    try:
        pull = pull_of(connection, source, house)
        session.commit()
        for batch in pull.batches(state, piece.unchanged):
            _store(piece, pull.desk, batch, keys=keys, now=now)
            if progress is not None:
                progress(piece.counts.tickets.read, None)
    except WaitError as wait:
        session.rollback()
        _go_on_later(session, run_id, wait.seconds, now=clock())
        return session.get_one(IntakeRun, run_id)
    except FairmarkError as error:
        session.rollback()
        service.finish(session, run_id, "failed", {"error": redact(str(error))}, now=clock())
        raise
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote a row
        session.rollback()
        service.finish(session, run_id, "failed", {"error": BROKEN}, now=clock())
        raise service.broken(error) from None
    return service.finish(session, run_id, "done", piece.counts.as_dict(), now=clock())


def _store(piece: Slice, desk: Desk, batch: Batch, *, keys: Keys, now: dt.datetime) -> None:
    """Store a batch, then move the cursor: cut off in between, the page is told again and changes nothing."""
    session = piece.session
    piece.counts.tickets.add("unchanged", max(0, batch.unchanged - piece.again))
    piece.again = 0

    def in_chunk(session: Session, counts: Counts, rejects: Sequence[Reject]) -> None:
        rows = [
            {"run_id": piece.run_id, "file": each.file, "line": each.line, "column": each.column,
             "value": each.value, "reason": each.reason}
            for each in rejects
        ]  # fmt: skip
        insert_rows(session, IntakeReject, rows)

    if batch.rows or batch.gone:
        counts = store_tickets(
            session,
            piece.source,
            piece.marks.on(piece.records(desk, batch)),
            ring=keys.ring,
            frame_key=keys.frame_key,
            now=now,
            agents=list(desk.agents.values()),
            run_id=piece.run_id,
            together=BESIDE_PAGES,
            in_chunk=in_chunk,
        )
        piece.counts.merge(counts)
    session.get_one(IntakeRun, piece.run_id).counts = piece.counts.as_dict()
    if batch.state is not None:
        session.get_one(Source, piece.source.id).cursor = json.dumps(batch.state)
    session.commit()


def _go_on_later(session: Session, run_id: int, seconds: float, *, now: dt.datetime) -> None:
    run = session.get_one(IntakeRun, run_id)
    at = now + dt.timedelta(seconds=seconds)
    job = jobs.enqueue(session, PULL_JOB, {"run": run_id}, by=run.started_by_id, now=now, not_before=at)
    run.job_id = job.id
    run.counts = {**run.counts, "waits_until": at.isoformat()}
    session.commit()


def moment_of(stamp: str) -> dt.datetime | None:
    """A ticket's moment of change, as ISO 8601 or in seconds since 1970."""
    try:
        if stamp.replace(".", "", 1).isdigit():
            return dt.datetime.fromtimestamp(float(stamp), dt.UTC)
        found = dt.datetime.fromisoformat(stamp)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo is not None else None
