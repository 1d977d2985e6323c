"""Ratings as they come in, checked once: a matrix of raters x items (NaN where missing), or the same as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]
MANY_RATERS = 512  # up to here a matrix is read row by row
WIDE_RANGE = 4096  # above this span integer categories are found by sorting, not by counting


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingList:
    """Ratings one by one: rater and item are any whole numbers that name them. Takes the place of a matrix."""

    raters: Sequence[int] | NDArray[np.int64]
    items: Sequence[int] | NDArray[np.int64]
    values: Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The ratings that exist, rater by rater; raters and items without any rating are gone, the rest renumbered.

    ``item`` and ``value`` hold one entry per rating, those of the first rater first. ``item_names`` holds the original
    number of each kept item.
    """

    item: Codes
    value: Vector
    item_names: Codes
    per_item: Vector
    per_rater: Vector

    @property
    def n_items(self) -> int:
        """Items with a rating."""
        return self.per_item.size

    @property
    def n_raters(self) -> int:
        """Raters with a rating."""
        return self.per_rater.size

    @property
    def rater(self) -> Codes:
        """The rater of each rating."""
        return np.repeat(np.arange(self.n_raters), self.per_rater.astype(np.int64))

    @property
    def pairable(self) -> NDArray[np.bool_]:
        """Which items have at least two ratings."""
        return self.per_item >= 2


def observe(ratings: Any) -> Observed:
    """The checked ratings of a matrix raters x items or of a ``RatingList``."""
    if isinstance(ratings, RatingList):
        item, value, per_rater, items = _listed(ratings)
    else:
        matrix = np.asarray(ratings, dtype=np.float64)
        if matrix.ndim != 2:
            raise ValueError(f"ratings are raters x items: {matrix.ndim} dimensions")
        items = matrix.shape[1]
        item, value, per_rater = _tidy(matrix)
    if not np.isfinite(value).all():
        raise ValueError("ratings hold an infinite value")
    per_item = np.bincount(item, minlength=items)
    names = np.flatnonzero(per_item)
    if names.size < items:
        item = (np.cumsum(per_item > 0) - 1)[item]
    return Observed(
        item=item,
        value=value,
        item_names=names,
        per_item=per_item[names].astype(np.float64),
        per_rater=per_rater[per_rater > 0].astype(np.float64),
    )


def _tidy(matrix: Matrix) -> tuple[Codes, Vector, Codes]:
    """Items and values of the ratings that are there, and how many each rater gave."""
    there = matrix == matrix
    per_rater = np.count_nonzero(there, axis=1)
    if len(matrix) > MANY_RATERS:
        rater, item = np.nonzero(there)
        return item, matrix[rater, item], per_rater
    # Row by row the intermediate arrays stay small, which costs far less than memory that is new each time.
    ends = np.cumsum(per_rater)
    item = np.empty(int(per_rater.sum()), dtype=np.int64)
    value = np.empty(item.size, dtype=np.float64)
    for row, own, end, number in zip(matrix, there, ends, per_rater, strict=True):
        place = np.flatnonzero(own)
        item[end - number : end] = place
        np.take(row, place, out=value[end - number : end])
    return item, value, per_rater


def _listed(ratings: RatingList) -> tuple[Codes, Vector, Codes, int]:
    value = np.asarray(ratings.values, dtype=np.float64)
    raters, items = np.asarray(ratings.raters), np.asarray(ratings.items)
    if not raters.size == items.size == value.size:
        raise ValueError(f"a rating list is of one length: {raters.size}, {items.size} and {value.size}")
    item_names, item = np.unique(items, return_inverse=True)
    there = np.flatnonzero(~np.isnan(value))
    rater = np.unique(raters[there], return_inverse=True)[1]
    order = np.lexsort((item[there], rater))
    item, rater, value = item[there][order], rater[order], value[there][order]
    if ((item[1:] == item[:-1]) & (rater[1:] == rater[:-1])).any():
        raise ValueError("a rater rates an item once: the list holds one twice")
    return item, value, np.bincount(rater), item_names.size


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
    cell = observed.item * size
    cell += codes
    counts = np.bincount(cell, minlength=observed.n_items * size)
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
        wrong = places != shifted
        if places.min() < 0 or places.max() >= scale.size:
            wrong |= (places < 0) | (places >= scale.size)
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
