"""Evidence that a stream has changed: a self-starting Shiryaev-Roberts mixture over onsets and sizes of change.

Every past week is tried as the onset of a change; the weeks before it are the baseline, the weeks from it on the
change, and the Bayes factors of all onsets are added. Adding them (not taking the highest) makes the average time to
a false alarm at least the threshold, in weeks of evidence, for a known baseline and a single known size.

References
----------
Shiryaev (1963), Theory Probab. Appl. 8, 22-46. Roberts (1966), Technometrics 8, 411-430. Pollak (1987), Ann. Stat. 15,
749-779 (mixtures; average run length). Lorden & Pollak (2005), Ann. Stat. 33, 1422-1454 (estimated baseline).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from calibration.scorings import Codes, Vector

Cube = NDArray[np.float64]  # weeks x reviewers x streams
WINDOW = 26  # onsets tried: this week and the 25 before
BASELINE_WEEKS = 4  # observed own weeks that must lie before an onset
WIDENED = 1.3  # the selection of a moment of high evidence makes plain standard errors too small
SIZES = (0.6, 1.6)  # sds of the change tried, as multiples of the stream's shift


@dataclass(frozen=True, slots=True)
class Onsets:
    """What each onset says, onsets x reviewers x streams; the last onset is the last week.

    ``log_factor`` is the log Bayes factor, -inf where the onset is not tried; ``difference`` the mean after minus the
    mean before, ``variance`` that of the difference. ``first`` is the week of the first onset.
    """

    first: int
    log_factor: Cube
    difference: Cube
    variance: Cube

    @property
    def log_evidence(self) -> NDArray[np.float64]:
        """Log M, reviewers x streams; -inf without an onset to try."""
        return log_sum(self.log_factor)

    def posterior(self, reviewer: int, stream: int, shift: float) -> "Posterior":
        """Effect and onset of one stream's change, averaged over onsets and sizes by how well each explains it.

        Only of a stream of weekly values, and where an onset was tried.
        """
        factor = self.log_factor[:, reviewer, stream]
        tried = np.flatnonzero(np.isfinite(factor))
        difference, variance = self.difference[tried, reviewer, stream], self.variance[tried, reviewer, stream]
        change = np.array([(size * shift) ** 2 for size in SIZES])[:, np.newaxis]
        share = np.exp(_log_factor(difference, variance, change) - factor[tried].max())
        share /= share.sum()
        mean = difference * change / (change + variance)
        effect = float((share * mean).sum())
        spread = float((share * (variance * change / (change + variance) + (mean - effect) ** 2)).sum())
        onset, low, high = likely_weeks(self.first + tried, share.sum(axis=0))
        return Posterior(effect, WIDENED * float(np.sqrt(spread)), onset, low, high)


@dataclass(frozen=True, slots=True)
class Posterior:
    """Size of a change with its standard error, and its most likely week with the ends of its 90 % range."""

    effect: float
    std_error: float
    onset: int
    earliest: int
    latest: int


def likely_weeks(weeks: Codes, share: Vector) -> tuple[int, int, int]:
    """The most likely week, and the first and last of the fewest weeks that together hold 90 %."""
    order = np.argsort(-share, kind="stable")
    held = int(np.searchsorted(np.cumsum(share[order]), 0.9 * share.sum() * (1 - 1e-12))) + 1
    chosen = weeks[order[:held]]
    return int(weeks[order[0]]), int(chosen.min()), int(chosen.max())


def log_sum(values: Cube) -> NDArray[np.float64]:
    """Log of the sum of exponentials over the first axis; -inf of nothing."""
    if not values.shape[0]:
        return np.full(values.shape[1:], -np.inf)
    with np.errstate(divide="ignore"):
        return np.asarray(logsumexp(values, axis=0), dtype=np.float64)


def weigh_onsets(
    values: Cube,
    variances: Cube,
    prior: Vector,
    shift: Vector,
    *,
    added: NDArray[np.float64] | None = None,
    earliest: Codes | None = None,
) -> Onsets:
    """The evidence of every onset of the last ``WINDOW`` weeks.

    ``values`` and ``variances`` are weeks x reviewers x streams, NaN where nothing was observed. ``added`` is the
    variance, weeks x streams, that sets the weeks from a rubric version on apart from those before it: they share one
    unknown offset. ``earliest`` is the first onset tried of each reviewer.
    """
    weeks, _, streams = values.shape
    observed = ~np.isnan(values) & ~np.isnan(variances)
    precision = np.divide(1.0, variances, out=np.zeros_like(values), where=observed)
    weighted = np.where(observed, values, 0.0) * precision
    offsets = np.zeros((weeks, streams)) if added is None else added
    first = max(0, weeks - WINDOW)
    tried = observed[first:] & _enough_before(observed, first)
    if earliest is not None:
        tried &= (np.arange(first, weeks)[:, np.newaxis] >= earliest)[:, :, np.newaxis]
    before, before_mean = _baselines(precision, weighted, prior, offsets, first)
    after, after_mean = _changes(precision, weighted, offsets, first)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = 1 / before + 1 / after
        difference = after_mean - before_mean
        factor = np.full(difference.shape, -np.inf)
        terms = [_log_factor(difference, variance, (size * shift) ** 2) for size in SIZES]
        np.copyto(factor, np.logaddexp(*terms) - np.log(len(SIZES)), where=tried)
    return Onsets(first, factor, difference, variance)


def _log_factor(difference: Cube, variance: Cube, change: Vector) -> Cube:
    """Log Bayes factor of a change N(0, ``change``) against none."""
    gain = 1 / variance - 1 / (variance + change)
    return np.asarray(-0.5 * np.log1p(change / variance) + 0.5 * difference**2 * gain)


def _enough_before(observed: NDArray[np.bool_], first: int) -> NDArray[np.bool_]:
    before = observed.cumsum(axis=0) - observed
    return np.asarray(before[first:] >= BASELINE_WEEKS)


def _baselines(
    precision: Cube, weighted: Cube, prior: Vector, offsets: NDArray[np.float64], first: int
) -> tuple[Cube, Cube]:
    """Precision and mean of the level before each onset from ``first`` on, prior included."""
    weeks = precision.shape[0]
    total = np.broadcast_to(1 / prior, precision.shape[1:]).copy()
    mean = np.zeros(precision.shape[1:])
    totals, means = np.zeros((weeks - first, *total.shape)), np.zeros((weeks - first, *total.shape))
    for week in range(weeks):
        if week >= first:
            totals[week - first], means[week - first] = total, mean
        if offsets[week].any():
            total = 1 / (1 / total + offsets[week])
        grown = total + precision[week]
        mean = (total * mean + weighted[week]) / grown
        total = grown
    return totals, means


def _changes(precision: Cube, weighted: Cube, offsets: NDArray[np.float64], first: int) -> tuple[Cube, Cube]:
    """Precision and mean of the level from each onset on; precision 0 where nothing was observed."""
    weeks = precision.shape[0]
    total, scaled = np.zeros(precision.shape[1:]), np.zeros(precision.shape[1:])
    totals, means = np.zeros((weeks - first, *total.shape)), np.zeros((weeks - first, *total.shape))
    for week in range(weeks - 1, first - 1, -1):
        total, scaled = total + precision[week], scaled + weighted[week]
        if offsets[week].any():
            shrunk = total / (1 + total * offsets[week])
            scaled = scaled * np.divide(shrunk, total, out=np.zeros_like(total), where=total > 0)
            total = shrunk
        totals[week - first] = total
        means[week - first] = np.divide(scaled, total, out=np.zeros_like(total), where=total > 0)
    return totals, means


def weigh_counts(events: Cube, expected: Cube, *, earliest: Codes | None = None) -> Onsets:
    """The evidence of every onset in counts of rare events, gamma-Poisson, beside what the team's rate expects.

    ``events`` and ``expected`` are weeks x reviewers x streams, NaN where nothing was observed. ``difference`` is the
    log ratio of the rates after and before, ``variance`` holds the expected count after the onset.
    """
    weeks = events.shape[0]
    observed = ~np.isnan(events) & ~np.isnan(expected)
    first = max(0, weeks - WINDOW)
    tried = observed[first:] & _enough_before(observed, first)
    if earliest is not None:
        tried &= (np.arange(first, weeks)[:, np.newaxis] >= earliest)[:, :, np.newaxis]
    seen, due = np.where(observed, events, 0.0), np.where(observed, expected, 0.0)
    n0, e0 = ((part.cumsum(axis=0) - part)[first:] for part in (seen, due))
    n1, e1 = (part[::-1].cumsum(axis=0)[::-1][first:] for part in (seen, due))
    rate = (4 + n0) / (4 + e0)
    factor = np.where(
        tried,
        _log_count(n1, e1, np.full_like(n1, 1.5), 1.5 / rate) - _log_count(n1, e1, 4 + n0, 4 + e0),
        -np.inf,
    )
    after = (1.5 + n1) / (1.5 / rate + e1)
    return Onsets(first, factor, np.log(after / rate), e1)


def _log_count(number: Cube, exposure: Cube, shape: Cube, rate: Cube) -> Cube:
    """Log marginal chance of a count, a gamma prior on its rate; factors that cancel are left out."""
    return np.asarray(
        gammaln(shape + number) - gammaln(shape) + shape * np.log(rate) - (shape + number) * np.log(rate + exposure)
    )


def combine(log_evidence: NDArray[np.float64], weight: Vector) -> tuple[Vector, NDArray[np.float64]]:
    """Log M of each reviewer and the log of each stream's share, weight x M, reviewers x streams."""
    shares = log_evidence + np.log(weight)
    return log_sum(shares.T), shares
