"""The predicted score: what signals known of every part say about the score a reviewer would give. Pure.

Fitted on past reviews only, so no part's own review enters its prediction. It is a column of the regression estimate,
never a figure by itself: alone it has no interval that holds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]

PENALTY = 10.0  # reviews' worth of "no effect" that each standardised signal has to speak against
LEAST_REVIEWS = 30  # below this a correlation says nothing
USEFUL = 0.2  # measured correlation from which on the regression estimate is used


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A fitted ridge; ``reviews`` is how many it learned from."""

    centre: Vector
    scale: Vector
    coefficients: Vector
    intercept: float
    reviews: int

    def of(self, x: Any) -> Vector:
        """The predicted score of each row of signals."""
        columns = np.asarray(x, dtype=np.float64)
        if columns.ndim != 2 or columns.shape[1] != len(self.centre):
            raise ValueError(f"x has {len(self.centre)} signals in each row: {columns.shape}")
        predicted: Vector = self.intercept + ((columns - self.centre) / self.scale) @ self.coefficients
        return predicted


def fit_prediction(x: Any, y: Any, *, weights: Any = None, penalty: float = PENALTY) -> Prediction:
    """Ridge regression of scores on standardised signals; a signal that never varies has no effect.

    References
    ----------
    Hoerl & Kennard (1970), Technometrics 12, 55-67.
    """
    columns, scores = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if columns.ndim != 2 or scores.shape != (len(columns),) or not len(scores):
        raise ValueError(f"x has a row for each score, and there is a score: {columns.shape} and {scores.shape}")
    if not (np.isfinite(columns).all() and np.isfinite(scores).all()):
        raise ValueError("x or y holds a value that is not finite")
    if not penalty > 0:
        raise ValueError(f"the penalty is positive: {penalty}")
    w = np.ones(len(scores)) if weights is None else np.asarray(weights, dtype=np.float64)
    # Weights of mean 1, so that the penalty means the same in any sample.
    w = w / w.mean()
    centre = w @ columns / w.sum()
    spread = np.sqrt(w @ (columns - centre) ** 2 / w.sum())
    scale = np.where(np.ptp(columns, axis=0) > 0, spread, 1.0)
    z = (columns - centre) / scale
    mean = float(w @ scores / w.sum())
    crossed = (z * w[:, None]).T @ z + penalty * np.eye(z.shape[1])
    coefficients = np.linalg.solve(crossed, (z * w[:, None]).T @ (scores - mean))
    return Prediction(centre=centre, scale=scale, coefficients=coefficients, intercept=mean, reviews=len(scores))


def cross_fitted(
    x: Any, y: Any, x_all: Any, rng: np.random.Generator, *, folds: int = 5, penalty: float = PENALTY
) -> tuple[Vector, Vector]:
    """Predictions where there is no past: of the reviewed parts, each without itself, and of all others.

    The others get the mean over the folds' models.
    """
    columns, scores = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not 2 <= folds <= len(scores):
        raise ValueError(f"from 2 folds up to one for each of {len(scores)} reviews: {folds}")
    fold = rng.permutation(len(scores)) % folds
    reviewed = np.zeros(len(scores))
    others = np.zeros(len(np.asarray(x_all)))
    for part in range(folds):
        model = fit_prediction(columns[fold != part], scores[fold != part], penalty=penalty)
        reviewed[fold == part] = model.of(columns[fold == part])
        others += model.of(x_all) / folds
    return reviewed, others


def measured_correlations(domains: Any, count: int, predicted: Any, y: Any, w: Any) -> list[float | None]:
    """The weighted correlation of prediction and review in each domain; ``None`` from under 30 reviews or no spread."""
    codes = np.asarray(domains, dtype=np.int64)
    a, b, weights = (np.asarray(values, dtype=np.float64) for values in (predicted, y, w))
    found: list[float | None] = []
    for domain in range(count):
        here = codes == domain
        if int(here.sum()) < LEAST_REVIEWS or not np.ptp(a[here]) or not np.ptp(b[here]):
            found.append(None)
            continue
        share = weights[here] / weights[here].sum()
        da, db = a[here] - share @ a[here], b[here] - share @ b[here]
        found.append(float(share @ (da * db) / np.sqrt((share @ da**2) * (share @ db**2))))
    return found
