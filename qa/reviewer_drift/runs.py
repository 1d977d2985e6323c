"""Running the drift watch over a programme and keeping what it says; proving a kept run by running it again."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from calibration.drift.flags import FALSE_REDS
from qa.core import audit
from qa.core.db import reading
from qa.people.queries import setting_at, zone_of
from qa.reviewer_drift import cases, documents
from qa.reviewer_drift.gathering import Gathered, gather, last_whole_week
from qa.reviewer_drift.models import DriftRun, DriftStanding
from qa.reviewer_drift.reckoning import METHOD, Reckoned, reckon

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the evidence says, ready to be kept or compared."""

    gathered: Gathered
    reckoned: Reckoned
    digest: str
    outcome_digest: str
    run: dict[str, Any]
    standings: dict[int, dict[str, Any]]


def tell(
    session: Session, programme_id: int, *, through: dt.date | None, now: dt.datetime, progress: Progress = silent
) -> Told | None:
    """Severity and drift from the database until the week of ``through``, nothing kept; None without a score."""
    with reading():
        zone = zone_of(setting_at(session, programme_id, now))
        week = last_whole_week(now, zone) if through is None else through
        gathered = gather(session, programme_id, through=week, zone=zone)
        decisions = [] if gathered is None else cases.decisions_of(session, programme_id, gathered)
        session.rollback()
    if gathered is None:
        return None
    reckoned = reckon(gathered, decisions=decisions, progress=progress)
    run = documents.run_document(gathered, reckoned)
    standings = {each.reviewer_id: documents.standing_document(gathered, each) for each in reckoned.standings}
    return Told(
        gathered=gathered,
        reckoned=reckoned,
        digest=documents.inputs_digest(gathered, decisions, FALSE_REDS),
        outcome_digest=documents.outcome_digest(run, standings),
        run=run,
        standings=standings,
    )


def newest_run(session: Session, programme_id: int) -> DriftRun | None:
    """The run that pages show."""
    return session.scalar(
        select(DriftRun).where(DriftRun.programme_id == programme_id).order_by(DriftRun.id.desc()).limit(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The run that holds now, and whether it was made just now; the same evidence makes no second one."""

    run_id: int | None
    made: bool
    reds: int = 0
    ambers: int = 0


def run(session: Session, programme_id: int, *, by: int | None, now: dt.datetime, progress: Progress = silent) -> Kept:
    """Judge the whole weeks until ``now`` and keep the outcome; commits by itself, and keeps nothing twice."""
    told = tell(session, programme_id, through=None, now=now, progress=progress)
    if told is None:
        return Kept(run_id=None, made=False)
    levels = [each.level for each in told.reckoned.standings]
    counts = {"reds": levels.count("red"), "ambers": levels.count("amber")}
    newest = newest_run(session, programme_id)
    if newest is not None and (newest.digest, newest.outcome_digest) == (told.digest, told.outcome_digest):
        run_id = newest.id
        session.rollback()
        return Kept(run_id=run_id, made=False, **counts)
    row = keep(session, programme_id, told, by=by, now=now)
    cases.act_on(
        session,
        row,
        told.reckoned.standings,
        {reviewer_id: document["flag"] for reviewer_id, document in told.standings.items() if document["flag"]},
        today=now.date(),
        now=now,
    )
    run_id = row.id
    session.commit()
    return Kept(run_id=run_id, made=True, **counts)


def keep(session: Session, programme_id: int, told: Told, *, by: int | None, now: dt.datetime) -> DriftRun:
    """Store a run with the standing of every reviewer, in the caller's transaction."""
    gathered = told.gathered
    row = DriftRun(
        programme_id=programme_id,
        method=METHOD,
        first_week=gathered.first_week,
        through=gathered.through,
        digest=told.digest,
        outcome_digest=told.outcome_digest,
        scorings=len(gathered.scorings),
        document=told.run,
        created_at=now,
        created_by_id=by,
    )
    session.add(row)
    session.flush()
    session.execute(
        insert(DriftStanding),
        [
            {
                "run_id": row.id,
                "reviewer_id": each.reviewer_id,
                "level": each.level,
                "evidence": documents.plain(each.now),
                "document": told.standings[each.reviewer_id],
            }
            for each in told.reckoned.standings
        ],
    )
    audit.record(
        session,
        action="drift.run",
        object_type="drift_run",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={
            "through": gathered.through.isoformat(),
            "scorings": row.scorings,
            "digest": told.digest,
            "outcome": told.outcome_digest,
        },
    )
    session.flush()
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A kept run beside the same run made again: it holds, its evidence has changed since, or it does not follow."""

    run_id: int
    through: dt.date
    verdict: str  # holds, evidence changed, does not hold
    scorings: int
    scorings_now: int


def prove(session: Session, programme_id: int, *, now: dt.datetime, progress: Progress = silent) -> Proof | None:
    """The newest run made again from the database; None where there is none."""
    with reading():
        kept = newest_run(session, programme_id)
        if kept is None:
            session.rollback()
            return None
        run_id, through, digest, outcome, scorings = (
            kept.id, kept.through, kept.digest, kept.outcome_digest, kept.scorings,
        )  # fmt: skip
        rows = session.execute(
            select(DriftStanding.reviewer_id, DriftStanding.document)
            .where(DriftStanding.run_id == run_id)
            .order_by(DriftStanding.reviewer_id)
        ).all()
        stored = documents.outcome_digest(kept.document, {row.reviewer_id: row.document for row in rows})
        session.rollback()
    told = tell(session, programme_id, through=through, now=now, progress=progress)
    again = None if told is None else told.digest
    if stored != outcome:
        verdict = "does not hold"  # what is stored is not what the run said
    elif told is None or again != digest:
        verdict = "evidence changed"
    else:
        verdict = "holds" if told.outcome_digest == outcome else "does not hold"
    return Proof(
        run_id=run_id,
        through=through,
        verdict=verdict,
        scorings=scorings,
        scorings_now=0 if told is None else len(told.gathered.scorings),
    )
