"""Familiar control charts beside the drift watch: Shewhart, tabular CUSUM and EWMA, for many series at once.

References
----------
Page (1954), Biometrika 41, 100-115. Roberts (1959), Technometrics 1, 239-250. Lucas & Crosier (1982), Technometrics 24,
199-205 (head start). Lucas & Saccucci (1990), Technometrics 32, 1-12.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Series = NDArray[np.float64]
CHUNK = 64  # observations per step of the EWMA recursion


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
    missing = np.isnan(series)
    value = _smoothed_with_gaps(series, missing, weight, start) if missing.any() else _smoothed(series, weight, start)
    steps = np.arange(1, series.shape[-1] + 1)
    growth = 1 - (1 - weight) ** (2 * steps) if limits == "time-varying" else np.ones(steps.size)
    half = limit * sigma * np.sqrt(weight / (2 - weight) * growth)
    lower, upper = target - half, target + half
    return Ewma(value=value, lower=lower, upper=upper, signal=_first((value < lower) | (value > upper)))


def _smoothed(series: Series, weight: float, start: float) -> Series:
    """Chunks of observations at a time: within one the recursion is a product with a triangular matrix."""
    length = series.shape[-1]
    size = min(CHUNK, max(length, 1))
    lag = np.arange(size)[:, np.newaxis] - np.arange(size)
    kernel = np.where(lag >= 0, weight * (1 - weight) ** np.maximum(lag, 0), 0.0).T
    fade = (1 - weight) ** np.arange(1, size + 1)
    value = np.empty_like(series)
    last = np.full(series.shape[:-1], start)
    for first in range(0, length, size):
        part = series[..., first : first + size]
        width = part.shape[-1]
        done = part @ kernel[:width, :width] + last[..., np.newaxis] * fade[:width]
        value[..., first : first + width] = done
        last = done[..., -1]
    return value


def _smoothed_with_gaps(series: Series, missing: NDArray[np.bool_], weight: float, start: float) -> Series:
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
    deviation = np.nan_to_num(series - target)
    slack = np.where(np.isnan(series), 0.0, k * sigma)
    upper = _reflected(deviation - slack, headstart * sigma)
    lower = _reflected(-deviation - slack, headstart * sigma)
    limit = h * sigma
    return Cusum(upper=upper, lower=lower, limit=limit, signal=_first((upper > limit) | (lower > limit)))


def _reflected(steps: Series, start: float) -> Series:
    """The path max(0, path + step): the walk minus its lowest point so far, where that lies below 0."""
    walk = np.cumsum(steps, axis=-1)
    walk += start
    lowest = np.minimum.accumulate(walk, axis=-1)
    np.minimum(lowest, 0.0, out=lowest)
    walk -= lowest
    return walk


def shewhart_chart(x: ArrayLike, *, target: float, sigma: float, limit: float = 3.0) -> Shewhart:
    """Single observations against ``limit`` sigmas; NaN never signals."""
    series = _series(x, sigma)
    if limit <= 0:
        raise ValueError(f"limit must be above 0, not {limit}")
    lower, upper = target - limit * sigma, target + limit * sigma
    return Shewhart(lower=lower, upper=upper, signal=_first((series < lower) | (series > upper)))


def individuals_sigma(x: ArrayLike) -> float | None:
    """Sigma of single values from their mean moving range, over 2/sqrt(pi); ``None`` without two in a row."""
    ranges = np.abs(np.diff(np.asarray(x, dtype=np.float64), axis=-1))
    known = ranges[~np.isnan(ranges)]
    return float(known.mean() * np.sqrt(np.pi) / 2) if known.size else None


def _series(x: ArrayLike, sigma: float) -> Series:
    series = np.asarray(x, dtype=np.float64)
    if series.ndim < 1:
        raise ValueError("a series of observations is needed")
    if np.isinf(series).any():
        raise ValueError("observations must be finite or NaN")
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, not {sigma}")
    return series


def _first(outside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number of the first true value on the last axis, from 1; 0 where there is none."""
    if not outside.shape[-1]:
        return np.zeros(outside.shape[:-1], dtype=np.int64)
    return np.where(outside.any(axis=-1), outside.argmax(axis=-1) + 1, 0)
