"""Figures from a sample with known inclusion probabilities. Pure.

Notation: w = 1/pi, y the score of a reviewed part, m the reviews of a domain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibration.intervals import normal_quantile, t_quantile, t_two_sided_p
from calibration.results import Interval

Vector = NDArray[np.float64]
ONE_REVIEW = "one review"
NO_REVIEWS = "no reviews"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One estimate of a domain. ``interval`` is ``None`` with a ``reason`` where it is not defined."""

    estimate: float | None
    variance: float | None = None
    interval: Interval | None = None
    n: int = 0
    n_effective: float = 0.0
    df: float = 0.0
    weight: float = 0.0  # sum of weights: the parts the reviews stand for
    method: str = ""
    reason: str | None = None

    @property
    def std_error(self) -> float | None:
        return None if self.variance is None else sqrt(self.variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the domains' estimates are made from; each array has one entry a domain."""

    n: Vector
    w: Vector
    ww: Vector
    wy: Vector
    spread: Vector = field(repr=False)


def _checked(y: Any, pi: Any) -> tuple[Vector, Vector]:
    values, probability = np.asarray(y, dtype=np.float64), np.asarray(pi, dtype=np.float64)
    if values.shape != probability.shape or values.ndim != 1:
        raise ValueError(f"y and pi are vectors of one length: {values.shape} and {probability.shape}")
    if not np.isfinite(values).all():
        raise ValueError("y holds a value that is not finite")
    if not ((probability > 0) & (probability <= 1)).all():
        raise ValueError("an inclusion probability lies in (0, 1]")
    return values, probability


def hajek_by(
    domains: Any, count: int, y: Any, pi: Any, *, weights: Any = None, confidence: float = 0.95
) -> list[Figure]:
    """The design-weighted mean of each domain with its interval.

    ``domains`` holds a code 0..count-1 for each review. Variance in the Poisson form with the finite population built
    in, V = m/(m-1) sum (1-pi) (w (y - ybar))^2 / (sum w)^2; Student's t with n_eff - 1 degrees of freedom. ``weights``
    replaces 1/pi where reviews that were not done are made up for within classes.

    References
    ----------
    Hajek (1971), in Godambe & Sprott, Foundations of Statistical Inference, p. 236. Sarndal, Swensson & Wretman
    (1992), Model Assisted Survey Sampling, ch. 5.
    """
    values, probability = _checked(y, pi)
    codes = np.asarray(domains, dtype=np.int64)
    if codes.shape != values.shape or (codes.size and (codes.min() < 0 or codes.max() >= count)):
        raise ValueError("domains holds a code from 0 to count - 1 for each review")
    w = 1 / probability if weights is None else np.asarray(weights, dtype=np.float64)
    n = np.bincount(codes, minlength=count).astype(np.float64)
    sum_w = _sums(codes, w, count)
    sum_wy = _sums(codes, w * values, count)
    sum_ww = _sums(codes, w * w, count)
    mean = np.divide(sum_wy, sum_w, out=np.zeros(count), where=sum_w > 0)
    residual = values - mean[codes]
    spread = _sums(codes, (1 - probability) * (w * residual) ** 2, count)
    return [
        _figure(Sums(n=n, w=sum_w, ww=sum_ww, wy=sum_wy, spread=spread), d, float(mean[d]), confidence)
        for d in range(count)
    ]


def _sums(codes: NDArray[np.int64], values: Vector, count: int) -> Vector:
    """The sum of the values of each code."""
    return np.bincount(codes, values, count).astype(np.float64)


def _figure(sums: Sums, d: int, mean: float, confidence: float) -> Figure:
    method = "design-weighted mean (Hajek), t interval"
    m = int(sums.n[d])
    if m == 0:
        return Figure(estimate=None, method=method, reason=NO_REVIEWS)
    n_effective = float(sums.w[d] ** 2 / sums.ww[d])
    if m == 1:
        return Figure(estimate=mean, n=1, n_effective=1.0, weight=float(sums.w[d]), method=method, reason=ONE_REVIEW)
    variance = float(m / (m - 1) * sums.spread[d] / sums.w[d] ** 2)
    df = max(n_effective - 1, 1.0)
    half = t_quantile(0.5 + confidence / 2, df) * sqrt(variance)
    return Figure(
        estimate=mean,
        variance=variance,
        interval=Interval(low=mean - half, high=mean + half, confidence=confidence),
        n=m,
        n_effective=n_effective,
        df=df,
        weight=float(sums.w[d]),
        method=method,
    )


def hajek(y: Any, pi: Any, *, confidence: float = 0.95) -> Figure:
    """The design-weighted mean of one domain; see ``hajek_by``."""
    return hajek_by(np.zeros(len(np.asarray(y)), dtype=np.int64), 1, y, pi, confidence=confidence)[0]


def korn_graubard(figure: Figure, *, confidence: float = 0.95) -> Figure:
    """A proportion's interval from its weighted mean and variance.

    n = min(m, p(1-p)/V) (z/t_{m-1})^2, x = p n, then Clopper and Pearson's bounds with real x and n; at p = 0 or 1 the
    effective size is Kish's.

    References
    ----------
    Korn & Graubard (1998), Survey Methodology 24, 193-201.
    """
    p = figure.estimate
    if p is None or figure.n < 2:
        return figure
    if not -1e-9 <= p <= 1 + 1e-9:
        raise ValueError(f"a proportion lies between 0 and 1: {p}")
    p = min(max(p, 0.0), 1.0)
    correction = (normal_quantile(0.5 + confidence / 2) / t_quantile(0.5 + confidence / 2, figure.n - 1)) ** 2
    if p in (0.0, 1.0) or not figure.variance:
        n = min(float(figure.n), figure.n_effective) * correction
    else:
        n = min(float(figure.n), p * (1 - p) / figure.variance) * correction
    x = p * n
    tail = (1 - confidence) / 2
    low = 0.0 if p == 0 else float(special.betaincinv(x, n - x + 1, tail))
    high = 1.0 if p == 1 else float(special.betaincinv(x + 1, n - x, 1 - tail))
    return Figure(
        estimate=p,
        variance=figure.variance,
        interval=Interval(low=low, high=high, confidence=confidence),
        n=figure.n,
        n_effective=figure.n_effective,
        df=figure.df,
        weight=figure.weight,
        method="design-weighted proportion, Korn-Graubard interval",
        reason=figure.reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One domain minus another."""

    estimate: float | None
    interval: Interval | None = None
    p_value: float | None = None
    reason: str | None = None


def difference(a: Figure, b: Figure, *, confidence: float = 0.95) -> Difference:
    """The difference of two disjoint domains: variances add, Welch and Satterthwaite's degrees of freedom."""
    if a.estimate is None or b.estimate is None:
        return Difference(estimate=None, reason=a.reason or b.reason)
    gap = a.estimate - b.estimate
    if a.variance is None or b.variance is None:
        return Difference(estimate=gap, reason=a.reason or b.reason)
    total = a.variance + b.variance
    if total == 0:
        return Difference(estimate=gap, reason="every part was reviewed, or all scores are equal")
    df = total**2 / (a.variance**2 / a.df + b.variance**2 / b.df)
    half = t_quantile(0.5 + confidence / 2, df) * sqrt(total)
    return Difference(
        estimate=gap,
        interval=Interval(low=gap - half, high=gap + half, confidence=confidence),
        p_value=t_two_sided_p(gap / sqrt(total), df),
    )


def class_weights(pi: Sequence[float], classes: Sequence[str], drawn: dict[str, int]) -> Vector:
    """Weights that make up for reviews not done: (1/pi) x drawn / completed within a class."""
    completed: dict[str, int] = {}
    for name in classes:
        completed[name] = completed.get(name, 0) + 1
    return np.array([drawn[name] / completed[name] / p for p, name in zip(pi, classes, strict=True)], dtype=np.float64)
