"""What the runner does for this room."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa.config import settings
from qa.core import jobs
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.jobs import Handler, Job
from qa.people.queries import setting_at, the_programme, zone_of
from qa.people.service import MATCH_PARTS_JOB
from qa.tickets import service


def upload_folder() -> Path:
    """Where uploaded files wait for their job."""
    return settings().instance / "uploads"


def keys() -> service.Keys:
    return service.Keys(ring=KeyRing(settings().text_keys), frame_key=settings().frame_key)


def take_in(job: Job) -> Mapping[str, Any]:
    """Take in the files of an upload; its files go whatever becomes of it."""
    job_id, run_id, folder = job.id, int(job.payload["run"]), str(job.payload["folder"])
    session = db.session()
    if service.is_over(session, run_id):  # a job taken again after its work was done
        session.rollback()
        return {"run": run_id}
    try:
        run = service.run_intake(
            session,
            run_id,
            lambda: service.kept_files(upload_folder(), folder),
            keys=keys(),
            now=utcnow(),
            clock=utcnow,
            progress=lambda done, total: jobs.progress(job_id, done, total),
        )
        return {"run": run_id, "state": run.state}
    finally:
        service.forget_files(upload_folder(), folder)


def match_parts(job: Job) -> Mapping[str, Any]:
    """After people changed: give the parts to the people and teams they belong to."""
    session = db.session()
    zone = zone_of(setting_at(session, the_programme(session).id, utcnow()))
    session.rollback()
    return {"changed": service.match_parts(session, zone)}


HANDLERS: dict[str, Handler] = {service.INTAKE_JOB: take_in, MATCH_PARTS_JOB: match_parts}
