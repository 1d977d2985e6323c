"""What the runner does for this room: deliveries that are due, their e-mails, and files whose week is over."""

import datetime as dt
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import jobs
from qa.core.addresses import address_of
from qa.core.calendars import PeriodicJobs
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import FairmarkError, NotFoundError
from qa.core.jobs import Handler, Job
from qa.notices.mailing import NotTakenError, UnclearError, connected, hand_over
from qa.people.models import User
from qa.people.queries import actor_for, setting_at, zone_of
from qa.scheduled_exports import mailing, making, service
from qa.scheduled_exports.models import DeliveryState, ExportDelivery, ExportSchedule, ScheduleState
from qa.scheduled_exports.rules import OFFERS, Kind, Rhythm, latest_due

MAIL_AGAIN = dt.timedelta(minutes=15)
MOST_MAILS = 5


def folder() -> Path:
    """Where files wait to be fetched."""
    return settings().instance / "exports"


def deliver(job: Job) -> Mapping[str, Any]:
    """Make the file of a schedule's period; whatever goes wrong is kept where its owner sees it."""
    schedule_id, period, session = int(job.payload["schedule"]), str(job.payload["period"]), db.session()
    session.rollback()
    begun = service.delivery_of(session, schedule_id, period, now=utcnow())
    delivery_id = begun.id if begun else None
    session.commit()
    if delivery_id is None:
        return {"schedule": schedule_id, "state": "ended before"}
    path = None
    try:
        path, teams = _made(session, schedule_id, delivery_id)
        row, delivery = _locked(session, delivery_id)
        delivery.teams = teams
        service.finish(session, row, delivery, path, shared=settings().export_folder, now=utcnow())
        jobs.enqueue(session, service.MAIL_JOB, {"delivery": delivery_id}, by=None, now=utcnow())
        session.commit()
    except Exception as error:
        session.rollback()
        if path is not None:
            path.unlink(missing_ok=True)
        reason = str(error) if isinstance(error, FairmarkError) else "It broke off. The operator's log says why."
        row, delivery = _locked(session, delivery_id)
        service.fail(session, row, delivery, reason, now=utcnow())
        session.commit()
        if isinstance(error, FairmarkError):
            return {"delivery": delivery_id, "state": DeliveryState.FAILED}
        raise
    return {"delivery": delivery_id, "state": DeliveryState.DONE}


def _made(session: Session, schedule_id: int, delivery_id: int) -> tuple[Path, list[int]]:
    """The file, made with its receiver's roles and teams as they are now, and those teams."""
    now = utcnow()
    row = session.get_one(ExportSchedule, schedule_id)
    setting = setting_at(session, row.programme_id, now)
    zone = zone_of(setting)
    receiver = session.get_one(User, row.receiver_id)
    if not receiver.active:
        raise NotFoundError("The receiver is not here any more.")
    kind = Kind(row.kind)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / f"scheduled-{delivery_id}-{secrets.token_hex(8)}{OFFERS[kind].suffix}"
    actor = actor_for(session, receiver, today=local_day(now, zone))
    wanted = making.Wanted(
        kind=kind,
        options=dict(row.options),
        actor=actor,
        setting=setting,
        zone=zone,
        now=now,
    )
    try:
        making.make(session, wanted, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, sorted(actor.led_team_ids)


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
