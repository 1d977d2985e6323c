"""How far raters agree: percent agreement and Krippendorff's alpha. Ratings are raters x items, NaN where missing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import check_confidence, t_quantile
from calibration.results import Estimate, Interval, undefined

Matrix = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
NO_VARIATION = "no variation: every rating is the same, so chance-corrected agreement is not defined"
FEW_RESAMPLES = 0.5  # less than this share of resamples with a defined value: no interval
EXACT = 1e-12


def _pairable(ratings: Any) -> tuple[Matrix, int]:
    """The items with at least two ratings, and the number of raters."""
    matrix = np.asarray(ratings, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"ratings are raters x items: {matrix.ndim} dimensions")
    if np.isinf(matrix).any():
        raise ValueError("ratings hold an infinite value")
    return matrix[:, (~np.isnan(matrix)).sum(axis=0) >= 2], matrix.shape[0]


def _categories(matrix: Matrix, declared: Sequence[float] | None) -> Matrix:
    """The declared scale, or what was observed where none is declared."""
    seen = np.unique(matrix[~np.isnan(matrix)])
    if declared is None:
        return seen
    scale = np.unique(np.asarray(declared, dtype=np.float64))
    outside = np.setdiff1d(seen, scale)
    if outside.size:
        raise ValueError(f"a rating is not on the declared scale: {outside[0]:g}")
    return scale


def _counts(matrix: Matrix, categories: Matrix) -> Matrix:
    """Items x categories: how many raters chose each."""
    return np.stack([(matrix == category).sum(axis=0) for category in categories], axis=1).astype(np.float64)


def percent_agreement(ratings: Any, *, categories: Sequence[float] | None = None, confidence: float = 0.95) -> Estimate:
    """Share of pairs of ratings of the same item that are equal, averaged over the items with at least two ratings.

    The interval takes the items as the sampling unit (Student's t on the items' shares), cut to 0..1.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76, 378-382, eq. 1-3, with a varying number of raters.
    """
    check_confidence(confidence)
    method = "percent agreement"
    matrix, raters = _pairable(ratings)
    items = matrix.shape[1]
    if items == 0:
        return undefined("no item has two ratings", method=method, n_raters=raters)
    counts = _counts(matrix, _categories(matrix, categories))
    n = counts.sum(axis=1)
    shares = (counts * (counts - 1)).sum(axis=1) / (n * (n - 1))
    estimate = float(shares.mean())
    result = Estimate(estimate=estimate, n_items=items, n_raters=raters, method=method)
    if items == 1:
        return replace(result, reason="one item has no interval")
    error = float(shares.std(ddof=1) / np.sqrt(items))
    if error < EXACT:
        return replace(result, std_error=0.0, reason="every item has the same agreement: no spread to judge by")
    half = t_quantile(0.5 + confidence / 2, items - 1) * error
    interval = Interval(low=max(0.0, estimate - half), high=min(1.0, estimate + half), confidence=confidence)
    return replace(result, std_error=error, interval=interval)


def krippendorff_alpha(
    ratings: Any,
    *,
    level: Level | str = "nominal",
    categories: Sequence[float] | None = None,
    bootstrap: int = 0,
    rng: np.random.Generator | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's alpha: 1 minus observed over expected disagreement, for any number of raters and missing ratings.

    With ``bootstrap`` resamples of the items (percentile interval) it needs ``rng``. Where all ratings are the same,
    alpha is not defined: ``None`` with the reason.

    References
    ----------
    Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania; (2019) Content
    Analysis, 4th ed., ch. 12. Resampling items: Zapf et al. (2016), BMC Medical Research Methodology 16:93.
    """
    check_confidence(confidence)
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise ValueError(f"level is nominal, ordinal, interval or ratio: {level!r}")
    if bootstrap < 0 or (bootstrap and rng is None):
        raise ValueError("a bootstrap needs a positive number of resamples and rng")
    method = f"Krippendorff's alpha, {level}"
    matrix, raters = _pairable(ratings)
    items = matrix.shape[1]
    if items == 0:
        return undefined("no item has two ratings", method=method, n_raters=raters)
    scale = _categories(matrix, categories)
    if level == "ratio" and (scale < 0).any():
        raise ValueError("the ratio level needs ratings of 0 or more")
    counts = _counts(matrix, scale)
    values = _alphas(counts[np.newaxis], np.ones((1, items)), scale, level)
    if np.isnan(values[0]):
        return undefined(NO_VARIATION, method=method, n_items=items, n_raters=raters)
    result = Estimate(estimate=float(values[0]), n_items=items, n_raters=raters, method=method)
    if not bootstrap or rng is None:
        return result
    weights = rng.multinomial(items, np.full(items, 1 / items), size=bootstrap).astype(np.float64)
    resampled = _alphas(counts[np.newaxis], weights, scale, level)
    defined = resampled[~np.isnan(resampled)]
    if items < 3 or defined.size < FEW_RESAMPLES * bootstrap:
        return replace(result, reason="too few items for an interval")
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return replace(
        result,
        std_error=float(defined.std(ddof=1)),
        interval=Interval(low=float(low), high=float(high), confidence=confidence),
        method=f"{method}, {bootstrap} resamples of the items",
    )


def _alphas(counts: Matrix, weights: Matrix, scale: Matrix, level: str) -> Matrix:
    """Alpha of each resample: counts 1 x items x categories, weights resamples x items (times each item was drawn).

    Coincidences o_ck = sum over items of n_c (n_k - [c = k]) / (n - 1).
    """
    item_counts = counts[0]
    n = item_counts.sum(axis=1)
    per_item = item_counts[:, :, np.newaxis] * item_counts[:, np.newaxis, :]
    diagonal = np.arange(scale.size)
    per_item[:, diagonal, diagonal] -= item_counts
    per_item /= (n - 1)[:, np.newaxis, np.newaxis]
    coincidences = np.tensordot(weights, per_item, axes=(1, 0))
    marginals = coincidences.sum(axis=2)
    total = marginals.sum(axis=1)
    distances = _squared_distances(scale, marginals, level)
    observed = (coincidences * distances).sum(axis=(1, 2)) / total
    expected = marginals[:, :, np.newaxis] * marginals[:, np.newaxis, :]
    expected[:, diagonal, diagonal] -= marginals
    chance = (expected * distances).sum(axis=(1, 2)) / (total * (total - 1))
    alphas = np.full(weights.shape[0], np.nan)
    varied = chance > EXACT
    alphas[varied] = 1 - observed[varied] / chance[varied]
    return alphas


def _squared_distances(scale: Matrix, marginals: Matrix, level: str) -> Matrix:
    """The metric of a level of measurement, resamples x categories x categories."""
    resamples, size = marginals.shape
    if level == "nominal":
        metric = 1.0 - np.eye(size)
    elif level == "interval":
        metric = (scale[:, np.newaxis] - scale[np.newaxis, :]) ** 2
    elif level == "ratio":
        sums = scale[:, np.newaxis] + scale[np.newaxis, :]
        gaps = scale[:, np.newaxis] - scale[np.newaxis, :]
        metric = np.divide(gaps, sums, out=np.zeros_like(gaps), where=sums > 0) ** 2
    else:
        # Ordinal: the ratings between two categories, half of each end; it depends on the marginals of the resample.
        middle = np.cumsum(marginals, axis=1) - marginals / 2
        ordinal: Matrix = (middle[:, :, np.newaxis] - middle[:, np.newaxis, :]) ** 2
        return ordinal
    return np.broadcast_to(metric, (resamples, size, size))
