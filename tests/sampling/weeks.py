"""A week to draw: its plan, rubric and parts, and the draw itself."""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.people.queries import zone_of
from qa.sampling import committing, frames, service, verification
from qa.sampling.evidence import Scores, no_scores
from qa.sampling.kinds import Rules
from qa.sampling.models import Assignment, Draw, Purpose, SamplingPlanVersion
from qa.sampling.plans import plans_of, save_plan
from qa.sampling.service import Done
from tests.support.builders import RING, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

WEEK = "2026-W14"


SEED = bytes(range(32))


PLANNED = NOW - dt.timedelta(weeks=4)


def make_plan(
    session: Session,
    cast: Cast,
    amount: int = 2,
    *,
    name: str = "Weekly",
    rules: Rules | None = None,
    **where: list[str],
) -> SamplingPlanVersion:
    return save_plan(
        session,
        cast.programme.id,
        name=name,
        rules=rules or Rules(kind="quota_per_specialist", amount=amount, where=where),
        by=cast.quinn.id,
        now=PLANNED,
    )


def commit_week(session: Session, cast: Cast, *, now: dt.datetime, scores: Scores = no_scores) -> Draw | None:
    """Commit to the seed of the week that follows ``now``."""
    row = committing.commit_next(
        session, cast.programme, cast.setting, scores=scores, ring=RING, by=cast.quinn.id, now=now
    )
    session.commit()
    return row


def draw_committed(session: Session, cast: Cast, week: str = WEEK, *, reason: str | None = None) -> Done:
    """Draw a week by the plans that are due, or by those its seed was committed to."""
    done = service.draw_period(
        session,
        cast.programme,
        cast.setting,
        frames.get_or_open_period(session, cast.programme.id, week, zone_of(cast.setting)),
        ring=RING,
        by=cast.quinn.id,
        now=NOW,
        reason=reason,
    )
    session.commit()
    return done


def draw_week(session: Session, cast: Cast, week: str = WEEK, *, seed: bytes | None = SEED) -> Done:
    done = service.draw_period(
        session,
        cast.programme,
        cast.setting,
        frames.get_or_open_period(session, cast.programme.id, week, zone_of(cast.setting)),
        [view.value for view in plans_of(session, cast.programme.id)],
        ring=RING,
        by=cast.quinn.id,
        now=NOW,
        seed=seed,
    )
    session.commit()
    return done


def arranged(session: Session, cast: Cast, *, sams: int = 5, olgas: int = 5, amount: int = 2, **facts: Any) -> None:
    """A plan, a rubric, and parts of Sam and Olga resolved in the week."""
    publish_rubric(session, cast)
    make_plan(session, cast, amount)
    for _ in range(sams):
        make_ticket(session, cast, **facts)
    for _ in range(olgas):
        make_ticket(session, cast, agent=cast.olga_agent, **facts)


def assignments(session: Session, purpose: Purpose = Purpose.ROUTINE) -> list[Assignment]:
    return list(session.scalars(select(Assignment).where(Assignment.purpose == purpose).order_by(Assignment.id)))


def problems(session: Session, cast: Cast) -> list[str]:
    return [problem for verdict in verification.verify_all(session, cast.programme) for problem in verdict.problems]
