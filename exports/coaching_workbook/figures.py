"""The cover's figures, worked out here as the workbook's formulas work them out; they stand beside each formula.

Design-weighted (Hajek) mean and proportions with weights w = completion / pi,
and the regression estimate where the application has one: the figures of the page, step by step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from scipy import special

from calibration.intervals import normal_quantile, t_quantile
from exports.coaching_workbook.model import Basis, ReviewRow
from exports.coaching_workbook.words import NO_REVIEWS, NO_SPREAD, ONE_REVIEW

Known = float | str
PRIOR_DF = 8.0  # what the other specialists' spread counts beside a specialist's own
KNOWN_DF = 1e9  # from here on Student's t is the normal distribution
ROUNDING = 1e-24  # a variance this small beside the figure's square is what adding equal numbers leaves


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
    certain: bool = False  # every part was drawn for certain and reviewed
    own_variance: float = 0.0  # of sampling, before anything is pooled
    sampling: float = 0.0
    reason: str = ""  # why there is no interval
    size: Known = ""  # proportions: the effective size of Korn and Graubard


def reason_for(count: int) -> str:
    """Why so few reviews have no interval of their own; empty if they have one."""
    return {0: NO_REVIEWS, 1: ONE_REVIEW}.get(count, "")


def mean(reviews: Sequence[ReviewRow], basis: Basis, confidence: float) -> Weighted:
    """The quality score as the page has it: the regression estimate, or without one the weighted mean (Hajek 1971).

    Variance in the Poisson form (1 - pi) of the residuals, drawn towards the pooled one where there is one, plus the
    reviewers' strictness; t with the sample's degrees of freedom, by Welch and Satterthwaite where strictness adds.
    """
    base = _weighted([(r, (r.score or 0.0) - r.expected) for r in reviews])
    if isinstance(base.estimate, str) or isinstance(base.n_effective, str):
        return base
    own = 0.0 if isinstance(base.variance, str) else base.variance
    estimate = basis.expected_mean + base.estimate
    sampling, df = own, max(base.n_effective - 1, 1.0)
    if basis.pooled_variance is not None:
        df = base.n_effective - 1 + PRIOR_DF
        spread = ((base.n_effective - 1) * own * base.n_effective + PRIOR_DF * basis.pooled_variance) / df
        sampling = 0.0 if base.certain else spread / base.n_effective
    reason = _reason(base, basis, sampling, estimate)
    told = Weighted(
        count=base.count,
        hits=base.hits,
        certain=base.certain,
        plain=sum(r.score or 0.0 for r in reviews if r.weight > 0) / base.count,
        estimate=estimate,
        n_effective=base.n_effective,
        own_variance=own,
        sampling=sampling,
        reason=reason,
        variance=reason,
        df=reason,
        quantile=reason,
        low=reason,
        high=reason,
    )
    if reason:
        return told
    total = sampling + basis.reviewer_variance
    if basis.reviewer_variance:
        df = min(df * (total / sampling) ** 2, KNOWN_DF) if sampling else KNOWN_DF
    quantile = t_quantile(0.5 + confidence / 2, df)
    half = quantile * sqrt(total)
    return replace(
        told,
        variance=total,
        df=df,
        quantile=quantile,
        low=max(estimate - half, 0.0),
        high=min(estimate + half, 100.0),
    )


def own_variance(reviews: Sequence[ReviewRow]) -> float | None:
    """The sampling variance of the reviews' residuals alone, before anything is pooled; ``None`` without reviews."""
    base = _weighted([(r, (r.score or 0.0) - r.expected) for r in reviews])
    if base.count == 0:
        return None
    return 0.0 if isinstance(base.variance, str) else base.variance


def _reason(base: Weighted, basis: Basis, sampling: float, estimate: float) -> str:
    """Why there is no interval; empty if there is one."""
    if base.certain:
        return ""
    if base.count < 2 and basis.pooled_variance is None:
        return ONE_REVIEW
    return NO_SPREAD if sampling <= ROUNDING * max(1.0, estimate**2) else ""


def share(reviews: Sequence[ReviewRow], outcome: str, reviewer_variance: float, confidence: float) -> Weighted:
    """The share of parts with an outcome, interval by Korn and Graubard (1998), Survey Methodology 24, 193-201."""
    base = _weighted([(r, float(r.outcome == outcome)) for r in reviews])
    if isinstance(base.variance, str) or isinstance(base.n_effective, str) or isinstance(base.estimate, str):
        return base
    m, p = base.count, base.estimate
    quantile = t_quantile(0.5 + confidence / 2, m - 1)
    sure = base.hits in (0, m) or base.variance == 0
    size = min(m, base.n_effective if sure else p * (1 - p) / (base.variance + reviewer_variance))
    size *= (normal_quantile(0.5 + confidence / 2) / quantile) ** 2
    tail = (1 - confidence) / 2
    low = 0.0 if base.hits == 0 else float(special.betaincinv(p * size, size - p * size + 1, tail))
    high = 1.0 if base.hits == m else float(special.betaincinv(p * size + 1, size - p * size, 1 - tail))
    return replace(
        base,
        df=float(m - 1),
        quantile=quantile,
        size=size,
        low=p if base.certain else low,
        high=p if base.certain else high,
    )


def _weighted(values: Sequence[tuple[ReviewRow, float]]) -> Weighted:
    counted = [
        (review.weight, (review.inclusion_probability or 1.0) / review.completion, y)
        for review, y in values
        if review.weight > 0
    ]
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
            reason=nothing,
        )
    certain = all(pi >= 1 for _, pi, _ in counted)
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
            certain=certain,
        )
    spread = sum((1 - pi) * (w * (y - estimate)) ** 2 for w, pi, y in counted)
    return Weighted(
        count=m,
        hits=hits,
        plain=plain,
        estimate=estimate,
        n_effective=n_effective,
        variance=m / (m - 1) * spread / total**2,
        certain=certain,
        df="",
        quantile="",
        low="",
        high="",
    )
