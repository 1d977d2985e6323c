"""Whom to look at first: shrunken figures for the order of a coaching list, and how far ranks can be trusted. Pure.

The order only: an interval around a shrunken figure covers too rarely exactly in the tail, so no consequence rests on
one. Each person is shown their own regression figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibration.intervals import check_confidence, normal_quantile
from calibration.results import Interval
from qa.sampling.estimation import Figure

Vector = NDArray[np.float64]

TOO_FEW = "too few specialists with reviews to compare"
NO_DIFFERENCES = "specialists do not differ beyond chance"
STEPS = 60  # halvings of a bracket: to the last bit of a double
COARSE_STEPS = 30  # at a maximum an error in the place is felt only in its square
INFLECTION = 3.0  # r0 is concave in bias^2 beyond chi^2 - 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunken:
    """One domain's place: ``share`` of its own figure, the rest is what the model expects of it."""

    estimate: float
    expected: float
    share: float
    interval: Interval | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """All domains with the lowest first in ``order``; ``between_variance`` is that of their true differences."""

    domains: tuple[Shrunken, ...]
    order: tuple[int, ...]
    between_variance: float | None
    coefficients: tuple[float, ...]
    reason: str | None = None


def fay_herriot(figures: Sequence[Figure], z: Any, *, confidence: float = 0.95) -> Ordering:
    """Each domain's figure drawn towards what ``z`` predicts, the more the less it is known, with a robust interval.

    ``z`` has a row for each domain: 1, the mean prediction over its parts, whether the specialist is new. A from
    sum r^2 / (A + V) = D - p by weighted least squares; B = A / (A + V). A domain without reviews is only predicted.

    References
    ----------
    Fay & Herriot (1979), JASA 74, 269-277. Paule & Mandel (1982), J. Res. NBS 87, 377-385. Armstrong, Kolesar &
    Plagborg-Moller (2022), Econometrica 90, 2567-2602, for the interval.
    """
    check_confidence(confidence)
    columns = np.asarray(z, dtype=np.float64)
    if columns.ndim != 2 or len(columns) != len(figures):
        raise ValueError(f"z has a row for each domain: {columns.shape} for {len(figures)} domains")
    known = np.array([f.estimate is not None and f.variance is not None for f in figures], dtype=np.bool_)
    theta = np.array([f.estimate or 0.0 for f in figures], dtype=np.float64)
    v = np.array([f.variance or 0.0 for f in figures], dtype=np.float64)
    # A domain reviewed whole is known: it keeps its figure and tells nothing of chance.
    fitted = known & (v > 0)
    freedom = int(fitted.sum()) - int(np.linalg.matrix_rank(columns[fitted])) if fitted.any() else 0
    if freedom < 1:
        return Ordering(domains=(), order=(), between_variance=None, coefficients=(), reason=TOO_FEW)
    between = _between_variance(theta[fitted], v[fitted], columns[fitted], freedom)
    beta = _weighted_fit(theta[fitted], v[fitted], columns[fitted], between)
    expected = columns @ beta
    share = np.where(known, np.divide(between, between + v, out=np.ones_like(v), where=between + v > 0), 0.0)
    estimate = expected + share * (theta - expected)
    halves: Vector = np.zeros_like(v)
    if between > 0:
        halves = robust_critical_values(v / between, confidence=confidence) * share * np.sqrt(v)
    domains = []
    for d in range(len(figures)):
        reason = None if between > 0 else NO_DIFFERENCES
        if not known[d]:
            reason = figures[d].reason
        low, high = float(estimate[d] - halves[d]), float(estimate[d] + halves[d])
        domains.append(
            Shrunken(
                estimate=float(estimate[d]),
                expected=float(expected[d]),
                share=float(share[d]),
                interval=None if reason else Interval(low=low, high=high, confidence=confidence),
                reason=reason,
            )
        )
    return Ordering(
        domains=tuple(domains),
        order=tuple(int(place) for place in np.argsort(estimate, kind="stable")),
        between_variance=between,
        coefficients=tuple(float(b) for b in beta),
        reason=None if between > 0 else NO_DIFFERENCES,
    )


def _weighted_fit(theta: Vector, v: Vector, z: Vector, between: float) -> Vector:
    root = 1 / np.sqrt(between + v)
    return np.asarray(np.linalg.lstsq(z * root[:, None], theta * root, rcond=None)[0], dtype=np.float64)


def _between_variance(theta: Vector, v: Vector, z: Vector, freedom: int) -> float:
    """The A at which the weighted squares are what chance would leave; 0 when they are less without any A."""

    def squares(between: float) -> float:
        r = theta - z @ _weighted_fit(theta, v, z, between)
        return float((r * r / (between + v)).sum())

    if squares(0.0) <= freedom:
        return 0.0
    low, high = 0.0, float(v.max())
    while squares(high) > freedom:
        low, high = high, 2 * high
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if squares(middle) > freedom else (low, middle)
    return (low + high) / 2


def robust_critical_values(m2: Any, *, confidence: float = 0.95) -> Vector:
    """How many standard errors an interval needs whose mean squared bias is ``m2`` of them, whatever their shape.

    The smallest chi with rho(m2, chi) = 1 - confidence, rho the largest chance to miss over all biases of that second
    moment; 1.960 without bias, 7.216 at 4.

    References
    ----------
    Armstrong, Kolesar & Plagborg-Moller (2022), Econometrica 90, 2567-2602, eq. 6 and proposition B.1.
    """
    check_confidence(confidence)
    moments = np.atleast_1d(np.asarray(m2, dtype=np.float64))
    if not (np.isfinite(moments) & (moments >= 0)).all():
        raise ValueError("a second moment is a number from 0 up")
    alpha = 1 - confidence
    low = np.full_like(moments, normal_quantile(1 - alpha / 2))
    high = np.sqrt((1 + moments) / alpha)  # Chebyshev: no shape can be worse
    for _ in range(STEPS):
        middle = (low + high) / 2
        missing = _largest_miss(moments, middle) > alpha
        low, high = np.where(missing, middle, low), np.where(missing, high, middle)
    return (low + high) / 2


def _miss(t: Vector, chi: Vector) -> Vector:
    """Chance that N(b, 1) lies beyond chi on either side, b^2 = t."""
    b = np.sqrt(t)
    return np.asarray(special.ndtr(-chi - b) + special.ndtr(b - chi), dtype=np.float64)


def _largest_miss(moments: Vector, chi: Vector) -> Vector:
    """The concave hull of ``_miss`` over b^2 at the given second moments: the worst mix of no bias and one bias."""
    none = _miss(np.zeros_like(chi), chi)
    low = np.maximum(chi**2 - INFLECTION, 1e-12)
    high = (chi + 10) ** 2
    for _ in range(COARSE_STEPS):
        t = (low + high) / 2
        b = np.sqrt(t)
        slope = (np.exp(-((b - chi) ** 2) / 2) - np.exp(-((b + chi) ** 2) / 2)) / (2 * b * sqrt(2 * np.pi))
        steep = _miss(t, chi) - none < t * slope
        low, high = np.where(steep, t, low), np.where(steep, high, t)
    bend = (low + high) / 2
    hull = none + moments * (_miss(bend, chi) - none) / bend
    return np.where((moments < bend) & (chi > sqrt(INFLECTION)), hull, _miss(moments, chi))


def rank_intervals(
    figures: Sequence[Figure], *, shares: Any = None, variances: Any = None, confidence: float = 0.95
) -> list[tuple[int, int] | None]:
    """The best and the worst rank each domain may have, 1 the highest figure; ``None`` where there is no interval.

    Best: 1 and one more for every domain that is surely higher, by Welch's interval of the difference with Bonferroni's
    correction for the comparisons of one domain. ``shares`` (domains x reviewers) and ``variances`` (of the reviewers)
    let strictness cancel as far as two domains share reviewers; without them both domains' own are added: too wide
    rather than too narrow.

    References
    ----------
    Goldstein & Spiegelhalter (1996), JRSS A 159, 385-443. Mogstad, Romano, Shaikh & Wilhelm (2024), Rev. Econ. Stud.
    91, 476-518.
    """
    check_confidence(confidence)
    places = [d for d, f in enumerate(figures) if f.estimate is not None and f.variance is not None]
    ranks: list[tuple[int, int] | None] = [None] * len(figures)
    if not places:
        return ranks
    theta = np.array([figures[d].estimate for d in places], dtype=np.float64)
    v = np.array([figures[d].variance for d in places], dtype=np.float64)
    df = np.array([max(figures[d].own_df, 1.0) for d in places])
    total = v[:, None] + v[None, :] + _strictness_between(figures, places, shares, variances)
    parts = (v**2 / df)[:, None] + (v**2 / df)[None, :]
    freedom = np.divide(total**2, parts, out=np.full_like(total, np.inf), where=parts > 0)
    tail = (1 - confidence) / 2 / max(len(places) - 1, 1)
    half = special.stdtrit(np.minimum(freedom, 1e9), 1 - tail) * np.sqrt(total)
    higher = (theta[None, :] - theta[:, None] > half).sum(axis=1)
    lower = (theta[:, None] - theta[None, :] > half).sum(axis=1)
    for place, d in enumerate(places):
        ranks[d] = (1 + int(higher[place]), len(places) - int(lower[place]))
    return ranks


def _strictness_between(figures: Sequence[Figure], places: Sequence[int], shares: Any, variances: Any) -> Vector:
    """What reviewers' strictness adds to each pair's difference: sum of (share_a - share_b)^2 times a reviewer's v."""
    if shares is None or variances is None:
        own = np.array([figures[d].reviewer_variance for d in places], dtype=np.float64)
        return np.asarray(own[:, None] + own[None, :], dtype=np.float64)
    scaled = np.asarray(shares, dtype=np.float64)[list(places)] * np.sqrt(np.asarray(variances, dtype=np.float64))
    squares = (scaled**2).sum(axis=1)
    between: Vector = np.maximum(squares[:, None] + squares[None, :] - 2 * scaled @ scaled.T, 0.0)
    return between
