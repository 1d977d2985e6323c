"""Krippendorff's alpha at four levels of measurement, for any number of raters and missing ratings."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, Unpack

import numpy as np

from calibration.chance_corrected import NO_VARIATION, Categories
from calibration.ratings import Coded, Codes, Matrix, Observed, Vector, code, observe, occurring, positions, tally
from calibration.results import Agreement
from calibration.uncertainty import EXACT, NO_PAIR, Linear, Uncertainty, judged
from calibration.weights import WeightKind, agreement_weights, ratio_distances

Level = Literal["nominal", "ordinal", "interval", "ratio"]
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
    if categories is not None:
        positions(observed.value, np.unique(np.asarray(categories, dtype=np.float64)))
    rated, pairs = observed.n_items, _pairs_only(observed)
    method = "Krippendorff's alpha, " + (level if weights is None else "weighted")
    if pairs.n_items == 0:
        return Agreement(estimate=None, method=method, n_raters=observed.n_raters, reason=NO_PAIR)
    if weights is not None or level in ("nominal", "ratio"):
        linear = _by_weights(pairs, level, weights, categories)
    elif level == "interval":
        linear = _by_moments(pairs)
    else:
        linear = _by_ranks(pairs)
    return judged(replace(linear, n_rated=rated, n_raters=observed.n_raters), method, options)


def _pairs_only(observed: Observed) -> Observed:
    """The items with at least two ratings."""
    pairable = observed.pairable
    if pairable.all():
        return observed
    kept = pairable[observed.item]
    item = (np.cumsum(pairable) - 1)[observed.item[kept]]
    rater = observed.rater[kept]
    return replace(
        observed,
        rater=rater,
        item=item,
        value=observed.value[kept],
        n_items=int(pairable.sum()),
        item_names=observed.item_names[pairable],
        per_item=observed.per_item[pairable],
    )


def _by_weights(pairs: Observed, level: str, weights: WeightKind | str | Any | None, categories: Categories) -> Linear:
    coded = code(pairs, categories)
    if weights is not None:
        agreeing = agreement_weights(weights, coded.scale)
    elif level == "ratio" and coded.scale.size > 1:
        distances = ratio_distances(coded.scale)
        agreeing = 1 - distances / distances.max()
    else:
        agreeing = np.eye(coded.scale.size)
    counts, n = coded.counts, pairs.per_item
    weighted = counts if level == "nominal" and weights is None else counts @ agreeing
    within = (np.einsum("ij,ij->i", counts, weighted) - n) / (n - 1)

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
    linear = _assembled(pairs, unlike, 1 - chance, own_unlike, -2 * own_chance, figure)

    def gwet_squares() -> tuple[float, int]:
        return _gwet_squares(within, inside, total, counts @ slope, chance, n)

    return replace(linear, sums=lambda: np.column_stack([within, counts]), gwet_squares=gwet_squares)


def _by_moments(pairs: Observed) -> Linear:
    """The interval level by sums of squares: no table of categories, so scores on a fine scale cost no more."""
    value = pairs.value - pairs.value.mean()
    spread = float(np.abs(value).max()) or 1.0
    value = value / spread
    n, items = pairs.per_item, pairs.n_items
    first, second = tally(pairs.item, value, items), tally(pairs.item, value**2, items)
    within = np.maximum(2 * (n * second - first**2) / (n - 1), 0.0)

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
    linear = _assembled(pairs, inside, room, own_unlike, own_room, figure)

    def gwet_squares() -> tuple[float, int]:
        # Agreement is 1 minus distance over the largest distance; the coefficient and its error do not depend on it.
        chance_own = n - (second - 2 * mean * first + square * n)
        agreeing_own = n - within
        chance = 1 - 2 * (square - mean**2)
        return _gwet_squares(agreeing_own, 1 - inside, total, chance_own, chance, n)

    return replace(linear, sums=lambda: np.column_stack([within, n, first, second]), gwet_squares=gwet_squares)


def _by_ranks(pairs: Observed) -> Linear:
    """The ordinal level: the interval level of mid-ranks, which move with the marginals of every resample."""
    scale = occurring(pairs.value)
    codes = positions(pairs.value, scale)
    size, n, items = scale.size, pairs.per_item, pairs.n_items
    chosen = np.bincount(codes, minlength=size).astype(np.float64)
    total = float(chosen.sum())
    rank = (np.cumsum(chosen) - chosen / 2) / total
    value = rank[codes]
    first, second = tally(pairs.item, value, items), tally(pairs.item, value**2, items)
    within = np.maximum(2 * (n * second - first**2) / (n - 1), 0.0)
    inside = float(within.sum()) / total
    mean, square = float(first.sum()) / total, float(second.sum()) / total
    spread = square - mean**2
    room = 2 * spread * total / (total - 1)
    # Beyond its own ratings an item shifts the mid-ranks: slope of each sum by the rank of each category.
    partners = tally(codes, ((first[pairs.item] - value) / (n[pairs.item] - 1)), size)
    by_rank_within = 4 * (chosen * rank - partners) / total
    by_rank_room = 4 * chosen * (rank - mean) / (total - 1)
    own_unlike = (within - inside * n) / total + _moved(by_rank_within, codes, pairs, rank, chosen) / total
    own_room = 2 * total / (total - 1) * (second - square * n - 2 * mean * (first - mean * n)) / total
    own_room += _moved(by_rank_room, codes, pairs, rank, chosen) / total - room * n / (total * (total - 1))

    def figure(totals: Matrix) -> Vector:
        return _ordinal_alphas(totals, size)

    linear = _assembled(pairs, inside, room, own_unlike, own_room, figure)

    def sums() -> Any:
        return _pair_sums(Coded(observed=pairs, scale=scale, code=codes, counts=np.zeros((0, 0))), size)

    return replace(linear, sums=sums)


def _moved(slope: Vector, codes: Codes, pairs: Observed, rank: Vector, chosen: Vector) -> Vector:
    """What an item adds through the mid-ranks it shifts: its ratings below a category lift that rank."""
    above = slope[::-1].cumsum()[::-1] - slope / 2
    lift = tally(pairs.item, above[codes], pairs.n_items)
    # Ranks are shares of the total, which the item raises too.
    return lift - float(slope @ rank) * pairs.per_item


def _pair_sums(coded: Coded, size: int) -> Any:
    """Per item: ratings per category, then unordered pairs of categories over (raters - 1), as a sparse matrix."""
    from scipy import sparse

    pairs = coded.observed
    order = np.lexsort((coded.code, pairs.item))
    item, category = pairs.item[order], coded.code[order]
    rows, columns, values = [item], [category], [np.ones(item.size)]
    for gap in range(1, int(pairs.per_item.max())):
        same = item[gap:] == item[:-gap]
        lower, upper, where = category[:-gap][same], category[gap:][same], item[gap:][same]
        rows.append(where)
        columns.append(size + upper * (upper + 1) // 2 + lower)
        values.append(1 / (pairs.per_item[where] - 1))
    shape = (pairs.n_items, size + size * (size + 1) // 2)
    matrix = sparse.csr_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    return matrix.toarray() if shape[1] <= 64 else matrix


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
    pairs: Observed,
    unlike: float,
    room: float,
    own_unlike: Vector,
    own_room: Vector,
    figure: Callable[[Matrix], Vector],
) -> Linear:
    unlike = 0.0 if unlike < EXACT else float(unlike)
    defined = room > EXACT
    influence = (unlike * own_room / room - own_unlike) / room if defined else np.zeros(pairs.n_items)
    return Linear(
        estimate=1 - unlike / float(room) if defined else None,
        observed=1 - unlike,
        chance=1 - float(room),
        influence=influence,
        sums=lambda: np.zeros((pairs.n_items, 0)),
        figure=figure,
        gwet_squares=lambda: (0.0, pairs.n_items),
        n_pairable=pairs.n_items,
        n_rated=pairs.n_items,
        n_raters=pairs.n_raters,
        item_names=pairs.item_names,
        undefined=None if defined else NO_VARIATION,
    )


def _gwet_squares(
    within: Vector, inside: float, total: float, weighted: Vector, chance: float, n: Vector
) -> tuple[float, int]:
    """Gwet's squared deviations; ``within`` and ``weighted`` are sums over the ratings of an item.

    As published they linearise the coefficient without its small-sample term 1 / (number of ratings).
    """
    items = n.size
    mean = total / items
    plain = (inside - chance) / (1 - chance)
    agreeing = (within - inside * (n - mean)) / mean
    by_chance = (weighted - chance * (n - mean)) / mean
    deviation = (agreeing - chance - 2 * (1 - plain) * (by_chance - chance)) / (1 - chance) - plain
    return float((deviation**2).sum()), items
