"""Times until something happens, where some have not happened yet.

Leaving those that still wait out, or taking their waiting time for their whole time, makes every figure too short. The
estimator of Kaplan and Meier uses each of them for as long as it was seen to wait.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import check_confidence, normal_quantile
from calibration.results import Estimate, Interval, undefined

MEDIAN = "Kaplan-Meier median, Brookmeyer-Crowley interval (log-log)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """The share that still waits after each time at which something ended; one entry a time, in order.

    ``low`` and ``high`` are pointwise limits; NaN where the share is 0 or nothing can be said.
    """

    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    ended: NDArray[np.int64]
    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: int
    censored: int


def kaplan_meier(durations: Any, ended: Any, *, confidence: float = 0.95) -> Survival:
    """The share that still waits as a function of time.

    ``durations`` are times in any unit, zero or longer; ``ended`` says for each whether it ended then (True) or was
    still waiting when last seen. Greenwood's variance, limits on the log(-log) scale, which keeps them within 0 and 1.

    References
    ----------
    Kaplan & Meier (1958), JASA 53, 457-481. Greenwood (1926), Reports on Public Health and Medical Subjects 33, 1-26.
    Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4.
    """
    check_confidence(confidence)
    t, over = np.asarray(durations, dtype=np.float64), np.asarray(ended, dtype=np.bool_)
    if t.ndim != 1 or t.shape != over.shape:
        raise ValueError(f"durations and ended are vectors of one length: {t.shape} and {over.shape}")
    if not (np.isfinite(t) & (t >= 0)).all():
        raise ValueError("durations holds a value that is not a time: negative or not finite")
    times, deaths = np.unique(t[over], return_counts=True)
    ordered = np.sort(t)
    at_risk = t.size - np.searchsorted(ordered, times, side="left")
    share = np.cumprod(1 - deaths / at_risk, dtype=np.float64)
    inside = (share > 0) & (share < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        half = normal_quantile(0.5 + confidence / 2) * np.sqrt(greenwood) / np.log(share)
        low, high = share ** np.exp(-half), share ** np.exp(half)
    return Survival(
        times=times,
        at_risk=at_risk.astype(np.int64),
        ended=deaths.astype(np.int64),
        share=share,
        low=np.where(inside, low, np.nan),
        high=np.where(inside, high, np.nan),
        n=int(t.size),
        censored=int((~over).sum()),
    )


def median_time(durations: Any, ended: Any, *, confidence: float = 0.95) -> Estimate:
    """The time by which half have ended, with its interval; those that still wait count as long as they were seen.

    The median is the first time at which no more than half still wait; the interval holds every time whose limits hold
    one half. Undefined while more than half still wait at the end; an interval that does not close on the right is told
    by ``reason``, and left out.

    References
    ----------
    Brookmeyer & Crowley (1982), Biometrics 38, 29-41.
    """
    curve = kaplan_meier(durations, ended, confidence=confidence)
    if curve.n == 0:
        return undefined("none", method=MEDIAN)
    reached = np.flatnonzero(curve.share <= 0.5 + 1e-12)
    if reached.size == 0:
        return undefined("more than half still wait", method=MEDIAN, n_items=curve.n)
    median = float(curve.times[reached[0]])
    # A share of 0 has no limits on this scale: by then nobody waits, so half have ended for certain.
    low_limits = np.where(curve.share <= 0, 0.0, np.where(np.isnan(curve.low), 1.0, curve.low))
    high_limits = np.where(curve.share <= 0, np.nan, np.where(np.isnan(curve.high), 1.0, curve.high))
    low_at, high_at = np.flatnonzero(low_limits <= 0.5), np.flatnonzero(high_limits <= 0.5)
    if low_at.size == 0 or high_at.size == 0:
        reason = "too few to close the interval"
        return Estimate(estimate=median, n_items=curve.n, method=MEDIAN, reason=reason)
    interval = Interval(low=float(curve.times[low_at[0]]), high=float(curve.times[high_at[0]]), confidence=confidence)
    return Estimate(estimate=median, interval=interval, n_items=curve.n, method=MEDIAN)
