"""What runs beside the requests: every room's jobs, and the small chores that come with the time.

Read by the runner when it begins its work, not when the application is put together: a server answers meanwhile.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

from flask import Flask
from sqlalchemy.orm import Session

from qa.calibration_sessions.certification import jobs as certification_jobs
from qa.calibration_sessions.golden import jobs as golden_jobs
from qa.calibration_sessions.series import jobs as series_jobs
from qa.coaching import jobs as coaching_jobs
from qa.config import Settings
from qa.core import access_log, audit, limits
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.jobs import Chore, Handler, Work
from qa.data_exports import jobs as data_export_jobs
from qa.escalations import chores as escalation_chores
from qa.incidents import chores as incident_chores
from qa.notices import jobs as notice_jobs
from qa.people import throttling
from qa.reviewer_drift import jobs as drift_jobs
from qa.reviews import jobs as review_jobs
from qa.reviews.companions import chores as companion_chores
from qa.sampling import jobs as sampling_jobs
from qa.scheduled_exports import jobs as scheduled_export_jobs
from qa.tickets import jobs as ticket_jobs
from qa.tickets import searching
from qa.trends import jobs as trend_jobs

INDEXED_AT_ONCE = 1_000  # tickets taken into the search index between two jobs


class Ticking(Protocol):
    """Something that looks from time to time whether anything is due."""

    def tick(self, session: Session, now: dt.datetime) -> Any: ...


def work(app: Flask, settings: Settings) -> Work:
    """The handlers of all jobs, and the chores of the process that runs them."""
    return handlers(), chores(app, settings)


def handlers() -> Mapping[str, Handler]:
    return {
        **ticket_jobs.HANDLERS,
        **review_jobs.HANDLERS,
        **sampling_jobs.HANDLERS,
        **golden_jobs.HANDLERS,
        **series_jobs.HANDLERS,
        **certification_jobs.HANDLERS,
        **drift_jobs.HANDLERS,
        **coaching_jobs.HANDLERS,
        **data_export_jobs.HANDLERS,
        **scheduled_export_jobs.HANDLERS,
        **notice_jobs.HANDLERS,
        **trend_jobs.HANDLERS,
    }


def chores(app: Flask, settings: Settings) -> tuple[Chore, ...]:
    """What is looked after every few seconds, in this order."""
    clocks: tuple[Ticking, ...] = (
        sampling_jobs.Calendar(),
        ticket_jobs.Calendar(),
        drift_jobs.Calendar(),
        golden_jobs.Calendar(),
        incident_chores.Escalation(),
        escalation_chores.FromIntake(),
        notice_jobs.Calendar(settings),
        coaching_jobs.Calendar(),
        series_jobs.Calendar(),
        certification_jobs.Calendar(),
        companion_chores.Lapse(),
        ticket_jobs.Schedule(),
        data_export_jobs.Calendar(),
        scheduled_export_jobs.Calendar(),
        trend_jobs.Calendar(),
    )
    ring = KeyRing(settings.text_keys)

    def seal_audit() -> None:
        audit.seal_and_anchor(db.session(), settings.audit_key, settings.instance, now=utcnow())

    def index_tickets() -> None:
        searching.index_pending(db.session(), ring, most=INDEXED_AT_ONCE)

    return (seal_audit, flushing(app), *map(ticking, clocks), index_tickets, forgetting(settings))


def forgetting(settings: Settings) -> Chore:
    """Deletes old tries to sign in, and old openings of conversations, once an hour."""
    forgotten: list[dt.datetime] = []

    def forget() -> None:
        if forgotten and utcnow() - forgotten[-1] < dt.timedelta(hours=1):
            return
        session, now = db.session(), utcnow()
        throttling.forget(session, now=now)
        limits.forget(session, now=now)
        session.commit()
        kept = dt.timedelta(days=settings.access_log_days)
        while access_log.forget(session, before=now - kept, now=now):
            session.commit()
        session.rollback()
        forgotten[:] = [utcnow()]

    return forget


def flushing(app: Flask) -> Chore:
    """Writes what this process keeps in memory: who opened what, and who was here."""

    def flush_buffers() -> None:
        access_log.buffer().flush(db.session())
        app.extensions["last_seen"].flush(db.session())

    return flush_buffers


def ticking(clock: Ticking) -> Chore:
    def tick() -> None:
        clock.tick(db.session(), utcnow())

    return tick
