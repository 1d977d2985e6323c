"""When practice is passed and when a certificate lapses. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

import rubrics
from calibration.against_gold import NOT_APPLICABLE, agreement_with_gold
from calibration.results import Agreement

CONFIDENCE = 0.90  # two-sided: the lower bound holds with 95 %
Chosen = tuple[str | None, str | None, bool]  # level, percentage, not applicable


def share(criterion: rubrics.Criterion, chosen: Chosen | None) -> float:
    """An answer as a share of its scale from the worst level, as agreement with gold reads it; NaN without one."""
    if chosen is None:
        return float("nan")
    level, percentage, not_applicable = chosen
    if not_applicable:
        return NOT_APPLICABLE
    if percentage is not None:
        return float(Fraction(percentage)) / 100
    ranks = {each.key: rank for rank, each in enumerate(reversed(criterion.scale.levels))}
    if level not in ranks:
        return float("nan")
    return ranks[level] / max(len(ranks) - 1, 1)


def agreement(
    rubric: rubrics.RubricVersion, pairs: Sequence[tuple[Mapping[str, Chosen], Mapping[str, Chosen]]]
) -> Agreement:
    """One round of practice: answers given and those of gold, a pair of mappings (criterion to answer) a ticket."""
    given, gold = (
        np.array(
            [[share(criterion, pair[side].get(criterion.key)) for criterion in rubric.criteria] for pair in pairs]
        ).reshape(len(pairs), len(rubric.criteria))
        for side in (0, 1)
    )
    return agreement_with_gold(given, gold, confidence=CONFIDENCE)


def clears(found: Agreement, mark: float) -> bool:
    """Whether practice is passed: the lower bound reaches the mark, not the estimate."""
    return found.interval is not None and found.interval.low >= mark


def why_lapsed(
    *,
    certified_on: dt.date,
    last_scored_on: dt.date | None,
    major: int,
    major_in_force: int | None,
    weeks: int,
    today: dt.date,
) -> str | None:
    """Why a certificate holds no longer: too long without a score, or a rubric that scores otherwise by now."""
    if major_in_force is not None and major_in_force > major:
        return (
            f"the rubric's version {major_in_force}.0 scores otherwise than version {major}, which it was earned under"
        )
    last = max(certified_on, last_scored_on or certified_on)
    if today - last >= dt.timedelta(weeks=weeks):
        return f"nothing scored for {(today - last).days // 7} weeks"
    return None
