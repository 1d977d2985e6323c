"""Figures from a sample with known inclusion probabilities. Pure.

Notation: pi the inclusion probability, w = 1/pi, y the score of a reviewed part, x what is known of every part
(automatic score, queue, flags), b the coefficients of y on x, e = y - x'b, m the reviews of a domain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibration.intervals import check_confidence, normal_quantile, t_quantile, t_two_sided_p
from calibration.results import Interval

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]

ONE_REVIEW = "one review"
NO_REVIEWS = "no reviews"
NO_SPREAD = "all values are equal: no spread to judge by"
ROUNDING = 1e-24  # a variance this small beside the figure's square is what adding equal numbers leaves
PRIOR_DF = 8.0  # what the other specialists' spread counts beside a specialist's own
HAJEK = "design-weighted mean (Hajek), t interval"
GREG = "regression estimate (GREG), t interval"
GREG_SHRUNK = "regression estimate (GREG), variance shrunk to the pooled one, t interval"
GREG_CALIBRATED = "regression estimate (GREG), calibrated weights in the variance, t interval"
PROPORTION = "design-weighted proportion, Korn-Graubard interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One estimate of a domain. ``interval`` is ``None`` with a ``reason`` where it is not defined.

    ``variance`` is that of sampling, ``reviewer_variance`` what reviewers' strictness adds; the interval has both.
    """

    estimate: float | None
    variance: float | None = None
    interval: Interval | None = None
    n: int = 0
    n_effective: float = 0.0
    df: float = 0.0
    weight: float = 0.0  # sum of weights: the parts the reviews stand for
    method: str = ""
    reason: str | None = None
    reviewer_variance: float = 0.0
    sampling_df: float | None = None  # of the variance of sampling alone, where ``df`` is that of both together

    @property
    def own_df(self) -> float:
        """Degrees of freedom of the variance of sampling."""
        return self.df if self.sampling_df is None else self.sampling_df

    @property
    def std_error(self) -> float | None:
        return None if self.variance is None else sqrt(self.variance + self.reviewer_variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Weighted means of each domain with what their figures are made from; one entry a domain."""

    n: Vector
    weight: Vector
    n_effective: Vector
    mean: Vector
    variance: Vector
    all_certain: NDArray[np.bool_]  # every part of the domain's sample was drawn for certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """Checked input: one entry a review."""

    codes: Codes
    count: int
    y: Vector
    pi: Vector
    w: Vector


def _reviews(domains: Any, count: int, y: Any, pi: Any, weights: Any) -> Reviews:
    values, probability = np.asarray(y, dtype=np.float64), np.asarray(pi, dtype=np.float64)
    if values.shape != probability.shape or values.ndim != 1:
        raise ValueError(f"y and pi are vectors of one length: {values.shape} and {probability.shape}")
    if not np.isfinite(values).all():
        raise ValueError("y holds a value that is not finite")
    if not ((probability > 0) & (probability <= 1)).all():
        raise ValueError("an inclusion probability lies in (0, 1]")
    codes = np.asarray(domains, dtype=np.int64)
    if codes.shape != values.shape or (codes.size and (codes.min() < 0 or codes.max() >= count)):
        raise ValueError("domains holds a code from 0 to count - 1 for each review")
    w = 1 / probability if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != values.shape or not (np.isfinite(w) & (w > 0)).all():
        raise ValueError("weights holds a positive number for each review")
    return Reviews(codes=codes, count=count, y=values, pi=probability, w=w)


def _sums(codes: Codes, values: Vector, count: int) -> Vector:
    return np.bincount(codes, values, count).astype(np.float64)


def _means(reviews: Reviews, e: Vector) -> Means:
    """V = m/(m-1) sum (1-pi) (w (e - ebar))^2 / (sum w)^2: the Poisson form, finite population built in."""
    codes, count, w = reviews.codes, reviews.count, reviews.w
    n = np.bincount(codes, minlength=count).astype(np.float64)
    weight = _sums(codes, w, count)
    there = n > 0
    mean = np.divide(_sums(codes, w * e, count), weight, out=np.zeros(count), where=there)
    spread = _sums(codes, (1 - reviews.pi) * (w * (e - mean[codes])) ** 2, count)
    several = n > 1
    factor = np.divide(n, n - 1, out=np.zeros(count), where=several)
    return Means(
        n=n,
        weight=weight,
        n_effective=np.divide(weight**2, _sums(codes, w * w, count), out=np.zeros(count), where=there),
        mean=mean,
        variance=factor * np.divide(spread, weight**2, out=np.zeros(count), where=there),
        all_certain=_sums(codes, (reviews.pi < 1).astype(np.float64), count) == 0,
    )


def figures_of(
    means: Means, estimates: Vector, variances: Vector, df: Vector, least: int, method: str, confidence: float
) -> list[Figure]:
    """One figure a domain from its means; ``least`` is the number of reviews from which an interval is defined."""
    check_confidence(confidence)
    halves = special.stdtrit(np.maximum(df, 1.0), 0.5 + confidence / 2) * np.sqrt(variances)
    figures = []
    for d in range(len(estimates)):
        m = int(means.n[d])
        if m == 0:
            figures.append(Figure(estimate=None, method=method, reason=NO_REVIEWS))
            continue
        estimate, variance, half = float(estimates[d]), float(variances[d]), float(halves[d])
        reason = None
        if not means.all_certain[d] and (m < least or variance <= ROUNDING * max(1.0, estimate**2)):
            reason = ONE_REVIEW if m < least else NO_SPREAD
        figure = Figure(
            estimate=estimate,
            variance=None if reason else variance,
            interval=None if reason else Interval(low=estimate - half, high=estimate + half, confidence=confidence),
            n=m,
            n_effective=float(means.n_effective[d]),
            df=0.0 if reason == ONE_REVIEW else float(df[d]),
            weight=float(means.weight[d]),
            method=method,
            reason=reason,
        )
        figures.append(figure)
    return figures


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
    reviews = _reviews(domains, count, y, pi, weights)
    means = _means(reviews, reviews.y)
    return figures_of(means, means.mean, means.variance, np.maximum(means.n_effective - 1, 1), 2, HAJEK, confidence)


def hajek(y: Any, pi: Any, *, weights: Any = None, confidence: float = 0.95) -> Figure:
    """The design-weighted mean of one domain; see ``hajek_by``."""
    codes = np.zeros(len(np.asarray(y)), dtype=np.int64)
    return hajek_by(codes, 1, y, pi, weights=weights, confidence=confidence)[0]


def column_means(domains: Any, count: int, x: Any) -> Vector:
    """The mean of each column of ``x`` over all parts of each domain, domains x columns: what ``greg_by`` asks for."""
    codes, columns = np.asarray(domains, dtype=np.int64), np.asarray(x, dtype=np.float64)
    sizes = np.bincount(codes, minlength=count)
    sums = np.column_stack([_sums(codes, column, count) for column in columns.T])
    return np.divide(sums, sizes[:, None], out=np.zeros_like(sums), where=sizes[:, None] > 0)


def working_coefficients(x: Any, y: Any, pi: Any, *, weights: Any = None) -> Vector:
    """b = (sum w x x')^-1 sum w x y; the shortest solution where columns say the same twice.

    References
    ----------
    Sarndal, Swensson & Wretman (1992), eq. 6.4.2.
    """
    reviews = _reviews(np.zeros(len(np.asarray(y)), dtype=np.int64), 1, y, pi, weights)
    columns = _columns(x, len(reviews.y))
    root = np.sqrt(reviews.w)
    solution = np.linalg.lstsq(columns * root[:, None], reviews.y * root, rcond=None)[0]
    return np.asarray(solution, dtype=np.float64)


def _columns(x: Any, rows: int) -> Vector:
    columns = np.asarray(x, dtype=np.float64)
    if columns.ndim != 2 or columns.shape[0] != rows:
        raise ValueError(f"x has a row for each review: {columns.shape} for {rows} reviews")
    if not np.isfinite(columns).all():
        raise ValueError("x holds a value that is not finite")
    return columns


def greg_by(
    domains: Any,
    count: int,
    y: Any,
    pi: Any,
    x: Any,
    population: Any,
    *,
    coefficients: Vector | None = None,
    shrink: bool = False,
    weights: Any = None,
    confidence: float = 0.95,
) -> list[Figure]:
    """The regression estimate of each domain: what x predicts for all its parts, plus the reviews' mean residual.

    ``population`` holds the mean of x over all parts of each domain (``column_means``). ``coefficients`` are fitted on
    these reviews unless given. ``shrink``, for specialists: each variance is drawn towards the pooled one with 8
    degrees of freedom, s2 = ((n_eff - 1) s2_d + 8 s2_pool) / (n_eff - 1 + 8), V = s2 / n_eff.

    References
    ----------
    Sarndal, Swensson & Wretman (1992), eq. 6.4.1 and 10.6.1; the same estimator as PPI++ (Angelopoulos, Duchi & Zrnic
    2023).
    """
    reviews = _reviews(domains, count, y, pi, weights)
    columns = _columns(x, len(reviews.y))
    means_of_all = np.asarray(population, dtype=np.float64)
    if means_of_all.shape != (count, columns.shape[1]):
        raise ValueError(f"population has a row of x means for each domain: {means_of_all.shape}")
    b = (
        working_coefficients(columns, reviews.y, reviews.pi, weights=reviews.w)
        if coefficients is None
        else coefficients
    )
    means = _means(reviews, reviews.y - columns @ b)
    estimates = means_of_all @ b + means.mean
    df = np.maximum(means.n_effective - 1, 1)
    if not shrink:
        return figures_of(means, estimates, means.variance, df, 2, GREG, confidence)
    variances, df, pooled = _shrunk(means)
    return figures_of(means, estimates, variances, df, 1 if pooled else 2, GREG_SHRUNK, confidence)


def _shrunk(means: Means) -> tuple[Vector, Vector, bool]:
    """Variances drawn towards the pooled one, their degrees of freedom, and whether there was anything to pool."""
    own = means.variance * means.n_effective
    several = means.n >= 2
    pooled = bool(several.any())
    if not pooled:
        return means.variance, np.maximum(means.n_effective - 1, 1), False
    pool = float((means.n * own)[several].sum() / means.n[several].sum())
    df = np.where(means.n > 0, means.n_effective - 1 + PRIOR_DF, 1.0)
    s2 = ((df - PRIOR_DF) * own + PRIOR_DF * pool) / df
    # A domain that was reviewed whole has no sampling error to shrink.
    variances = np.divide(s2, means.n_effective, out=np.zeros_like(s2), where=(means.n > 0) & ~means.all_certain)
    return variances, df, True


def greg_calibrated(
    y: Any, pi: Any, x: Any, population: Any, size: int, *, weights: Any = None, confidence: float = 0.95
) -> Figure:
    """The regression estimate of the whole population with calibrated weights in its variance.

    g = 1 + (sum_U x - sum w x)' (sum w x x')^-1 x; V = n/(n-p) sum (1-pi) (w g e)^2 / (sum w g)^2, t with n - p
    degrees of freedom. ``population`` is the mean of x over all ``size`` parts.

    References
    ----------
    Sarndal, Swensson & Wretman (1992), eq. 6.6.4; Deville & Sarndal (1992), JASA 87, 376-382.
    """
    reviews = _reviews(np.zeros(len(np.asarray(y)), dtype=np.int64), 1, y, pi, weights)
    columns = _columns(x, len(reviews.y))
    n, p = columns.shape
    if n <= p:
        return Figure(estimate=None, n=n, method=GREG_CALIBRATED, reason=f"{n} reviews for {p} coefficients")
    target = np.asarray(population, dtype=np.float64) * size
    crossed = (columns * reviews.w[:, None]).T @ columns
    b = working_coefficients(columns, reviews.y, reviews.pi, weights=reviews.w)
    g = 1 + columns @ np.linalg.lstsq(crossed, target - reviews.w @ columns, rcond=None)[0]
    e = reviews.y - columns @ b
    total = float(reviews.w @ g)
    variance = float(n / (n - p) * ((1 - reviews.pi) * (reviews.w * g * e) ** 2).sum() / total**2)
    estimate = float((reviews.w * g) @ reviews.y / total)
    half = t_quantile(0.5 + confidence / 2, n - p) * sqrt(variance)
    return Figure(
        estimate=estimate,
        variance=variance,
        interval=Interval(low=estimate - half, high=estimate + half, confidence=confidence),
        n=n,
        n_effective=float(reviews.w.sum() ** 2 / (reviews.w**2).sum()),
        df=float(n - p),
        weight=total,
        method=GREG_CALIBRATED,
    )


def korn_graubard(figure: Figure, *, confidence: float = 0.95) -> Figure:
    """A proportion's interval from its weighted mean and variance.

    n = min(m, p(1-p)/V) (z/t_{m-1})^2, x = p n, then Clopper and Pearson's bounds with real x and n; at p = 0 or 1 the
    effective size is Kish's. V is the sample's variance, and the reviewers' where the figure carries one.

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
    if figure.variance == 0 and figure.reason is None:
        # Every part was reviewed: nothing is estimated.
        return replace(figure, estimate=p, method=PROPORTION)
    check_confidence(confidence)
    correction = (normal_quantile(0.5 + confidence / 2) / t_quantile(0.5 + confidence / 2, figure.n - 1)) ** 2
    if p in (0.0, 1.0) or not figure.variance:
        n = min(float(figure.n), figure.n_effective) * correction
    else:
        n = min(float(figure.n), p * (1 - p) / (figure.variance + figure.reviewer_variance)) * correction
    x = p * n
    tail = (1 - confidence) / 2
    low = 0.0 if p == 0 else float(special.betaincinv(x, n - x + 1, tail))
    high = 1.0 if p == 1 else float(special.betaincinv(x + 1, n - x, 1 - tail))
    interval = Interval(low=low, high=high, confidence=confidence)
    return replace(figure, estimate=p, interval=interval, method=PROPORTION, reason=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One domain minus another."""

    estimate: float | None
    std_error: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    df: float = 0.0
    reason: str | None = None


def difference(a: Figure, b: Figure, *, reviewer_variance: float | None = None, confidence: float = 0.95) -> Difference:
    """The difference of two disjoint domains: variances add, Welch and Satterthwaite's degrees of freedom.

    ``reviewer_variance`` is that of the difference where the same reviewers scored both (``strictness_variance`` of
    the two shares' difference); without it the two domains' own are added, which is too much rather than too little.

    References
    ----------
    Welch (1947), Biometrika 34, 28-35. Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
    if a.estimate is None or b.estimate is None:
        return Difference(estimate=None, reason=a.reason or b.reason)
    gap = a.estimate - b.estimate
    if a.variance is None or b.variance is None:
        return Difference(estimate=gap, reason=a.reason or b.reason)
    shared = a.reviewer_variance + b.reviewer_variance if reviewer_variance is None else reviewer_variance
    sampled = a.variance + b.variance
    total = sampled + shared
    if sampled == 0:
        return Difference(estimate=gap, reason="every part was reviewed, or all scores are equal")
    df = total**2 / (a.variance**2 / a.own_df + b.variance**2 / b.own_df)
    error = sqrt(total)
    half = t_quantile(0.5 + confidence / 2, df) * error
    return Difference(
        estimate=gap,
        std_error=error,
        interval=Interval(low=gap - half, high=gap + half, confidence=confidence),
        p_value=t_two_sided_p(gap / error, df),
        df=df,
    )


def class_weights(pi: Sequence[float], classes: Sequence[str], drawn: Mapping[str, int]) -> Vector:
    """Weights that make up for reviews not done: (1/pi) x drawn / completed within a class.

    References
    ----------
    Oh & Scheuren (1983), in Incomplete Data in Sample Surveys, vol. 2, 143-184.
    """
    completed: dict[str, int] = {}
    for name in classes:
        completed[name] = completed.get(name, 0) + 1
    for name, done in completed.items():
        if drawn.get(name, 0) < done:
            raise ValueError(f"class {name!r}: {done} reviews of {drawn.get(name, 0)} drawn parts")
    return np.array([drawn[name] / completed[name] / p for p, name in zip(pi, classes, strict=True)], dtype=np.float64)
