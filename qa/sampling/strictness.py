"""What reviewers' strictness adds to the uncertainty of a figure, told apart from sampling. Pure."""

from dataclasses import dataclass, replace
from math import exp, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.components import start_components
from calibration.intervals import normal_quantile, t_quantile
from calibration.results import Interval
from calibration.severity import (
    CRITERION_WOBBLE,
    WOBBLE,
    CrossedDesign,
    Severities,
    severities_of,
)
from qa.sampling.estimation import Figure

Vector = NDArray[np.float64]
KNOWN_DF = 1e9  # from here on Student's t is the normal distribution
PRIOR_VARIANCE = 16.0  # points^2 between reviewers before anything is known of them
CRITERION_PRIOR = 100.0  # the same of one criterion, in percent of its points
PRIOR_REVIEWERS = 4.0  # what the prior counts beside the reviewers seen
LEAST_OF_REVIEWER = 5  # reviews for a reviewer's mean to speak of the spread between reviewers
HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Strictness:
    """What is known of each reviewer, one entry each, in points; positive is lenient.

    ``variances`` is what a mean of their scores as given carries, ``left`` what it still carries when ``effects`` are
    taken out; ``between`` is the variance between reviewers.
    """

    effects: Vector
    variances: Vector
    left: Vector
    between: float
    source: str

    def of_first(self, count: int) -> "Strictness":
        """The same of the first ``count`` reviewers: others helped to compare them and score nothing of a figure."""
        return replace(self, effects=self.effects[:count], variances=self.variances[:count], left=self.left[:count])


RANDOMISED = "from the spread of reviewers' means over parts assigned at random, drawn towards 4 points"


def strictness_of(residuals: Any, reviewers: Any, count: int, *, prior: float = PRIOR_VARIANCE) -> Strictness:
    """Reviewers' effects from their mean residuals (score minus what the queue's parts lead one to expect).

    Parts are given to reviewers at random within those who may score them, so means differ by strictness and chance.
    The variance between reviewers solves sum r^2 / (A + v) = R - 1 and is drawn towards 16 points^2 with the weight of
    four reviewers (``prior``: 100 for a criterion in percent of its points); each effect is its mean times A / (A + v),
    minus the mean effect.

    References
    ----------
    Paule & Mandel (1982), J. Res. NBS 87, 377-385. Morris (1983), JASA 78, 47-55, for the shrunken effects.
    """
    r, who = np.asarray(residuals, dtype=np.float64), np.asarray(reviewers, dtype=np.int64)
    if r.shape != who.shape or (who.size and (who.min() < 0 or who.max() >= count)):
        raise ValueError("reviewers holds a code from 0 to count - 1 for each residual")
    n = np.bincount(who, minlength=count).astype(np.float64)
    mean = np.divide(np.bincount(who, r, count), n, out=np.zeros(count), where=n > 0)
    freedom = len(r) - int((n > 0).sum())
    within = float(((r - mean[who]) ** 2).sum()) / freedom if freedom > 0 else 0.0
    v = np.divide(within, n, out=np.full(count, np.inf), where=n > 0)
    between = _between(mean, v, n, prior)
    share = np.where(n > 0, between / (between + v), 0.0)
    centre = float(share @ mean / share.sum()) if share.sum() > 0 else 0.0
    effects = share * (mean - centre)
    return Strictness(
        effects=effects,
        variances=np.full(count, between),
        left=between * (1 - share),
        between=between,
        source=RANDOMISED,
    )


def share_variance(hits: Any, groups: Any, reviewers: Any, count: int, *, reliability: float) -> float:
    """The variance between reviewers of the share of parts to which they give some outcome, in shares squared.

    By moments of the reviewers' shares beside those of their queues (``groups``, codes), drawn with the weight of four
    reviewers towards reliability x phi(z)^2: what strictness does to an outcome of this rate p = Phi(z) where it makes
    ``reliability`` (0 to 1) of the scores' variance. An outcome that all have or none tells nothing: 0.

    References
    ----------
    Dempster & Lerner (1950), Genetics 35, 212-236, for a variance seen through a threshold.
    """
    y, queue = np.asarray(hits, dtype=np.float64), np.asarray(groups, dtype=np.int64)
    if not 0 <= reliability <= 1:
        raise ValueError(f"reliability lies between 0 and 1: {reliability}")
    if y.shape != queue.shape or ((y != 0) & (y != 1)).any():
        raise ValueError("hits holds 0 or 1 for each review, groups its queue")
    rate = float(y.mean()) if y.size else 0.0
    if not 0 < rate < 1:
        return 0.0
    z = normal_quantile(rate)
    prior = reliability * exp(-(z**2)) / (2 * pi)
    usual = np.bincount(queue, y) / np.maximum(np.bincount(queue), 1)
    return strictness_of(y - usual[queue], reviewers, count, prior=prior).between


CROSSED = "from the crossed model of reviewers, specialists, queue-weeks and parts, blind second reviews included"


def crossed_strictness(design: CrossedDesign, y: Any, week: Any, count: int, *, criterion: bool = False) -> Strictness:
    """Reviewers' strictness by the crossed model of all their scorings; from their mean residuals where it has none.

    ``y`` is a score, or with ``criterion`` what one criterion got in percent of its points, which spreads more;
    ``week`` and ``design`` have an entry for each scoring.
    """
    scores = np.asarray(y, dtype=np.float64)
    prior = CRITERION_PRIOR if criterion else PRIOR_VARIANCE
    start, wobble = (start_components(criterion=True), CRITERION_WOBBLE) if criterion else (None, WOBBLE)
    found = severities_of(design, scores, week, start=start, wobble=wobble)
    if found.reviewer_variance is not None and found.reason is None:
        return strictness_from(found, prior=prior)
    n = np.bincount(design.block)
    mean = np.bincount(design.block, scores) / np.maximum(n, 1)
    return strictness_of(scores - mean[design.block], design.reviewer, count, prior=prior)


def strictness_from(found: Severities, *, prior: float = PRIOR_VARIANCE) -> Strictness:
    """Reviewers' strictness from their severities; the variance between them is drawn towards 16 points^2.

    A reviewer who cannot be compared has no effect and keeps the whole variance. ``prior``: 100 for a criterion.
    """
    freedom = max(sum(own.estimate is not None for own in found.reviewers) - 1, 0)
    between = (freedom * (found.reviewer_variance or 0.0) + PRIOR_REVIEWERS * prior) / (freedom + PRIOR_REVIEWERS)
    count = len(found.reviewers)
    errors = np.array([own.std_error or 0.0 for own in found.reviewers], dtype=np.float64) ** 2
    known = np.array([own.estimate is not None for own in found.reviewers], dtype=np.bool_)
    return Strictness(
        effects=found.estimates,
        variances=np.full(count, between),
        left=np.where(known, errors, between),
        between=between,
        source=CROSSED,
    )


def _between(mean: Vector, v: Vector, n: Vector, prior: float) -> float:
    """The variance between reviewers: by moments, drawn towards the prior."""
    seen = n >= LEAST_OF_REVIEWER
    freedom = int(seen.sum()) - 1
    if freedom < 1:
        return prior
    y, noise = mean[seen], v[seen]

    def squares(a: float) -> float:
        w = 1 / np.maximum(a + noise, 1e-12)
        return float(w @ (y - w @ y / w.sum()) ** 2)

    low, high = 0.0, max(float(np.ptp(y)) ** 2, 1e-9)
    if squares(0.0) <= freedom:
        found = 0.0
    else:
        while squares(high) > freedom:
            low, high = high, 2 * high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if squares(middle) > freedom else (low, middle)
        found = (low + high) / 2
    return (freedom * found + PRIOR_REVIEWERS * prior) / (freedom + PRIOR_REVIEWERS)


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
    confidence = figure.interval.confidence
    # Written out: a page has hundreds of figures, and ``replace`` takes half as long again.
    return Figure(
        estimate=figure.estimate,
        variance=figure.variance,
        interval=Interval(low=figure.estimate - half, high=figure.estimate + half, confidence=confidence),
        n=figure.n,
        n_effective=figure.n_effective,
        df=min(df, KNOWN_DF),
        weight=figure.weight,
        method=figure.method,
        reason=figure.reason,
        reviewer_variance=reviewer_variance,
        sampling_df=figure.df,
    )
