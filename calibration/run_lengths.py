"""Average run lengths of control charts for independent N(shift, 1) observations.

The run length counts the observation that signals. Integral equations are solved on Gauss-Legendre nodes (Nystroem).

References
----------
Crowder (1987), Technometrics 29, 401-407. Vance (1986), J. Qual. Technol. 18, 189-193. Lucas & Crosier (1982),
Technometrics 24, 199-205. Lucas & Saccucci (1990), Technometrics 32, 1-12. Knoth (2003), Sequential Analysis 22, 3-24.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
SIDES = ("two", "one-upper", "one-lower")
HORIZON = 100_000  # observations after which time-varying limits must have settled
SETTLED = 1e-14
ROOT = np.sqrt(2 * np.pi)


def density(z: Array) -> Array:
    """Of the standard normal distribution."""
    return np.asarray(np.exp(-0.5 * z**2) / ROOT)


def shewhart_arl(shift: float, *, limit: float = 3.0, sided: str = "two") -> float:
    """Of single values against ``limit`` sigmas: one over the chance to signal."""
    _check(sided, limit=limit)
    above, below = ndtr(shift - limit), ndtr(-shift - limit)
    chance = {"two": above + below, "one-upper": above, "one-lower": below}[sided]
    return float(1 / chance)


def cusum_arl(shift: float, *, k: float = 0.5, h: float = 5.0, sided: str = "two", headstart: float = 0.0) -> float:
    """Of the tabular CUSUM; two-sided by Lucas & Crosier from the two one-sided charts.

    Raises ``ValueError`` for settings outside their range.
    """
    _check(sided, h=h)
    if k < 0 or not 0 <= headstart <= h:
        raise ValueError(f"k must not be negative and headstart from 0 to h: {k}, {headstart}")
    if sided == "one-upper":
        return _upper_cusum(shift, k, h)(headstart)
    if sided == "one-lower":
        return _upper_cusum(-shift, k, h)(headstart)
    up, down = _upper_cusum(shift, k, h), _upper_cusum(-shift, k, h)
    up_0, down_0, up_s, down_s = up(0.0), down(0.0), up(headstart), down(headstart)
    # Both sides cannot have signalled at once; the one that has not starts again from where it stands.
    return (up_s * down_0 + up_0 * down_s - up_0 * down_0) / (up_0 + down_0)


class _upper_cusum:  # noqa: N801 - a function with a memory
    """Run length of the upper CUSUM as a function of where it stands."""

    def __init__(self, shift: float, k: float, h: float) -> None:
        self._drift, self._h = shift - k, h
        nodes, weights = _nodes(0.0, h)
        self._nodes, self._weights = nodes, weights
        size = nodes.size
        # The chance to fall back to 0 is an atom of its own, so the state 0 is one more unknown.
        system = np.zeros((size + 1, size + 1))
        places = np.append(nodes, 0.0)
        system[:, :size] = density(nodes - places[:, np.newaxis] - self._drift) * weights
        system[:, size] = ndtr(-places - self._drift)
        self._lengths = np.linalg.solve(np.eye(size + 1) - system, np.ones(size + 1))

    def __call__(self, place: float) -> float:
        steps = density(self._nodes - place - self._drift) * self._weights
        return float(1 + steps @ self._lengths[:-1] + ndtr(-place - self._drift) * self._lengths[-1])


def ewma_arl(
    shift: float,
    *,
    weight: float = 0.2,
    limit: float = 2.962,
    sided: str = "two",
    limits: str = "fixed",
    headstart: float = 0.0,
    reflect: float | None = None,
) -> float:
    """Of the EWMA, started ``headstart`` from the target, in steady-state sds of the average.

    ``limits``: "fixed" (steady-state sigma) or "time-varying" (exact variance). A one-sided chart is held at a barrier
    ``reflect``, in sds of the average (0: the target; below 0: on the safe side). Raises ``ValueError`` for
    settings outside their range.
    """
    _check(sided, limit=limit)
    if not 0 < weight <= 1:
        raise ValueError(f"weight must lie above 0 and up to 1, not {weight}")
    if limits not in ("fixed", "time-varying"):
        raise ValueError(f"limits must be fixed or time-varying, not {limits!r}")
    if sided == "one-lower":
        shift, headstart, sided = -shift, -headstart, "one-upper"
    sd = float(np.sqrt(weight / (2 - weight)))
    barrier = None if sided == "two" else (reflect or 0.0) * sd
    headstart *= sd
    if limits == "time-varying":
        return _settling_ewma(shift, weight, limit * sd, barrier, headstart)
    return float(_fixed_ewma(shift, weight, limit * sd, barrier, np.array([headstart]))[0])


def _fixed_ewma(shift: float, weight: float, top: float, barrier: float | None, places: Array) -> Array:
    """Run lengths from several places between fixed limits; a ``barrier`` holds the average from below."""
    bottom = -top if barrier is None else barrier
    nodes, weights = _nodes(bottom, top, weight)
    held = np.zeros(0) if barrier is None else np.array([barrier])
    size = nodes.size

    def steps(origin: Array) -> Array:
        centre = (1 - weight) * origin[:, np.newaxis] + weight * shift
        inner = density((nodes - centre) / weight) * weights / weight
        return np.concatenate([inner, ndtr((held - centre) / weight)], axis=1) if held.size else inner

    system = steps(np.concatenate([nodes, held]))
    lengths = np.linalg.solve(np.eye(size + held.size) - system, np.ones(size + held.size))
    return np.asarray(1 + steps(places) @ lengths)


def _settling_ewma(shift: float, weight: float, top: float, barrier: float | None, start: float) -> float:
    """Limits that widen with the exact variance: forward steps of the density until they stand, then fixed ones."""
    growth = np.sqrt(1 - (1 - weight) ** 2.0)
    length, step, alive = 0.0, 0, 1.0
    places, mass = np.array([start]), np.array([1.0])
    while step < HORIZON:
        growth = float(np.sqrt(-np.expm1(2 * (step + 1) * np.log1p(-weight)))) if weight < 1 else 1.0
        if 1 - growth < SETTLED:
            rest = _fixed_ewma(shift, weight, top, barrier, places)
            return float(length + mass @ rest)
        length += alive
        limit = top * growth
        bottom = -limit if barrier is None else barrier
        nodes, weights = _nodes(bottom, limit, weight)
        centre = (1 - weight) * places + weight * shift
        moved = (density((nodes[:, np.newaxis] - centre) / weight) / weight) @ mass * weights
        if barrier is not None:
            moved = np.append(moved, ndtr((barrier - centre) / weight) @ mass)
            nodes = np.append(nodes, barrier)
        places, mass, step = nodes, moved, step + 1
        alive = float(mass.sum())
    raise ValueError(f"limits have not settled after {HORIZON} observations: weight {weight} is too small")


def _nodes(low: float, high: float, scale: float = 1.0) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights, denser where the kernel is narrow against the interval."""
    size = int(np.clip(20 * np.ceil(0.6 * (high - low) / scale), 60, 400))
    nodes, weights = _legendre(size)
    return 0.5 * (high - low) * nodes + 0.5 * (high + low), 0.5 * (high - low) * weights


@cache
def _legendre(size: int) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return nodes, weights


def _check(sided: str, **positive: float) -> None:
    if sided not in SIDES:
        raise ValueError(f"sided must be one of {', '.join(SIDES)}, not {sided!r}")
    for name, value in positive.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0, not {value}")
