"""Setting schedules up, stopping them, and what becomes of their deliveries."""

import datetime as dt
import hashlib
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit, jobs
from qa.core.access import Actor, Permission, Role, Scope
from qa.core.db import reading
from qa.core.errors import ConflictError, ForbiddenError, InvalidInputError
from qa.notices import service as notices
from qa.people.queries import people_with_role
from qa.scheduled_exports import making, rules
from qa.scheduled_exports.models import DeliveryState, ExportDelivery, ExportSchedule, ScheduleState
from qa.scheduled_exports.rules import OFFERS, ONCE, Kind, Rhythm, Way

DELIVER_JOB = "scheduled_exports.deliver"
MAIL_JOB = "scheduled_exports.mail"
KEPT_DAYS = 7
UNNAMED_FOR = dt.timedelta(days=1)
MOST_SCHEDULES = 20  # of one person


def set_up(
    session: Session,
    actor: Actor,
    *,
    receiver_id: int,
    kind: str,
    options: Mapping[str, Any],
    rhythm: str,
    weekday: int,
    hour: int,
    way: str,
    teams: Collection[int],
    receivers: Collection[int],
    folder: bool,
    now: dt.datetime,
) -> ExportSchedule:
    """A new schedule; one that comes once is begun at once."""
    options = rules.heeded(kind, options)
    found = rules.problems(
        kind=kind,
        rhythm=rhythm,
        way=way,
        weekday=weekday,
        hour=hour,
        options=options,
        offered=[each for each in Kind if making.may(actor, each)],
        teams=teams,
        folder=folder and actor.may(Permission.DATA_EXPORT, Scope.ALL),
    )
    if receiver_id not in receivers:
        found["receiver"] = "choose somebody who may take exports along"
    if found:
        raise InvalidInputError("This cannot be scheduled.", found)
    own = select(ExportSchedule.id).where(
        ExportSchedule.owner_id == actor.user_id,
        ExportSchedule.state != ScheduleState.ENDED,
        ExportSchedule.rhythm != Rhythm.ONCE,
    )
    if rhythm != Rhythm.ONCE and len(session.scalars(own).all()) >= MOST_SCHEDULES:
        raise ConflictError(f"You have {MOST_SCHEDULES} schedules already: delete one first.")
    row = ExportSchedule(
        programme_id=actor.programme_id,
        owner_id=actor.user_id,
        receiver_id=receiver_id,
        kind=kind,
        options=options,
        rhythm=rhythm,
        weekday=weekday,
        hour=hour,
        way=way,
        created_at=now,
        since=now,
    )
    session.add(row)
    session.flush()
    if rhythm == Rhythm.ONCE:
        _begin(session, row, ONCE, by=actor.user_id, now=now)
    _record(session, row, "export.schedule", by=actor.user_id, now=now, detail={"kind": kind, "rhythm": rhythm})
    return row


def _begin(session: Session, row: ExportSchedule, period: str, *, by: int | None, now: dt.datetime) -> None:
    payload = {"schedule": row.id, "period": period}
    jobs.enqueue(session, DELIVER_JOB, payload, by=by, now=now, period=f"{row.id}/{period}")


def pause(session: Session, row: ExportSchedule, *, by: int, now: dt.datetime) -> None:
    """Nothing comes until it is resumed."""
    if row.state != ScheduleState.ACTIVE:
        raise ConflictError("This schedule is paused already.")
    row.state = ScheduleState.PAUSED
    _record(session, row, "export.schedule_paused", by=by, now=now)


def resume(session: Session, row: ExportSchedule, *, by: int, now: dt.datetime) -> None:
    """It comes again from its next time on; what was due meanwhile is not made up for."""
    if row.state != ScheduleState.PAUSED:
        raise ConflictError("This schedule is not paused.")
    row.state, row.since, row.stopped = ScheduleState.ACTIVE, now, None
    _record(session, row, "export.schedule_resumed", by=by, now=now)


def take_over(session: Session, actor: Actor, row: ExportSchedule, *, teams: Collection[int], now: dt.datetime) -> None:
    """Go on with a schedule that stopped by itself, as one's own; it comes again from its next time on."""
    if row.stopped is None:
        raise ConflictError("This schedule has not stopped by itself.")
    if not making.may(actor, Kind(row.kind)) or row.options.get("team") not in (None, *teams):
        raise ForbiddenError("Your own roles do not open this export, so you cannot schedule it.")
    before, row.owner_id = row.owner_id, actor.user_id
    row.state, row.since, row.stopped = ScheduleState.ACTIVE, now, None
    _record(session, row, "export.schedule_taken_over", by=actor.user_id, now=now, detail={"before": before})


def end(session: Session, row: ExportSchedule, *, by: int, now: dt.datetime) -> None:
    """Delete a schedule; what it brought stays until its week is over."""
    row.state = ScheduleState.ENDED
    _record(session, row, "export.schedule_deleted", by=by, now=now)


def delivery_of(session: Session, schedule_id: int, period: str, *, now: dt.datetime) -> ExportDelivery | None:
    """The delivery of a period, begun if it is new; ``None`` where it is over or the schedule stopped meanwhile."""
    row = session.scalars(select(ExportSchedule).where(ExportSchedule.id == schedule_id).with_for_update()).one()
    found = session.scalars(
        select(ExportDelivery).where(ExportDelivery.schedule_id == schedule_id, ExportDelivery.period == period)
    ).one_or_none()
    if found is not None:
        return found if found.state == DeliveryState.WAITING else None
    if row.state != ScheduleState.ACTIVE:
        return None
    made = ExportDelivery(schedule_id=schedule_id, period=period, created_at=now)
    session.add(made)
    session.flush()
    return made


def finish(
    session: Session,
    row: ExportSchedule,
    delivery: ExportDelivery,
    path: Path,
    *,
    shared: Path | None,
    now: dt.datetime,
) -> None:
    """Keep the file for its week, put it in the folder where that is wanted, and tell the receiver."""
    with path.open("rb") as file:
        delivery.digest = hashlib.file_digest(file, "sha256").hexdigest()
    if row.way == Way.FOLDER:
        if shared is None:
            raise ConflictError("The folder for exports is not set up any more (EXPORT_FOLDER).")
        place = shared / f"{row.id}-{row.kind}"
        place.mkdir(parents=True, exist_ok=True)
        name = f"{row.kind}-{delivery.period}{OFFERS[Kind(row.kind)].suffix}"
        shutil.copyfile(path, place / f".{name}.part")
        (place / f".{name}.part").replace(place / name)  # whoever looks in the folder finds whole files
    delivery.state, delivery.finished_at = DeliveryState.DONE, now
    delivery.file_name, delivery.size = path.name, path.stat().st_size
    delivery.expires_at = now + dt.timedelta(days=KEPT_DAYS)
    for other in path.parent.glob(f"scheduled-{delivery.id}-*"):  # left by a runner that was killed on its way here
        if other != path:
            other.unlink(missing_ok=True)
    _close_once(row)
    session.flush()
    notices.notify(
        session,
        [row.receiver_id],
        kind="export_ready",
        object_type="export_delivery",
        object_id=delivery.id,
        now=now,
    )
    audit.record(
        session,
        action="export.delivered",
        object_type="export_delivery",
        object_id=delivery.id,
        actor_id=row.owner_id,
        now=now,
        detail={"schedule": row.id, "kind": row.kind, "receiver": row.receiver_id, "digest": delivery.digest},
    )


def fail(
    session: Session,
    row: ExportSchedule,
    delivery: ExportDelivery,
    reason: str,
    *,
    stops: bool = False,
    now: dt.datetime,
) -> None:
    """Keep why nothing came; whoever set it up and whoever waits for it are told.

    With ``stops`` it is paused until somebody who may resumes it or takes it over, and QA leads are told too: nobody is
    told every week of what nobody can mend.
    """
    delivery.state, delivery.error, delivery.finished_at = DeliveryState.FAILED, reason, now
    told = {row.owner_id, row.receiver_id}
    if stops and row.rhythm != Rhythm.ONCE and row.state == ScheduleState.ACTIVE:
        row.state, row.stopped = ScheduleState.PAUSED, reason
        told |= {lead.id for lead in people_with_role(session, row.programme_id, Role.QA_LEAD, now.date())}
    _close_once(row)
    session.flush()
    notices.notify(
        session,
        told,
        kind="export_stopped" if row.stopped else "export_failed",
        object_type="export_schedule",
        object_id=row.id,
        now=now,
    )
    audit.record(
        session,
        action="export.not_delivered",
        object_type="export_delivery",
        object_id=delivery.id,
        actor_id=row.owner_id,
        now=now,
        detail={"schedule": row.id, "kind": row.kind, "receiver": row.receiver_id},
    )


def _close_once(row: ExportSchedule) -> None:
    """What comes once stays listed, paused for good, until it is deleted; it may be deleted already."""
    if row.rhythm == Rhythm.ONCE and row.state == ScheduleState.ACTIVE:
        row.state = ScheduleState.PAUSED


def delete_expired(session: Session, folder: Path, *, now: dt.datetime) -> int:
    """Delete every file whose week is over, and what a killed process left half written."""
    with reading():
        ids = session.scalars(
            select(ExportDelivery.id).where(
                ExportDelivery.state == DeliveryState.DONE, ExportDelivery.expires_at <= now
            )
        ).all()
        named = set(session.scalars(select(ExportDelivery.file_name).where(ExportDelivery.state == DeliveryState.DONE)))
        session.rollback()
    for path in folder.glob("scheduled-*"):
        # What is being written has no name yet either, but it is young.
        if path.name not in named and dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < now - UNNAMED_FOR:
            path.unlink(missing_ok=True)
    for delivery_id in ids:
        row = session.get_one(ExportDelivery, delivery_id)
        row.state = DeliveryState.EXPIRED
        if row.file_name:
            (folder / row.file_name).unlink(missing_ok=True)
        session.commit()
    return len(ids)


def _record(
    session: Session,
    row: ExportSchedule,
    action: str,
    *,
    by: int,
    now: dt.datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        action=action,
        object_type="export_schedule",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"receiver": row.receiver_id, "way": row.way, **(detail or {})},
    )
    session.flush()
