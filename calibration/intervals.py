"""Intervals for means; with those for proportions and the corrections for many questions under one roof."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np

from calibration.multiplicity import benjamini_hochberg, holm
from calibration.proportions import (
    agresti_coull_interval,
    clopper_pearson_interval,
    jeffreys_interval,
    proportion_difference,
    wilson_interval,
)
from calibration.quantiles import check_confidence, normal_quantile, t_quantile, t_two_sided_p
from calibration.results import Estimate, Interval, undefined

__all__ = [
    "agresti_coull_interval",
    "benjamini_hochberg",
    "check_confidence",
    "clopper_pearson_interval",
    "holm",
    "jeffreys_interval",
    "mean_difference",
    "normal_quantile",
    "proportion_difference",
    "t_interval",
    "t_quantile",
    "t_two_sided_p",
    "weighted_mean",
    "wilson_interval",
]


def t_interval(
    values: Sequence[float], *, confidence: float = 0.95, bounds: tuple[float, float] | None = None
) -> Estimate:
    """Mean of ``values`` with Student's t interval and the p-value of a mean of 0.

    One value has no interval, and equal values have no spread to judge by: both say so in ``reason``. ``bounds``
    cuts the interval to what the measure can be.

    References
    ----------
    Student (1908), Biometrika 6, 1-25.
    """
    check_confidence(confidence)
    method = "mean, Student's t"
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1:
        raise ValueError(f"values is one-dimensional: {numbers.ndim} dimensions")
    if not np.isfinite(numbers).all():
        raise ValueError("values holds a number that is not finite")
    n = numbers.size
    if n == 0:
        return undefined("no values", method=method)
    mean = float(numbers.mean())
    if n == 1:
        return Estimate(estimate=mean, n_items=1, method=method, reason="one value has no interval")
    error = float(numbers.std(ddof=1) / sqrt(n))
    if error == 0:
        return Estimate(
            estimate=mean, std_error=0.0, n_items=n, method=method, reason="all values are equal: no spread to judge by"
        )
    half = t_quantile(0.5 + confidence / 2, n - 1) * error
    low, high = mean - half, mean + half
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(
        estimate=mean,
        std_error=error,
        interval=Interval(low=low, high=high, confidence=confidence),
        p_value=t_two_sided_p(mean / error, n - 1),
        n_items=n,
        method=method,
    )


def weighted_mean(
    values: Sequence[float],
    weights: Sequence[float],
    *,
    confidence: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> Estimate:
    """Mean of ``values`` that had unequal chances to be seen, with weights of one over the chance.

    Variance n / (n - 1) sum(w^2 (y - mean)^2) / (sum w)^2, Student's t with n_eff - 1 degrees of freedom, n_eff =
    (sum w)^2 / sum w^2 (at least 1); equal weights give ``t_interval``. ``ValueError`` for a weight that is not
    positive or another number of weights than of values.

    References
    ----------
    Hajek (1971), in Foundations of Statistical Inference, 236. Kish (1965), Survey Sampling, 11.7.
    """
    y, w = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if y.shape != w.shape:
        raise ValueError(f"one weight a value: {y.size} values, {w.size} weights")
    if not (np.isfinite(w).all() and (w > 0).all()):
        raise ValueError("weights are positive")
    if y.size < 2 or (w == w[0]).all() or np.ptp(y) == 0:
        return t_interval(values, confidence=confidence, bounds=bounds)
    check_confidence(confidence)
    if not np.isfinite(y).all():
        raise ValueError("values holds a number that is not finite")
    total, n = float(w.sum()), y.size
    mean = float(w @ y) / total
    error = sqrt(n / (n - 1) * float((w * (y - mean)) @ (w * (y - mean)))) / total
    df = max(total**2 / float(w @ w) - 1, 1.0)
    half = t_quantile(0.5 + confidence / 2, df) * error
    low, high = mean - half, mean + half
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(
        estimate=mean,
        std_error=error,
        interval=Interval(low=low, high=high, confidence=confidence),
        p_value=t_two_sided_p(mean / error, df),
        n_items=n,
        method="mean weighted by one over the chance, Student's t",
    )


def mean_difference(
    first: Sequence[float], second: Sequence[float], *, paired: bool = False, confidence: float = 0.95
) -> Estimate:
    """Mean of ``first`` minus mean of ``second`` with a t interval.

    Independent samples by Welch, who lets their spreads differ; ``paired`` values belong together one by one and
    their differences are judged.

    References
    ----------
    Welch (1947), Biometrika 34, 28-35. Satterthwaite (1946), Biometrics Bulletin 2, 110-114. Student (1908),
    Biometrika 6, 1-25, for pairs.
    """
    if paired:
        return _paired_difference(first, second, confidence)
    a, b = t_interval(first, confidence=confidence), t_interval(second, confidence=confidence)
    method = "difference of means, Welch"
    if a.estimate is None or b.estimate is None:
        return undefined("one of the samples is empty", method=method)
    difference = a.estimate - b.estimate
    n = a.n_items + b.n_items
    if a.std_error is None or b.std_error is None:
        return Estimate(estimate=difference, n_items=n, method=method, reason="a sample of one has no spread")
    va, vb = a.std_error**2, b.std_error**2
    if va + vb == 0:
        return Estimate(estimate=difference, n_items=n, method=method, reason="neither sample has any spread")
    df = (va + vb) ** 2 / (va**2 / (a.n_items - 1) + vb**2 / (b.n_items - 1))
    error = sqrt(va + vb)
    half = t_quantile(0.5 + confidence / 2, df) * error
    return Estimate(
        estimate=difference,
        std_error=error,
        interval=Interval(low=difference - half, high=difference + half, confidence=confidence),
        p_value=t_two_sided_p(difference / error, df),
        n_items=n,
        method=method,
    )


def _paired_difference(first: Sequence[float], second: Sequence[float], confidence: float) -> Estimate:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"paired samples are of one size: {a.size} and {b.size} values")
    return replace(t_interval((a - b).tolist(), confidence=confidence), method="mean of paired differences")
