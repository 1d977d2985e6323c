"""What a window knows of the spread of scores, lent to its figures of a few reviews. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.sampling.estimation import PRIOR_DF, Means

Vector = NDArray[np.float64]

HAJEK_SHRUNK = "design-weighted mean (Hajek), variance shrunk to the window’s, t interval"
GREG_STEADIED = "regression estimate (GREG), variance shrunk to the window’s, t interval"
BORROWING = {HAJEK_SHRUNK, GREG_STEADIED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How much the scores of a whole window scatter: the variance of one score, and its degrees of freedom."""

    variance: float
    df: float


def spread_of(means: Means) -> Spread | None:
    """The domains' variances of one score pooled; ``None`` without two reviews in any that was not reviewed whole."""
    several = (means.n >= 2) & ~means.all_certain
    if not several.any():
        return None
    own, n = means.variance[several] / _drawn(means)[several], means.n[several]
    return Spread(
        variance=float((n * own).sum() / n.sum()), df=float(np.maximum(means.n_effective[several] - 1, 0).sum())
    )


def steadied(means: Means, spread: Spread | None) -> tuple[Vector, Vector]:
    """Each domain's variance drawn towards the window's with 8 degrees of freedom, and the degrees of freedom.

    s2_d = V_d / f_d with f_d = sum (1-pi) w^2 / (sum w)^2 = 1/n_eff - 1/sum w; s2 = ((n_eff - 1) s2_d + k s2_w) /
    (n_eff - 1 + k), V = f_d s2, t with n_eff - 1 + k; k = 8, but never more than the window has besides the domain.
    Lent is how much scores scatter and not how surely they were drawn: work that is reviewed whole makes no other
    figure surer. Scores have a long tail of failed criticals: the variance of a handful of reviews is mostly too small,
    most of all where the mean is too high, because both miss the same rare low score. Without a spread the variances
    are as they are.

    References
    ----------
    Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3 (1), article 3.
    """
    own_df = np.maximum(means.n_effective - 1, 0)
    if spread is None:
        return means.variance, np.maximum(own_df, 1)
    there = (means.n > 1) & ~means.all_certain  # what was reviewed whole has no sampling error to shrink
    drawn = _drawn(means)
    own = np.divide(means.variance, drawn, out=np.zeros_like(drawn), where=there)
    borrowed = np.clip(spread.df - own_df, 0, PRIOR_DF)
    df = own_df + borrowed
    s2 = np.divide(own_df * own + borrowed * spread.variance, df, out=own.copy(), where=df > 0)
    return np.where(there, drawn * s2, means.variance), np.maximum(df, 1)


def _drawn(means: Means) -> Vector:
    """The variance of each domain's mean over that of one score."""
    there, zero = means.n > 0, np.zeros_like(means.weight)
    apart = np.divide(1.0, means.n_effective, out=zero.copy(), where=there)
    return apart - np.divide(1.0, means.weight, out=zero, where=there)
