"""What the runner does for this room."""

from collections.abc import Mapping
from typing import Any

from qa.core import jobs
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.jobs import Handler, Job
from qa.reviews.prediction import predict_period
from qa.sampling.frames import PREDICT_JOB


def predict(job: Job) -> Mapping[str, Any]:
    """Once a frame is frozen: what each of its parts is expected to score."""
    job_id, period_id = job.id, int(job.payload["period"])
    session = db.session()
    session.rollback()
    done = predict_period(session, period_id, now=utcnow(), progress=lambda at, total: jobs.progress(job_id, at, total))
    return {"parts": done.parts, "learned_from": done.learned_from, "reason": done.reason}


HANDLERS: dict[str, Handler] = {PREDICT_JOB: predict}
