"""What past reviews say about the spread of scores: handed in from above, because reviews stand above this room."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import current_app
from sqlalchemy.orm import Session

from qa.sampling.allocation import Plan, stratum_spreads
from qa.sampling.attributes import read_key

WEEKS = 4  # how far back spreads are measured
USUAL_SPREAD = 18.0  # points; what the trade sees, until there are enough reviews of one's own
ENOUGH = 30  # reviews


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One drawn and reviewed part: the cell and team of its frame, its score, its chance.

    ``residual`` is what the regression on the predicted score leaves of the score; the score itself where that helps
    nowhere.
    """

    cell: str
    team: str
    score: float
    probability: float
    residual: float


Scores = Callable[[Session, int, dt.date], Sequence[Scored]]  # session, programme, since which Monday


def no_scores(_session: Session, _programme_id: int, _since: dt.date) -> Sequence[Scored]:
    """For where nothing was ever reviewed."""
    return ()


def scores() -> Scores:
    """The source of scores that the application was put together with."""
    found: Scores = current_app.extensions.get("sampled_scores", no_scores)
    return found


def with_spreads(plan: Plan, scored: Sequence[Scored]) -> Plan:
    """A plan that allocates by spread, with the spread of each stratum as measured.

    The spread is that of the regression's residuals, because only what the predicted score leaves is for reviews to
    find out. Without any review all strata are equal.
    """
    if plan.kind != "neyman":
        return plan
    by_stratum: dict[str, list[float]] = {}
    for one in scored:
        attributes = read_key(one.cell, one.team)
        if all(name in attributes for name in plan.strata):
            by_stratum.setdefault("|".join(attributes[name] for name in plan.strata), []).append(one.residual)
    spreads, pooled = stratum_spreads(by_stratum)
    return replace(plan, spreads=spreads, pooled_spread=pooled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The standard deviation of scores that a forecast uses, and from how many reviews it comes."""

    sd: float
    reviews: int

    @property
    def measured(self) -> bool:
        return self.reviews >= ENOUGH


def spread_of(scored: Sequence[Scored]) -> Spread:
    """The spread of all parts' scores, weighted by 1 / chance; the usual one where there are too few reviews."""
    if len(scored) < ENOUGH:
        return Spread(sd=USUAL_SPREAD, reviews=len(scored))
    weights = [1 / one.probability for one in scored]
    total = sum(weights)
    mean = sum(w * one.score for w, one in zip(weights, scored, strict=True)) / total
    squares = sum(w * (one.score - mean) ** 2 for w, one in zip(weights, scored, strict=True))
    return Spread(sd=max((squares / total) ** 0.5, 1.0), reviews=len(scored))
