"""Does a score tell those with an outcome from those without? The area under the curve, with its interval. Pure."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibration.intervals import check_confidence, normal_quantile
from calibration.results import Estimate, Interval

METHOD = "area under the curve, DeLong's interval"
LEAST = 5  # of each kind, below which nothing is said
NEARLY_EQUAL = "nearly all have the same score"
Vector = NDArray[np.float64]


def area_under_curve(score: Any, outcome: Any, *, confidence: float = 0.95) -> Estimate:
    """The chance that one with the outcome scores higher than one without, ties half: .5 when the score tells nothing.

    NaN scores are left out. p is for .5, by Mann and Whitney's test with ties: DeLong's variance comes to nothing where
    one kind happens to have no failure, and would call a rarely failed criterion telling in up to two of three null
    cases. The interval is cut to 0..1. There is none under five of either kind, nor where most scores are equal and
    fewer than five others are expected of the rarer kind (Cochran's rule).

    References
    ----------
    Hanley & McNeil (1982), Radiology 143, 29-36, for the meaning. Mann & Whitney (1947), Annals of Mathematical
    Statistics 18, 50-60; Lehmann (1975), Nonparametrics, section 1.4, for the variance with ties. Cochran (1954),
    Biometrics 10, 417-451. DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845, eq. 4-6, for the variance;
    by mid-ranks as in Sun & Xu (2014), IEEE Signal Processing Letters 21, 1389-1393.
    """
    check_confidence(confidence)
    x, y = np.asarray(score, dtype=np.float64), np.asarray(outcome, dtype=np.bool_)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"one outcome for each score: {x.shape} and {y.shape}")
    known = np.isfinite(x)
    x, y = x[known], y[known]
    positive, negative = x[y], x[~y]
    m, n = positive.size, negative.size
    if min(m, n) < LEAST:
        return Estimate(
            estimate=None, n_items=m + n, method=METHOD, reason=f"fewer than {LEAST} with or without the outcome"
        )
    whole = midranks(np.concatenate([positive, negative]))
    v10 = (whole[:m] - midranks(positive)) / n
    v01 = 1 - (whole[m:] - midranks(negative)) / m
    area = float(v10.mean())
    ties = np.unique(whole, return_counts=True)[1].astype(np.float64)
    expected = (m + n - ties.max()) * min(m, n) / (m + n)
    if (m + n) / 2 < ties.max() < m + n and expected < LEAST:
        return Estimate(estimate=area, n_items=m + n, method=METHOD, reason=NEARLY_EQUAL)
    variance = float(v10.var(ddof=1)) / m + float(v01.var(ddof=1)) / n
    if variance <= 0:
        reason = "all scores are equal" if area == 0.5 else "the score tells all apart"
        return Estimate(estimate=area, n_items=m + n, method=METHOD, reason=reason)
    null = (m + n + 1 - float((ties**3 - ties).sum()) / ((m + n) * (m + n - 1))) / (12 * m * n)
    if min(np.ptp(v10), np.ptp(v01)) == 0:
        variance = null  # one kind all alike: DeLong's has only the other's half
    error = sqrt(variance)
    half = normal_quantile(0.5 + confidence / 2) * error
    return Estimate(
        estimate=area,
        std_error=error,
        interval=Interval(low=max(area - half, 0.0), high=min(area + half, 1.0), confidence=confidence),
        p_value=float(2 * special.ndtr(-abs(area - 0.5) / sqrt(null))),
        n_items=m + n,
        method=METHOD,
    )


def reach(score: Any, outcome: Any) -> float:
    """How far from .5 the area could lie at most, as many as have the outcome being those with the highest scores.

    Or the lowest, whichever comes less far. One half where scores differ; little where nearly all have the same.
    """
    x, y = np.asarray(score, dtype=np.float64), np.asarray(outcome, dtype=np.bool_)
    known = np.isfinite(x)
    ranks = np.sort(midranks(x[known]))
    m = int(y[known].sum())
    n = ranks.size - m
    if not m or not n:
        return 0.0
    middle = (ranks.size + 1) / 2
    return float(min(ranks[n:].mean() - middle, middle - ranks[:m].mean())) / n


def midranks(values: Vector) -> Vector:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts).astype(np.float64)
    ranks: Vector = (last - (counts - 1) / 2)[place]
    return ranks
