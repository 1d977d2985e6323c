"""Golden tickets follow each week's draw within seconds, once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.calibration_sessions.golden import serving
from qa.core import audit, jobs
from qa.core.clock import utcnow
from qa.core.db import db, reading
from qa.core.jobs import Handler, Job
from qa.people.queries import setting_at
from qa.sampling.models import Draw, Period

GOLD_JOB = "golden.give"
LATE = dt.timedelta(days=2)  # a golden ticket later than that would stand out


def give(job: Job) -> Mapping[str, Any]:
    """Give this draw's golden tickets; a second run after a crash finds the trail and changes nothing."""
    session = db.session()
    now = utcnow()
    draw = session.get_one(Draw, job.payload["draw"])
    done = session.scalar(
        select(audit.AuditEvent.id).where(
            audit.AuditEvent.at >= (draw.drawn_at or draw.committed_at),
            audit.AuditEvent.action == "golden.give",
            audit.AuditEvent.object_type == "draw",
            audit.AuditEvent.object_id == str(draw.id),
        )
    )
    if done is not None:
        return {"given": 0}
    programme_id = session.get_one(Period, draw.period_id).programme_id
    setting = setting_at(session, programme_id, now)
    given = serving.serve(session, setting, draw, rng=np.random.default_rng(), now=now)
    session.commit()
    return {"given": given}


class Calendar:
    """Sees new draws and writes the job of each, once; it remembers them, so that the clock's tick costs nothing."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def tick(self, session: Session, now: dt.datetime) -> None:
        with reading():
            drawn = session.scalars(
                select(Draw.id).where(Draw.drawn_at > now - LATE, Draw.n == 1).order_by(Draw.id)
            ).all()
            new = [draw_id for draw_id in drawn if draw_id not in self._seen]
            periods = [str(draw_id) for draw_id in new]
            known: set[str | None] = set()
            if new:
                known.update(session.scalars(select(Job.period).where(Job.name == GOLD_JOB, Job.period.in_(periods))))
            session.rollback()
        for draw_id, period in zip(new, periods, strict=True):
            if period not in known:
                try:
                    jobs.enqueue(session, GOLD_JOB, {"draw": draw_id}, by=None, now=now, period=period)
                    session.commit()
                except IntegrityError:  # another process was faster
                    session.rollback()
            self._seen.add(draw_id)


HANDLERS: Mapping[str, Handler] = {GOLD_JOB: give}
