"""What the runner does for this room."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import apart, jobs
from qa.core.clock import utcnow
from qa.core.db import db, only_reading
from qa.core.errors import FairmarkError
from qa.core.jobs import Handler, Job
from qa.data_exports import reading, service
from qa.data_exports.models import DataExport, ExportState
from qa.data_exports.queries import order_of

APART_FROM = 20_000  # rows: from here on writing takes long enough for pages beside it to notice
BROKEN = "It broke off. Order it again."


def folder() -> Path:
    """Where written exports wait to be fetched."""
    return settings().instance / "exports"


def write(job: Job) -> Mapping[str, Any]:
    """Write an ordered export; a long one in a process of its own, so that pages keep their pace."""
    job_id, export_id = job.id, int(job.payload["export"])
    session = db.session()
    begun = service.begin(session, export_id)
    session.commit()
    if not begun:
        return {"export": export_id, "state": "ended before"}
    if not settings().testing:
        order = order_of(session, export_id, now=utcnow())
        if reading.count_rows(session, order.tables, order.wanted) >= APART_FROM:
            arguments = ["export", "ordered", str(export_id), "--job", str(job_id)]
            try:
                return apart.command(arguments, alive=lambda: jobs.keep_lease(job_id))
            except Exception:  # the process was killed or never began: nobody else says so
                service.fail(session, export_id, BROKEN, now=utcnow())
                session.commit()
                raise
    return write_here(session, export_id, job_id)


def write_here(session: Session, export_id: int, job_id: int) -> Mapping[str, Any]:
    """Write an order in this process; whatever goes wrong is kept where its owner sees it."""

    def told(done: int, total: int) -> None:
        with only_reading(session):
            state = session.scalar(select(DataExport.state).where(DataExport.id == export_id))
        if state != ExportState.RUNNING:
            raise service.CancelledError
        jobs.progress(job_id, done, total)

    try:
        order = order_of(session, export_id, now=utcnow())
        path, written = service.write(session, order, folder(), now=utcnow(), progress=told)
        service.finish(session, export_id, path, written, now=utcnow())
        session.commit()
    except service.CancelledError:
        session.rollback()
        return {"export": export_id, "state": ExportState.CANCELLED}
    except Exception as error:
        session.rollback()
        reason = str(error) if isinstance(error, FairmarkError) else BROKEN
        service.fail(session, export_id, reason, now=utcnow())
        session.commit()
        raise
    return {"export": export_id, "state": ExportState.DONE}


class Calendar:
    """Deletes the files whose week is over, once an hour."""

    def __init__(self) -> None:
        self._hour: int | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        if self._hour != now.hour:
            service.delete_expired(session, folder(), now=now)
            self._hour = now.hour


HANDLERS: dict[str, Handler] = {service.WRITE_JOB: write}
