"""A mean from a few reviewed parts and automatic scores of many: prediction-powered inference. Pure.

The product's own figures use ``estimation.greg``, which is its twin for a designed sample; this is the published form
for simple random samples from a large population, kept for comparison.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import check_confidence, normal_quantile
from calibration.results import Estimate, Interval

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoweredMean:
    """The mean without the automatic score, with it at full trust, and at the best weight ``tuning``."""

    classical: Estimate
    powered: Estimate
    tuned: Estimate
    tuning: float


def powered_mean(
    reviewed: Any,
    predicted: Any,
    predicted_only: Any,
    *,
    confidence: float = 0.95,
    ddof: int = 0,
    clip: tuple[float, float] | None = (0.0, 1.0),
) -> PoweredMean:
    """Means with normal intervals of parts both ``reviewed`` and ``predicted`` and parts ``predicted_only``.

    The tuning is cov(Y, Yhat) / ((1 + n/N) var(all Yhat)), cut to ``clip``; ``ddof`` is taken from the counts in the
    standard deviations of the intervals. One reviewed part has no interval.

    References
    ----------
    Angelopoulos, Bates, Fannjiang, Jordan & Zrnic (2023), Science 382, 669-674. Angelopoulos, Duchi & Zrnic (2023),
    PPI++, arXiv 2311.01453, sec. 6.
    """
    check_confidence(confidence)
    y, own, other = (_vector(name, values) for name, values in _named(reviewed, predicted, predicted_only))
    if y.size != own.size:
        raise ValueError(f"each reviewed part has a prediction: {y.size} and {own.size}")
    if ddof not in (0, 1):
        raise ValueError(f"ddof is 0 or 1: {ddof}")
    n, others = y.size, other.size
    spread = float(np.concatenate([own, other]).var(ddof=1)) if n + others > 1 else 0.0
    tuning = float(((y - y.mean()) * (own - own.mean())).mean()) / ((1 + n / others) * spread) if spread > 0 else 0.0
    if clip is not None:
        tuning = min(max(tuning, clip[0]), clip[1])

    def mean(weight: float, method: str) -> Estimate:
        residual = y - weight * own
        estimate = float(residual.mean() + weight * other.mean())
        if n < 2 or (weight and others <= ddof):
            return Estimate(estimate=estimate, n_items=n, method=method, reason="one part has no spread to judge by")
        variance = float(residual.var(ddof=ddof)) / n
        variance += weight**2 * float(other.var(ddof=ddof)) / others if weight else 0.0
        half = normal_quantile(0.5 + confidence / 2) * sqrt(variance)
        interval = Interval(low=estimate - half, high=estimate + half, confidence=confidence)
        return Estimate(estimate=estimate, std_error=sqrt(variance), interval=interval, n_items=n, method=method)

    return PoweredMean(
        classical=mean(0.0, "mean of the reviewed parts"),
        powered=mean(1.0, "prediction-powered mean"),
        tuned=mean(tuning, "prediction-powered mean, tuned"),
        tuning=tuning,
    )


def _named(reviewed: Any, predicted: Any, predicted_only: Any) -> tuple[tuple[str, Any], ...]:
    return ("reviewed", reviewed), ("predicted", predicted), ("predicted_only", predicted_only)


def _vector(name: str, values: Any) -> Vector:
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or not vector.size or not np.isfinite(vector).all():
        raise ValueError(f"{name} is a list of at least one finite number")
    return vector
