"""What the runner does for this room: deliveries that are due, their e-mails, and files whose week is over."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.packing import Packed
from qa.config import settings
from qa.core import audit, jobs
from qa.core.access import Permission, Scope
from qa.core.addresses import address_of
from qa.core.calendars import PeriodicJobs
from qa.core.clock import local_day, utcnow
from qa.core.db import db, reading
from qa.core.errors import FairmarkError, ForbiddenError, NotFoundError
from qa.core.jobs import Handler, Job
from qa.notices.mailing import NotTakenError, UnclearError, connected, hand_over
from qa.people.models import User
from qa.people.queries import actor_for, setting_at, zone_of
from qa.scheduled_exports import mailing, making, service
from qa.scheduled_exports.models import DeliveryState, ExportDelivery, ExportSchedule, ScheduleState
from qa.scheduled_exports.rules import OFFERS, Kind, Rhythm, Way, latest_due

MAIL_AGAIN = dt.timedelta(minutes=15)
MOST_MAILS = 5


def folder() -> Path:
    """Where files wait to be fetched."""
    return settings().instance / "exports"


def deliver(job: Job) -> Mapping[str, Any]:
    """Make the file of a schedule's period; whatever goes wrong is kept where its owner sees it."""
    job_id, session = job.id, db.session()
    schedule_id, period = int(job.payload["schedule"]), str(job.payload["period"])
    session.rollback()
    begun = service.delivery_of(session, schedule_id, period, now=utcnow())
    delivery_id = begun.id if begun else None
    session.commit()
    if delivery_id is None:
        return {"schedule": schedule_id, "state": "ended before"}
    path = None
    try:
        with jobs.lease_kept(job_id):
            made = _made(session, schedule_id, delivery_id)
        path = made.path
        row, delivery = _locked(session, delivery_id)
        if delivery.state != DeliveryState.WAITING:
            return _given_up(session, delivery_id, path)
        delivery.teams, delivery.clearance = made.reach.teams, made.reach.clearance
        delivery.regions = made.reach.regions
        _to_the_trail(session, made)
        service.finish(session, row, delivery, path, shared=settings().export_folder, now=utcnow())
        jobs.enqueue(session, service.MAIL_JOB, {"delivery": delivery_id}, by=None, now=utcnow())
        session.commit()
    except Exception as error:
        session.rollback()
        if path is not None:
            path.unlink(missing_ok=True)
        reason = str(error) if isinstance(error, FairmarkError) else "It broke off. The operator's log says why."
        row, delivery = _locked(session, delivery_id)
        if delivery.state != DeliveryState.WAITING:
            return _given_up(session, delivery_id, None)
        # Rights and people do not come back by waiting; anything else may be well the next time.
        stops = isinstance(error, ForbiddenError | NotFoundError)
        service.fail(session, row, delivery, reason, stops=stops, now=utcnow())
        session.commit()
        if isinstance(error, FairmarkError):
            return {"delivery": delivery_id, "state": DeliveryState.FAILED}
        raise
    return {"delivery": delivery_id, "state": DeliveryState.DONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that lies in the folder and is nobody's yet."""

    path: Path
    reach: making.Reach
    handed: Sequence[Packed]
    actor_id: int
    at: dt.datetime


def _made(session: Session, schedule_id: int, delivery_id: int) -> Made:
    """The file, made with its receiver's roles and teams as they are now; nobody waits to write meanwhile."""
    with reading():
        wanted = _wanted(session, schedule_id)
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder() / f"scheduled-{delivery_id}-{secrets.token_hex(8)}{OFFERS[wanted.kind].suffix}"
        try:
            handed = making.make(session, wanted, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        session.rollback()
    return Made(
        path=path,
        reach=making.reach_of(wanted.actor, wanted.kind),
        handed=handed,
        actor_id=wanted.actor.user_id,
        at=wanted.now,
    )


def _wanted(session: Session, schedule_id: int) -> making.Wanted:
    """What to make; ForbiddenError or NotFoundError where its owner or its receiver is out of it."""
    now = utcnow()
    row = session.get_one(ExportSchedule, schedule_id)
    setting = setting_at(session, row.programme_id, now)
    zone = zone_of(setting)
    today = local_day(now, zone)
    owner, receiver = session.get_one(User, row.owner_id), session.get_one(User, row.receiver_id)
    wide = Scope.ALL if row.way == Way.FOLDER else None
    if not owner.active or not actor_for(session, owner, today=today).may(Permission.DATA_EXPORT, wide):
        raise ForbiddenError("Whoever set this up may not schedule it any more. A QA lead can take it over.")
    if not receiver.active:
        raise NotFoundError("The receiver is not here any more.")
    return making.Wanted(
        kind=Kind(row.kind),
        options=dict(row.options),
        actor=actor_for(session, receiver, today=today),
        setting=setting,
        zone=zone,
        now=now,
    )


def _to_the_trail(session: Session, made: Made) -> None:
    """Each coaching workbook that is in the file, so that it is known when it comes back."""
    for each in made.handed:
        audit.record(
            session,
            action="export.coaching",
            object_type="person",
            object_id=each.person_id,
            actor_id=made.actor_id,
            now=made.at,
            detail=each.detail,
        )


def _given_up(session: Session, delivery_id: int, path: Path | None) -> Mapping[str, Any]:
    """Leave a delivery that another runner finished meanwhile as it is: it was told of once."""
    session.rollback()
    if path is not None:
        path.unlink(missing_ok=True)
    return {"delivery": delivery_id, "state": "ended before"}


def _locked(session: Session, delivery_id: int) -> tuple[ExportSchedule, ExportDelivery]:
    delivery = session.scalars(select(ExportDelivery).where(ExportDelivery.id == delivery_id).with_for_update()).one()
    return session.get_one(ExportSchedule, delivery.schedule_id), delivery


def send_mail(job: Job) -> Mapping[str, Any]:
    """Tell the receiver by e-mail where to fetch it; tried again a few times, never twice where it is unclear."""
    delivery_id, session = int(job.payload["delivery"]), db.session()
    session.rollback()
    mail = settings().mail
    row, delivery = _locked(session, delivery_id)
    receiver = session.get_one(User, row.receiver_id)
    address = address_of("scheduled_exports.show", delivery_id=delivery_id)
    if (
        mail is None
        or address is None
        or delivery.state != DeliveryState.DONE
        or delivery.mail not in {"none", "later"}
    ):
        return {"delivery": delivery_id, "mail": delivery.mail}
    if not receiver.active:
        return {"delivery": delivery_id, "mail": "none"}
    message = mailing.compose(mail, name=receiver.name, email=receiver.email, kind=Kind(row.kind), address=address)
    delivery.mail_attempts += 1
    delivery.mail = "unclear"  # until the server said something: a process that dies here sends nothing twice
    session.commit()
    try:
        with connected(mail) as server:
            hand_over(server, message)
        told = "sent"
    except NotTakenError as error:
        told = "failed" if error.for_good else "later"
    except UnclearError:
        told = "unclear"
    row, delivery = _locked(session, delivery_id)
    if told == "later" and delivery.mail_attempts >= MOST_MAILS:
        told = "failed"
    delivery.mail = told
    if told == "later":
        jobs.enqueue(
            session,
            service.MAIL_JOB,
            {"delivery": delivery_id},
            by=None,
            now=utcnow(),
            not_before=utcnow() + MAIL_AGAIN,
        )
    session.commit()
    return {"delivery": delivery_id, "mail": told}


class Calendar(PeriodicJobs):
    """Writes what is due, once a schedule and time; deletes files whose week is over, once an hour."""

    def __init__(self) -> None:
        super().__init__()
        self._hour: int | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        super().tick(session, now)
        if self._hour != now.hour:
            service.delete_expired(session, folder(), now=now)
            self._hour = now.hour

    def wanted(self, session: Session, now: dt.datetime) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The newest time of each active schedule, unless it lies before the schedule was set up or resumed."""
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        rows = session.scalars(
            select(ExportSchedule)
            .where(ExportSchedule.state == ScheduleState.ACTIVE, ExportSchedule.rhythm != Rhythm.ONCE)
            .order_by(ExportSchedule.id)
        ).all()
        zones = {
            programme: zone_of(setting_at(session, programme, now))
            for programme in sorted({row.programme_id for row in rows})
        }
        for row in rows:
            due = latest_due(row.rhythm, row.weekday, row.hour, zones[row.programme_id], now)
            if due is not None and due >= row.since:
                period = due.date().isoformat()
                found[service.DELIVER_JOB, f"{row.id}/{period}"] = {"schedule": row.id, "period": period}
        return found


HANDLERS: dict[str, Handler] = {service.DELIVER_JOB: deliver, service.MAIL_JOB: send_mail}
