"""What reviewers' strictness does to the mean of a group: a second mark beside the raw one, never a single score."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from calibration.intervals import check_confidence, normal_quantile
from calibration.results import Estimate, Interval
from calibration.severity import NO_SCORES, Severities


@dataclass(frozen=True, slots=True, kw_only=True)
class FairMean:
    """A group's mean as scored and with reviewers' strictness taken off.

    ``moved_by`` is fair less raw: what strict reviewers took away. Its error holds the severities' alone, not the
    sample's, which both means share.
    """

    raw: float | None
    fair: float | None
    moved_by: Estimate
    n: int


def fair_means(
    groups: Any,
    count: int,
    base: Any,
    final: Any,
    reviewers: Any,
    found: Severities,
    *,
    weights: Any = None,
    confidence: float = 0.95,
) -> tuple[FairMean, ...]:
    """Raw and fair mean of each group 0..count-1, for groups of scorings only: nobody's single score is corrected.

    ``base`` is the score without critical criteria, ``final`` the score as given; where they differ a critical
    criterion failed and the score stays as given. ``weights`` are design weights. A group none of whose reviewers has
    a severity has no fair mean.
    """
    check_confidence(confidence)
    code, who = np.asarray(groups, dtype=np.int64), np.asarray(reviewers, dtype=np.int64)
    before, given = np.asarray(base, dtype=np.float64), np.asarray(final, dtype=np.float64)
    w = np.ones(code.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if not code.shape == who.shape == before.shape == given.shape == w.shape:
        raise ValueError(f"groups, scores, reviewers and weights are of one length: {code.shape}, {given.shape}")
    if code.size and (code.min() < 0 or code.max() >= count):
        raise ValueError("groups holds codes from 0 to count - 1")
    if code.size and (who.min() < 0 or who.max() >= len(found.reviewers)):
        raise ValueError("reviewers holds codes of the severities; gold is nobody's score")
    if not (np.isfinite(w) & (w > 0)).all() or not np.isfinite(given).all():
        raise ValueError("scores are finite and weights positive")
    known = np.array([own.estimate is not None for own in found.reviewers], dtype=np.bool_)
    quantile = normal_quantile(0.5 + confidence / 2)
    counted = before == given
    means = []
    for place in range(count):
        rows = code == place
        total = float(w[rows].sum())
        if not total:
            none = Estimate(estimate=None, method="reviewers' strictness", reason=NO_SCORES)
            means.append(FairMean(raw=None, fair=None, moved_by=none, n=0))
            continue
        raw = float((w[rows] * given[rows]).sum() / total)
        moved = rows & counted
        share = np.bincount(who[moved], w[moved], len(known)) / total
        n = int(rows.sum())
        if not known[who[rows]].all():
            reason = "not every reviewer of the group has a severity"
            none = Estimate(estimate=None, n_items=n, method="reviewers' strictness", reason=reason)
            means.append(FairMean(raw=raw, fair=None, moved_by=none, n=n))
            continue
        shift = -float(share @ found.estimates)
        error = sqrt(max(float(share @ found.covariance @ share), 0.0))
        moved_by = Estimate(
            estimate=shift,
            std_error=error,
            interval=Interval(low=shift - quantile * error, high=shift + quantile * error, confidence=confidence),
            n_items=n,
            n_raters=int(np.unique(who[rows]).size),
            method="reviewers' strictness",
        )
        means.append(FairMean(raw=raw, fair=raw + shift, moved_by=moved_by, n=n))
    return tuple(means)
