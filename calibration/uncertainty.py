"""From a coefficient over items to its standard error and interval: by linearisation, jackknife or bootstrap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan, sqrt
from typing import Any, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from calibration.quantiles import check_confidence, t_quantile, t_two_sided_p
from calibration.ratings import Matrix, Vector, tally
from calibration.resampling import IntervalKind, resampled, resampled_interval, without_each
from calibration.results import Agreement, Interval

ErrorKind = Literal["linearised", "gwet", "jackknife"]
EXACT = 1e-12
ONE_ITEM = "one item: no spread to judge by"
NO_SPREAD = "every item agrees alike: no spread to judge by, so the interval has no width"
NO_PAIR = "no item has two ratings"


class Uncertainty(TypedDict, total=False):
    """How to judge the uncertainty of a coefficient of agreement; every option may be left out.

    ``confidence`` (0.95). ``std_error``: "linearised" (default: the full linearisation with items as sampling units),
    "gwet" (Gwet's analytic formulas, which take the share of items with two ratings for fixed) or "jackknife".
    ``population``: number of items the rated ones were drawn from, for the finite-population correction.
    ``clusters``: one label per item (column); items of a cluster stand or fall together.
    ``bootstrap``: number of resamples of the items (or clusters) in place of the formula, drawn with ``rng``;
    ``interval``: "percentile" (default) or "bca".
    """

    confidence: float
    std_error: ErrorKind
    population: int | None
    clusters: Sequence[int] | NDArray[Any] | None
    bootstrap: int
    rng: np.random.Generator | None
    interval: IntervalKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A coefficient as a function of sums over items, with its derivatives.

    ``sums`` (items x parts) is what each item adds to the totals; ``figure`` turns totals (rows x parts) into
    coefficients, NaN where undefined; ``influence`` is the derivative of the coefficient by the weight of each item;
    ``gwet_squares`` is Gwet's sum of squared deviations and the number of items he divides by.
    """

    estimate: float | None
    observed: float | None
    chance: float | None
    influence: Vector
    sums: Callable[[], Any]
    figure: Callable[[Matrix], Vector]
    gwet_squares: Callable[[], tuple[float, int]]
    n_pairable: int
    n_rated: int
    n_raters: int
    item_names: NDArray[np.int64]
    undefined: str | None = None


def judged(linear: Linear, method: str, options: Uncertainty) -> Agreement:
    """The coefficient with its standard error, interval and p-value of "no agreement beyond chance"."""
    _check(options)
    confidence = options.get("confidence", 0.95)
    result = Agreement(
        estimate=linear.estimate,
        n_items=linear.n_pairable,
        n_raters=linear.n_raters,
        method=method,
        observed=linear.observed,
        chance=linear.chance,
        reason=linear.undefined,
    )
    if linear.estimate is None:
        return result
    groups = _groups(linear, options.get("clusters"))
    kind = options.get("std_error", "linearised")
    units = linear.n_pairable if groups is None else int(groups.max()) + 1
    if kind == "gwet":
        units = linear.gwet_squares()[1]  # his formulas count items with a single rating too
    if units < 2:
        return replace(result, reason=ONE_ITEM if groups is None else "one cluster: no spread to judge by")
    if options.get("bootstrap", 0):
        return _bootstrapped(linear, result, groups, options)
    error, df = _analytic(linear, kind, groups, units)
    if isnan(error):
        return replace(result, reason="without one of the items the coefficient is not defined: no jackknife")
    population = options.get("population")
    if population is not None:
        if population < linear.n_rated:
            raise ValueError(f"the population holds at least the {linear.n_rated} rated items: {population}")
        error *= sqrt(1 - linear.n_rated / population)
    method = f"{method}; {_NAMES[kind]}"
    if error < EXACT:
        flat = Interval(low=linear.estimate, high=linear.estimate, confidence=confidence)
        return replace(result, std_error=0.0, interval=flat, df=df, method=method, reason=NO_SPREAD)
    half = t_quantile(0.5 + confidence / 2, df) * error
    interval = Interval(low=linear.estimate - half, high=min(1.0, linear.estimate + half), confidence=confidence)
    return replace(
        result,
        std_error=error,
        interval=interval,
        p_value=t_two_sided_p(linear.estimate / error, df),
        df=df,
        method=method,
    )


_NAMES: dict[str, str] = {
    "linearised": "linearised standard error",
    "gwet": "Gwet's analytic standard error",
    "jackknife": "jackknife standard error",
}


def _check(options: Uncertainty) -> None:
    check_confidence(options.get("confidence", 0.95))
    kind = options.get("std_error", "linearised")
    if kind not in _NAMES:
        raise ValueError(f"std_error is one of {', '.join(_NAMES)}: {kind!r}")
    if kind != "linearised" and options.get("clusters") is not None:
        raise ValueError(f"clusters go with the linearised error or the bootstrap, not with {kind}")
    resamples = options.get("bootstrap", 0)
    if resamples < 0 or (resamples and options.get("rng") is None):
        raise ValueError("a bootstrap needs a positive number of resamples and rng")


def _groups(linear: Linear, clusters: Sequence[int] | NDArray[Any] | None) -> NDArray[np.int64] | None:
    """The cluster of each kept item, numbered from 0."""
    if clusters is None:
        return None
    labels = np.asarray(clusters)
    if labels.ndim != 1 or (linear.item_names.size and labels.size <= linear.item_names.max()):
        raise ValueError(f"clusters holds one label per item: {labels.size}")
    numbers: NDArray[np.int64] = np.unique(labels[linear.item_names], return_inverse=True)[1]
    return numbers


def _analytic(linear: Linear, kind: str, groups: NDArray[np.int64] | None, units: int) -> tuple[float, float]:
    if kind == "gwet":
        squares, n = linear.gwet_squares()
        # Gwet's degrees of freedom count every rated item, also in alpha, which leaves single ratings out.
        return sqrt(squares / (n * (n - 1))), linear.n_rated - 1.0
    if kind == "jackknife":
        values = np.concatenate([linear.figure(totals) for totals in without_each(linear.sums())])
        # An item the coefficient leaves out is an item all the same: without it nothing changes.
        values = np.append(values, np.full(linear.n_rated - values.size, linear.estimate))
        n = values.size
        return sqrt((n - 1) / n * float(((values - values.mean()) ** 2).sum())), n - 1.0
    parts: Vector = linear.influence if groups is None else tally(groups, linear.influence, units)
    return sqrt(units / (units - 1) * float((parts**2).sum())), units - 1.0


def _bootstrapped(
    linear: Linear, result: Agreement, groups: NDArray[np.int64] | None, options: Uncertainty
) -> Agreement:
    resamples, rng = options.get("bootstrap", 0), options.get("rng")
    if rng is None or linear.estimate is None:
        return result
    sums, influence = linear.sums(), linear.influence
    if groups is not None:
        from scipy import sparse

        members = sparse.csr_array(
            (np.ones(groups.size), (groups, np.arange(groups.size))), shape=(int(groups.max()) + 1, groups.size)
        )
        sums, influence = members @ sums, tally(groups, influence, int(groups.max()) + 1)
    values = resampled(sums, linear.figure, resamples, rng)
    unit = "items" if groups is None else "clusters"
    interval = resampled_interval(
        values,
        linear.estimate,
        influence,
        kind=options.get("interval", "percentile"),
        confidence=options.get("confidence", 0.95),
    )
    if interval is None:
        return replace(result, reason="too few resamples have a defined value for an interval")
    defined = values[~np.isnan(values)]
    return replace(
        result,
        std_error=float(defined.std(ddof=1)),
        interval=interval,
        method=f"{result.method}; {resamples} resamples of the {unit}",
    )
