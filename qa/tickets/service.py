"""Running an intake: from files to stored tickets, with an account of every row."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from qa.core import audit, jobs, logs
from qa.core.crypto import KeyRing
from qa.core.errors import FairmarkError, InvalidInputError
from qa.core.orm import table_of
from qa.core.prepared import PreparedChange, given
from qa.people.models import Source
from qa.tickets import agents, keeping
from qa.tickets.counting import Counts
from qa.tickets.intake import files
from qa.tickets.intake.base import Reject
from qa.tickets.intake.formats import FORMATS, TABLES, Format, format_named
from qa.tickets.intake.mapping import ColumnMapping, mapping_of
from qa.tickets.intake.marks import Marks
from qa.tickets.keeping import KeptFiles
from qa.tickets.models import IntakeReject, IntakeRun
from qa.tickets.redaction import redact
from qa.tickets.rows import insert_rows
from qa.tickets.storing import store_tickets

INTAKE_JOB = "tickets.intake"
LONGEST_KEY = 40
BROKEN = "The intake broke off. What was stored stays; run it again to finish it."
log = structlog.get_logger(__name__)
MOST_KEPT_REJECTS = 100_000  # in the database; the counts go on
match_parts = agents.match_parts
_runs = table_of(IntakeRun)
COUNTED = PreparedChange(update(_runs).where(_runs.c.id == bindparam("run")).values(given(_runs.c.counts)))

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What an intake needs of the installation's keys."""

    ring: KeyRing
    frame_key: bytes


class IntakeBrokenError(FairmarkError):
    """A fault of the product in the middle of an intake."""

    status = 500


def broken(error: Exception) -> IntakeBrokenError:
    """What may be said of a fault: its kind and its places in the code, logged here; its message may quote a row."""
    log.error("intake.broke", kind=type(error).__name__, places=logs.places(error))
    return IntakeBrokenError(f"{BROKEN} ({type(error).__name__})")


def source_for(session: Session, programme_id: int, key: str, *, kind: str, now: dt.datetime) -> Source:
    """The source of this key, made at its first intake."""
    source = session.scalar(select(Source).where(Source.programme_id == programme_id, Source.key == key))
    if source is None:
        names = {each.kind: each.title for each in FORMATS.values()} | {TABLES: "Tables"}
        name = names.get(key, key)
        source = Source(programme_id=programme_id, key=key, kind=kind, name=name, created_at=now)
        session.add(source)
        session.flush()
    elif source.kind != kind:
        raise InvalidInputError(f"The source {key!r} takes {source.kind} exports, not {kind}.")
    return source


def key_for(name: str) -> str:
    """A source's key from the name that a person gives it; empty for none."""
    words = re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower())
    return "-".join(words)[:LONGEST_KEY]


def begin_run(
    session: Session,
    programme_id: int,
    format_name: str,
    file_names: Sequence[str],
    *,
    by: int | None,
    now: dt.datetime,
    source_key: str | None = None,
    mapping: ColumnMapping | None = None,
    mapping_name: str | None = None,
) -> IntakeRun:
    """An intake that waits to be run; the mapping is kept as it stands now."""
    chosen = format_named(format_name)
    source = source_for(session, programme_id, source_key or chosen.kind, kind=chosen.kind, now=now)
    run = IntakeRun(
        programme_id=programme_id,
        source_id=source.id,
        format=chosen.name,
        file_names=[redact(name)[:200] for name in file_names],
        started_at=now,
        started_by_id=by,
        mapping=mapping.as_json() if mapping is not None else None,
        mapping_name=mapping_name,
    )
    session.add(run)
    session.flush()
    return run


def begin_upload(
    session: Session,
    programme_id: int,
    format_name: str,
    kept: KeptFiles,
    *,
    ring: KeyRing,
    by: int,
    now: dt.datetime,
    source_key: str | None = None,
) -> IntakeRun:
    """An intake of uploaded files, the key that opens them, and the job that carries it out."""
    keeping.remember_key(session, ring, kept, now=now)
    run = begin_run(session, programme_id, format_name, kept.names, by=by, now=now, source_key=source_key)
    job = jobs.enqueue(session, INTAKE_JOB, {"run": run.id, "folder": kept.token}, by=by, now=now)
    run.job_id = job.id
    session.flush()
    return run


def run_intake(
    session: Session,
    run_id: int,
    find_files: Callable[[], Sequence[Path]],
    *,
    keys: Keys,
    now: dt.datetime,
    clock: Callable[[], dt.datetime],
    progress: Progress | None = None,
    together: int | None = None,
) -> IntakeRun:
    """Take in the files of a run, in transactions of its own; a run that was cut off is simply run again.

    ``together`` is how many tickets a transaction stores at most.

    A file that cannot be read at all ends the run as failed, with the reason; what was stored before stays.
    """
    run = session.get_one(IntakeRun, run_id)
    source = session.get_one(Source, run.source_id)
    chosen = format_named(run.format)
    mapping = mapping_of(run.mapping) if run.mapping is not None else marked_only(chosen, source)
    session.execute(delete(IntakeReject).where(IntakeReject.run_id == run_id))
    run.state, run.counts = "running", {}
    session.commit()
    paths: Sequence[Path] = ()
    try:
        paths = find_files()
        counts = _store(
            session, run_id, source, chosen, paths, mapping, keys=keys, now=now, progress=progress, together=together
        )
    except FairmarkError as error:
        session.rollback()
        finish(session, run_id, "failed", {"error": redact(str(error))}, paths, now=clock())
        raise
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote a row
        session.rollback()
        finish(session, run_id, "failed", {"error": BROKEN}, paths, now=clock())
        raise broken(error) from None
    return finish(session, run_id, "done", counts.as_dict(), paths, now=clock())


def marked_only(chosen: Format, source: Source) -> ColumnMapping | None:
    """The rules of a source whose fields need no mapping; tables have theirs in the mapping."""
    if chosen.mapped or not source.marks:
        return None
    return ColumnMapping(sheets=(), marks=Marks.from_json(source.marks))


def keep_marks(session: Session, source: Source, marks: Marks, *, by: int, now: dt.datetime) -> None:
    """Keep a source's rules; they mark what comes in from now on, and at the next intake what is stored."""
    source.marks = marks.as_json() if marks else None
    session.flush()
    audit.record(
        session,
        action="intake.rules_changed",
        object_type="source",
        object_id=source.id,
        actor_id=by,
        now=now,
        detail={
            "escalation": len(marks.escalation),
            "severity": len(marks.severity),
            "regions": len(marks.regions),
            "signals": len(marks.signals),
        },
    )


def is_over(session: Session, run_id: int) -> bool:
    """Whether a run has ended, well or not."""
    return session.get_one(IntakeRun, run_id).state in ("done", "failed")


def _store(
    session: Session,
    run_id: int,
    source: Source,
    chosen: Format,
    paths: Sequence[Path],
    mapping: ColumnMapping | None,
    *,
    keys: Keys,
    now: dt.datetime,
    progress: Progress | None,
    together: int | None,
) -> Counts:
    export = chosen.open(paths, mapping)
    kept = 0

    def in_chunk(session: Session, counts: Counts, rejects: Sequence[Reject]) -> None:
        nonlocal kept
        rows = [
            {
                "run_id": run_id,
                "file": reject.file,
                "line": reject.line,
                "column": reject.column,
                "value": reject.value,
                "reason": reject.reason,
            }
            for reject in rejects[: max(0, MOST_KEPT_REJECTS - kept)]
        ]
        insert_rows(session, IntakeReject, rows)
        kept += len(rows)
        COUNTED.run(session, run=run_id, counts=counts.as_dict())

    def after_chunk(counts: Counts) -> None:
        if progress is not None:
            progress(counts.tickets.read, export.total)

    return store_tickets(
        session,
        source,
        export.records(),
        ring=keys.ring,
        frame_key=keys.frame_key,
        now=now,
        agents=export.agents(),
        run_id=run_id,
        together=together,
        in_chunk=in_chunk,
        after_chunk=after_chunk,
    )


def finish(
    session: Session,
    run_id: int,
    state: str,
    counts: dict[str, object],
    paths: Sequence[Path] = (),
    *,
    now: dt.datetime,
) -> IntakeRun:
    """Close a run and say so in the audit trail: counts and the digest of what was handed in, no text."""
    run = session.get_one(IntakeRun, run_id)
    run.state, run.finished_at = state, now
    run.counts = {**{name: each for name, each in run.counts.items() if name != "waits_until"}, **counts}
    run.digest = files.digest_of(keeping.all_files(paths)) if paths else None
    audit.record(
        session,
        action=f"intake.{state}",
        object_type="intake_run",
        object_id=run_id,
        actor_id=run.started_by_id,
        now=now,
        detail={
            "format": run.format,
            "source": run.source_id,
            "digest": run.digest,
            **{kind: run.counts[kind] for kind in ("tickets", "messages") if kind in run.counts},
        },
    )
    session.commit()
    return run
