"""Cohen's kappa of two raters, plain and weighted, and the mean of it over pairs of raters."""

from dataclasses import replace
from math import sqrt
from typing import Any, Literal

import numpy as np

from calibration.chance_corrected import NO_VARIATION, Categories, conger_kappa
from calibration.quantiles import check_confidence, normal_quantile, normal_two_sided_p
from calibration.ratings import Coded, Listed, Matrix, Observed, Vector, code, observe
from calibration.results import Agreement, Interval, NullTest
from calibration.uncertainty import EXACT, NO_PAIR, NO_SPREAD
from calibration.weights import agreement_weights

KappaWeights = Literal["unweighted", "linear", "quadratic"]


def cohen_kappa(
    ratings: Any,
    *,
    categories: Categories = None,
    confidence: float = 0.95,
    bootstrap: int = 0,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Cohen's kappa of two raters over the items that both rated (2 x items, NaN where missing).

    The interval is normal with the asymptotic standard error; ``null`` and ``p_value`` test "no agreement beyond
    chance" with the error that holds there. Undefined where both raters give one and the same category throughout.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20, 37-46. Fleiss, Cohen & Everitt (1969), Psychological
    Bulletin 72, 323-327, eq. 8 and 13.
    """
    return weighted_kappa(
        ratings, weights="unweighted", categories=categories, confidence=confidence, bootstrap=bootstrap, rng=rng
    )


def weighted_kappa(
    ratings: Any,
    *,
    weights: KappaWeights | str | Any = "linear",
    categories: Categories = None,
    confidence: float = 0.95,
    bootstrap: int = 0,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Cohen's weighted kappa: disagreements count the less the nearer the categories are.

    Named weights go by the positions of the categories on the declared scale (for weights by their values see
    ``conger_kappa``, which is the same coefficient); a matrix holds agreement weights with 1 on the diagonal.
    Otherwise as ``cohen_kappa``.

    References
    ----------
    Cohen (1968), Psychological Bulletin 70, 213-220. Fleiss, Cohen & Everitt (1969), eq. 8 and 13.
    """
    check_confidence(confidence)
    if bootstrap < 0 or (bootstrap and rng is None):
        raise ValueError("a bootstrap needs a positive number of resamples and rng")
    coded = code(_two_raters(observe(ratings)), categories)
    agreeing = agreement_weights(weights, np.arange(1, coded.scale.size + 1, dtype=np.float64))
    named = isinstance(weights, str)
    method = "Cohen's kappa" if named and weights == "unweighted" else "weighted kappa"
    method += f", {weights} weights" if named and weights != "unweighted" else ""
    observed = coded.observed
    if observed.n_items == 0:
        return Agreement(estimate=None, method=method, n_raters=observed.n_raters, reason=NO_PAIR)
    result = _kappa_of(_table(coded), agreeing, observed.n_items, confidence)
    result = replace(result, method=method, n_items=observed.n_items, n_raters=2)
    if not bootstrap or result.estimate is None:
        return result
    resampled = conger_kappa(
        _as_matrix(coded),
        weights=agreeing,
        categories=np.arange(coded.scale.size).tolist(),
        confidence=confidence,
        bootstrap=bootstrap,
        rng=rng,
    )
    return replace(
        result,
        std_error=resampled.std_error,
        interval=resampled.interval,
        method=f"{method}; {bootstrap} resamples of the items",
        reason=resampled.reason,
    )


def light_kappa(ratings: Any, *, categories: Categories = None) -> Agreement:
    """Light's kappa: the mean of Cohen's kappa over the pairs of raters that have one, without an interval.

    References
    ----------
    Light (1971), Psychological Bulletin 76, 365-377.
    """
    observed = observe(ratings)
    coded = code(observed, categories)
    method, raters = "Light's kappa", observed.n_raters
    if raters < 2 or not observed.pairable.any():
        return Agreement(estimate=None, method=method, n_raters=raters, reason=NO_PAIR)
    chosen = np.zeros((observed.n_items, raters, coded.scale.size))
    chosen[observed.listed().item, observed.raters(), coded.codes()] = 1.0
    flat = chosen.reshape(observed.n_items, -1)
    tables = (flat.T @ flat).reshape(raters, coded.scale.size, raters, coded.scale.size)
    first, second = np.triu_indices(raters, 1)
    pairs = tables[first, :, second, :]
    number = pairs.sum(axis=(1, 2))
    pairs = pairs[number > 0] / number[number > 0, np.newaxis, np.newaxis]
    chance = np.einsum("pi,pi->p", pairs.sum(axis=2), pairs.sum(axis=1))
    usable = chance < 1 - EXACT
    if not usable.any():
        return Agreement(estimate=None, method=method, n_raters=raters, observed=1.0, reason=NO_VARIATION)
    kappas = (np.einsum("pii->p", pairs)[usable] - chance[usable]) / (1 - chance[usable])
    return Agreement(
        estimate=float(kappas.mean()), method=method, n_items=int(observed.pairable.sum()), n_raters=raters
    )


def _two_raters(observed: Observed) -> Observed:
    """The items rated by both of two raters."""
    if observed.n_raters > 2:
        raise ValueError(f"Cohen's kappa is for two raters: {observed.n_raters}; see conger_kappa and light_kappa")
    both = observed.pairable
    listed = observed.listed()
    kept = both[listed.item]
    number = int(both.sum())
    return replace(
        observed,
        held=Listed(item=(np.cumsum(both) - 1)[listed.item[kept]], value=listed.value[kept]),
        item_names=observed.item_names[both],
        per_item=observed.per_item[both],
        per_rater=np.full(observed.n_raters, float(number)),
    )


def _as_matrix(coded: Coded) -> Matrix:
    observed = coded.observed
    matrix = np.zeros((2, observed.n_items))
    matrix[observed.raters(), observed.listed().item] = coded.codes()
    return matrix


def _table(coded: Coded) -> Matrix:
    """Shares of the pairs of categories: rows the first rater, columns the second."""
    size = coded.scale.size
    first, second = _as_matrix(coded).astype(np.int64)
    counts = np.bincount(first * size + second, minlength=size * size).reshape(size, size)
    shares: Matrix = counts / coded.observed.n_items
    return shares


def _kappa_of(table: Matrix, weights: Matrix, n: int, confidence: float) -> Agreement:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    found = float((weights * table).sum())
    found = 1.0 if found > 1 - EXACT else found
    chance = float(rows @ weights @ columns)
    if 1 - chance < EXACT:
        return Agreement(estimate=None, observed=found, chance=chance, reason=NO_VARIATION)
    kappa = (found - chance) / (1 - chance)
    result = Agreement(estimate=kappa, observed=found, chance=chance)
    if n < 2:
        return replace(result, reason="one item: no spread to judge by")
    # Mean weight of a row with the columns' marginals, and of a column with the rows'.
    by_row, by_column = weights @ columns, weights @ rows
    means = by_row[:, np.newaxis] + by_column[np.newaxis, :]
    spread = float((table * (weights - means * (1 - kappa)) ** 2).sum())
    beyond = spread - (kappa - chance * (1 - kappa)) ** 2
    variance = beyond / (n * (1 - chance) ** 2)
    result = replace(result, null=_null_test(kappa, rows, columns, weights - means, chance, n))
    if found == 1 or beyond < EXACT:  # the two squares agree but for rounding
        flat = Interval(low=kappa, high=kappa, confidence=confidence)
        return replace(result, std_error=0.0, interval=flat, reason=NO_SPREAD)
    error = sqrt(variance)
    half = normal_quantile(0.5 + confidence / 2) * error
    return replace(
        result,
        std_error=error,
        interval=Interval(low=kappa - half, high=kappa + half, confidence=confidence),
        p_value=result.null.p_value if result.null else None,
    )


def _null_test(kappa: float, rows: Vector, columns: Vector, excess: Matrix, chance: float, n: int) -> NullTest | None:
    """Fleiss, Cohen & Everitt (1969), eq. 9 and 13: the error where the raters are independent."""
    beyond = float(rows @ excess**2 @ columns) - chance**2
    variance = beyond / (n * (1 - chance) ** 2)
    if beyond < EXACT:
        return None
    error = sqrt(variance)
    return NullTest(std_error=error, statistic=kappa / error, p_value=normal_two_sided_p(kappa / error))
