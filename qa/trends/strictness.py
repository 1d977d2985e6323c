"""Reviewers' strictness over the last half year, kept once a day: a page of sums has no single scores to tell it from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from qa.core.clock import monday_of
from qa.figures.models import StrictnessStatement
from qa.reviews.measured import measure, settled
from qa.sampling.strictness import PRIOR_VARIANCE, share_variance
from qa.trends import queries

LOOKED_OVER = 26  # weeks whose scores tell of strictness
BEFORE_ANY = "nothing is known of the reviewers yet: 4 points between them are assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The variance between reviewers of scores, in points squared, and of two shares; each reviewer's effect."""

    between: float = PRIOR_VARIANCE
    passed: float = 0.0
    critical: float = 0.0
    effects: Mapping[int, float] = field(default_factory=dict)
    source: str = BEFORE_ANY
    first_week: dt.date | None = None
    last_week: dt.date | None = None


def known(session: Session, programme_id: int) -> Known:
    """What was kept last."""
    row = session.get(StrictnessStatement, programme_id)
    if row is None:
        return Known()
    told = row.document
    return Known(
        between=told["between"],
        passed=told["passed"],
        critical=told["critical"],
        effects={int(reviewer): effect for reviewer, effect in told["effects"].items()},
        source=told["source"],
        first_week=row.first_week,
        last_week=row.last_week,
    )


def keep(session: Session, programme_id: int, *, now: dt.datetime) -> Known | None:
    """Estimate it anew from the programme's settled weeks and keep it; ``None`` where nothing is scored."""
    last = monday_of(now.date()) - dt.timedelta(weeks=1)
    first = last - dt.timedelta(weeks=LOOKED_OVER - 1)
    measured = measure(*settled(*queries.of_programme(session, programme_id, since=first, until=last)))
    found = measured.strictness
    if found is None:
        return None
    sample, spread = measured.window.sample, float(measured.window.sample.y.var())
    reliability = min(found.between / spread, 1.0) if spread else 0.0
    shares = {
        outcome: share_variance(
            np.array([float(row.outcome == outcome) for row in measured.reviews]),
            sample.queue,
            sample.reviewer,
            len(found.effects),
            reliability=reliability,
        )
        if spread
        else 0.0
        for outcome in ("passed", "failed_critical")
    }
    document = {
        "between": found.between,
        "passed": shares["passed"],
        "critical": shares["failed_critical"],
        "effects": {
            str(reviewer): float(effect) for reviewer, effect in zip(measured.reviewers, found.effects, strict=True)
        },
        "source": found.source,
    }
    row = session.get(StrictnessStatement, programme_id)
    if row is None:
        row = StrictnessStatement(programme_id=programme_id)
        session.add(row)
    row.made_at, row.first_week, row.last_week, row.document = now, first, last, document
    session.flush()
    return known(session, programme_id)
