"""How far somebody is from what a plan aims at. Pure."""

from dataclasses import dataclass

from qa.coaching.figures import CriterionGap


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTarget:
    """A criterion's share of its points minus the plan's target, in points; the target is exact, the share is not."""

    target: float
    estimate: float
    low: float | None
    high: float | None
    few: bool  # reviews

    @property
    def verdict(self) -> str:
        """A word only where the whole interval lies on one side."""
        if self.few or self.low is None or self.high is None:
            return "too few to judge"
        if self.low >= 0:
            return "reached"
        return "below the target" if self.high < 0 else "cannot tell yet"


def to_target(gap: CriterionGap, target: float | None) -> ToTarget | None:
    """None where there is no target, or no figure to hold against it."""
    own = gap.own
    if target is None or own.estimate is None:
        return None
    return ToTarget(
        target=target,
        estimate=own.estimate - target,
        low=own.interval.low - target if own.interval else None,
        high=own.interval.high - target if own.interval else None,
        few=gap.few,
    )
