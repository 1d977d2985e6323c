"""Control limits of weekly figures whose numbers of reviews differ. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi, sqrt

LEAST = 8  # weeks from which limits are drawn
SIGMAS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLimits:
    """The centre, and how many times wider than sampling alone the weeks scatter; never under 1."""

    centre: float
    excess: float

    def half(self, variance: float) -> float:
        """Half the width of the limits of a week with this variance of sampling."""
        return SIGMAS * self.excess * sqrt(variance)


def laney_limits(weeks: Sequence[tuple[float, float]]) -> WeekLimits | None:
    """Limits from (figure, variance of its sampling) of each week in order; ``None`` under eight weeks with a spread.

    z = (figure - centre) / sd; the excess is the mean moving range of z over 1.128 = 2/sqrt(pi), so that a slow change
    of level widens nothing. The centre weighs each week by 1 / variance.

    References
    ----------
    Laney (2002), Improved control charts for attributes, Quality Engineering 14, 531-537, eq. 3-5.
    """
    usable = [(value, variance) for value, variance in weeks if variance > 0]
    if len(usable) < LEAST:
        return None
    weight = sum(1 / variance for _, variance in usable)
    centre = sum(value / variance for value, variance in usable) / weight
    z = [(value - centre) / sqrt(variance) for value, variance in usable]
    moving = sum(abs(b - a) for a, b in pairwise(z)) / (len(z) - 1)
    return WeekLimits(centre=centre, excess=max(1.0, moving * sqrt(pi) / 2))
