"""Finished practice is told within a minute; certificates that hold no longer lapse each morning."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from qa.calibration_sessions.certification import choosing, queries, rules, service
from qa.calibration_sessions.certification.models import Certification, PracticePart, ShadowedReview
from qa.calibration_sessions.golden import service as golden
from qa.core.calendars import PeriodicJobs
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.jobs import Handler, Job
from qa.notices import service as notices
from qa.people.models import Programme
from qa.people.queries import setting_at, zone_of
from qa.sampling.models import Assignment

PRACTICE_JOB, LAPSE_JOB, LOOK_JOB = "certification.practice", "certification.lapse", "certification.look"
UNDONE = dt.timedelta(seconds=15)  # a sent review can still be taken back


def settle_practice(job: Job) -> Mapping[str, Any]:
    """Tell one finished round as passed or not; a second run finds it told and changes nothing."""
    session = db.session()
    now = utcnow()
    row = session.get_one(Certification, job.payload["certification"])
    setting = setting_at(session, row.programme_id, now)
    passed = service.settle_practice(session, setting, row, rng=np.random.default_rng(), now=now)
    session.commit()
    return {"passed": passed}


def lapse(job: Job) -> Mapping[str, Any]:
    """End what holds no longer: certificates, and golden tickets whose text is gone."""
    session = db.session()
    now = utcnow()
    ended = lapse_due(session, job.payload["programme"], now=now)
    retired = golden.retire_erased(session, job.payload["programme"], now=now)
    session.commit()
    return {"lapsed": ended, "retired": retired}


def lapse_due(session: Session, programme_id: int, *, now: dt.datetime) -> int:
    """Certificates of a programme that lapse: after a long absence, or with a rubric that scores otherwise by now."""
    setting = setting_at(session, programme_id, now)
    zone = zone_of(setting)
    rows = session.scalars(
        select(Certification)
        .where(Certification.programme_id == programme_id, Certification.state == "certified")
        .order_by(Certification.id)
    ).all()
    families = sorted({row.family_id for row in rows})
    majors = {family: choosing.major_in_force(session, programme_id, family, now) for family in families}
    last = queries.last_scored(session, families, sorted({row.user_id for row in rows}))
    ended = 0
    for row in rows:
        scored_at = last.get((row.user_id, row.family_id))
        reason = rules.why_lapsed(
            certified_on=local_day(row.certified_at or row.begun_at, zone),
            last_scored_on=None if scored_at is None else local_day(scored_at, zone),
            major=row.major or 0,
            major_in_force=majors[row.family_id],
            weeks=setting.certification_absence_weeks,
            today=local_day(now, zone),
        )
        if reason is not None:
            service.lapse(session, row, reason, now=now)
            ended += 1
    return ended


def ask_to_look(job: Job) -> Mapping[str, Any]:
    """Tell a certified person that a newcomer's review of a part they know is there; once."""
    session = db.session()
    row = session.get_one(ShadowedReview, job.payload["shadowed"])
    notices.notify(
        session,
        [row.shadow_id],
        kind="shadowed_sent",
        object_type="shadowed_review",
        object_id=row.id,
        now=utcnow(),
    )
    session.commit()
    return {"told": row.shadow_id}


HANDLERS: Mapping[str, Handler] = {PRACTICE_JOB: settle_practice, LAPSE_JOB: lapse, LOOK_JOB: ask_to_look}


class Calendar(PeriodicJobs):
    """Rounds to be told, certificates to lapse, shadowed reviews to be looked at."""

    def wanted(self, session: Session, now: dt.datetime) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for programme_id in session.scalars(select(Programme.id).order_by(Programme.id)).all():
            today = local_day(now, zone_of(setting_at(session, programme_id, now)))
            found[LAPSE_JOB, f"{programme_id}/{today}"] = {"programme": programme_id}
        for certification_id, round_ in session.execute(finished(now)):
            found[PRACTICE_JOB, f"{certification_id}/{round_}"] = {"certification": certification_id}
        for (shadowed_id,) in session.execute(
            select(ShadowedReview.id)
            .join(Assignment, Assignment.id == ShadowedReview.assignment_id)
            .where(
                ShadowedReview.verdict.is_(None),
                Assignment.state == "submitted",
                Assignment.ended_at <= now - UNDONE,
            )
            .order_by(ShadowedReview.id)
        ):
            found[LOOK_JOB, str(shadowed_id)] = {"shadowed": shadowed_id}
        return found


def finished(now: dt.datetime) -> Select[int, int]:
    """Rounds of practice that are sent and not told yet; none that can still be taken back."""
    waits = (
        exists()
        .where(
            PracticePart.certification_id == Certification.id,
            PracticePart.round == Certification.round,
            PracticePart.assignment_id == Assignment.id,
            (Assignment.state == "open") | (Assignment.ended_at > now - UNDONE),
        )
        .correlate(Certification)
    )
    return (
        select(Certification.id, Certification.round)
        .where(Certification.state == "practising", Certification.judged_round < Certification.round, ~waits)
        .order_by(Certification.id)
    )
