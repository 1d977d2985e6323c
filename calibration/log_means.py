"""Means of times: skewed, so taken of logarithms and told as a geometric mean. Pure."""

from math import exp, sqrt

from calibration.intervals import check_confidence, t_quantile, t_two_sided_p
from calibration.results import Estimate, Interval

NO_SPREAD = "all values are equal: no spread to judge by"


def geometric_mean(n: int, total: float, squares: float, *, shift: float = 1.0, confidence: float = 0.95) -> Estimate:
    """exp(mean ln(x + shift)) - shift with its t interval, from n, the sum of the logarithms and that of their squares.

    References
    ----------
    Bland & Altman (1996), BMJ 312, 1079: transformations, means, and confidence intervals.
    """
    check_confidence(confidence)
    method = "geometric mean, t interval of the logarithms"
    if n < 1:
        return Estimate(estimate=None, method=method, reason="no times are known")
    mean = total / n
    if n < 2:
        return Estimate(estimate=exp(mean) - shift, n_items=n, method=method, reason="one time")
    half = t_quantile(0.5 + confidence / 2, n - 1) * sqrt(_variance(n, total, squares) / n)
    return Estimate(
        estimate=exp(mean) - shift,
        std_error=exp(mean) * sqrt(_variance(n, total, squares) / n),
        interval=Interval(low=exp(mean - half) - shift, high=exp(mean + half) - shift, confidence=confidence),
        n_items=n,
        method=method,
    )


def _variance(n: int, total: float, squares: float) -> float:
    return max(squares - total * total / n, 0.0) / (n - 1)


def ratio_of_geometric_means(
    a: tuple[int, float, float], b: tuple[int, float, float], *, confidence: float = 0.95
) -> Estimate:
    """How many times the one is the other, from (n, sum, sum of squares) of the logarithms; p for a ratio of 1.

    Welch's t on the logarithms, as the spreads of two periods may differ.

    References
    ----------
    Bland & Altman (1996), BMJ 312, 1153: the use of transformation when comparing two means. Welch (1947), Biometrika
    34, 28-35.
    """
    check_confidence(confidence)
    method = "ratio of geometric means, Welch"
    if min(a[0], b[0]) < 2:
        return Estimate(estimate=None, method=method, reason="fewer than two times on one side")
    gap = a[1] / a[0] - b[1] / b[0]
    va, vb = _variance(*a) / a[0], _variance(*b) / b[0]
    total = va + vb
    if total <= 0:
        return Estimate(estimate=exp(gap), n_items=a[0] + b[0], method=method, reason=NO_SPREAD)
    df = total**2 / (va**2 / (a[0] - 1) + vb**2 / (b[0] - 1))
    half = t_quantile(0.5 + confidence / 2, df) * sqrt(total)
    return Estimate(
        estimate=exp(gap),
        std_error=exp(gap) * sqrt(total),
        interval=Interval(low=exp(gap - half), high=exp(gap + half), confidence=confidence),
        p_value=t_two_sided_p(gap / sqrt(total), df),
        n_items=a[0] + b[0],
        method=method,
    )
