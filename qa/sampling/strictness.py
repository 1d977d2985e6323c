"""What reviewers' strictness adds to the uncertainty of a figure, told apart from sampling. Pure."""

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import normal_quantile, t_quantile
from qa.sampling.estimation import Figure

Vector = NDArray[np.float64]
KNOWN_DF = 1e9  # from here on Student's t is the normal distribution


def reviewer_shares(domains: Any, count: int, reviewers: Any, reviewer_count: int, w: Any) -> Vector:
    """Which share of each domain's weight each reviewer scored, domains x reviewers; the rows add up to 1."""
    codes, who = np.asarray(domains, dtype=np.int64), np.asarray(reviewers, dtype=np.int64)
    weights = np.asarray(w, dtype=np.float64)
    flat = np.bincount(codes * reviewer_count + who, weights, count * reviewer_count)
    table: Vector = flat.reshape(count, reviewer_count).astype(np.float64)
    totals = table.sum(axis=1, keepdims=True)
    result: Vector = np.divide(table, totals, out=np.zeros_like(table), where=totals > 0)
    return result


def strictness_variance(shares: Any, variances: Any) -> float:
    """What reviewers' strictness adds to a mean's variance: sum of share^2 times each reviewer's variance.

    For a difference of two domains ``shares`` is the difference of their rows.
    """
    return float((np.asarray(shares, dtype=np.float64) ** 2) @ np.asarray(variances, dtype=np.float64))


def with_strictness(figure: Figure, reviewer_variance: float) -> Figure:
    """The figure with an interval for sampling and reviewers' strictness together; both parts stay apart."""
    if reviewer_variance < 0:
        raise ValueError(f"a variance is not negative: {reviewer_variance}")
    if figure.estimate is None or figure.variance is None or figure.interval is None or reviewer_variance == 0:
        return figure
    total = figure.variance + reviewer_variance
    # The reviewers' variance is taken as known, so only the sample's part has degrees of freedom.
    df = figure.df * (total / figure.variance) ** 2 if figure.variance else float("inf")
    tail = 0.5 + figure.interval.confidence / 2
    quantile = t_quantile(tail, df) if df < KNOWN_DF else normal_quantile(tail)
    half = quantile * sqrt(total)
    interval = replace(figure.interval, low=figure.estimate - half, high=figure.estimate + half)
    return replace(figure, interval=interval, df=min(df, KNOWN_DF), reviewer_variance=reviewer_variance)
