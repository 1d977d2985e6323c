"""Which criteria to work on, and what the gap to the team says: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from exports.coaching_workbook.model import CriterionFigure

FEWEST = 5  # fewer reviews than this allow no verdict
FOCUS_RULE = (
    "Focus areas are the criteria whose gap to the team has the lowest interval: lowest upper end first, "
    f"rubric order among equals. A criterion needs at least {FEWEST} reviews and an interval; "
    "the others are listed as too few to judge."
)

Verdict = Literal["below", "above", "unclear", "too few"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusAreas:
    """The criteria to work on, lowest first, and those that cannot be judged, in the rubric's order."""

    chosen: tuple[CriterionFigure, ...]
    too_few: tuple[CriterionFigure, ...]


def focus_areas(criteria: Sequence[CriterionFigure], limit: int = 3) -> FocusAreas:
    """The criteria chosen by ``FOCUS_RULE``.

    The upper end tells how small the shortfall may be at best: the lowest one is the surest to be a shortfall, so a
    deep gap known from few reviews does not push aside a smaller one that is certain.
    """
    if limit < 1:
        raise ValueError(f"limit is at least 1: {limit}")
    judged = [(criterion.gap_high, criterion) for criterion in criteria if verdict(criterion) != "too few"]
    lowest = sorted(((high, number) for number, (high, _) in enumerate(judged) if high is not None))
    return FocusAreas(
        chosen=tuple(judged[number][1] for _, number in lowest[:limit]),
        too_few=tuple(criterion for criterion in criteria if verdict(criterion) == "too few"),
    )


def verdict(criterion: CriterionFigure) -> Verdict:
    """Below or above the team only when the gap's interval leaves out 0; nothing at all from fewer than 5 reviews."""
    if criterion.n < FEWEST or criterion.gap_low is None or criterion.gap_high is None:
        return "too few"
    if criterion.gap_high < 0:
        return "below"
    return "above" if criterion.gap_low > 0 else "unclear"
