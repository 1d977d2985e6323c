"""How one specialist's criteria stand against the team's, from drawn reviews. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.sampling.estimation import Difference, Figure, difference, hajek_by, korn_graubard

FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One drawn review of the team, with each answered criterion's share of its points (0 to 1)."""

    review_id: int
    specialist_id: int
    week: dt.date
    score: float | None
    outcome: str
    inclusion_probability: float
    criteria: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion's name and place in the newest rubric that asks it."""

    key: str
    name: str
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionGap:
    """A specialist against the others of the team on one criterion, in percent of its points."""

    criterion: Criterion
    own: Figure
    others: Figure
    gap: Difference

    @property
    def few(self) -> bool:
        return self.own.n < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything the coaching page and the workbook say about one specialist."""

    quality: Figure
    passed: Figure
    critical: Figure
    team_quality: Figure
    gaps: tuple[CriterionGap, ...]
    weekly: tuple[tuple[dt.date, Figure, Figure], ...]  # week, own, the others


def standing(
    reviews: Sequence[Reviewed],
    specialist_id: int,
    criteria: Sequence[Criterion],
    weeks: Sequence[dt.date],
) -> Standing:
    """The specialist's figures beside those of the others of the team over the same weeks."""
    scored = [row for row in reviews if row.score is not None]
    pi = np.array([row.inclusion_probability for row in scored])
    own = np.array([0 if row.specialist_id == specialist_id else 1 for row in scored], dtype=np.int64)
    scores = np.array([row.score or 0.0 for row in scored])
    quality = hajek_by(own, 2, scores, pi)
    passed = hajek_by(own, 2, np.array([float(row.outcome == "passed") for row in scored]), pi)
    critical = hajek_by(own, 2, np.array([float(row.outcome == "failed_critical") for row in scored]), pi)
    place = {week: index for index, week in enumerate(weeks)}
    inside = np.array([row.week in place for row in scored], dtype=bool)
    codes = np.array([place.get(row.week, 0) for row in scored], dtype=np.int64) * 2 + own
    weekly = hajek_by(codes[inside], 2 * len(weeks), scores[inside], pi[inside])
    return Standing(
        quality=quality[0],
        passed=korn_graubard(passed[0]),
        critical=korn_graubard(critical[0]),
        team_quality=quality[1],
        gaps=tuple(_gap(reviews, specialist_id, criterion) for criterion in criteria),
        weekly=tuple((week, weekly[2 * index], weekly[2 * index + 1]) for week, index in place.items()),
    )


def _gap(reviews: Sequence[Reviewed], specialist_id: int, criterion: Criterion) -> CriterionGap:
    rows = [row for row in reviews if criterion.key in row.criteria]
    own, others = hajek_by(
        [0 if row.specialist_id == specialist_id else 1 for row in rows],
        2,
        [100 * row.criteria[criterion.key] for row in rows],
        [row.inclusion_probability for row in rows],
    )
    return CriterionGap(criterion=criterion, own=own, others=others, gap=difference(own, others))
