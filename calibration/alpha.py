"""Krippendorff's alpha at four levels of measurement, for any number of raters and missing ratings."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, Unpack

import numpy as np

from calibration.chance_corrected import NO_VARIATION, Categories
from calibration.ratings import (
    Coded,
    Codes,
    Matrix,
    Observed,
    Vector,
    code,
    code_small,
    declared,
    observe,
    occurring,
    positions,
    tally,
)
from calibration.results import Agreement
from calibration.uncertainty import EXACT, NO_PAIR, Linear, Uncertainty, judged
from calibration.weights import WeightKind, agreement_weights, ratio_distances

Level = Literal["nominal", "ordinal", "interval", "ratio"]
SMALL_SCALE = 32  # categories up to which a table of counts is held
DENSE_PAIRS = 10  # categories up to which a table of their pairs is held
LEVELS: tuple[str, ...] = ("nominal", "ordinal", "interval", "ratio")


def krippendorff_alpha(
    ratings: Any,
    *,
    level: Level | str = "nominal",
    weights: WeightKind | str | Any | None = None,
    categories: Categories = None,
    **options: Unpack[Uncertainty],
) -> Agreement:
    """Krippendorff's alpha: 1 minus observed over expected disagreement.

    ``level`` names the metric; ``weights`` of agreement in its place give Gwet's form of the coefficient ("ordinal"
    weights are not the ordinal metric). Items with one rating are left out. Where all ratings are the same, alpha is
    not defined and ``observed`` agreement is 1. Ratings are raters x items, NaN where missing; ``options`` as in
    ``Uncertainty``.

    References
    ----------
    Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania; (2019) Content
    Analysis, 4th ed., ch. 12. Gwet (2014), ch. 5, for weights and ``std_error="gwet"``. Resampling items: Zapf et al.
    (2016), BMC Medical Research Methodology 16:93.
    """
    if weights is None and level not in LEVELS:
        raise ValueError(f"level is nominal, ordinal, interval or ratio: {level!r}")
    if weights is None and level == "ordinal" and options.get("std_error") == "gwet":
        raise ValueError("std_error 'gwet' knows no ordinal metric: use weights='ordinal' or 'linearised'")
    observed = observe(ratings)
    small = code_small(observed, categories)
    if small is None and categories is not None:
        positions(occurring(observed), declared(categories))  # refuses a rating off the scale
    method = "Krippendorff's alpha, " + (level if weights is None else "weighted")
    if not observed.pairable.any():
        return Agreement(estimate=None, method=method, n_raters=observed.n_raters, reason=NO_PAIR)
    if weights is not None or level in ("nominal", "ratio"):
        linear = _by_weights(small or code(observed, categories), level, weights)
    elif level == "interval":
        linear = _by_moments(observed, small)
    else:
        linear = _by_ranks(_Incidence(observed, small))
    return judged(linear, method, options)


def _numbers(observed: Observed) -> tuple[Vector, Vector]:
    """Ratings of each item, 0 where it has but one; and that number less 1, at least 1, to divide by."""
    n = np.where(observed.pairable, observed.per_item, 0.0)
    return n, np.maximum(n - 1, 1.0)


def _by_weights(coded: Coded, level: str, weights: WeightKind | str | Any | None) -> Linear:
    observed = coded.observed
    if weights is not None:
        agreeing = agreement_weights(weights, coded.scale)
    elif level == "ratio" and coded.scale.size > 1:
        distances = ratio_distances(coded.scale)
        agreeing = 1 - distances / distances.max()
    else:
        agreeing = np.eye(coded.scale.size)
    n, fewer = _numbers(observed)
    counts = coded.counts if n.all() else coded.counts * (n > 0)[:, np.newaxis]
    weighted = counts if level == "nominal" and weights is None else counts @ agreeing
    within = (np.einsum("ij,ij->i", counts, weighted) - n) / fewer

    def figure(totals: Matrix) -> Vector:
        chosen = totals[:, 1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            number = chosen.sum(axis=1)
            unlike = (1 - 1 / number) * (1 - totals[:, 0] / number)
            room = 1 - ((chosen @ agreeing) * chosen).sum(axis=1) / number**2
        return _alphas(unlike, room)

    total = float(n.sum())
    shares = counts.sum(axis=0) / total
    slope = agreeing @ shares
    chance = float(shares @ slope)
    inside = float(within.sum()) / total
    unlike = (1 - 1 / total) * (1 - inside)
    own_unlike = n / total**2 * (1 - inside) - (1 - 1 / total) * (within - inside * n) / total
    own_chance = (counts @ slope - chance * n) / total
    linear = _assembled(observed, unlike, 1 - chance, own_unlike, -2 * own_chance, figure)

    def gwet_squares() -> tuple[float, int]:
        return _gwet_squares(within, inside, total, counts @ slope, chance, n)

    return replace(linear, sums=lambda: np.column_stack([within, counts]), gwet_squares=gwet_squares)


def _by_moments(observed: Observed, small: Coded | None) -> Linear:
    """The interval level by sums of squares: no table of categories, so scores on a fine scale cost no more."""
    n = _numbers(observed)[0]
    first, second = _moments(observed, small)
    first, second = first * (n > 0), second * (n > 0)
    within = _distances_within(observed, first, second)

    def figure(totals: Matrix) -> Vector:
        number = totals[:, 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            unlike = totals[:, 0] / number
            room = 2 * (number * totals[:, 3] - totals[:, 2] ** 2) / (number * (number - 1))
        return _alphas(unlike, room)

    whole = np.array([within.sum(), n.sum(), first.sum(), second.sum()])
    inside, total, mean, square = whole[0] / whole[1], whole[1], whole[2] / whole[1], whole[3] / whole[1]
    room = 2 * (square - mean**2) * total / (total - 1)
    own_unlike = (within - inside * n) / total
    own_room = 2 * total / (total - 1) * (second - square * n - 2 * mean * (first - mean * n)) / total
    own_room -= room * n / (total * (total - 1))
    linear = _assembled(observed, inside, room, own_unlike, own_room, figure)

    def gwet_squares() -> tuple[float, int]:
        # Agreement is 1 minus distance over the largest distance; the coefficient and its error do not depend on it.
        chance_own = n - (second - 2 * mean * first + square * n)
        agreeing_own = n - within
        chance = 1 - 2 * (square - mean**2)
        return _gwet_squares(agreeing_own, 1 - inside, total, chance_own, chance, n)

    return replace(linear, sums=lambda: np.column_stack([within, n, first, second]), gwet_squares=gwet_squares)


def _moments(observed: Observed, small: Coded | None) -> tuple[Vector, Vector]:
    """Sum and sum of squares of the ratings of each item, moved and scaled into -1..1."""
    if small is not None:
        value = small.scale - small.scale.mean()
        value /= float(np.ptp(value)) or 1.0
        return small.counts @ value, small.counts @ (value * value)
    listed = observed.listed()
    value = listed.value - listed.value.mean()
    value /= float(np.ptp(value)) or 1.0
    return tally(listed.item, value, observed.n_items), tally(listed.item, value * value, observed.n_items)


def _by_ranks(ratings: "_Incidence") -> Linear:
    """The ordinal level: the interval level of mid-ranks, which move with the marginals of every resample."""
    observed = ratings.observed
    n, fewer = _numbers(observed)
    paired = observed.pairable.astype(np.float64)
    chosen = ratings.by_category(paired)
    size, total = chosen.size, float(chosen.sum())
    rank = (np.cumsum(chosen) - chosen / 2) / total
    first, second = ratings.by_item(rank) * paired, ratings.by_item(rank**2) * paired
    within = _distances_within(observed, first, second)
    inside = float(within.sum()) / total
    mean, square = float(first.sum()) / total, float(second.sum()) / total
    spread = square - mean**2
    room = 2 * spread * total / (total - 1)
    # Beyond its own ratings an item shifts the mid-ranks: slope of each sum by the rank of each category.
    share = paired / fewer
    partners = ratings.by_category(first * share) - rank * ratings.by_category(share)
    by_rank_within = 4 * (chosen * rank - partners) / total
    by_rank_room = 4 * chosen * (rank - mean) / (total - 1)
    own_unlike = (within - inside * n) / total + _moved(by_rank_within, ratings, n, rank) / total
    own_room = 2 * total / (total - 1) * (second - square * n - 2 * mean * (first - mean * n)) / total
    own_room += _moved(by_rank_room, ratings, n, rank) / total - room * n / (total * (total - 1))

    def figure(totals: Matrix) -> Vector:
        return _ordinal_alphas(totals, size)

    linear = _assembled(observed, inside, room, own_unlike, own_room, figure)

    def sums() -> Any:
        return ratings.pairs()

    return replace(linear, sums=sums)


class _Incidence:
    """Sums over the ratings of each item or of each category: by counts on a small scale, else rating by rating."""

    def __init__(self, observed: Observed, small: Coded | None) -> None:
        self.observed = observed
        self.scale = occurring(observed) if small is None else small.scale
        self.counts: Matrix | None = None
        if self.scale.size <= SMALL_SCALE:
            self.counts = (small or code(observed, self.scale.tolist())).counts
        else:
            self.item, self.listed_codes = observed.listed().item, self.codes()

    def codes(self) -> Codes:
        """The category of each listed rating."""
        return positions(self.observed.listed().value, self.scale)

    def by_item(self, values: Vector) -> Vector:
        """Sums over items of what each category is worth."""
        if self.counts is not None:
            return np.asarray(self.counts @ values)
        return tally(self.item, values[self.listed_codes], self.observed.n_items)

    def by_category(self, values: Vector) -> Vector:
        """Sums over categories of what each item is worth."""
        if self.counts is not None:
            return np.asarray(values @ self.counts)
        return tally(self.listed_codes, values[self.item], self.scale.size)

    def pairs(self) -> Any:
        """Per item: ratings per category, then unordered pairs of categories over (ratings - 1)."""
        if self.counts is None or self.scale.size > DENSE_PAIRS:
            return _pair_sums(self.observed, self.codes(), self.scale.size)
        n, fewer = _numbers(self.observed)
        own = self.counts * (n > 0)[:, np.newaxis]
        upper, lower = np.tril_indices(self.scale.size)
        pairs = own[:, upper] * (own[:, lower] - (upper == lower)) / np.where(upper == lower, 2, 1)
        return np.hstack([own, pairs / fewer[:, np.newaxis]])


def _distances_within(observed: Observed, first: Vector, second: Vector) -> Vector:
    """Squared distances of the pairs of an item's ratings over (ratings - 1), from their sum and sum of squares."""
    n, fewer = _numbers(observed)
    return np.maximum(2 * (n * second - first**2) / fewer, 0.0)


def _moved(slope: Vector, ratings: _Incidence, n: Vector, rank: Vector) -> Vector:
    """What an item adds through the mid-ranks it shifts: its ratings below a category lift that rank."""
    above = slope[::-1].cumsum()[::-1] - slope / 2
    # Ranks are shares of the total, which the item raises too.
    return (ratings.by_item(above) - float(slope @ rank) * n) * (n > 0)


def _pair_sums(observed: Observed, codes: Codes, size: int) -> Any:
    """Per item: ratings per category, then unordered pairs of categories over (raters - 1), as a sparse matrix."""
    from scipy import sparse

    items = observed.listed().item
    kept = np.flatnonzero(observed.pairable[items])
    order = kept[np.lexsort((codes[kept], items[kept]))]
    item, category = items[order], codes[order]
    rows, columns, values = [item], [category], [np.ones(item.size)]
    for gap in range(1, int(observed.per_item.max())):
        same = item[gap:] == item[:-gap]
        lower, upper, where = category[:-gap][same], category[gap:][same], item[gap:][same]
        rows.append(where)
        columns.append(size + upper * (upper + 1) // 2 + lower)
        values.append(1 / (observed.per_item[where] - 1))
    shape = (observed.n_items, size + size * (size + 1) // 2)
    return sparse.csr_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def _ordinal_alphas(totals: Matrix, size: int) -> Vector:
    chosen, together = totals[:, :size], totals[:, size:]
    with np.errstate(divide="ignore", invalid="ignore"):
        number = chosen.sum(axis=1)
        rank = (np.cumsum(chosen, axis=1) - chosen / 2) / number[:, np.newaxis]
        upper, lower = np.tril_indices(size)
        unlike = 2 * (together * (rank[:, upper] - rank[:, lower]) ** 2).sum(axis=1) / number
        mean = (chosen * rank).sum(axis=1) / number
        room = 2 * ((chosen * rank**2).sum(axis=1) / number - mean**2) * number / (number - 1)
    return _alphas(unlike, room)


def _alphas(unlike: Vector, room: Vector) -> Vector:
    usable = room > EXACT
    return np.where(usable, 1 - unlike / np.where(usable, room, 1.0), np.nan)


def _assembled(
    observed: Observed,
    unlike: float,
    room: float,
    own_unlike: Vector,
    own_room: Vector,
    figure: Callable[[Matrix], Vector],
) -> Linear:
    unlike = 0.0 if unlike < EXACT else float(unlike)
    defined = room > EXACT
    influence = (unlike * own_room / room - own_unlike) / room if defined else np.zeros(observed.n_items)
    return Linear(
        estimate=1 - unlike / float(room) if defined else None,
        observed=1 - unlike,
        chance=1 - float(room),
        influence=influence,
        sums=lambda: np.zeros((observed.n_items, 0)),
        figure=figure,
        gwet_squares=lambda: (0.0, observed.n_items),
        n_pairable=int(observed.pairable.sum()),
        n_rated=observed.n_items,
        n_raters=observed.n_raters,
        item_names=observed.item_names,
        undefined=None if defined else NO_VARIATION,
    )


def _gwet_squares(
    within: Vector, inside: float, total: float, weighted: Vector, chance: float, n: Vector
) -> tuple[float, int]:
    """Gwet's squared deviations; ``within`` and ``weighted`` are sums over the ratings of an item.

    As published they linearise the coefficient without its small-sample term 1 / (number of ratings).
    """
    paired = n > 0
    within, weighted, n = within[paired], weighted[paired], n[paired]
    items = n.size
    mean = total / items
    plain = (inside - chance) / (1 - chance)
    agreeing = (within - inside * (n - mean)) / mean
    by_chance = (weighted - chance * (n - mean)) / mean
    deviation = (agreeing - chance - 2 * (1 - plain) * (by_chance - chance)) / (1 - chance) - plain
    return float((deviation**2).sum()), items
