"""Intervals for proportions and means."""

from collections.abc import Sequence
from math import isfinite, sqrt

import numpy as np
from scipy import special

from calibration.results import Estimate, Interval, undefined


def check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1: {confidence}")


def normal_quantile(probability: float) -> float:
    """The standard normal quantile."""
    return float(special.ndtri(probability))


def t_quantile(probability: float, df: float) -> float:
    """Student's t quantile with ``df`` degrees of freedom (any positive real number)."""
    if not df > 0:
        raise ValueError(f"degrees of freedom are positive: {df}")
    return float(special.stdtrit(df, probability))


def t_two_sided_p(t: float, df: float) -> float:
    """Two-sided p-value of a t statistic."""
    return float(2 * special.stdtr(df, -abs(t)))


def wilson_interval(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Wilson score interval for ``successes`` out of ``trials``.

    Unlike the normal (Wald) interval it stays inside [0, 1] and behaves at 0 of n and n of n, which a small weekly
    sample often is.

    References
    ----------
    Wilson (1927), JASA 22, 209-212. Newcombe (1998), Statistics in Medicine 17, 857-872, method 3.
    """
    _check_counts(successes, trials, confidence)
    z = normal_quantile(0.5 + confidence / 2)
    p = successes / trials
    centre = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    # Exact at the ends: rounding must not leave 1e-17 where the bound is 0.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Interval(low=low, high=high, confidence=confidence)


def clopper_pearson_interval(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Exact interval by quantiles of the beta distribution; real-valued counts are allowed.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26, 404-413. Korn & Graubard (1998), Survey Methodology 24, 193-201, for
    effective (real-valued) counts.
    """
    _check_counts(successes, trials, confidence)
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(special.betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(special.betaincinv(successes + 1, trials - successes, 1 - tail))
    return Interval(low=low, high=high, confidence=confidence)


def _check_counts(successes: float, trials: float, confidence: float) -> None:
    check_confidence(confidence)
    if not (isfinite(trials) and trials > 0):
        raise ValueError(f"trials is a positive number: {trials}")
    if not 0 <= successes <= trials:
        raise ValueError(f"successes lies between 0 and {trials}: {successes}")


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


def mean_difference(first: Sequence[float], second: Sequence[float], *, confidence: float = 0.95) -> Estimate:
    """Mean of ``first`` minus mean of ``second`` with Welch's interval; the two samples are independent.

    References
    ----------
    Welch (1947), Biometrika 34, 28-35. Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
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
