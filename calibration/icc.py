"""Intraclass correlation of ratings on a numeric scale."""

from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import Any, Literal

from calibration.crossed import CrossedSquares, crossed_squares
from calibration.quantiles import check_confidence, f_quantile, f_upper_p
from calibration.results import Estimate, Interval

IccModel = Literal["1", "2", "3"]
IccUnit = Literal["single", "average"]
NO_VARIANCE = "no variance: every rating is the same"
FLAT_ITEMS = "the items' means are all equal: a mean of several ratings tells nothing about the item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Icc(Estimate):
    """An intraclass correlation with its F test of 0 and the mean squares it comes from.

    ``f`` is ``None`` where the ratings agree perfectly. ``average_of`` is the number of ratings the coefficient speaks
    of: 1, or the (harmonic mean) number of raters per item.
    """

    f: float | None = None
    df1: float | None = None
    df2: float | None = None
    average_of: float = 1.0
    squares: CrossedSquares | None = None


def icc(ratings: Any, *, model: IccModel | str = "2", unit: IccUnit | str = "single", confidence: float = 0.95) -> Icc:
    """Intraclass correlation: the share of variance that lies between items.

    Model "1": each item has its own raters (one-way). "2": the raters are a sample of all raters, and their severity
    counts as error (absolute agreement). "3": these raters only, severity left out (consistency). Unit "average" speaks
    of the mean of an item's ratings. Ratings are raters x items, NaN where missing; missing ratings go through the
    variance components of unbalanced data, and all figures equal the classical ones where nothing is missing.

    References
    ----------
    Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428. McGraw & Wong (1996), Psychological Methods 1, 30-46,
    table 7, for the intervals. Searle, Casella & McCulloch (1992), ch. 5, for missing ratings. Standard error by the
    delta method from the variances 2 MS^2 / df of independent mean squares (Donner 1986, International Statistical
    Review 54, 67-82).
    """
    check_confidence(confidence)
    if model not in ("1", "2", "3"):
        raise ValueError(f"model is 1, 2 or 3: {model!r}")
    if unit not in ("single", "average"):
        raise ValueError(f"unit is single or average: {unit!r}")
    squares = crossed_squares(ratings)
    name = f"ICC({model},{'1' if unit == 'single' else 'k'})"
    empty = Icc(
        estimate=None, method=name, n_items=squares.n_items, n_raters=squares.n_raters, squares=squares, average_of=1.0
    )
    reason = _unusable(squares, model)
    if reason is not None:
        return replace(empty, reason=reason)
    single = _single(empty, squares, model, confidence)
    return single if unit == "single" else _average(single, squares.k)


def _unusable(squares: CrossedSquares, model: str) -> str | None:
    if squares.df_within < 1:
        return "no item has two ratings"
    if squares.n_items < 2:
        return "one item: no variance between items"
    if squares.between == 0 and squares.within == 0:
        return NO_VARIANCE
    if model != "1" and (squares.df_error < 1 or squares.df_items < 1):
        return "too few ratings to tell the raters' severity from their disagreement"
    if model == "3" and squares.items == 0 and squares.error == 0:
        return "no variance within raters: each gives every item the same score"
    return None


def _single(empty: Icc, squares: CrossedSquares, model: str, confidence: float) -> Icc:
    if model == "1":
        between, error, k = squares.between, squares.within, squares.k_between
        df1, df2 = squares.df_between, squares.df_within
    else:
        between, error, k = squares.items, squares.error, squares.k_items
        df1, df2 = squares.df_items, squares.df_error
    # Model 2 alone: what the raters' severity adds to the error, as a multiple of (MS raters - MS error).
    share = k / squares.k_raters if model == "2" else 0.0
    own = between - error
    room = between + (k - 1) * error + share * (squares.raters - error)
    # Relative to the mean squares: a room that is rounding alone divides into anything.
    if room <= 1e-9 * (between + error + share * squares.raters):
        return replace(empty, reason="the variance components cancel: no share of variance to speak of")
    rho = own / room
    result = replace(
        empty,
        estimate=rho,
        f=between / error if error > 0 else None,
        df1=float(df1),
        df2=float(df2),
        p_value=f_upper_p(between / error, df1, df2) if error > 0 else None,
    )
    if 1 - rho < 1e-12:
        flat = Interval(low=1.0, high=1.0, confidence=confidence)
        return replace(result, estimate=1.0, std_error=0.0, interval=flat, f=None, p_value=None)
    slope_between = (room - own) / room**2
    slope_error = (-room - own * (k - 1 - share)) / room**2
    slope_raters = -own * share / room**2
    variance = 2 * ((slope_between * between) ** 2 / df1 + (slope_error * error) ** 2 / df2)
    if model == "2":
        variance += 2 * (slope_raters * squares.raters) ** 2 / squares.df_raters
        low, high = _absolute_bounds(squares, rho, confidence)
    else:
        low, high = _ratio_bounds(between, error, df1, df2, k, confidence)
    floor = -1 / (k - 1) if k > 1 else -1.0
    low = min(max(low, floor), 1.0)
    interval = Interval(low=low, high=min(max(high, low), 1.0), confidence=confidence)
    return replace(result, std_error=sqrt(variance), interval=interval)


def _ratio_bounds(
    between: float, error: float, df1: float, df2: float, k: float, confidence: float
) -> tuple[float, float]:
    """Bounds of models 1 and 3 by inverting the F distribution of the ratio of mean squares."""
    upper = 0.5 + confidence / 2
    low = between / f_quantile(upper, df1, df2)
    high = between * f_quantile(upper, df2, df1)
    return (low - error) / (low + (k - 1) * error), (high - error) / (high + (k - 1) * error)


def _absolute_bounds(squares: CrossedSquares, rho: float, confidence: float) -> tuple[float, float]:
    """Bounds of model 2: the error is a mixture of mean squares, with Satterthwaite's degrees of freedom."""
    upper = 0.5 + confidence / 2
    k, n, df1 = squares.k_items, squares.k_raters, squares.df_items
    items, raters, error = squares.items, squares.raters, squares.error
    a = k * rho / (n * (1 - rho))
    b = 1 + k * rho * (n - 1) / (n * (1 - rho))
    spread = (a * raters) ** 2 / squares.df_raters + (b * error) ** 2 / squares.df_error
    df = (a * raters + b * error) ** 2 / spread if spread > 0 else float(squares.df_error)
    lower, higher = f_quantile(upper, df1, df), f_quantile(upper, df, df1)
    mixed = k * raters + (k * n - k - n) * error
    if not (isfinite(lower) and isfinite(higher)):
        return -1.0, 1.0  # hardly any degrees of freedom: nothing is excluded
    low_room, high_room = lower * mixed + n * items, mixed + n * higher * items
    low = n * (items - lower * error) / low_room if low_room > 0 else -1.0
    high = n * (higher * items - error) / high_room if high_room > 0 else 1.0
    return low, high


def _average(single: Icc, k: float) -> Icc:
    """Spearman-Brown: the same for the mean of ``k`` ratings, bounds included."""
    if single.estimate is None:
        return single
    result = replace(single, average_of=k)
    estimate = _stepped(single.estimate, k)
    if estimate is None:
        return replace(result, estimate=None, std_error=None, interval=None, reason=FLAT_ITEMS)
    result = replace(result, estimate=estimate)
    if single.interval is None or single.std_error is None:
        return result
    error = single.std_error * k / (1 + (k - 1) * single.estimate) ** 2
    low, high = _stepped(single.interval.low, k), _stepped(single.interval.high, k)
    if low is None or high is None:
        return replace(result, std_error=error, interval=None, reason="the lower bound has no limit")
    interval = Interval(low=low, high=high, confidence=single.interval.confidence)
    return replace(result, std_error=error, interval=interval)


def _stepped(rho: float, k: float) -> float | None:
    room = 1 + (k - 1) * rho
    return k * rho / room if room > 1e-12 else None
