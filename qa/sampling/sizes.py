"""The textbooks' sample sizes for proportions and allocations to strata, in real numbers. Pure.

``planning`` answers the product's own questions with t quantiles and whole reviews; ``allocation`` merges plans into
one draw. These are the published forms they are checked against.
"""

from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import normal_quantile

Vector = NDArray[np.float64]


def size_for_proportion(
    share: float, margin: float, *, z: float | None = None, confidence: float = 0.95, population: float | None = None
) -> float:
    """Cochran's n0 = z^2 p (1-p) / d^2; in a finite population n0 / (1 + (n0 - 1) / N).

    References
    ----------
    Cochran (1977), Sampling Techniques, eq. 4.1 and 4.2.
    """
    if not 0 <= share <= 1 or not margin > 0:
        raise ValueError(f"a share from 0 to 1 and a positive margin: {share}, {margin}")
    if population is not None and population < 1:
        raise ValueError(f"a population holds at least one: {population}")
    quantile = normal_quantile(0.5 + confidence / 2) if z is None else z
    n = quantile**2 * share * (1 - share) / margin**2
    return n if population is None else n / (1 + (n - 1) / population)


def whole(n: float) -> int:
    """The next whole number; rounding of the arithmetic does not count as more."""
    return ceil(n - 1e-9)


def size_for_two_proportions(
    first: float, second: float, *, power: float = 0.8, confidence: float = 0.95, sides: int = 2
) -> float | None:
    """Size of each of two groups that finds their difference with chance ``power``; ``None`` where there is none.

    References
    ----------
    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., eq. 4.14, without
    continuity correction.
    """
    if not (0 <= first <= 1 and 0 <= second <= 1 and 0 < power < 1) or sides not in (1, 2):
        raise ValueError(f"shares from 0 to 1, power between, one or two sides: {first}, {second}, {power}, {sides}")
    if first == second:
        return None
    mean = (first + second) / 2
    tail = normal_quantile(1 - (1 - confidence) / sides)
    beyond = normal_quantile(power)
    under = sqrt(first * (1 - first) + second * (1 - second))
    return ((tail * sqrt(2 * mean * (1 - mean)) + beyond * under) / (first - second)) ** 2


def proportional_allocation(n: float, sizes: Any) -> Vector:
    """n N_h / N."""
    counts = _positive("sizes", sizes)
    shares: Vector = counts / counts.sum()
    return n * shares


def neyman_allocation(n: float, sizes: Any, spreads: Any) -> Vector:
    """n N_h S_h / sum N S: the allocation of least variance; in proportion to size where nothing varies.

    References
    ----------
    Neyman (1934), JRSS 97, 558-625.
    """
    counts, weight = _positive("sizes", sizes), _spread(sizes, spreads)
    return n * weight / weight.sum() if weight.sum() > 0 else proportional_allocation(n, counts)


def cost_optimal_allocation(budget: float, sizes: Any, spreads: Any, costs: Any) -> Vector:
    """What a budget buys at least variance: in proportion to N_h S_h / sqrt(c_h).

    References
    ----------
    Cochran (1977), Sampling Techniques, eq. 5.23.
    """
    weight, cost = _spread(sizes, spreads), _positive("costs", costs)
    if cost.shape != weight.shape:
        raise ValueError(f"one cost per stratum: {cost.shape}")
    weight = weight if weight.sum() > 0 else _positive("sizes", sizes)
    found: Vector = budget * (weight / np.sqrt(cost)) / (weight * np.sqrt(cost)).sum()
    return found


def _positive(name: str, values: Any) -> Vector:
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or not (np.isfinite(vector) & (vector > 0)).all() or not vector.size:
        raise ValueError(f"{name} holds a positive number per stratum")
    return vector


def _spread(sizes: Any, spreads: Any) -> Vector:
    counts, spread = _positive("sizes", sizes), np.asarray(spreads, dtype=np.float64)
    if spread.shape != counts.shape or not (np.isfinite(spread) & (spread >= 0)).all():
        raise ValueError("spreads holds a number of 0 or more per stratum")
    product: Vector = counts * spread
    return product
