"""Familiar control charts beside the drift watch: Shewhart, tabular CUSUM and EWMA, for many series at once.

References
----------
Page (1954), Biometrika 41, 100-115. Roberts (1959), Technometrics 1, 239-250. Lucas & Crosier (1982), Technometrics 24,
199-205 (head start). Lucas & Saccucci (1990), Technometrics 32, 1-12.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Series = NDArray[np.float64]
Outside = NDArray[np.bool_]
MANY = 16  # series from which on all of them are taken step by step, rather than each as a whole
STRETCH = 250  # observations searched at a time for the first signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ewma:
    """``value`` and limits have the shape of the series; ``signal`` is the first observation outside, from 1, or 0."""

    value: Series
    lower: Series
    upper: Series
    signal: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cusum:
    """Upper and lower sums in units of the series; ``signal`` is the first observation above ``h``, from 1, or 0."""

    upper: Series
    lower: Series
    limit: float
    signal: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shewhart:
    """Limits of single values; ``signal`` is the first observation outside, from 1, or 0."""

    lower: float
    upper: float
    signal: NDArray[np.int64]


def ewma_chart(
    x: ArrayLike,
    *,
    target: float,
    sigma: float,
    weight: float = 0.2,
    limit: float = 2.962,
    limits: str = "time-varying",
    headstart: float = 0.0,
) -> Ewma:
    """Exponentially weighted moving average of each series; observations are the last axis, NaN is skipped.

    ``weight`` is lambda, ``limit`` L in sds of the average. ``limits``: "time-varying" (exact variance) or "fixed"
    (steady state). ``headstart`` is the start's distance from the target in sds of the average. A missing
    observation leaves the average as it was. Raises ``ValueError`` for settings outside their range.
    """
    series = _series(x, sigma)
    if not 0 < weight <= 1:
        raise ValueError(f"weight must lie above 0 and up to 1, not {weight}")
    if limit <= 0:
        raise ValueError(f"limit must be above 0, not {limit}")
    if limits not in ("time-varying", "fixed"):
        raise ValueError(f"limits must be time-varying or fixed, not {limits!r}")
    start = target + headstart * sigma * float(np.sqrt(weight / (2 - weight)))
    gaps = bool(np.isnan(series.sum()))
    value = (_smoothed_with_gaps if gaps else _smoothed)(series, weight, start)
    steps = np.arange(1, series.shape[-1] + 1)
    growth = 1 - (1 - weight) ** (2 * steps) if limits == "time-varying" else np.ones(steps.size)
    half = limit * sigma * np.sqrt(weight / (2 - weight) * growth)
    lower, upper = target - half, target + half

    def beyond(part: slice) -> Outside:
        return (value[..., part] < lower[part]) | (value[..., part] > upper[part])

    return Ewma(value=value, lower=lower, upper=upper, signal=_first(beyond, series.shape))


def _smoothed(series: Series, weight: float, start: float) -> Series:
    """The recursion as a filter of one pole, in the library's compiled loop."""
    from scipy.signal import lfilter  # here, so that importing the library stays cheap

    begun = np.full((*series.shape[:-1], 1), (1 - weight) * start)
    return np.asarray(lfilter([weight], [1.0, weight - 1.0], series, axis=-1, zi=begun)[0])


def _smoothed_with_gaps(series: Series, weight: float, start: float) -> Series:
    missing = np.isnan(series)
    value = np.empty_like(series)
    last = np.full(series.shape[:-1], start)
    for step in range(series.shape[-1]):
        moved = last + weight * (series[..., step] - last)
        last = np.where(missing[..., step], last, moved)
        value[..., step] = last
    return value


def cusum_chart(
    x: ArrayLike, *, target: float, sigma: float, k: float = 0.5, h: float = 5.0, headstart: float = 0.0
) -> Cusum:
    """Two-sided tabular CUSUM of each series; observations are the last axis, NaN is skipped.

    ``k``, ``h`` and ``headstart`` are in sigmas. Raises ``ValueError`` for settings outside their range.
    """
    series = _series(x, sigma)
    if k < 0 or h <= 0 or not 0 <= headstart <= h:
        raise ValueError(f"k must not be negative, h above 0 and headstart from 0 to h: {k}, {h}, {headstart}")
    paths = _stepped if series.size >= MANY * series.shape[-1] else _accumulated
    upper, lower = paths(series, target, k * sigma, headstart * sigma)
    limit = h * sigma

    def beyond(part: slice) -> Outside:
        return (upper[..., part] > limit) | (lower[..., part] > limit)

    return Cusum(upper=upper, lower=lower, limit=limit, signal=_first(beyond, series.shape))


def _stepped(series: Series, target: float, slack: float, start: float) -> tuple[Series, Series]:
    """Both paths of all series at once, observation by observation."""
    length = series.shape[-1]
    by_time = series.reshape(-1, length).T
    paths = np.empty((length, 2, by_time.shape[1]))
    np.subtract(by_time, target + slack, out=paths[:, 0])
    np.subtract(target - slack, by_time, out=paths[:, 1])
    if np.isnan(paths[:, 0].sum()):
        np.nan_to_num(paths, copy=False)
    last, nothing = np.full(paths.shape[1:], start), np.zeros(paths.shape[1:])
    for row in paths:
        np.add(last, row, out=row)
        np.maximum(row, nothing, out=row)
        last = row
    return paths[:, 0].T.reshape(series.shape), paths[:, 1].T.reshape(series.shape)


def _accumulated(series: Series, target: float, slack: float, start: float) -> tuple[Series, Series]:
    """The path max(0, path + step) is the walk minus its lowest point so far, where that lies below 0."""
    deviation = np.nan_to_num(series - target)
    slacks = np.where(np.isnan(series), 0.0, slack)
    found = []
    for steps in (deviation - slacks, -deviation - slacks):
        walk = np.cumsum(steps, axis=-1) + start
        found.append(walk - np.minimum(np.minimum.accumulate(walk, axis=-1), 0.0))
    return found[0], found[1]


def shewhart_chart(x: ArrayLike, *, target: float, sigma: float, limit: float = 3.0) -> Shewhart:
    """Single observations against ``limit`` sigmas; NaN never signals."""
    series = _series(x, sigma)
    if limit <= 0:
        raise ValueError(f"limit must be above 0, not {limit}")
    lower, upper = target - limit * sigma, target + limit * sigma

    def beyond(part: slice) -> Outside:
        return (series[..., part] < lower) | (series[..., part] > upper)

    return Shewhart(lower=lower, upper=upper, signal=_first(beyond, series.shape))


def individuals_sigma(x: ArrayLike) -> float | None:
    """Sigma of single values from their mean moving range, over 2/sqrt(pi); ``None`` without two in a row."""
    ranges = np.abs(np.diff(np.asarray(x, dtype=np.float64), axis=-1))
    known = ranges[~np.isnan(ranges)]
    return float(known.mean() * np.sqrt(np.pi) / 2) if known.size else None


def _series(x: ArrayLike, sigma: float) -> Series:
    series = np.asarray(x, dtype=np.float64)
    if series.ndim < 1:
        raise ValueError("a series of observations is needed")
    if not np.isfinite(series.sum()) and np.isinf(series).any():
        raise ValueError("observations must be finite or NaN")
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, not {sigma}")
    return series


def _first(outside: Callable[[slice], Outside], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Number of the first observation outside, from 1; 0 where there is none. ``outside`` tells of a stretch of them.

    Most series signal early, so a stretch is searched at a time until all have.
    """
    found = np.zeros(shape[:-1], dtype=np.int64)
    for first in range(0, shape[-1], STRETCH):
        marks = outside(slice(first, first + STRETCH))
        new = (found == 0) & marks.any(axis=-1)
        found = np.where(new, first + marks.argmax(axis=-1) + 1, found)
        if (found > 0).all():
            break
    return found
