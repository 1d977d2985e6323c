"""What the answers say about a form: use of levels, discrimination, redundancy, disagreement."""

from collections.abc import Sequence
from math import atanh, sqrt, tanh

import numpy as np
from numpy.typing import NDArray

from calibration.proportions import wilson_interval
from calibration.quantiles import check_confidence, normal_quantile
from calibration.results import Estimate, Interval, undefined

Floats = NDArray[np.float64]
METHOD = "Pearson's correlation, Fisher's z"


def correlation(
    first: Sequence[float] | Floats, second: Sequence[float] | Floats, confidence: float = 0.95
) -> Estimate:
    """Pearson's correlation of the pairs of which neither is NaN, with the interval of Fisher's z.

    Undefined with under four pairs and where one side does not vary: it says so in ``reason``.

    References
    ----------
    Fisher (1921), Metron 1, 3-32.
    """
    check_confidence(confidence)
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"two rows of the same length are compared: {a.shape} and {b.shape}")
    both = ~(np.isnan(a) | np.isnan(b))
    a, b, n = a[both], b[both], int(both.sum())
    if n < 4:
        return undefined("under 4 reviews answer both", method=METHOD, n_items=n)
    da, db = a - a.mean(), b - b.mean()
    spread = sqrt(float(da @ da) * float(db @ db))
    if spread < 1e-12:
        return undefined("no spread: everybody chooses the same", method=METHOD, n_items=n)
    r = float(np.clip(float(da @ db) / spread, -1.0, 1.0))
    error = 1 / sqrt(n - 3)
    if abs(r) > 1 - 1e-12:
        return Estimate(estimate=r, n_items=n, method=METHOD, interval=Interval(low=r, high=r, confidence=confidence))
    half = normal_quantile(0.5 + confidence / 2) * error
    return Estimate(
        estimate=r,
        std_error=(1 - r * r) * error,
        interval=Interval(low=tanh(atanh(r) - half), high=tanh(atanh(r) + half), confidence=confidence),
        n_items=n,
        method=METHOD,
    )


def corrected_item_total(worth: Floats, item: int, confidence: float = 0.95) -> Estimate:
    """Correlation of one criterion with the mean of all others, so that it is not compared with itself.

    ``worth`` (reviews, criteria) holds fractions 0 to 1, NaN where N/A or not asked.

    References
    ----------
    Henrysson (1963), Psychometrika 28, 211-218.
    """
    others = np.delete(np.asarray(worth, dtype=np.float64), item, axis=1)
    known = ~np.isnan(others)
    counts = known.sum(axis=1)
    rest = np.where(counts > 0, np.where(known, others, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)
    return correlation(worth[:, item], rest, confidence)


def share(count: int, of: int, confidence: float = 0.95) -> Estimate:
    """A proportion with Wilson's interval; undefined of nothing."""
    method = "proportion, Wilson"
    if of == 0:
        return undefined("no reviews", method=method)
    return Estimate(estimate=count / of, interval=wilson_interval(count, of, confidence), n_items=of, method=method)
