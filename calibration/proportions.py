"""Intervals for one proportion and the comparison of two."""

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from calibration.quantiles import (
    check_confidence,
    chi_square_upper_p,
    normal_quantile,
    normal_two_sided_p,
    special_functions,
)
from calibration.results import Estimate, Interval

TIE = 1 + 1e-7  # tables as likely as the observed one up to rounding count as equally likely, as in R's fisher.test


def wilson_interval(successes: float, trials: float, confidence: float = 0.95, *, continuity: bool = False) -> Interval:
    """Wilson score interval for ``successes`` out of ``trials``.

    Unlike the normal (Wald) interval it stays inside [0, 1] and behaves at 0 of n and n of n, which a small weekly
    sample often is. ``continuity`` gives the wider, corrected form.

    References
    ----------
    Wilson (1927), JASA 22, 209-212. Newcombe (1998), Statistics in Medicine 17, 857-872, methods 3 and 4.
    """
    _check_counts(successes, trials, confidence)
    z = normal_quantile(0.5 + confidence / 2)
    p, n = successes / trials, trials
    if continuity:
        step, low_root, high_root = 1.0, z * z - 2 - 1 / n, z * z + 2 - 1 / n
        low_root += 4 * p * (n * (1 - p) + 1)
        high_root += 4 * p * (n * (1 - p) - 1)
    else:
        step, low_root = 0.0, z * z + 4 * n * p * (1 - p)
        high_root = low_root
    centre, scale = 2 * n * p + z * z, 2 * (n + z * z)
    # Exact at the ends: rounding must not leave 1e-17 where the bound is 0.
    low = 0.0 if successes == 0 else max(0.0, (centre - step - z * sqrt(max(low_root, 0.0))) / scale)
    high = 1.0 if successes == trials else min(1.0, (centre + step + z * sqrt(max(high_root, 0.0))) / scale)
    return Interval(low=low, high=high, confidence=confidence)


def clopper_pearson_interval(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Exact interval by quantiles of the beta distribution; real-valued counts are allowed.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26, 404-413. Korn & Graubard (1998), Survey Methodology 24, 193-201, for
    effective (real-valued) counts.
    """
    _check_counts(successes, trials, confidence)
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(special_functions().betaincinv(successes, trials - successes + 1, tail))
    high = (
        1.0
        if successes == trials
        else float(special_functions().betaincinv(successes + 1, trials - successes, 1 - tail))
    )
    return Interval(low=low, high=high, confidence=confidence)


def jeffreys_interval(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Quantiles of the beta posterior under Jeffreys' prior; 0 at no success, 1 at no failure.

    References
    ----------
    Brown, Cai & DasGupta (2001), Statistical Science 16, 101-133, section 4.3.
    """
    _check_counts(successes, trials, confidence)
    tail = (1 - confidence) / 2
    a, b = successes + 0.5, trials - successes + 0.5
    low = 0.0 if successes == 0 else float(special_functions().betaincinv(a, b, tail))
    high = 1.0 if successes == trials else float(special_functions().betaincinv(a, b, 1 - tail))
    return Interval(low=low, high=high, confidence=confidence)


def agresti_coull_interval(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """The Wald interval after adding z squared trials, half of them successes; cut to [0, 1].

    References
    ----------
    Agresti & Coull (1998), The American Statistician 52, 119-126.
    """
    _check_counts(successes, trials, confidence)
    z = normal_quantile(0.5 + confidence / 2)
    n = trials + z * z
    p = (successes + z * z / 2) / n
    half = z * sqrt(p * (1 - p) / n)
    return Interval(low=max(0.0, p - half), high=min(1.0, p + half), confidence=confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionDifference(Estimate):
    """First proportion minus second, Newcombe's interval, and the usual tests of no difference.

    ``p_value`` belongs to the pooled z test. The statistics are ``None`` where both proportions are 0 or both 1.
    """

    z: float | None
    chi_square: float | None
    chi_square_corrected: float | None
    p_corrected: float
    p_exact: float | None
    wald: Interval


def proportion_difference(
    successes_1: int,
    trials_1: int,
    successes_2: int,
    trials_2: int,
    confidence: float = 0.95,
    *,
    exact: bool = True,
) -> ProportionDifference:
    """Difference of two independent proportions by the hybrid score method, with z, corrected and exact tests.

    The exact test takes as long as the counts are large; without ``exact`` its p is ``None``.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10. Fisher (1935), The Design of Experiments.
    """
    first = wilson_interval(successes_1, trials_1, confidence)
    second = wilson_interval(successes_2, trials_2, confidence)
    p1, p2 = successes_1 / trials_1, successes_2 / trials_2
    difference = p1 - p2
    interval = Interval(
        low=difference - sqrt((p1 - first.low) ** 2 + (second.high - p2) ** 2),
        high=difference + sqrt((first.high - p1) ** 2 + (p2 - second.low) ** 2),
        confidence=confidence,
    )
    error = sqrt(p1 * (1 - p1) / trials_1 + p2 * (1 - p2) / trials_2)
    half = normal_quantile(0.5 + confidence / 2) * error
    pooled = (successes_1 + successes_2) / (trials_1 + trials_2)
    inverse = 1 / trials_1 + 1 / trials_2
    z = z_corrected = None
    if 0 < pooled < 1:
        pooled_error = sqrt(pooled * (1 - pooled) * inverse)
        z = difference / pooled_error
        # Yates' correction never pushes the difference past zero.
        z_corrected = (abs(difference) - min(0.5, abs(difference) / inverse) * inverse) / pooled_error
    return ProportionDifference(
        estimate=difference,
        std_error=error,
        interval=interval,
        p_value=1.0 if z is None else normal_two_sided_p(z),
        n_items=trials_1 + trials_2,
        method="difference of proportions, Newcombe's hybrid score interval",
        reason=None if z is not None else "both proportions are the same extreme: no test statistic",
        z=z,
        chi_square=None if z is None else z * z,
        chi_square_corrected=None if z_corrected is None else z_corrected**2,
        p_corrected=1.0 if z_corrected is None else chi_square_upper_p(z_corrected**2, 1),
        p_exact=_fisher_p(successes_1, trials_1, successes_2, trials_2) if exact else None,
        wald=Interval(low=difference - half, high=difference + half, confidence=confidence),
    )


def _fisher_p(x1: int, n1: int, x2: int, n2: int) -> float:
    """Two-sided exact p: the tables with the same margins that are no likelier than the observed one."""
    total = x1 + x2
    first = np.arange(max(0, total - n2), min(n1, total) + 1)
    logs = (
        -special_functions().gammaln(first + 1)
        - special_functions().gammaln(n1 - first + 1)
        - special_functions().gammaln(total - first + 1)
        - special_functions().gammaln(n2 - total + first + 1)
    )
    chances = np.exp(logs - logs.max())
    observed = chances[x1 - first[0]]
    return min(1.0, float(chances[chances <= observed * TIE].sum() / chances.sum()))


def _check_counts(successes: float, trials: float, confidence: float) -> None:
    check_confidence(confidence)
    if not (isfinite(trials) and trials > 0):
        raise ValueError(f"trials is a positive number: {trials}")
    if not 0 <= successes <= trials:
        raise ValueError(f"successes lies between 0 and {trials}: {successes}")
