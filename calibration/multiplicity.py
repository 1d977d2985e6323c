"""P-values of several questions asked together. A missing p-value (``None``) is left out and stays missing."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

P = TypeVar("P", float, float | None)
Vector = NDArray[np.float64]


def holm(p_values: Sequence[P]) -> list[P]:
    """Adjusted p-values that keep the chance of any false claim at the level they are compared with.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    return _adjusted(p_values, lambda p: np.maximum.accumulate(p * np.arange(p.size, 0, -1)))


def hochberg(p_values: Sequence[P]) -> list[P]:
    """As ``holm`` but stepping up: stronger where the questions are independent or positively dependent.

    References
    ----------
    Hochberg (1988), Biometrika 75, 800-802.
    """
    return _adjusted(p_values, lambda p: _falling_from_the_right(p * np.arange(p.size, 0, -1)))


def bonferroni(p_values: Sequence[P]) -> list[P]:
    """Each p-value times their number.

    References
    ----------
    Dunn (1961), JASA 56, 52-64.
    """
    return _adjusted(p_values, lambda p: p * p.size)


def benjamini_hochberg(p_values: Sequence[P]) -> list[P]:
    """Adjusted p-values that keep the expected share of false claims among the claims.

    References
    ----------
    Benjamini & Hochberg (1995), JRSS B 57, 289-300.
    """
    return _adjusted(p_values, lambda p: _falling_from_the_right(p * p.size / np.arange(1, p.size + 1)))


def benjamini_yekutieli(p_values: Sequence[P]) -> list[P]:
    """As ``benjamini_hochberg``, and right however the questions depend on one another.

    References
    ----------
    Benjamini & Yekutieli (2001), Annals of Statistics 29, 1165-1188.
    """

    def steps(p: Vector) -> Vector:
        ranks = np.arange(1, p.size + 1)
        return _falling_from_the_right(p * p.size * (1 / ranks).sum() / ranks)

    return _adjusted(p_values, steps)


def _falling_from_the_right(values: Vector) -> Vector:
    return np.minimum.accumulate(values[::-1])[::-1]


def _adjusted(p_values: Sequence[P], steps: Callable[[Vector], Vector]) -> list[P]:
    """Applies ``steps`` to the sorted p-values that are there, cuts at 1 and puts each back in its place."""
    result = list(p_values)
    places = [place for place, value in enumerate(result) if value is not None]
    p = np.array([result[place] for place in places], dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("a p-value lies between 0 and 1")
    if not p.size:
        return result
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    # Rounding must not make a correction smaller than what it corrects.
    adjusted[order] = np.clip(steps(p[order]), p[order], 1.0)
    for place, value in zip(places, adjusted, strict=True):
        result[place] = float(value)
    return result
