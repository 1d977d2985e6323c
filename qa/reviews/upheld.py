"""How many points of a quality figure came from upheld disputes. Pure.

Quality reads the current revision of a drawn review, so a dispute that changed its score moves the figure. How far is
the mean of what each review's score gained or lost by it, each review counting as it does in the figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.core.numerals import number
from qa.reviews.measured import Measured

TERM = "Upheld disputes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld:
    """What disputes did to one figure: ``points`` is Σ w·(score now - score as submitted) ÷ Σ w.

    Of ``n`` reviews, ``reviews`` had their score or their outcome changed. Without a review there are no points.
    """

    points: float | None
    reviews: int
    n: int

    @property
    def rule(self) -> tuple[str, str]:
        """A line of the figure's explanation."""
        if self.points is None:
            return TERM, "no review to speak of"
        if not self.reviews:
            return TERM, "none of these points: no score here was changed by a dispute"
        changed = f"{self.reviews} of {self.n} scores {'was' if self.reviews == 1 else 'were'} changed by one"
        return TERM, f"{number(self.points, 2, signed=True)} of these points came from them: {changed}"

    @property
    def note(self) -> str | None:
        """What stands beside the figure, where disputes moved it."""
        if self.points is None or not self.reviews:
            return None
        return f"upheld disputes move this by {number(self.points, signed=True)}"


NOTHING = Upheld(points=None, reviews=0, n=0)


def upheld(measured: Measured, codes: NDArray[np.int64] | Sequence[int], count: int) -> list[Upheld]:
    """What disputes did in each domain 0 to ``count`` - 1; ``codes`` names each scored review's, -1 for none."""
    if not len(measured.reviews):
        return [NOTHING] * count
    places = np.asarray(codes, dtype=np.int64)
    inside = places >= 0
    weights = 1 / measured.window.sample.pi
    gained = np.array([row.by_disputes for row in measured.reviews], dtype=np.float64)
    changed = np.array([row.disputed for row in measured.reviews], dtype=np.float64)
    at, w = places[inside], weights[inside]
    total = np.bincount(at, w, count)
    moved = np.bincount(at, w * gained[inside], count)
    touched = np.bincount(at, changed[inside], count)
    sizes = np.bincount(at, minlength=count)
    return [
        Upheld(points=float(moved[i] / total[i]), reviews=round(touched[i]), n=int(sizes[i])) if sizes[i] else NOTHING
        for i in range(count)
    ]
