"""Reviewers' strictness over half a year, kept once a day: a page of sums has no single scores to tell it from."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from calibration.icc import icc
from qa.core.clock import monday_of
from qa.core.prepared import Prepared
from qa.figures.models import StrictnessStatement
from qa.reviews.measured import Reviewed, measure, settled
from qa.sampling.strictness import PRIOR_VARIANCE, share_variance
from qa.trends import queries

LOOKED_OVER = 26  # weeks whose scores tell of strictness
HALF = LOOKED_OVER // 2
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
    agreement: Mapping[str, Any] | None = None  # of blind pairs, over the newer and the older half of the weeks


_KEPT = Prepared(
    select(StrictnessStatement.first_week, StrictnessStatement.last_week, StrictnessStatement.document).where(
        StrictnessStatement.programme_id == bindparam("programme")
    )
)


def known(session: Session, programme_id: int) -> Known:
    """What was kept last."""
    row = _KEPT.one_or_none(session, programme=programme_id)
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
        agreement=told.get("agreement"),
    )


def agreement(reviews: Sequence[Reviewed]) -> dict[str, Any]:
    """How far two who score the same part without knowing of each other agree: ICC(1) of their base scores.

    References
    ----------
    Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428: each part has reviewers of its own.
    """
    pairs = [(row.first_score, row.seconds[0][1]) for row in reviews if row.first_score is not None and row.seconds]
    if len(pairs) < 2:
        return {"estimate": None, "n": len(pairs), "reason": "fewer than two parts were scored twice, blind"}
    found = icc(np.array(pairs, dtype=np.float64).T, model="1")
    gaps = [abs(a - b) for a, b in pairs]
    return {
        "estimate": found.estimate,
        "low": found.interval.low if found.interval else None,
        "high": found.interval.high if found.interval else None,
        "std_error": found.std_error,
        "n": len(pairs),
        "apart": sum(gaps) / len(gaps),
        "reason": found.reason,
    }


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
        "agreement": {
            "now": agreement([row for row in measured.reviews if row.week > last - dt.timedelta(weeks=HALF)]),
            "then": agreement([row for row in measured.reviews if row.week <= last - dt.timedelta(weeks=HALF)]),
        },
    }
    row = session.get(StrictnessStatement, programme_id)
    if row is None:
        row = StrictnessStatement(programme_id=programme_id)
        session.add(row)
    row.made_at, row.first_week, row.last_week, row.document = now, first, last, document
    session.flush()
    return known(session, programme_id)
