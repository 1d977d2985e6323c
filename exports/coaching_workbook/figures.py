"""The cover's figures, worked out here as the workbook's formulas work them out; they stand beside each formula.

Design-weighted (Hajek) mean and proportions with weights w = completion / pi, as on the application's pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy import special

from calibration.intervals import normal_quantile, t_quantile
from exports.coaching_workbook.model import ReviewRow
from exports.coaching_workbook.words import NO_REVIEWS, ONE_REVIEW

Known = float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """A weighted mean and the steps to its interval; a step that is not defined holds the reason in words."""

    count: int  # reviews that count
    hits: int  # of them, those with value 1 (proportions)
    estimate: Known
    n_effective: Known
    variance: Known
    df: Known
    quantile: Known
    low: Known
    high: Known
    plain: Known = ""  # the mean without weights
    size: Known = ""  # proportions: the effective size of Korn and Graubard


def reason_for(count: int) -> str:
    """Why so few reviews have no interval; empty if they have one."""
    return {0: NO_REVIEWS, 1: ONE_REVIEW}.get(count, "")


def mean(reviews: Sequence[ReviewRow], confidence: float) -> Weighted:
    """The quality score: variance in the Poisson form (1 - pi), t with n_eff - 1 degrees of freedom (Hajek 1971)."""
    base = _weighted([(r, r.score or 0.0) for r in reviews])
    reason = reason_for(base.count)
    if reason or isinstance(base.variance, str) or isinstance(base.n_effective, str) or isinstance(base.estimate, str):
        return base
    df = max(base.n_effective - 1, 1.0)
    quantile = t_quantile(0.5 + confidence / 2, df)
    half = quantile * sqrt(base.variance)
    return Weighted(
        count=base.count,
        hits=base.hits,
        plain=base.plain,
        estimate=base.estimate,
        n_effective=base.n_effective,
        variance=base.variance,
        df=df,
        quantile=quantile,
        low=base.estimate - half,
        high=base.estimate + half,
    )


def share(reviews: Sequence[ReviewRow], outcome: str, confidence: float) -> Weighted:
    """The share of parts with an outcome, interval by Korn and Graubard (1998), Survey Methodology 24, 193-201."""
    base = _weighted([(r, float(r.outcome == outcome)) for r in reviews])
    if isinstance(base.variance, str) or isinstance(base.n_effective, str) or isinstance(base.estimate, str):
        return base
    m, p = base.count, base.estimate
    quantile = t_quantile(0.5 + confidence / 2, m - 1)
    sure = base.hits in (0, m) or base.variance == 0
    size = min(m, base.n_effective if sure else p * (1 - p) / base.variance)
    size *= (normal_quantile(0.5 + confidence / 2) / quantile) ** 2
    tail = (1 - confidence) / 2
    return Weighted(
        count=m,
        hits=base.hits,
        estimate=p,
        n_effective=base.n_effective,
        variance=base.variance,
        df=float(m - 1),
        quantile=quantile,
        size=size,
        low=0.0 if base.hits == 0 else float(special.betaincinv(p * size, size - p * size + 1, tail)),
        high=1.0 if base.hits == m else float(special.betaincinv(p * size + 1, size - p * size, 1 - tail)),
    )


def _weighted(values: Sequence[tuple[ReviewRow, float]]) -> Weighted:
    counted = [(review.weight, review.inclusion_probability or 1.0, y) for review, y in values if review.weight > 0]
    m = len(counted)
    hits = sum(1 for _, _, y in counted if y == 1)
    if m == 0:
        nothing = NO_REVIEWS
        return Weighted(
            count=0,
            hits=0,
            plain=nothing,
            estimate=nothing,
            n_effective=nothing,
            variance=nothing,
            df=nothing,
            quantile=nothing,
            low=nothing,
            high=nothing,
            size=nothing,
        )
    total = sum(w for w, _, _ in counted)
    plain = sum(y for _, _, y in counted) / m
    estimate = sum(w * y for w, _, y in counted) / total
    n_effective = total**2 / sum(w * w for w, _, _ in counted)
    if m == 1:
        one = ONE_REVIEW
        return Weighted(
            count=1,
            hits=hits,
            plain=plain,
            estimate=estimate,
            n_effective=n_effective,
            variance=one,
            df=one,
            quantile=one,
            low=one,
            high=one,
            size=one,
        )
    spread = sum((1 - pi) * (w * (y - estimate)) ** 2 for w, pi, y in counted)
    return Weighted(
        count=m,
        hits=hits,
        plain=plain,
        estimate=estimate,
        n_effective=n_effective,
        variance=m / (m - 1) * spread / total**2,
        df="",
        quantile="",
        low="",
        high="",
    )
