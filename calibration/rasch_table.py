"""Scores as the fits of the many-facet Rasch model take them, and what both fits compute of every facet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """Checked scores, rows x items with NaN where missing; each row is one rater's of one person."""

    person: Codes
    rater: Codes
    n_persons: int
    n_raters: int
    scores: Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetFit:
    """One facet's measures with error and fit, an entry per element."""

    measure: Vector
    error: Vector
    infit: Vector
    outfit: Vector
    score: Vector
    count: Vector


def used_categories(scores: Matrix) -> Codes:
    """The categories that occur, ascending."""
    there = scores[~np.isnan(scores)].astype(np.int64)
    found: Codes = np.flatnonzero(np.bincount(there))
    return found


def curve_of(used: Codes, inner: Vector) -> Vector:
    """Minus the cumulative thresholds by category: 0 at the ends, -inf where a category was not used."""
    curve = np.full(int(used[-1]) + 1, -np.inf)
    curve[used] = np.concatenate([[0.0], inner, [0.0]])[: used.size]
    return curve
