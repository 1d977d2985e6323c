"""Ratings as they come in, checked once: a matrix of raters x items (NaN where missing), or the same as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]
WIDE_RANGE = 4096  # above this span integer categories are found by sorting, not by counting


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingList:
    """Ratings one by one: rater and item are any whole numbers that name them. Takes the place of a matrix."""

    raters: Sequence[int] | NDArray[np.int64]
    items: Sequence[int] | NDArray[np.int64]
    values: Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The ratings that exist, raters and items renumbered without gaps.

    ``item_names`` holds the original number of each kept item. Raters and items without any rating are gone.
    """

    rater: Codes
    item: Codes
    value: Vector
    n_raters: int
    n_items: int
    item_names: Codes
    per_item: Vector
    per_rater: Vector

    @property
    def pairable(self) -> NDArray[np.bool_]:
        """Which items have at least two ratings."""
        return self.per_item >= 2


def observe(ratings: Any) -> Observed:
    """The checked ratings of a matrix raters x items or of a ``RatingList``."""
    if isinstance(ratings, RatingList):
        rater, item, value, shape = _listed(ratings)
    else:
        matrix = np.asarray(ratings, dtype=np.float64)
        if matrix.ndim != 2:
            raise ValueError(f"ratings are raters x items: {matrix.ndim} dimensions")
        flat = matrix.ravel()
        place = np.flatnonzero(flat == flat)
        value = flat[place]
        rater = place // max(matrix.shape[1], 1)
        item = place - rater * matrix.shape[1]
        shape = matrix.shape[0], matrix.shape[1]
    if not np.isfinite(value).all():
        raise ValueError("ratings hold an infinite value")
    rater, per_rater, _ = _without_gaps(rater, shape[0])
    item, per_item, names = _without_gaps(item, shape[1])
    return Observed(
        rater=rater,
        item=item,
        value=value,
        n_raters=per_rater.size,
        n_items=per_item.size,
        item_names=names,
        per_item=per_item,
        per_rater=per_rater,
    )


def _listed(ratings: RatingList) -> tuple[Codes, Codes, Vector, tuple[int, int]]:
    value = np.asarray(ratings.values, dtype=np.float64)
    rater_names, rater = np.unique(np.asarray(ratings.raters), return_inverse=True)
    item_names, item = np.unique(np.asarray(ratings.items), return_inverse=True)
    if not rater.size == item.size == value.size:
        raise ValueError(f"a rating list is of one length: {rater.size}, {item.size} and {value.size}")
    there = ~np.isnan(value)
    rater, item, value = rater[there], item[there], value[there]
    if np.unique(item * max(rater_names.size, 1) + rater).size < value.size:
        raise ValueError("a rater rates an item once: the list holds one twice")
    return rater, item, value, (rater_names.size, item_names.size)


def _without_gaps(codes: Codes, size: int) -> tuple[Codes, Vector, Codes]:
    """The codes renumbered over the ones that occur, how often each occurs, and their old numbers."""
    often = np.bincount(codes, minlength=size)
    names = np.flatnonzero(often)
    if names.size < size:
        new = np.cumsum(often > 0) - 1
        codes = new[codes]
    return codes, often[names].astype(np.float64), names


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Ratings as positions on a scale, and how many raters chose each category of it for each item."""

    observed: Observed
    scale: Vector
    code: Codes
    counts: Matrix


def code(observed: Observed, categories: Sequence[float] | None = None) -> Coded:
    """Ratings on the declared scale, or on the categories that occur where none is declared."""
    scale = occurring(observed.value) if categories is None else _declared(categories)
    codes = positions(observed.value, scale)
    size = scale.size
    counts = np.bincount(observed.item * size + codes, minlength=observed.n_items * size)
    return Coded(
        observed=observed,
        scale=scale,
        code=codes,
        counts=counts.reshape(observed.n_items, size).astype(np.float64),
    )


def _declared(categories: Sequence[float]) -> Vector:
    scale = np.unique(np.asarray(categories, dtype=np.float64))
    if not np.isfinite(scale).all():
        raise ValueError("a category is a finite number")
    return scale


def occurring(values: Vector) -> Vector:
    """The distinct values, ascending."""
    if values.size:
        low, high = float(values.min()), float(values.max())
        if high - low < WIDE_RANGE and low.is_integer():
            steps = (values - low).astype(np.int64)
            if (steps == values - low).all():
                return low + np.flatnonzero(np.bincount(steps)).astype(np.float64)
    return np.unique(values)


def positions(values: Vector, scale: Vector) -> Codes:
    """Where each value stands on the ascending scale; a value that is not on it is refused by name."""
    if not values.size:
        return np.zeros(0, dtype=np.int64)
    if scale.size == 0:
        raise ValueError(f"a rating is not on the declared scale: {values[0]:g}")
    if (scale == scale[0] + np.arange(scale.size)).all():
        shifted = values - scale[0]
        places: Codes = shifted.astype(np.int64)
        wrong = (places != shifted) | (places < 0) | (places >= scale.size)
    else:
        places = np.minimum(np.searchsorted(scale, values), scale.size - 1)
        wrong = scale[places] != values
    if wrong.any():
        raise ValueError(f"a rating is not on the declared scale: {values[wrong][0]:g}")
    return places


def ratings_of_table(table: Any, categories: Sequence[float] | None = None) -> Matrix:
    """Two raters' ratings from their contingency table: rows are the first rater, columns the second."""
    counts = np.asarray(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a table of two raters is square: {counts.shape}")
    whole = _whole_counts(counts)
    scale = np.arange(1, len(whole) + 1, dtype=np.float64) if categories is None else np.asarray(categories, float)
    if scale.size != len(whole):
        raise ValueError(f"{scale.size} categories for a table of {len(whole)}")
    row, column = np.indices(whole.shape)
    often = whole.ravel()
    return np.stack([scale[np.repeat(row.ravel(), often)], scale[np.repeat(column.ravel(), often)]])


def ratings_of_counts(counts: Any, categories: Sequence[float] | None = None) -> RatingList:
    """Ratings from counts of items x categories; who gave which is not known, so raters are numbered per item."""
    whole = _whole_counts(np.asarray(counts))
    if whole.ndim != 2:
        raise ValueError(f"counts are items x categories: {whole.ndim} dimensions")
    scale = np.arange(1, whole.shape[1] + 1, dtype=np.float64) if categories is None else np.asarray(categories, float)
    item, category = np.indices(whole.shape)
    often = whole.ravel()
    items = np.repeat(item.ravel(), often)
    starts = np.concatenate([[0], np.cumsum(whole.sum(axis=1))])
    raters = np.arange(items.size) - starts[items]
    return RatingList(raters=raters, items=items, values=scale[np.repeat(category.ravel(), often)])


def _whole_counts(counts: NDArray[Any]) -> Codes:
    numbers = np.asarray(counts, dtype=np.float64)
    if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any() or (numbers < 0).any():
        raise ValueError("counts are whole numbers of 0 or more")
    whole: Codes = numbers.astype(np.int64)
    return whole


def tally(codes: Codes, weights: Vector, size: int) -> Vector:
    """Sum of the weights of each code from 0 to ``size`` - 1."""
    sums: Vector = np.bincount(codes, weights=weights, minlength=size).astype(np.float64, copy=False)
    return sums
