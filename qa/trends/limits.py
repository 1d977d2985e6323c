"""Quality against its own limits, for the chart of the page and for the board pack. Pure."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from calibration.week_limits import laney_limits
from qa.sampling.estimation import Figure
from qa.sampling.reporting import FEW
from qa.trends.linking import Step
from qa.trends.rules import Weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A week (or month) with its limits, where its stretch has enough weeks and it has enough reviews."""

    week: dt.date
    figure: Figure
    begins: bool  # a new version of the rubric, and with it a new mean
    centre: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def flag(self) -> str | None:
        """On which side of its limits it lies, if outside."""
        if self.low is None or self.high is None or self.figure.estimate is None:
            return None
        if self.figure.estimate < self.low:
            return "below the limits"
        return "above the limits" if self.figure.estimate > self.high else None


def begins(weeks: Sequence[Weekly], steps: Sequence[Step]) -> set[dt.date]:
    """The first of the points that lie after a step: a month's where points are months."""
    starts = [item.week for item in weeks]
    return {max((start for start in starts if start <= step.week), default=step.week) for step in steps}


def limited(weeks: Sequence[Weekly], at: Collection[dt.date]) -> list[Limited]:
    """The mean of the weeks and three sigmas of each week's own sampling; ``at`` these a new mean begins.

    Limits vary with each week's reviews; the excess spread between weeks is estimated, so that a busy week is no
    signal.

    References
    ----------
    Laney (2002), Quality Engineering 14, 531-537, for limits that hold the spread between weeks too.
    """
    stretches: list[list[Weekly]] = [[]]
    for item in weeks:
        if item.week in at:
            stretches.append([])
        stretches[-1].append(item)
    found = []
    for stretch in stretches:
        figures = [item.quality.figure for item in stretch]
        known = [each for each in figures if each.estimate is not None and each.variance is not None and each.n >= FEW]
        limits = laney_limits([(each.estimate or 0.0, each.variance or 0.0) for each in known])
        for item in stretch:
            figure, low, high = item.quality.figure, None, None
            if limits is not None and figure.estimate is not None and figure.variance is not None and figure.n >= FEW:
                half = limits.half(figure.variance)
                low, high = max(limits.centre - half, 0.0), min(limits.centre + half, 100.0)
            found.append(
                Limited(
                    week=item.week,
                    figure=figure,
                    begins=item.week in at,
                    centre=limits.centre if limits is not None else None,
                    low=low,
                    high=high,
                )
            )
    return found
