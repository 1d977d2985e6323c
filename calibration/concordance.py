"""Agreement on a numeric or ranked scale: Kendall's W, Lin's concordance, Bland and Altman's limits."""

from dataclasses import dataclass, replace
from math import atanh, sqrt, tanh
from typing import Any

import numpy as np

from calibration.quantiles import check_confidence, chi_square_upper_p, normal_quantile, normal_two_sided_p, t_quantile
from calibration.ratings import Matrix, Vector, check_squares, observe
from calibration.resampling import bootstrap_draws, percentile_interval
from calibration.results import Estimate, Interval

NO_VARIANCE = "no variance: every rating is the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concordance(Estimate):
    """Kendall's W with its chi-square test; ``uncorrected`` ignores ties."""

    chi_square: float | None = None
    df: int | None = None
    uncorrected: float | None = None


def kendall_w(
    ratings: Any, *, confidence: float = 0.95, bootstrap: int = 0, rng: np.random.Generator | None = None
) -> Concordance:
    """Kendall's W, corrected for ties: how alike the raters rank the items, from 0 to 1.

    Items that a rater left out are not ranked at all; ``n_items`` says how many remain. Undefined where every rater
    ties all items. With ``bootstrap`` resamples of the items (and ``rng``) it has a percentile interval.

    References
    ----------
    Kendall & Babington Smith (1939), Annals of Mathematical Statistics 10, 275-287; ties: Kendall & Gibbons (1990),
    Rank Correlation Methods, 5th ed., eq. 6.6 and 6.13.
    """
    check_confidence(confidence)
    if bootstrap < 0 or (bootstrap and rng is None):
        raise ValueError("a bootstrap needs a positive number of resamples and rng")
    values = _complete(ratings)
    raters, items = values.shape
    empty = Concordance(estimate=None, method="Kendall's W", n_items=items, n_raters=raters)
    if raters < 2 or items < 2:
        return replace(empty, reason="fewer than two items that two raters or more ranked in full")
    ranks = _ranks(values)
    corrected, uncorrected = _w_of(ranks, values)
    if np.isnan(corrected):
        return replace(empty, reason=NO_VARIANCE)
    w = float(min(corrected, 1.0))
    chi_square = raters * (items - 1) * w
    result = replace(
        empty,
        estimate=w,
        chi_square=chi_square,
        df=items - 1,
        p_value=chi_square_upper_p(chi_square, items - 1),
        uncorrected=float(uncorrected),
    )
    if not bootstrap or rng is None:
        return result
    drawn = np.concatenate(
        [_resampled_w(values, draws) for draws in bootstrap_draws(items, bootstrap, rng, cells=raters * items)]
    )
    interval = percentile_interval(drawn, confidence)
    if interval is None:
        return replace(result, reason="too few resamples have a defined value for an interval")
    return replace(
        result,
        std_error=float(np.nanstd(drawn, ddof=1)),
        interval=interval,
        method=f"Kendall's W; {bootstrap} resamples of the items",
    )


def _resampled_w(values: Matrix, draws: Any) -> Vector:
    chosen = values[:, draws].transpose(1, 0, 2)
    return np.atleast_1d(_w_of(_ranks(chosen), chosen)[0])


def _complete(ratings: Any) -> Matrix:
    """The ratings as raters x items, without items that a rater left out."""
    observed = observe(ratings)
    matrix = np.full((observed.n_raters, observed.n_items), np.nan)
    listed = observed.listed()
    matrix[observed.raters(), listed.item] = listed.value
    complete: Matrix = matrix[:, observed.per_item == observed.n_raters]
    return complete


def _ranks(values: Matrix) -> Matrix:
    """Mid-ranks from 1 along the last axis."""
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    size = values.shape[-1]
    place = np.broadcast_to(np.arange(size), values.shape)
    starts = np.ones(values.shape, dtype=bool)
    starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    ends = np.ones(values.shape, dtype=bool)
    ends[..., :-1] = starts[..., 1:]
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=-1)
    last = np.minimum.accumulate(np.where(ends, place, size)[..., ::-1], axis=-1)[..., ::-1]
    ranks = np.empty(values.shape, dtype=np.float64)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    return ranks


def _w_of(ranks: Matrix, values: Matrix) -> tuple[Any, Any]:
    """W with and without the correction for ties, over any leading axes; NaN where all is tied."""
    raters, items = values.shape[-2:]
    sums = ranks.sum(axis=-2)
    spread = ((sums - raters * (items + 1) / 2) ** 2).sum(axis=-1)
    # Sum of squared mid-ranks of a rater falls by (t^3 - t) / 12 for every tie of t items.
    squares = ((ranks - (items + 1) / 2) ** 2).sum(axis=(-1, -2))
    whole = raters * (items**3 - items) / 12
    corrected = np.divide(spread, raters * squares, out=np.full(np.shape(spread), np.nan), where=squares > 1e-9)
    return corrected, spread / (raters * whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinConcordance(Estimate):
    """Lin's coefficient with its parts: precision (``pearson``) times accuracy (``bias_correction``).

    ``scale_shift`` is the spread of the second rater over that of the first; ``location_shift`` the second mean minus
    the first, over the geometric mean of the spreads.
    """

    pearson: float | None = None
    bias_correction: float | None = None
    scale_shift: float | None = None
    location_shift: float | None = None


def lin_ccc(ratings: Any, *, confidence: float = 0.95) -> LinConcordance:
    """Lin's concordance correlation of two raters (2 x items) over the items that both rated.

    Undefined where both give one and the same rating throughout; no interval where one of them gives a constant.

    References
    ----------
    Lin (1989), Biometrics 45, 255-268, with moments over n; Lin (2000), Biometrics 56, 324-325, for the variance of
    the z-transform.
    """
    check_confidence(confidence)
    x, y = _pair(ratings)
    n = x.size
    empty = LinConcordance(estimate=None, method="Lin's concordance correlation", n_items=n, n_raters=2)
    if n < 2:
        return replace(empty, reason="fewer than two items that both raters rated")
    gap = float(y.mean() - x.mean())
    var_x, var_y = float(x.var()), float(y.var())
    room = var_x + var_y + gap**2
    if room == 0:
        return replace(empty, reason=NO_VARIANCE)
    covariance = float(((x - x.mean()) * (y - y.mean())).mean())
    rho = 2 * covariance / room
    if var_x == 0 or var_y == 0:
        return replace(empty, estimate=0.0, reason="a rater gives every item the same score: no interval")
    spread = sqrt(var_x * var_y)
    pearson, shift = max(-1.0, min(1.0, covariance / spread)), gap / sqrt(spread)
    accuracy = 2 * spread / room
    result = replace(
        empty,
        estimate=rho,
        pearson=pearson,
        bias_correction=accuracy,
        scale_shift=sqrt(var_y / var_x),
        location_shift=shift,
    )
    if 1 - abs(rho) < 1e-12:
        flat = Interval(low=float(round(rho)), high=float(round(rho)), confidence=confidence)
        return replace(result, estimate=float(round(rho)), std_error=0.0, interval=flat)
    if n < 3:
        return replace(result, reason="two items have no interval")
    # With rho = pearson * accuracy the terms of Lin's variance stay finite where pearson is 0.
    variance = (
        (1 - pearson**2) * accuracy**2 * (1 - rho**2)
        + 2 * rho**2 * accuracy * (1 - rho) * shift**2
        - rho**2 * accuracy**2 * shift**4 / 2
    ) / (n - 2)
    error = sqrt(max(variance, 0.0))
    wide = error / (1 - rho**2)
    half = normal_quantile(0.5 + confidence / 2) * wide
    interval = Interval(low=tanh(atanh(rho) - half), high=tanh(atanh(rho) + half), confidence=confidence)
    p_value = normal_two_sided_p(atanh(rho) / wide) if wide > 0 else None
    return replace(result, std_error=error, interval=interval, p_value=p_value)


def _pair(ratings: Any) -> tuple[Vector, Vector]:
    """Two raters' values over the items that both rated."""
    observed = observe(ratings)
    if observed.n_raters > 2:
        raise ValueError(f"two raters are compared: {observed.n_raters}")
    if observed.n_raters < 2:
        return np.zeros(0), np.zeros(0)
    values = _complete(ratings)
    check_squares(values)
    return values[0], values[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfAgreement:
    """Bland and Altman's picture of two raters: mean difference (first minus second) and the limits around it."""

    bias: Estimate
    sd: float | None
    lower: Estimate
    upper: Estimate
    multiplier: float


def bland_altman(ratings: Any, *, multiplier: float | None = None, confidence: float = 0.95) -> LimitsOfAgreement:
    """Bias and limits of agreement of two raters (2 x items), in the units of the ratings.

    The limits are the bias plus and minus ``multiplier`` standard deviations of the differences (1.96, where 95 % of
    normal differences lie, unless another is given; the paper rounds to 2); their standard error is sqrt(3 s^2 / n),
    with Student's t.

    References
    ----------
    Bland & Altman (1986), Lancet 327, 307-310.
    """
    check_confidence(confidence)
    multiplier = normal_quantile(0.975) if multiplier is None else multiplier
    if not multiplier > 0:
        raise ValueError(f"multiplier is positive: {multiplier}")
    first, second = _pair(ratings)
    difference = first - second
    n = difference.size
    if n < 2:
        reason = "no item that both raters rated" if n == 0 else "one item has no spread"
        none = Estimate(estimate=None, method="limit of agreement", n_items=n, n_raters=2, reason=reason)
        bias = replace(none, estimate=float(difference[0]) if n else None, method="mean difference")
        return LimitsOfAgreement(bias=bias, sd=None, lower=none, upper=none, multiplier=multiplier)
    mean, sd = float(difference.mean()), float(difference.std(ddof=1))
    quantile = t_quantile(0.5 + confidence / 2, n - 1)

    def figure(value: float, error: float, method: str) -> Estimate:
        half = quantile * error
        interval = Interval(low=value - half, high=value + half, confidence=confidence)
        reason = "all differences are equal: no spread to judge by" if sd == 0 else None
        return Estimate(
            estimate=value, std_error=error, interval=interval, n_items=n, n_raters=2, method=method, reason=reason
        )

    limit_error = sqrt(3 * sd**2 / n)
    return LimitsOfAgreement(
        bias=figure(mean, sd / sqrt(n), "mean difference"),
        sd=sd,
        lower=figure(mean - multiplier * sd, limit_error, "lower limit of agreement"),
        upper=figure(mean + multiplier * sd, limit_error, "upper limit of agreement"),
        multiplier=multiplier,
    )
