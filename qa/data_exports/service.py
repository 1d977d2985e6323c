"""Ordering flat data, writing it, taking it back; each change is one transaction with its audit event."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from exports import flat_data
from exports.flat_data import Written
from exports.provenance import Provenance, Receipt, RubricStamp
from qa import VERSION
from qa.core import audit, jobs
from qa.core.access import Actor
from qa.core.db import only_reading
from qa.core.errors import ConflictError, ForbiddenError, InvalidInputError
from qa.data_exports import reading, scope
from qa.data_exports.models import GOING, DataExport, ExportState
from qa.data_exports.queries import Order
from qa.people.models import User
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.sampling.models import Draw, DrawReceipt, Period

WRITE_JOB = "data_exports.write"
KEPT_DAYS = 7
MOST_DAYS = 1_100  # three years
SUFFIXES = {"csv": ".csv.zip", "jsonl": ".jsonl.zip", "xlsx": ".xlsx"}


class CancelledError(Exception):
    """The export was called off while it was being written."""


def order(
    session: Session,
    actor: Actor,
    *,
    tables: Sequence[str],
    form: str,
    first_day: dt.date,
    last_day: dt.date,
    now: dt.datetime,
) -> DataExport:
    """Order tables of a span of days; a job writes them."""
    check(actor, tables, form, first_day, last_day)
    # Two clicks at the same moment: the second waits, and finds what the first ordered.
    session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
    waiting = session.scalar(
        select(DataExport.id).where(DataExport.ordered_by_id == actor.user_id, DataExport.state.in_(GOING)).limit(1)
    )
    if waiting is not None:
        raise ConflictError("An export of yours is still being written. Wait for it, or call it off.")
    made = DataExport(
        programme_id=actor.programme_id,
        ordered_by_id=actor.user_id,
        ordered_at=now,
        tables=[table.name for table in flat_data.ALL if table.name in tables],
        format=form,
        first_day=first_day,
        last_day=last_day,
    )
    session.add(made)
    session.flush()
    made.job_id = jobs.enqueue(session, WRITE_JOB, {"export": made.id}, by=actor.user_id, now=now).id
    audit.record(
        session,
        action="export.data",
        object_type="data_export",
        object_id=made.id,
        actor_id=actor.user_id,
        now=now,
        detail={"tables": made.tables, "format": form, "from": str(first_day), "to": str(last_day)},
    )
    return made


def check(actor: Actor, tables: Sequence[str], form: str, first_day: dt.date, last_day: dt.date) -> None:
    """InvalidInputError, by field, for an order that cannot be."""
    problems = {}
    offered = {table.name for table in scope.offered(actor)}
    if not tables:
        problems["tables"] = "choose at least one"
    elif unknown := set(tables) - offered:
        problems["tables"] = f"your roles do not open {', '.join(sorted(unknown))}"
    if form not in flat_data.FORMATS:
        problems["format"] = "choose one of the formats"
    if last_day < first_day:
        problems["last_day"] = "before the first day"
    elif (last_day - first_day).days > MOST_DAYS:
        problems["last_day"] = f"more than {MOST_DAYS} days after the first day"
    if problems:
        raise InvalidInputError("This cannot be exported.", problems)


def begin(session: Session, export_id: int) -> bool:
    """Mark the order as being written; False when it was called off or is done already."""
    row = session.scalars(select(DataExport).where(DataExport.id == export_id).with_for_update()).one()
    if row.state not in GOING:
        return False
    row.state = ExportState.RUNNING
    return True


def write(
    session: Session,
    order: Order,
    folder: Path,
    *,
    now: dt.datetime,
    progress: Callable[[int, int], None],
) -> tuple[Path, tuple[Written, ...]]:
    """Write the file of an order; what ``progress`` raises ends the writing, and no half file stays."""
    allowed = scope.offered(order.wanted.actor)
    if refused := [table.name for table in order.tables if table not in allowed]:
        raise ForbiddenError(f"The owner's roles do not open {', '.join(refused)} any more.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{order.export_id}-{secrets.token_hex(8)}{SUFFIXES[order.form]}"
    try:
        written = write_file(session, path, order, now=now, progress=progress)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, written


def write_file(
    session: Session,
    path: Path,
    order: Order,
    *,
    now: dt.datetime,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Written, ...]:
    """Write the tables to a path, as the order's person may see them."""
    total = reading.count_rows(session, order.tables, order.wanted)
    return flat_data.write(
        path,
        flat_data.as_format(order.form),
        ((table, reading.rows_of(session, table, order.wanted)) for table in order.tables),
        zone=order.zone,
        provenance=lambda written: _provenance(session, order, written, now=now),
        progress=lambda done: progress(done, max(total, done)),
    )


def _provenance(session: Session, order: Order, written: Sequence[Written], *, now: dt.datetime) -> Provenance:
    receipts, versions = _stamps(session, order.wanted)
    return Provenance(
        title="Flat data",
        subject=", ".join(each.table.name for each in written),
        prepared_for=order.wanted.actor.name,
        prepared_by=order.wanted.actor.name,
        prepared_at=now,
        period_from=order.first_day,
        period_to=order.last_day,
        software=f"Fairmark {VERSION}",
        filters=(
            ("Days", "by when the part was resolved, both days included"),
            ("Reviews", "submitted, unsealed, within the reader's scope and data regions, as of the order"),
        ),
        receipts=receipts,
        rubrics=versions,
        methods=(
            ("Estimates", "none: weigh routine reviews by 1 / inclusion_probability (Hajek) to speak of all the work"),
            ("Left out on purpose", "texts, comments, scoring times, and who handed harmful content over"),
        ),
        counts=tuple((each.table.title, each.rows) for each in written),
        confidentiality="Confidential: figures about named people",
    )


def _stamps(session: Session, wanted: scope.Wanted) -> tuple[tuple[Receipt, ...], tuple[RubricStamp, ...]]:
    """The receipts of the weeks that the span touches, and the rubric versions in the programme."""
    with only_reading(session):
        receipts = session.execute(
            select(Period.key, DrawReceipt.digest)
            .join(Draw, Draw.period_id == Period.id)
            .join(DrawReceipt, DrawReceipt.draw_id == Draw.id)
            .where(
                Period.programme_id == wanted.actor.programme_id,
                Period.ends_at > wanted.since,
                Period.starts_at < wanted.until,
            )
            .order_by(Draw.id)
        ).all()
        versions = session.execute(
            select(RubricFamily.key, RubricVersion)
            .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
            .where(RubricFamily.programme_id == wanted.actor.programme_id, RubricVersion.published_at.is_not(None))
            .order_by(RubricVersion.id)
        ).all()
        stamps = tuple(
            RubricStamp(label=f"{key} {row.label}", fingerprint=row.fingerprint, engine=row.engine_version)
            for key, row in versions
        )
    return tuple(Receipt(kind="draw receipt", name=key, digest=digest) for key, digest in receipts), stamps


def finish(session: Session, export_id: int, path: Path, written: Sequence[Written], *, now: dt.datetime) -> DataExport:
    """Keep the written file for its week."""
    row = session.scalars(select(DataExport).where(DataExport.id == export_id).with_for_update()).one()
    if row.state != ExportState.RUNNING:
        path.unlink(missing_ok=True)
        raise CancelledError
    row.state, row.finished_at = ExportState.DONE, now
    row.file_name, row.size, row.digest = path.name, path.stat().st_size, _digest(path)
    row.expires_at = now + dt.timedelta(days=KEPT_DAYS)
    row.written = told(written)
    for other in path.parent.glob(f"{export_id}-*"):  # left by a runner that was killed before it came this far
        if other != path:
            other.unlink(missing_ok=True)
    audit.record(
        session,
        action="export.data_written",
        object_type="data_export",
        object_id=row.id,
        actor_id=row.ordered_by_id,
        now=now,
        detail={"digest": row.digest, "tables": row.written},
    )
    return row


def told(written: Sequence[Written]) -> dict[str, Any]:
    """Rows and digest of each table, as they are kept and audited."""
    return {each.table.name: {"rows": each.rows, "digest": each.digest} for each in written}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fail(session: Session, export_id: int, reason: str, *, now: dt.datetime) -> None:
    """Keep why it could not be written; one that was called off stays called off."""
    session.execute(
        update(DataExport)
        .where(DataExport.id == export_id, DataExport.state.in_(GOING))
        .values(state=ExportState.FAILED, error=reason, finished_at=now)
    )


def call_off(session: Session, row: DataExport, *, by: int, now: dt.datetime) -> None:
    """Stop an export that is not written yet; its job ends at the next thousand rows."""
    locked = session.scalars(select(DataExport).where(DataExport.id == row.id).with_for_update()).one()
    if locked.state not in GOING:
        raise ConflictError("This export has ended already.")
    locked.state, locked.finished_at = ExportState.CANCELLED, now
    audit.record(
        session, action="export.data_called_off", object_type="data_export", object_id=row.id, actor_id=by, now=now
    )


def delete(session: Session, row: DataExport, folder: Path, *, by: int | None, now: dt.datetime) -> None:
    """Delete a file before its week is over, or because it is."""
    locked = session.scalars(select(DataExport).where(DataExport.id == row.id).with_for_update()).one()
    if locked.state != ExportState.DONE:
        raise ConflictError("There is no file of this export.")
    locked.state = ExportState.EXPIRED
    if locked.file_name:
        (folder / locked.file_name).unlink(missing_ok=True)
    audit.record(
        session, action="export.data_deleted", object_type="data_export", object_id=row.id, actor_id=by, now=now
    )


def delete_expired(session: Session, folder: Path, *, now: dt.datetime) -> int:
    """Delete every file whose week is over."""
    with only_reading(session):
        ids = session.scalars(
            select(DataExport.id).where(DataExport.state == ExportState.DONE, DataExport.expires_at <= now)
        ).all()
    for export_id in ids:
        delete(session, session.get_one(DataExport, export_id), folder, by=None, now=now)
        session.commit()
    return len(ids)
