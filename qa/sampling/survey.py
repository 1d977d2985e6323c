"""Totals, means, ratios and proportions of stratified and cluster samples, with Taylor linearisation. Pure.

``hajek`` and ``greg`` of ``estimation`` serve the product's own draws, whose variance needs pi alone; this module is
the textbook's with-strata, with-clusters form, for audits of a sample that came from elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import asin, exp, log, sin, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from calibration.intervals import check_confidence, normal_quantile, t_quantile
from calibration.results import Estimate, Interval

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]
Lonely = Literal["refuse", "certainty", "adjust", "average"]
ProportionMethod = Literal["mean", "logit", "likelihood", "asin", "beta"]

LONELY_RULES: tuple[str, ...] = ("refuse", "certainty", "adjust", "average")
PROPORTION_METHODS: tuple[str, ...] = ("mean", "logit", "likelihood", "asin", "beta")
LONELY = "a stratum has one unit of more: no spread to judge by"
EMPTY = "nobody of the sample is in the domain"
ONE_CLUSTER = "one unit in all: no spread to judge by"
ZERO_BELOW = "the ratio's denominator is zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDesign:
    """How a sample was drawn: an entry per observation.

    ``weights`` are 1 / inclusion probability. ``strata`` and ``clusters`` are codes (each observation its own cluster
    where none are given). ``population`` is the number of units, or clusters, in each stratum's population, by code;
    ``None`` leaves the finite-population correction out. ``lonely`` says what a stratum of one unit adds: "refuse" (no
    standard error), "certainty" (nothing), "adjust" (its distance from the mean of all) or "average" (as the others).
    """

    weights: Vector
    strata: Codes
    clusters: Codes
    population: Vector | None
    lonely: str = "refuse"
    poststrata: Codes | None = None

    @property
    def df(self) -> int:
        """Degrees of freedom: clusters less strata."""
        pairs = np.unique(np.stack([self.strata, self.clusters]), axis=1)
        return int(pairs.shape[1] - np.unique(self.strata).size)

    def without_correction(self) -> "SurveyDesign":
        """The same sample as from a population without end."""
        return replace(self, population=None)


def survey_design(
    weights: Any,
    *,
    strata: Any = None,
    clusters: Any = None,
    population: Sequence[float] | Mapping[Any, float] | float | None = None,
    lonely: Lonely | str = "refuse",
) -> SurveyDesign:
    """Checks a design. Labels of strata and clusters may be anything that sorts; ``population`` goes by their order.

    References
    ----------
    Lumley (2010), Complex Surveys, ch. 2 and 3.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 1 or not w.size or not (np.isfinite(w) & (w > 0)).all():
        raise ValueError("weights holds a positive number for each of at least one observation")
    if lonely not in LONELY_RULES:
        raise ValueError(f"lonely is one of {', '.join(LONELY_RULES)}: {lonely!r}")
    names, strata_codes = _codes(strata, w.size, "strata")
    _, cluster_codes = (np.zeros(0), np.arange(w.size)) if clusters is None else _codes(clusters, w.size, "clusters")
    sizes = None if population is None else _sizes(population, names)
    design = SurveyDesign(weights=w, strata=strata_codes, clusters=cluster_codes, population=sizes, lonely=lonely)
    if sizes is not None:
        taken = _units(design)[1]
        if (taken > sizes).any():
            raise ValueError(f"a stratum holds at least the units drawn from it: {sizes[taken > sizes][0]:g}")
    return design


def poststratified(design: SurveyDesign, groups: Any, sizes: Mapping[Any, float] | Sequence[float]) -> SurveyDesign:
    """Weights raised so that each group has its known size; variances then come from residuals within groups.

    References
    ----------
    Holt & Smith (1979), JRSS A 142, 33-46. Sarndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, 7.6.
    """
    names, codes = _codes(groups, design.weights.size, "groups")
    known = _sizes(sizes, names)
    sums = np.bincount(codes, design.weights)
    return replace(design, weights=design.weights * (known / sums)[codes], poststrata=codes)


def survey_total(design: SurveyDesign, y: Any, *, domain: Any = None, confidence: float = 0.95) -> Estimate:
    """Weighted total, with a t interval of the design's degrees of freedom; ``domain`` says who belongs."""
    values, inside = _values(design, y, domain)
    return _judged(design, float((design.weights * values).sum()), values, int(inside.sum()), "total", confidence)


def survey_mean(design: SurveyDesign, y: Any, *, domain: Any = None, confidence: float = 0.95) -> Estimate:
    """Weighted mean; of 0 and 1 a proportion."""
    values, inside = _values(design, y, domain)
    return _ratio_of(design, values, inside.astype(np.float64), int(inside.sum()), "mean", confidence)


def survey_ratio(design: SurveyDesign, y: Any, x: Any, *, domain: Any = None, confidence: float = 0.95) -> Estimate:
    """Ratio of two weighted totals.

    References
    ----------
    Cochran (1977), Sampling Techniques, ch. 6.
    """
    above, inside = _values(design, y, domain)
    below, _ = _values(design, x, domain)
    return _ratio_of(design, above, below, int(inside.sum()), "ratio", confidence)


def ratio_total(design: SurveyDesign, y: Any, x: Any, total_x: float, *, confidence: float = 0.95) -> Estimate:
    """Total of y by the ratio to x, whose population total is known.

    References
    ----------
    Cochran (1977), Sampling Techniques, eq. 6.1 and 6.13.
    """
    ratio = survey_ratio(design, y, x, confidence=confidence)
    if ratio.estimate is None:
        return ratio
    interval = ratio.interval
    return replace(
        ratio,
        estimate=ratio.estimate * total_x,
        std_error=None if ratio.std_error is None else ratio.std_error * abs(total_x),
        interval=None
        if interval is None
        else replace(
            interval,
            low=min(interval.low * total_x, interval.high * total_x),
            high=max(interval.low * total_x, interval.high * total_x),
        ),
        method=ratio.method.replace("ratio", "ratio total"),
    )


def normal_interval(estimate: Estimate, *, confidence: float = 0.95) -> Interval | None:
    """The estimate's interval as from a large sample."""
    if estimate.estimate is None or estimate.std_error is None:
        return None
    half = normal_quantile(0.5 + confidence / 2) * estimate.std_error
    return Interval(low=estimate.estimate - half, high=estimate.estimate + half, confidence=confidence)


def design_effect(design: SurveyDesign, y: Any) -> float | None:
    """Variance of the mean over that of a simple random sample without replacement of as many observations.

    References
    ----------
    Kish (1965), Survey Sampling, 8.2, with the weighted variance over n - 1.
    """
    values, _ = _values(design, y, None)
    mean = survey_mean(design, y)
    n, whole = values.size, float(design.weights.sum())
    if mean.estimate is None or mean.std_error is None or n < 2:
        return None
    spread = float((design.weights * (values - mean.estimate) ** 2).sum()) / whole * n / (n - 1)
    finite = 1.0 if design.population is None else 1 - n / whole
    simple = spread / n * finite
    return mean.std_error**2 / simple if simple > 0 else None


def survey_proportion(
    design: SurveyDesign, y: Any, *, method: ProportionMethod | str = "logit", confidence: float = 0.95
) -> Estimate:
    """Proportion of ones with an interval that knows it is one; t with the design's degrees of freedom throughout.

    "mean" is symmetric, "logit" and "asin" are symmetric on their scale, "likelihood" is the profile with the sample
    size brought down to the effective one, "beta" is Korn and Graubard's. With nobody or everybody only "beta" has an
    interval.

    References
    ----------
    Korn & Graubard (1998), Survey Methodology 24, 193-201. Lumley (2010), Complex Surveys, ch. 2. Rao & Scott (1984),
    Annals of Statistics 12, 46-60.
    """
    check_confidence(confidence)
    if method not in PROPORTION_METHODS:
        raise ValueError(f"method is one of {', '.join(PROPORTION_METHODS)}: {method!r}")
    values, _ = _values(design, y, None)
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("a proportion is of zeros and ones")
    mean = replace(survey_mean(design, values, confidence=confidence), method=f"survey proportion, {method}")
    p, error = mean.estimate, mean.std_error
    if p is None or error is None or method == "mean":
        return mean
    t = t_quantile(0.5 + confidence / 2, max(design.df, 1))
    if not 0 < p < 1:
        if method != "beta":
            return replace(mean, interval=None, reason="everybody agrees: no spread to judge by")
        n = float(values.size)
    else:
        n = p * (1 - p) / error**2 if error > 0 else np.inf
    if error == 0 and 0 < p < 1:
        return replace(mean, interval=Interval(low=p, high=p, confidence=confidence))
    low, high = _proportion_bounds(p, error, n, t, values.size, confidence, method)
    return replace(mean, interval=Interval(low=low, high=high, confidence=confidence))


def _proportion_bounds(
    p: float, error: float, n: float, t: float, size: int, confidence: float, method: str
) -> tuple[float, float]:
    tail = (1 - confidence) / 2
    if method == "logit":
        centre, half = log(p / (1 - p)), t * error / (p * (1 - p))
        return 1 / (1 + exp(-(centre - half))), 1 / (1 + exp(-(centre + half)))
    if method == "asin":
        centre, half = asin(sqrt(p)), t * error / (2 * sqrt(p * (1 - p)))
        return sin(max(centre - half, 0.0)) ** 2, sin(min(centre + half, np.pi / 2)) ** 2
    if method == "beta":
        n *= (t_quantile(0.5 + confidence / 2, max(size - 1, 1)) / t) ** 2
        low = 0.0 if p == 0 else float(special.betaincinv(n * p, n * (1 - p) + 1, tail))
        high = 1.0 if p == 1 else float(special.betaincinv(n * p + 1, n * (1 - p), 1 - tail))
        return low, high

    def beyond(q: float) -> float:
        return 2 * n * (p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))) - t * t

    tiny = 1e-15
    low = tiny if beyond(tiny) < 0 else float(optimize.brentq(beyond, tiny, p, xtol=1e-14))
    high = 1 - tiny if beyond(1 - tiny) < 0 else float(optimize.brentq(beyond, p, 1 - tiny, xtol=1e-14))
    return low, high


def _ratio_of(design: SurveyDesign, above: Vector, below: Vector, n: int, name: str, confidence: float) -> Estimate:
    whole = float((design.weights * below).sum())
    if n == 0 or whole == 0:
        reason = EMPTY if n == 0 else ZERO_BELOW
        return Estimate(estimate=None, method=f"survey {name}, linearised", reason=reason)
    ratio = float((design.weights * above).sum()) / whole
    return _judged(design, ratio, (above - ratio * below) / whole, n, name, confidence)


def _judged(design: SurveyDesign, estimate: float, influence: Vector, n: int, name: str, confidence: float) -> Estimate:
    check_confidence(confidence)
    result = Estimate(estimate=estimate, n_items=n, method=f"survey {name}, linearised")
    if n == 0:
        return replace(result, reason=EMPTY)
    variance = _variance(design, influence)
    if variance is None:
        return replace(result, reason=LONELY if np.unique(design.strata).size > 1 else ONE_CLUSTER)
    error = sqrt(variance)
    half = t_quantile(0.5 + confidence / 2, max(design.df, 1)) * error
    interval = Interval(low=estimate - half, high=estimate + half, confidence=confidence)
    return replace(result, std_error=error, interval=interval)


def _variance(design: SurveyDesign, influence: Vector) -> float | None:
    """Variance of the weighted total of an influence variable; none where a lonely stratum is refused.

    Sum over strata of (1 - n/N) n/(n-1) sum (z_i - zbar)^2 with z_i the weighted totals of clusters.
    """
    own = design.weights * _residuals(design, influence)
    of_unit, taken = _units(design)
    unit_total = np.bincount(of_unit, own)
    stratum = np.zeros(unit_total.size, dtype=np.int64)
    stratum[of_unit] = design.strata
    size = taken.size
    finite = np.ones(size) if design.population is None else 1 - taken / design.population
    census = finite < 1e-12
    means = np.bincount(stratum, unit_total, size) / np.maximum(taken, 1)
    spread = np.bincount(stratum, (unit_total - means[stratum]) ** 2, size)
    factor = np.divide(taken, taken - 1, out=np.zeros(size), where=taken > 1)
    parts = np.where(census, 0.0, finite * factor * spread)
    lonely = (taken == 1) & ~census
    if not lonely.any():
        return float(parts.sum())
    if design.lonely == "refuse" or (design.lonely == "average" and lonely.all()):
        return None
    if design.lonely == "adjust":
        parts = parts + np.where(lonely, finite * np.bincount(stratum, unit_total**2, size), 0.0)
    stretch = size / int((~lonely).sum()) if design.lonely == "average" else 1.0
    return float(parts.sum()) * stretch


def _residuals(design: SurveyDesign, influence: Vector) -> Vector:
    if design.poststrata is None:
        return influence
    codes = design.poststrata
    means = np.bincount(codes, design.weights * influence) / np.bincount(codes, design.weights)
    centred: Vector = influence - means[codes]
    return centred


def _units(design: SurveyDesign) -> tuple[Codes, Vector]:
    """The first-stage unit of each observation, and how many were drawn in each stratum."""
    pairs, unit = np.unique(np.stack([design.strata, design.clusters]), axis=1, return_inverse=True)
    return unit.ravel(), np.bincount(pairs[0]).astype(np.float64)


def _values(design: SurveyDesign, y: Any, domain: Any) -> tuple[Vector, NDArray[np.bool_]]:
    values = np.asarray(y, dtype=np.float64)
    if values.shape != design.weights.shape:
        raise ValueError(f"one value for each of {design.weights.size} observations: {values.shape}")
    inside = np.ones(values.shape, dtype=np.bool_) if domain is None else np.asarray(domain).astype(np.bool_)
    if inside.shape != values.shape:
        raise ValueError(f"domain holds one entry per observation: {inside.shape}")
    if not np.isfinite(values[inside]).all():
        raise ValueError("a value is not a finite number")
    return np.where(inside, values, 0.0), inside


def _codes(labels: Any, size: int, name: str) -> tuple[Any, Codes]:
    if labels is None:
        return np.zeros(1, dtype=np.int64), np.zeros(size, dtype=np.int64)
    given = np.asarray(labels)
    if given.shape != (size,):
        raise ValueError(f"{name} holds one label per observation: {given.shape}")
    names, codes = np.unique(given, return_inverse=True)
    return names, codes


def _sizes(sizes: Sequence[float] | Mapping[Any, float] | float, names: Any) -> Vector:
    """Sizes in the order of the names."""
    if isinstance(sizes, Mapping):
        by_name = {str(name): float(size) for name, size in sizes.items()}
        missing = [str(name) for name in names if str(name) not in by_name]
        if missing:
            raise ValueError(f"no size is known of {missing[0]}")
        found = np.array([by_name[str(name)] for name in names])
    else:
        found = np.atleast_1d(np.asarray(sizes, dtype=np.float64))
    if found.shape != (len(names),) or not (np.isfinite(found) & (found > 0)).all():
        raise ValueError(f"a positive size for each of {len(names)} groups: {found.shape}")
    return found
