"""Mean squares of items and raters where any rating may be missing, each adjusted for the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.ratings import Matrix, Observed, Vector, check_squares, observe, tally

NOISE = 1e-12  # share of the total sum of squares below which a sum of squares is rounding
DENSE = 5_000_000  # cells of an items x raters table that are held as an ordinary matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossedSquares:
    """Sums that the analyses of items x raters are made of.

    Mean squares: ``between`` items and ``within`` items ignoring who rated; ``items``, ``raters`` and ``error`` with
    items and raters adjusted for each other. ``k_between``, ``k_items`` and ``k_raters`` are the multipliers of the
    variance of items (first two) and raters in their expectations: raters, raters and items where nothing is missing.
    ``k`` is the harmonic mean number of ratings per item. A mean square without degrees of freedom is 0.
    """

    n_items: int
    n_raters: int
    between: float
    within: float
    items: float
    raters: float
    error: float
    df_between: int
    df_within: int
    df_items: int
    df_raters: int
    df_error: int
    k_between: float
    k_items: float
    k_raters: float
    k: float


def crossed_squares(ratings: Any) -> CrossedSquares:
    """Mean squares of a matrix raters x items or a ``RatingList``.

    References
    ----------
    Henderson (1953), Biometrics 9, 226-252, method 3, items absorbed. Searle, Casella & McCulloch (1992), Variance
    Components, ch. 5.
    """
    return squares_of(observe(ratings))


def squares_of(observed: Observed) -> CrossedSquares:
    """As ``crossed_squares`` for ratings that are checked already."""
    listed = observed.listed()
    check_squares(listed.value)
    number, items, raters = listed.value.size, observed.n_items, observed.n_raters
    # From the first rating first: ratings that are all equal then leave zeros, not what their mean was rounded by.
    value = listed.value - (listed.value[0] if number else 0.0)
    value -= value.mean() if number else 0.0
    total = float(value @ value)
    item_sums = tally(listed.item, value, items)
    starts = np.cumsum(observed.per_rater) - observed.per_rater
    rater_sums = _sums_by_rater(value, starts)
    by_items = float((item_sums**2 / observed.per_item).sum())
    by_raters = float((rater_sums**2 / observed.per_rater).sum())
    value -= (item_sums / observed.per_item)[listed.item]
    adjusted, rank = _adjusted(observed, _sums_by_rater(value, starts))
    parts = raters - rank  # groups of raters that share no item with one another
    within = _clean(total - by_items, total)
    error = _clean(total - by_items - adjusted, total)
    only_items = _clean(total - by_raters - error, total)
    df_items, df_error = items - parts, number - items - rank
    return CrossedSquares(
        n_items=items,
        n_raters=raters,
        between=_mean(_clean(by_items, total), items - 1),
        within=_mean(within, number - items),
        items=_mean(only_items, df_items),
        raters=_mean(_clean(adjusted, total), rank),
        error=_mean(error, df_error),
        df_between=items - 1,
        df_within=number - items,
        df_items=df_items,
        df_raters=rank,
        df_error=df_error,
        k_between=_mean(number - float((observed.per_item**2).sum()) / max(number, 1), items - 1),
        k_items=_mean(number - raters, df_items),
        k_raters=_mean(number - items, rank),
        k=_harmonic_mean(observed.per_item),
    )


def _sums_by_rater(value: Vector, starts: Vector) -> Vector:
    """Sums over the ratings of each rater, which stand side by side."""
    if not starts.size:
        return np.zeros(0)
    return np.asarray(np.add.reduceat(value, starts.astype(np.int64)))


def _adjusted(observed: Observed, deviations: Vector) -> tuple[float, int]:
    """Sum of squares of raters after items, and its degrees of freedom."""
    raters = observed.n_raters
    if raters == 0:
        return 0.0, 0
    shared = _shared_items(observed)
    system = np.diag(observed.per_rater) - shared
    values, vectors = np.linalg.eigh(system)
    kept = values > 1e-9 * max(float(values[-1]), 1.0)
    loadings = vectors[:, kept].T @ deviations
    return float((loadings**2 / values[kept]).sum()), int(kept.sum())


def _shared_items(observed: Observed) -> Matrix:
    """Raters x raters: the items both rated, each over its number of ratings."""
    shape = observed.n_items, observed.n_raters
    if observed.per_item.sum() == shape[0] * shape[1]:
        return np.full((shape[1], shape[1]), shape[0] / shape[1])
    root = 1 / np.sqrt(observed.per_item)
    item, rater = observed.listed().item, observed.raters()
    if shape[0] * shape[1] <= DENSE:
        table = np.zeros(shape)
        table[item, rater] = root[item]
        return np.asarray(table.T @ table)
    from scipy import sparse

    cells = sparse.csr_array((root[item], (item, rater)), shape=shape)
    return np.asarray((cells.T @ cells).toarray())


def _harmonic_mean(per_item: Vector) -> float:
    if not per_item.size:
        return 0.0
    first = float(per_item[0])
    return first if (per_item == first).all() else per_item.size / float((1 / per_item).sum())


def _clean(squares: float, total: float) -> float:
    return squares if squares > NOISE * total else 0.0


def _mean(squares: float, df: float) -> float:
    return squares / df if df > 0 else 0.0
