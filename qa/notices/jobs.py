"""What the runner does for this room: the day's digests, and those that have to be tried again."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.config import Settings, settings
from qa.core import jobs
from qa.core.clock import local_day, utcnow
from qa.core.db import db, reading
from qa.core.jobs import Handler, Job, JobState
from qa.notices import digests, links, mailing
from qa.notices.mailing import Addressee
from qa.people.models import MAIL_LINK_JOB, Programme, User
from qa.people.queries import setting_at, zone_of

DIGEST_JOB = "notices.digest"
AGAIN_JOB = "notices.digest_again"
MORNING = 7  # local hour from which on the day's digests are written


def addressee(chosen: Settings, user: User) -> Addressee:
    """A person with the addresses of their own pages, as the installation is reached from outside."""
    base = chosen.mail.base_url if chosen.mail else ""
    return Addressee(
        name=user.name,
        email=user.email,
        inbox_url=f"{base}/notices/",
        preferences_url=f"{base}/notices/preferences",
        stop_url=f"{base}/notices/stop/{mailing.stop_token(chosen.secret_key, user.id)}",
    )


def write_and_send(job: Job) -> Mapping[str, Any]:
    """The digests of a programme's day: written once, then sent."""
    day, programme_id = dt.date.fromisoformat(job.payload["day"]), int(job.payload["programme"])
    job_id, session = job.id, db.session()
    session.rollback()
    written = digests.write_digests(session, programme_id, day, now=utcnow())
    session.commit()
    return {"written": written, **_send(session, job_id)}


def send_again(job: Job) -> Mapping[str, Any]:
    """What could not be sent earlier."""
    job_id, session = job.id, db.session()
    session.rollback()
    return _send(session, job_id)


def _send(session: Session, job_id: int) -> Mapping[str, Any]:
    chosen = settings()
    if chosen.mail is None:
        return {"sent": 0}
    told = digests.deliver(
        session,
        chosen.mail,
        lambda user: addressee(chosen, user),
        clock=utcnow,
        alive=lambda done: jobs.progress(job_id, done, None),
    )
    _ask_again(session)
    return {"sent": told.sent, "later": told.later, "failed": told.failed, "unclear": told.unclear}


def _ask_again(session: Session) -> None:
    """A job for the moment at which the next digest may be tried; one that waits already is enough."""
    due = digests.next_due(session)
    waiting = select(Job.id).where(Job.name == AGAIN_JOB, Job.state == JobState.WAITING)
    if due is not None and session.scalar(waiting) is None:
        jobs.enqueue(session, AGAIN_JOB, {}, by=None, now=utcnow(), not_before=due)
    session.commit()


class Calendar:
    """Writes each morning's digests as a job, once a programme and day; it looks once a minute."""

    def __init__(self, chosen: Settings) -> None:
        self._mails = chosen.mail is not None
        self._written: set[str] = set()
        self._looked: tuple[int, int] | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        """One job row a day for each programme, from seven o'clock of its own morning on."""
        if not self._mails or self._looked == (now.hour, now.minute):
            return
        self._looked = now.hour, now.minute
        due: dict[str, dict[str, Any]] = {}
        with reading():
            for programme_id in session.scalars(select(Programme.id).order_by(Programme.id)).all():
                zone = zone_of(setting_at(session, programme_id, now))
                day = local_day(now, zone).isoformat()
                if now.astimezone(zone).hour >= MORNING:
                    due[f"{programme_id}/{day}"] = {"programme": programme_id, "day": day}
            new = due.keys() - self._written
            known = set(session.scalars(select(Job.period).where(Job.name == DIGEST_JOB, Job.period.in_(sorted(new)))))
            session.rollback()
        for period in sorted(new - known):
            try:
                jobs.enqueue(session, DIGEST_JOB, due[period], by=None, now=now, period=period)
                session.commit()
            except IntegrityError:  # another process was faster
                session.rollback()
        self._written |= new


HANDLERS: dict[str, Handler] = {DIGEST_JOB: write_and_send, AGAIN_JOB: send_again, MAIL_LINK_JOB: links.mail_link}
