"""A team or queue over the newest weeks, and the verdict that may be given of a change. Pure."""

from dataclasses import dataclass
from typing import Final

from qa.core.numerals import number
from qa.reviews.upheld import NOTHING, Upheld
from qa.sampling.estimation import Difference, Figure
from qa.sampling.explaining import NORMAL_FROM, Explanation, explain
from qa.sampling.reporting import Reported, too_few

LEVEL = 0.05
LIST_LEVEL = 0.10  # of a list of teams, by Benjamini and Hochberg
TOO_FEW: Final = "too few to judge"


def verdict(
    now: Figure,
    then: Figure,
    change: Difference,
    adjusted: float | None,
    *,
    proportion: bool = False,
    higher_is_better: bool = True,
    level: float = LEVEL,
) -> str:
    """What may be said: nothing from too few, better or worse only when the corrected difference excludes 0."""
    if too_few(now, proportion=proportion) or too_few(then, proportion=proportion):
        return TOO_FEW
    if change.estimate is None or adjusted is None or adjusted >= level:
        return "cannot tell"
    return "better" if (change.estimate > 0) == higher_is_better else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One team or queue over the newest weeks, beside the weeks before; ``fair`` leaves reviewers' strictness out."""

    name: str
    now: Reported
    then: Reported
    change: Difference
    verdict: str
    correlation: float | None
    fair: Figure | None = None
    adjusted_p: float | None = None
    drawn: int = 0
    left_out: tuple[tuple[str, int], ...] = ()
    rubrics: tuple[str, ...] = ()
    upheld: Upheld = NOTHING

    @property
    def moved_by_strictness(self) -> float | None:
        """By how much reviewers' strictness moves the mean: as scored minus fair."""
        if self.fair is None or self.fair.estimate is None or self.now.figure.estimate is None:
            return None
        return self.now.figure.estimate - self.fair.estimate

    @property
    def told(self) -> Explanation:
        """What stands behind the figure and its verdict."""
        return explain(
            self.now,
            title=f"Quality, {self.name}",
            drawn=self.drawn,
            left_out=self.left_out,
            rubric_versions=self.rubrics,
            rules=[
                *told_of_change(self.change, self.adjusted_p, "Benjamini and Hochberg’s over the list (10 %)"),
                self.upheld.rule,
            ],
        )


def told_of_change(change: Difference, adjusted_p: float | None, correction: str) -> list[tuple[str, str]]:
    """How a change was found, as further lines of an explanation."""
    if change.estimate is None or change.interval is None:
        return [("Change", change.reason or "not known")]
    law = f"Welch’s t of {number(change.df)} degrees of freedom" if change.df < NORMAL_FROM else "normal distribution"
    said = (
        f"{number(change.estimate, signed=True)} ({number(change.interval.low, signed=True)} to "
        f"{number(change.interval.high, signed=True)}): the figure minus that of the weeks before, {law}; what the "
        "same reviewers scored in both cancels"
    )
    if adjusted_p is None:
        return [("Change", said)]
    return [("Change", said), ("Verdict", f"p {number(adjusted_p, 3)} after the correction: {correction}")]
