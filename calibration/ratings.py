"""Ratings as they come in, checked once: a matrix of raters x items (NaN where missing), or the same as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
LARGEST = 1e75  # of a rating whose fourth power, and that of its inverse, a float holds
Codes = NDArray[np.int64]
MANY_RATERS = 512  # up to here a matrix is read row by row
FEW_CATEGORIES = 16  # up to here categories are counted by comparing, one after another
WIDE_RANGE = 4096  # above this span integer categories are found by sorting, not by counting


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingList:
    """Ratings one by one: rater and item are any whole numbers that name them. Takes the place of a matrix."""

    raters: Sequence[int] | NDArray[np.int64]
    items: Sequence[int] | NDArray[np.int64]
    values: Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Ratings one by one, those of the first rater first: the item and the value of each."""

    item: Codes
    value: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The ratings that exist; raters and items without any rating are gone, the rest renumbered.

    They are held as the matrix they came in (rows without a rating taken out) or as a list. ``item_names`` is the
    original number of each kept item, its column in the matrix.
    """

    held: Matrix | Listed
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
    def pairable(self) -> NDArray[np.bool_]:
        """Which items have at least two ratings."""
        return self.per_item >= 2

    def listed(self) -> Listed:
        """The ratings one by one."""
        if isinstance(self.held, Listed):
            return self.held
        # Row by row the intermediate arrays stay small, which costs far less than memory that is new each time.
        ends = np.cumsum(self.per_rater).astype(np.int64)
        item = np.empty(int(self.per_rater.sum()), dtype=np.int64)
        value = np.empty(item.size, dtype=np.float64)
        start = 0
        for row, end in zip(self.held, ends, strict=True):
            place = np.flatnonzero(row == row)
            item[start:end] = place
            np.take(row, place, out=value[start:end])
            start = end
        if self.n_items < self.held.shape[1]:
            item = np.searchsorted(self.item_names, np.arange(self.held.shape[1]))[item]
        return Listed(item=item, value=value)

    def raters(self) -> Codes:
        """The rater of each listed rating."""
        return np.repeat(np.arange(self.n_raters), self.per_rater.astype(np.int64))


def observe(ratings: Any) -> Observed:
    """The checked ratings of a matrix raters x items or of a ``RatingList``."""
    if isinstance(ratings, RatingList):
        return _of_list(ratings)
    matrix = numbers_of(ratings)
    if matrix.ndim != 2:
        raise ValueError(f"ratings are raters x items: {matrix.ndim} dimensions")
    if np.isinf(matrix).any():
        raise ValueError("ratings hold an infinite value")
    if len(matrix) > MANY_RATERS:
        rater, item = np.nonzero(matrix == matrix)
        return _of_list(RatingList(raters=rater, items=item, values=matrix[rater, item]))
    per_item, per_rater = np.zeros(matrix.shape[1]), np.zeros(len(matrix))
    for place, row in enumerate(matrix):
        there = row == row
        per_item += there
        per_rater[place] = np.count_nonzero(there)
    names = np.flatnonzero(per_item)
    if not per_rater.all():
        matrix, per_rater = matrix[per_rater > 0], per_rater[per_rater > 0]
    return Observed(held=matrix, item_names=names, per_item=per_item[names], per_rater=per_rater)


def numbers_of(ratings: Any) -> Matrix:
    """A table as floats. Raises ``ValueError`` that says what it has to be."""
    try:
        return np.asarray(ratings, dtype=np.float64)
    except (ValueError, TypeError) as wrong:
        raise ValueError(
            f"ratings are numbers, NaN where missing, in rows of one length; code other categories as numbers ({wrong})"
        ) from None


def check_squares(values: Vector) -> None:
    """Raises ``ValueError`` for values whose squares a float does not hold."""
    largest = float(np.abs(values).max(initial=0.0))
    if largest > LARGEST:
        raise ValueError(f"ratings of {largest:g} cannot be squared: choose a larger unit")
    if 0 < largest < 1 / LARGEST:
        raise ValueError(f"ratings of {largest:g} at most cannot be squared: choose a smaller unit")


def _of_list(ratings: RatingList) -> Observed:
    value = numbers_of(ratings.values)
    raters, items = np.asarray(ratings.raters), np.asarray(ratings.items)
    if not raters.size == items.size == value.size:
        raise ValueError(f"a rating list is of one length: {raters.size}, {items.size} and {value.size}")
    if np.isinf(value).any():
        raise ValueError("ratings hold an infinite value")
    item = np.unique(items, return_inverse=True)[1]
    there = np.flatnonzero(~np.isnan(value))
    rater = np.unique(raters[there], return_inverse=True)[1]
    order = np.lexsort((item[there], rater))
    item, rater, value = item[there][order], rater[order], value[there][order]
    if ((item[1:] == item[:-1]) & (rater[1:] == rater[:-1])).any():
        raise ValueError("a rater rates an item once: the list holds one twice")
    names, item, per_item = np.unique(item, return_inverse=True, return_counts=True)
    return Observed(
        held=Listed(item=item, value=value),
        item_names=names,
        per_item=per_item.astype(np.float64),
        per_rater=np.bincount(rater).astype(np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Ratings on a scale: how many raters chose each category of it for each item (items x categories)."""

    observed: Observed
    scale: Vector
    counts: Matrix

    def codes(self) -> Codes:
        """The position on the scale of each listed rating."""
        return positions(self.observed.listed().value, self.scale)


def code(observed: Observed, categories: Sequence[float] | None = None) -> Coded:
    """Ratings on the declared scale, or on the categories that occur where none is declared."""
    compared = code_small(observed, categories)
    if compared is not None:
        return compared
    scale = occurring(observed) if categories is None else declared(categories)
    listed = observed.listed()
    cell = listed.item * scale.size
    cell += positions(listed.value, scale)
    counts = np.bincount(cell, minlength=observed.n_items * scale.size).astype(np.float64)
    return Coded(observed=observed, scale=scale, counts=counts.reshape(observed.n_items, scale.size))


def code_small(observed: Observed, categories: Sequence[float] | None = None) -> Coded | None:
    """As ``code`` for a matrix on a scale of few categories (undeclared: few whole numbers); else nothing."""
    if isinstance(observed.held, Listed) or not observed.n_items:
        return None
    scale = _range(observed.held) if categories is None else declared(categories)
    if not 0 < scale.size <= FEW_CATEGORIES:
        return None
    by_category = _counted(observed.held, scale)
    often = by_category.sum(axis=1)
    if often.sum() < observed.per_rater.sum():
        return None
    if categories is None and not often.all():
        scale, by_category = scale[often > 0], by_category[often > 0]
    return Coded(observed=observed, scale=scale, counts=_as_rows(by_category, observed.item_names))


def _range(matrix: Matrix) -> Vector:
    """The whole numbers from the lowest to the highest rating, if they are few."""
    low, high = float(np.fmin.reduce(matrix, axis=None)), float(np.fmax.reduce(matrix, axis=None))
    return np.arange(low, high + 1) if high - low < FEW_CATEGORIES and low.is_integer() else np.zeros(0)


def _counted(matrix: Matrix, scale: Vector) -> NDArray[np.uint16]:
    """Counts of a small scale, categories x items, by comparing whole rows."""
    counts = np.zeros((scale.size, matrix.shape[1]), dtype=np.uint16)
    for row in matrix:
        for own, category in zip(counts, scale, strict=True):
            own += row == category
    return counts


def _as_rows(by_category: NDArray[np.uint16], items: Codes) -> Matrix:
    """The chosen items x categories of categories x items."""
    counts = np.empty((items.size, len(by_category)))
    for place, own in enumerate(by_category):
        counts[:, place] = own if items.size == own.size else own[items]
    return counts


def declared(categories: Sequence[float]) -> Vector:
    """The categories of a scale, ascending."""
    scale = np.unique(np.asarray(categories, dtype=np.float64))
    if not np.isfinite(scale).all():
        raise ValueError("a category is a finite number")
    return scale


def occurring(observed: Observed) -> Vector:
    """The distinct values of the ratings, ascending."""
    if not observed.n_items:
        return np.zeros(0)
    compared = code_small(observed)
    if compared is not None:
        return compared.scale
    values = observed.listed().value
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
