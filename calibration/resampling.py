"""Bootstrap over items or clusters of items: resamples as weights, intervals from the resampled figures."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from calibration.quantiles import normal_quantile
from calibration.ratings import Matrix, Vector
from calibration.results import Interval

IntervalKind = Literal["percentile", "bca"]
CHUNK = 1_000_000  # weights held at a time: 8 MB
FEW_KINDS = 4  # as many units of a kind, on average, make it worth drawing kinds
COMMON = 16  # units from which a kind is drawn at once
FEW_RESAMPLES = 0.5  # less than this share of resamples with a defined value: no interval


def bootstrap_weights(units: int, resamples: int, rng: np.random.Generator) -> Iterator[Matrix]:
    """How often each unit is drawn in each resample, resamples x units, in chunks that fit in memory.

    The chunks share their memory: each is to be used before the next is asked for.
    """
    rows = min(resamples, max(1, CHUNK // max(units, 1)))
    weights = np.empty((rows, units), dtype=np.float64)
    for done in range(0, resamples, rows):
        size = min(rows, resamples - done)
        for row in range(size):
            weights[row] = np.bincount(rng.integers(0, units, size=units), minlength=units)
        yield weights[:size]


def bootstrap_draws(units: int, resamples: int, rng: np.random.Generator, *, cells: int) -> Iterator[NDArray[np.int64]]:
    """Which units each resample holds, resamples x units, in chunks; ``cells`` is what one resample takes in memory."""
    rows = max(1, CHUNK // max(cells, 1))
    for done in range(0, resamples, rows):
        yield rng.integers(0, units, size=(min(rows, resamples - done), units))


def resampled(sums: Any, figure: Callable[[Matrix], Vector], resamples: int, rng: np.random.Generator) -> Vector:
    """The figure of each resample; ``sums`` (dense or sparse, units x parts) is what each unit adds to the totals.

    Units that add the same are drawn together: how often a kind comes up is all that matters.
    """
    units = int(sums.shape[0])
    kinds = _kinds(sums)
    if kinds is None:
        chunks = [figure(weighted_totals(sums, weights)) for weights in bootstrap_weights(units, resamples, rng)]
    else:
        rows, often = kinds
        chunks = [figure(weights @ rows) for weights in _kind_weights(often, resamples, rng)]
    return np.concatenate(chunks)


def _kinds(sums: Any) -> tuple[Matrix, NDArray[np.int64]] | None:
    """The distinct rows, the commonest first, and how often each occurs; none where most rows are rare."""
    if not isinstance(sums, np.ndarray) or not sums.size:
        return None
    # Equal rows have equal projections; the reverse is checked.
    projection = (sums * np.cos(np.arange(1, sums.shape[1] + 1))).sum(axis=1)
    _, first, kind, often = np.unique(projection, return_index=True, return_inverse=True, return_counts=True)
    if first.size > len(sums) / FEW_KINDS or not (sums[first][kind] == sums).all():
        return None
    order = np.argsort(-often, kind="stable")
    return sums[first[order]], often[order]


def _kind_weights(often: NDArray[np.int64], resamples: int, rng: np.random.Generator) -> Iterator[Matrix]:
    """How often each kind is drawn in each resample, resamples x kinds, in chunks.

    Common kinds by one multinomial draw with all rare ones as its last class, those then one unit at a time.
    """
    units, common = int(often.sum()), int((often >= COMMON).sum())
    rare = np.repeat(np.arange(often.size - common), often[common:])
    chances = np.append(often[:common], rare.size) / units
    rows = min(resamples, max(1, CHUNK // often.size))
    for done in range(0, resamples, rows):
        size = min(rows, resamples - done)
        drawn = rng.multinomial(units, chances, size=size)
        weights = np.empty((size, often.size))
        weights[:, :common] = drawn[:, :-1]
        if rare.size:
            for row, number in enumerate(drawn[:, -1].tolist()):
                units_drawn = rare[rng.integers(0, rare.size, size=number)]
                weights[row, common:] = np.bincount(units_drawn, minlength=often.size - common)
        yield weights


def weighted_totals(sums: Any, weights: Matrix) -> Matrix:
    """Totals of each row of weights, rows x parts."""
    if isinstance(sums, np.ndarray):
        return np.asarray(weights @ sums)
    return np.ascontiguousarray((sums.T @ weights.T).T)


def without_each(sums: Any) -> Iterator[Matrix]:
    """Totals with one unit left out, units x parts, in chunks."""
    units, parts = sums.shape
    whole = np.asarray(sums.sum(axis=0)).reshape(1, -1)
    rows = max(1, CHUNK // max(parts, 1))
    for start in range(0, units, rows):
        part = sums[start : start + rows]
        yield whole - (part if isinstance(part, np.ndarray) else part.toarray())


def resampled_interval(
    values: Vector, estimate: float, influence: Vector, *, kind: IntervalKind | str, confidence: float
) -> Interval | None:
    """Interval of the resampled figures; none where fewer than half of the resamples have a figure.

    ``bca`` corrects for bias and for a spread that changes with the figure (acceleration from the influence values).

    References
    ----------
    Efron (1987), JASA 82, 171-185, eq. 2.3 and 6.6. Efron & Tibshirani (1993), An Introduction to the Bootstrap,
    ch. 13 and 14.
    """
    if kind not in ("percentile", "bca"):
        raise ValueError(f"interval is percentile or bca: {kind!r}")
    if kind == "percentile":
        return percentile_interval(values, confidence)
    defined = _defined(values)
    if defined is None:
        return None
    return _between(defined, _corrected_tails(_tails(confidence), defined, estimate, influence), confidence)


def percentile_interval(values: Vector, confidence: float) -> Interval | None:
    """The middle share of the resampled figures; none where fewer than half of them are defined."""
    defined = _defined(values)
    return None if defined is None else _between(defined, _tails(confidence), confidence)


def _defined(values: Vector) -> Vector | None:
    defined: Vector = values[~np.isnan(values)]
    return defined if defined.size >= max(2, FEW_RESAMPLES * values.size) else None


def _tails(confidence: float) -> Vector:
    return np.array([(1 - confidence) / 2, (1 + confidence) / 2])


def _between(values: Vector, tails: Vector, confidence: float) -> Interval:
    low, high = np.quantile(values, tails)
    return Interval(low=float(low), high=float(high), confidence=confidence)


def _corrected_tails(tails: Vector, values: Vector, estimate: float, influence: Vector) -> Vector:
    from scipy import special

    # Ties with the estimate count half, or a figure of few distinct values looks biased.
    below = float((values < estimate).mean() + (values == estimate).mean() / 2)
    if not 0 < below < 1:
        return tails
    bias = normal_quantile(below)
    spread = float((influence**2).sum())
    acceleration = float((influence**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0
    shifted = bias + special.ndtri(tails)
    corrected: Vector = special.ndtr(bias + shifted / (1 - acceleration * shifted))
    return corrected
