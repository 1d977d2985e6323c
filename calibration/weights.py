"""Weights of partial agreement between two categories: 1 on the diagonal, less the farther apart they are."""

from typing import Any, Literal

import numpy as np

from calibration.ratings import Matrix, Vector

WeightKind = Literal["unweighted", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]
KINDS: tuple[str, ...] = (
    "unweighted",
    "linear",
    "quadratic",
    "ordinal",
    "radical",
    "ratio",
    "circular",
    "bipolar",
)


def agreement_weights(weights: WeightKind | str | Any, scale: Vector) -> Matrix:
    """The weight matrix of a named kind over the values of the scale, or a checked matrix given as such.

    References
    ----------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 3; circular and bipolar as in the same author's
    irrCAC package. Every distance is taken over the largest on the scale.
    """
    if not isinstance(weights, str):
        return _given(weights, scale.size)
    if weights not in KINDS:
        raise ValueError(f"weights is one of {', '.join(KINDS)} or a matrix: {weights!r}")
    if scale.size <= 1 or weights == "unweighted":
        return np.eye(scale.size)
    if weights == "ordinal":
        return _ordinal(scale.size)
    distance = _distances(weights, scale)
    result: Matrix = 1 - distance / distance.max()
    return result


def _distances(kind: str, scale: Vector) -> Matrix:
    gap = scale[:, np.newaxis] - scale[np.newaxis, :]
    total = scale[:, np.newaxis] + scale[np.newaxis, :]
    low, high = scale[0], scale[-1]
    distance: Matrix
    if kind == "linear":
        distance = np.abs(gap)
    elif kind == "quadratic":
        distance = gap**2
    elif kind == "radical":
        distance = np.sqrt(np.abs(gap))
    elif kind == "circular":
        distance = np.sin(np.pi * gap / (high - low + 1)) ** 2
    elif kind == "bipolar":
        room = (total - 2 * low) * (2 * high - total)
        distance = np.divide(gap**2, room, out=np.zeros_like(gap), where=gap != 0)
    else:
        distance = ratio_distances(scale)
    return distance


def ratio_distances(scale: Vector) -> Matrix:
    """Squared difference over squared sum; 0 for the pair of zeros."""
    if (scale < 0).any():
        raise ValueError(f"the ratio level needs ratings of 0 or more: {scale.min():g}")
    gap = scale[:, np.newaxis] - scale[np.newaxis, :]
    total = scale[:, np.newaxis] + scale[np.newaxis, :]
    distance: Matrix = np.divide(gap, total, out=np.zeros_like(gap), where=total > 0) ** 2
    return distance


def _ordinal(size: int) -> Matrix:
    """Pairs of categories between two, over all pairs: Gwet's ordinal weights, not Krippendorff's ordinal metric."""
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    result: Matrix = 1 - steps * (steps + 1) / (size * (size - 1))
    return result


def _given(weights: Any, size: int) -> Matrix:
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.shape != (size, size):
        raise ValueError(f"a weight matrix for {size} categories is {size} x {size}: {matrix.shape}")
    if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9):
        raise ValueError("a weight matrix is symmetric and finite")
    if not np.allclose(np.diag(matrix), 1.0, rtol=0, atol=1e-9):
        raise ValueError("a category agrees with itself fully: the diagonal of the weights is 1")
    return (matrix + matrix.T) / 2
