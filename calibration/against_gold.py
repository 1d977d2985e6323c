"""Agreement of one person with a standard over all criteria of a form at once: pooled kappa over tickets."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.proportions import wilson_interval
from calibration.quantiles import check_confidence, t_quantile
from calibration.results import Agreement, Interval

NOT_APPLICABLE = -1.0  # an answer of its own: as far from every level as the scale is long
FEWEST = 5  # tickets; an interval from fewer says nothing
METHOD = "pooled linearly weighted kappa; jackknife over tickets with Student's t, no shorter than Wilson's"
Matrix = NDArray[np.float64]


def agreement_with_gold(given: Any, gold: Any, *, confidence: float = 0.90) -> Agreement:
    """How far answers agree with a standard beyond chance, over all criteria of a form.

    ``given`` and ``gold`` are tickets x criteria: the level as a share of the scale from 0 to 1, ``NOT_APPLICABLE``
    for N/A, NaN where the criterion was not asked. Disagreement is the distance of the two levels (Cohen's linear
    weights); N/A against a level counts as the whole scale, and so does a criterion that only one of the two answered.
    Chance is what independent answers with the same marginals would disagree, criterion by criterion. Both are summed
    over the criteria before they are divided, so that a criterion that hardly varies does no harm, as kappas averaged
    would. With one criterion this is Cohen's weighted kappa.

    The interval leaves out one ticket at a time, since answers to one ticket hang together; a two-sided 90 % interval
    gives a one-sided 95 % lower bound. Where every answer agrees the jackknife sees no spread: the interval is never
    shorter than Wilson's for as many independent answers, taken through the same chance.

    Undefined with fewer than ``FEWEST`` tickets, and where the answers leave no room for chance (all alike throughout).

    References
    ----------
    De Vries, Elliott, Kanouse & Teleki (2008), Field Methods 20, 272-282: pooled kappa. Cohen (1968), Psychological
    Bulletin 70, 213-220: weights. Lipsitz, Laird & Harrington (1994), Biometrics 50, 847-857, for the jackknife of
    kappa over clusters. Wilson (1927), JASA 22, 209-212.
    """
    check_confidence(confidence)
    own, standard = _checked(given, "given"), _checked(gold, "gold")
    if own.shape != standard.shape:
        raise ValueError(f"given and gold have the same shape: {own.shape}, {standard.shape}")
    asked = ~(np.isnan(own) & np.isnan(standard))
    kept = asked.any(axis=1)
    own, standard, asked = own[kept], standard[kept], asked[kept]
    n = len(own)
    if n < FEWEST:
        return Agreement(
            estimate=None, method=METHOD, n_items=n, n_raters=2, reason=f"{n} of the {FEWEST} tickets that it needs"
        )
    apart = np.where(asked, _distance(own, standard), 0.0)
    observed, chance, answers = _disagreement(own, standard, asked, apart)
    agreed = 1 - observed / answers
    if chance <= 0:
        return Agreement(
            estimate=None, method=METHOD, n_items=n, n_raters=2, observed=agreed, chance=1.0,
            reason="no variation: the standard and the answers are alike throughout, so chance explains them",
        )  # fmt: skip
    kappa = 1 - observed / chance
    everyone = np.arange(n)
    left_out = []
    for place in range(n):
        rest = everyone != place
        some, expected, _ = _disagreement(own[rest], standard[rest], asked[rest], apart[rest])
        if expected <= 0:
            return Agreement(
                estimate=kappa, method=METHOD, n_items=n, n_raters=2, observed=agreed, chance=1 - chance / answers,
                reason="one ticket alone brings all the variation: no interval",
            )  # fmt: skip
        left_out.append(1 - some / expected)
    error = sqrt((n - 1) / n * float(((np.array(left_out) - np.mean(left_out)) ** 2).sum()))
    half = t_quantile(0.5 + confidence / 2, n - 1) * error
    expected_share = chance / answers
    plain = wilson_interval(agreed * answers, answers, confidence)
    low = min(kappa - half, 1 - (1 - plain.low) / expected_share)
    high = max(kappa + half, 1 - (1 - plain.high) / expected_share)
    return Agreement(
        estimate=kappa,
        std_error=error,
        interval=Interval(low=max(low, -1.0), high=min(high, 1.0), confidence=confidence),
        n_items=n,
        n_raters=2,
        method=METHOD,
        observed=agreed,
        chance=1 - expected_share,
        df=float(n - 1),
    )


def _checked(values: Any, name: str) -> Matrix:
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"{name} is tickets x criteria: {matrix.ndim} dimensions")
    known = matrix[~np.isnan(matrix) & (matrix != NOT_APPLICABLE)]
    if ((known < 0) | (known > 1)).any():
        raise ValueError(f"{name} holds a level outside 0 to 1")
    return matrix


def _distance(one: Matrix, other: Matrix) -> Matrix:
    """0 to 1 between two answers; the whole scale where one of the two is N/A or missing."""
    level = (one >= 0) & (other >= 0)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    result: Matrix = np.where(level, np.abs(np.where(level, one, 0.0) - np.where(level, other, 0.0)), ~same)
    return result


def _disagreement(own: Matrix, standard: Matrix, asked: NDArray[np.bool_], apart: Matrix) -> tuple[float, float, int]:
    """Summed over criteria: observed disagreement, what chance would give, and the number of answers."""
    number = asked.sum(axis=0)
    pairs = _distance(own[:, np.newaxis, :], standard[np.newaxis, :, :])
    both = asked[:, np.newaxis, :] & asked[np.newaxis, :, :]
    by_chance = np.where(both, pairs, 0.0).sum(axis=(0, 1))
    expected = np.divide(by_chance, number, out=np.zeros(number.size), where=number > 0)
    return float(apart.sum()), float(expected.sum()), int(number.sum())
