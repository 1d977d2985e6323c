"""Sums that fade: 3 % a week, so that about half a year counts."""

import numpy as np
from numpy.typing import NDArray

from calibration.scorings import Codes

FADE = 0.97
ENOUGH = 30  # past values from which on the current week is left out
Array = NDArray[np.float64]


def trailing_mean(past: Array, past_n: Array, now: Array, now_n: Array) -> Array:
    """Means of the past; the current week is counted in while the past holds no more than ``ENOUGH`` values.

    A cell without any value takes the mean of its row, over all queues (the last axis); NaN where that is empty too.
    """
    with_now = past_n <= ENOUGH
    total, number = np.where(with_now, past + now, past), np.where(with_now, past_n + now_n, past_n)
    rows, row_n = (part.sum(axis=-1, keepdims=True) for part in (total, number))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(number > 0, total / number, np.where(row_n > 0, rows / row_n, np.nan))


class Groups:
    """Sums of values by a code: rows x columns in, codes x columns out; NaN counts as absent."""

    def __init__(self, code: Codes, size: int, columns: int) -> None:
        self.size, self.columns = size, columns
        self._cell = (code[:, np.newaxis] * columns + np.arange(columns)).ravel()

    def sum(self, values: Array) -> Array:
        """Sums by code; values must hold no NaN."""
        total = np.bincount(self._cell, weights=values.ravel(), minlength=self.size * self.columns)
        return np.asarray(total, dtype=np.float64).reshape(self.size, self.columns)


def shrunk(total: Array, number: Array, prior: Array) -> Array:
    """Means shrunk to 0, as if ``prior`` further values of 0 had been seen."""
    return np.divide(total, number + prior, out=np.zeros_like(total), where=number > 0)
