"""Coefficients that take out chance by the raters' marginals: percent agreement, AC1 / AC2, Fleiss, Conger, uniform."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any, Unpack

import numpy as np

from calibration.quantiles import normal_two_sided_p
from calibration.ratings import Coded, Matrix, Vector, code, observe, tally
from calibration.results import Agreement, Interval, NullTest
from calibration.uncertainty import EXACT, NO_PAIR, Linear, Uncertainty, judged
from calibration.weights import WeightKind, agreement_weights

NO_VARIATION = "no variation: every rating is the same, so chance-corrected agreement is not defined"
ONE_CATEGORY = "the scale has one category: agreement is certain"
Categories = Sequence[float] | None


def percent_agreement(
    ratings: Any,
    *,
    weights: WeightKind | str | Any = "unweighted",
    categories: Categories = None,
    **options: Unpack[Uncertainty],
) -> Agreement:
    """Share of pairs of ratings of the same item that agree, averaged over the items with at least two ratings.

    With ``weights`` partial agreement counts in part. The interval is cut to 0..1. Ratings are raters x items, NaN
    where missing; ``options`` as in ``Uncertainty``.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76, 378-382, eq. 1-3, with a varying number of raters; Gwet (2014), ch. 5.
    """
    table = _table(ratings, weights, categories)
    result = judged(_linear(table, _none), "percent agreement", options)
    # A share below 0 says nothing; Gwet's interval by name stays as published, uncut.
    if result.interval is None or result.interval.low >= 0 or options.get("std_error") == "gwet":
        return result
    cut = Interval(low=0.0, high=result.interval.high, confidence=result.interval.confidence)
    return replace(result, interval=cut)


def gwet_ac(
    ratings: Any,
    *,
    weights: WeightKind | str | Any = "unweighted",
    categories: Categories = None,
    **options: Unpack[Uncertainty],
) -> Agreement:
    """Gwet's AC1 (unweighted) or AC2 (any other weights), for any number of raters and missing ratings.

    ``categories`` is the declared scale; it counts, chosen or not. The coefficient stays near percent agreement where
    one category prevails. Ratings are raters x items, NaN where missing; ``options`` as in ``Uncertainty``.

    References
    ----------
    Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, 29-48; (2014), Handbook of Inter-Rater
    Reliability, 4th ed., ch. 5.
    """
    table = _table(ratings, weights, categories)
    name = "Gwet's AC1" if isinstance(weights, str) and weights == "unweighted" else "Gwet's AC2"
    return judged(_linear(table, _ac), name, options)


def brennan_prediger(
    ratings: Any,
    *,
    weights: WeightKind | str | Any = "unweighted",
    categories: Categories = None,
    **options: Unpack[Uncertainty],
) -> Agreement:
    """Agreement beyond that of raters who pick every category of the declared scale equally often.

    Ratings are raters x items, NaN where missing; ``options`` as in ``Uncertainty``.

    References
    ----------
    Brennan & Prediger (1981), Educational and Psychological Measurement 41, 687-699; with weights Gwet (2014), ch. 5.
    """
    return judged(_linear(_table(ratings, weights, categories), _uniform), "Brennan-Prediger coefficient", options)


def fleiss_kappa(
    ratings: Any,
    *,
    weights: WeightKind | str | Any = "unweighted",
    categories: Categories = None,
    **options: Unpack[Uncertainty],
) -> Agreement:
    """Fleiss' kappa: raters are interchangeable and share one distribution over the categories.

    ``null`` holds the test of "no agreement beyond chance" where every item has the same number of raters and no
    weights are used. Undefined where every rating is the same. Ratings are raters x items, NaN where missing;
    ``options`` as in ``Uncertainty``.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76, 378-382; Fleiss, Nee & Landis (1979), Psychological Bulletin 86, 974-977,
    eq. 12, for the null standard error; Gwet (2014), ch. 5, for weights and missing ratings.
    """
    table = _table(ratings, weights, categories)
    result = judged(_linear(table, _fleiss), "Fleiss' kappa", options)
    if not isinstance(weights, str) or weights != "unweighted" or result.estimate is None:
        return result
    return replace(result, null=_fleiss_null(table, result.estimate))


def conger_kappa(
    ratings: Any,
    *,
    weights: WeightKind | str | Any = "unweighted",
    categories: Categories = None,
    **options: Unpack[Uncertainty],
) -> Agreement:
    """Conger's (exact) kappa: each rater keeps an own distribution over the categories; Cohen's kappa for two raters.

    Ratings are raters x items, NaN where missing; ``options`` as in ``Uncertainty``.

    References
    ----------
    Conger (1980), Psychological Bulletin 88, 322-328; with weights and missing ratings Gwet (2014), ch. 5.
    """
    table = _table(ratings, weights, categories)
    if table.coded.observed.n_raters < 2:
        return judged(_linear(table, _none, undefined=NO_PAIR), "Conger's kappa", options)
    return judged(_conger_linear(table), "Conger's kappa", options)


def fleiss_by_category(ratings: Any, *, categories: Categories = None) -> tuple[Agreement, ...]:
    """Fleiss' kappa of each category of the scale against all others, in the order of the scale.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76, 378-382, eq. 23, with a varying number of raters.
    """
    coded = code(observe(ratings), categories)
    return tuple(
        judged(_linear(_against_others(coded, place), _fleiss), f"Fleiss' kappa of category {category:g}", {})
        for place, category in enumerate(coded.scale)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Ratings with weights: the agreement within each item (0 where it has one rating) and each item's shares."""

    coded: Coded
    weights: Matrix
    agreement: Vector
    pairable: Vector
    shares: Matrix


def _table(ratings: Any, weights: WeightKind | str | Any, categories: Categories) -> Table:
    coded = code(observe(ratings), categories)
    return _prepared(coded, agreement_weights(weights, coded.scale))


def _against_others(coded: Coded, place: int) -> Table:
    """The same ratings seen as "this category" or "another"."""
    own = coded.counts[:, place]
    counts = np.stack([own, coded.observed.per_item - own], axis=1)
    return _prepared(Coded(observed=coded.observed, scale=np.arange(2.0), counts=counts), np.eye(2))


def _prepared(coded: Coded, weights: Matrix) -> Table:
    n, counts = coded.observed.per_item, coded.counts
    pairable = coded.observed.pairable.astype(np.float64)
    if (weights == np.eye(len(weights))).all():
        agreeing = np.einsum("ij,ij->i", counts, counts) - n
    else:
        agreeing = np.einsum("ij,ij->i", counts, counts @ weights) - n
    agreement = agreeing / np.maximum(n * (n - 1), 1)
    return Table(coded=coded, weights=weights, agreement=agreement, pairable=pairable, shares=counts / n[:, np.newaxis])


# Chance agreement and its slope by each category's share; shares come as rows x categories.
Chance = Callable[[Matrix, Matrix], tuple[Vector, Matrix]]


def _none(shares: Matrix, weights: Matrix) -> tuple[Vector, Matrix]:
    return np.zeros(len(shares)), np.zeros_like(shares)


def _uniform(shares: Matrix, weights: Matrix) -> tuple[Vector, Matrix]:
    size = len(weights)
    chance = float(weights.sum()) / size**2 if size > 1 else 0.0
    return np.full(len(shares), chance), np.zeros_like(shares)


def _ac(shares: Matrix, weights: Matrix) -> tuple[Vector, Matrix]:
    size = len(weights)
    factor = float(weights.sum()) / (size * (size - 1)) if size > 1 else 0.0
    return factor * (shares * (1 - shares)).sum(axis=1), factor * (1 - 2 * shares)


def _fleiss(shares: Matrix, weights: Matrix) -> tuple[Vector, Matrix]:
    weighted = shares @ weights
    return (weighted * shares).sum(axis=1), 2 * weighted


def _linear(table: Table, chance: Chance, *, undefined: str | None = None) -> Linear:
    observed, weights = table.coded.observed, table.weights
    shares = table.shares.mean(axis=0, keepdims=True) if observed.n_items else np.zeros((1, len(weights)))
    expected, slope = chance(shares, weights)
    # The derivative of chance agreement by the weight of an item, times the number of items.
    chance_parts = (table.shares - shares) @ slope[0]

    def figure(totals: Matrix) -> Vector:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = totals[:, 0] / totals[:, 1]
            beyond = chance(totals[:, 3:] / totals[:, 2:3], weights)[0]
        return _coefficients(found, beyond)

    def sums() -> Matrix:
        return np.column_stack([table.agreement, table.pairable, np.ones(observed.n_items), table.shares])

    return _assembled(table, float(expected[0]), chance_parts, sums, figure, undefined)


def _conger_linear(table: Table) -> Linear:
    coded, weights = table.coded, table.weights
    observed, size = coded.observed, coded.scale.size
    raters, rater, item, codes = observed.n_raters, observed.raters(), observed.listed().item, coded.codes()
    choices = np.bincount(rater * size + codes, minlength=raters * size).astype(np.float64)
    expected = _conger_chance(choices.reshape(1, raters, size), weights)
    rates = choices.reshape(raters, size) / observed.per_rater[:, np.newaxis]
    # Slope by a rater's shares: the weighted shares of all the other raters.
    slope = 2 / (raters * (raters - 1)) * (rates.sum(axis=0) - rates) @ weights
    centred = slope - (slope * rates).sum(axis=1, keepdims=True)
    own = (centred / observed.per_rater[:, np.newaxis])[rater, codes]
    chance_parts = tally(item, own, observed.n_items) * observed.n_items

    def figure(totals: Matrix) -> Vector:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = totals[:, 0] / totals[:, 1]
            beyond = _conger_chance(totals[:, 2:].reshape(-1, raters, size), weights)
        return _coefficients(found, beyond)

    def sums() -> Any:
        from scipy import sparse

        every = np.arange(observed.n_items)
        rows = np.concatenate([every, every, item])
        columns = np.concatenate([0 * every, 0 * every + 1, 2 + rater * size + codes])
        values = np.concatenate([table.agreement, table.pairable, np.ones(item.size)])
        return sparse.csr_array((values, (rows, columns)), shape=(observed.n_items, 2 + raters * size))

    return _assembled(table, float(expected[0]), chance_parts, sums, figure, None)


def _conger_chance(choices: Matrix, weights: Matrix) -> Vector:
    """Mean weighted chance agreement over ordered pairs of raters; choices are rows x raters x categories."""
    given = choices.sum(axis=2, keepdims=True)
    rates = np.divide(choices, given, out=np.zeros_like(choices), where=given > 0)
    raters = (given[:, :, 0] > 0).sum(axis=1)
    together = rates.sum(axis=1)
    everyone = ((together @ weights) * together).sum(axis=1)
    themselves = ((rates @ weights) * rates).sum(axis=(1, 2))
    result: Vector = (everyone - themselves) / (raters * (raters - 1))
    return result


def _coefficients(observed: Vector, chance: Vector) -> Vector:
    room = 1 - chance
    usable = room > EXACT
    return np.where(usable, (observed - chance) / np.where(usable, room, 1.0), np.nan)


def _assembled(
    table: Table,
    expected: float,
    chance_parts: Vector,
    sums: Callable[[], Any],
    figure: Callable[[Matrix], Vector],
    undefined: str | None,
) -> Linear:
    observed = table.coded.observed
    items, pairs = observed.n_items, int(table.pairable.sum())
    found = estimate = None
    influence = np.zeros(items)
    if pairs and undefined is None:
        found = min(1.0, float(table.agreement.sum()) / pairs)
        found = 1.0 if found > 1 - EXACT else found
        if 1 - expected > EXACT:
            estimate = (found - expected) / (1 - expected)
            agreement_parts = table.pairable * (table.agreement - found) / pairs
            influence = (agreement_parts - (1 - estimate) * chance_parts / items) / (1 - expected)
        else:
            undefined = NO_VARIATION
    else:
        undefined = undefined or NO_PAIR

    def gwet_squares() -> tuple[float, int]:
        share = table.pairable * items / pairs - 1
        return float(((items * influence + (estimate or 0.0) * share) ** 2).sum()), items

    return Linear(
        estimate=estimate,
        observed=found,
        chance=expected if pairs else None,
        influence=influence,
        sums=sums,
        figure=figure,
        gwet_squares=gwet_squares,
        n_pairable=pairs,
        n_rated=items,
        n_raters=observed.n_raters,
        item_names=observed.item_names,
        undefined=undefined,
    )


def _fleiss_null(table: Table, kappa: float) -> NullTest | None:
    n = table.coded.observed.per_item
    raters, items = float(n[0]), n.size
    if (n != raters).any():
        return None
    p = table.shares.mean(axis=0)
    q = 1 - p
    spread = float((p * q).sum())
    variance = 2 * (spread**2 - float((p * q * (q - p)).sum())) / (items * raters * (raters - 1) * spread**2)
    if variance <= 0:
        return None
    error = sqrt(variance)
    return NullTest(std_error=error, statistic=kappa / error, p_value=normal_two_sided_p(kappa / error))
