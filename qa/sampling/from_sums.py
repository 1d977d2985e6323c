"""The figures of ``reporting`` from weekly sums instead of reviews: the same numbers, however many there are. Pure.

Notation: d one over the chance of being drawn, f drawn over done of a week, team and risk class, w = f d the weight of
a review, pi = 1/w. f is the same for all reviews of a row, so that sums of w, w^2 and their products with the score y
and the predicted score p follow from sums of d and d^2. The variance's (1 - pi) w^2 is w^2 - w.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.sampling.estimation import (
    GREG,
    HAJEK,
    Difference,
    Figure,
    Means,
    difference,
    figures_of,
    korn_graubard,
)
from qa.sampling.predicting import LEAST_REVIEWS, USEFUL
from qa.sampling.reporting import Reported, queue_groups
from qa.sampling.spreads import GREG_STEADIED, HAJEK_SHRUNK, Spread, spread_of, steadied
from qa.sampling.strictness import with_strictness
from qa.sampling.sum_rows import NAMES, FrameRows, Rows, Weighted

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

CANCELLED = 1e-11  # of the sum of squares: what rounding leaves where all values are equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The regression of ``reporting.regress`` by queue: y is expected at level + slope p, at ``unknown`` without p."""

    level: Vector
    slope: Vector
    unknown: Vector
    correlations: tuple[float | None, ...]
    useful: Flags

    def expected(self, rows: Rows) -> tuple[Vector, Vector]:
        """Constant and slope in p of each row."""
        constant = np.where(rows.known, self.level[rows.queue], self.unknown[rows.queue])
        return constant, np.where(rows.known, self.slope[rows.queue], 0.0)

    def of_all(self, frame: FrameRows) -> Vector:
        """The sum of what is expected over the parts of each row of a frame."""
        predicted, parts = frame.sums["predicted"], frame.sums["parts"]
        q = frame.queue
        total: Vector = (
            self.level[q] * predicted + self.slope[q] * frame.sums["p"] + self.unknown[q] * (parts - predicted)
        )
        return total


def fit(window: Weighted, queues: int) -> Fit | None:
    """b = (sum w x x')^-1 sum w x y from sums; ``None`` where nothing was predicted.

    References
    ----------
    Sarndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, eq. 6.4.2.
    """
    rows, known = window.rows, window.rows.known
    n, total = rows.sums["n"], float((rows.sums["n"] * known).sum())
    if not total:
        return None
    correlations = _correlations(window, rows.queue, queues, known)
    useful = np.array([each is not None and each >= USEFUL for each in correlations], dtype=np.bool_)
    centre = float((rows.sums["p"] * known).sum()) / total
    counts = np.bincount(rows.queue, n, queues)
    group = queue_groups(counts.astype(np.int64))
    levels = int(group.max()) + 1
    slope_at, missing_at, size = levels, levels + 1, levels + 2
    s = window.first
    used = useful[rows.queue] & known
    at = group[rows.queue]
    a, b = np.zeros((size, size)), np.zeros(size)
    plain = np.bincount(at, s[""], levels)
    a[np.arange(levels), np.arange(levels)] = plain
    b[:levels] = np.bincount(at, s["y"], levels)
    centred = np.where(used, s["p"] - centre * s[""], 0.0)
    cross = np.bincount(at, centred, levels)
    a[:levels, slope_at] = a[slope_at, :levels] = cross
    a[slope_at, slope_at] = float(np.where(used, s["p2"] - 2 * centre * s["p"] + centre**2 * s[""], 0.0).sum())
    b[slope_at] = float(np.where(used, s["yp"] - centre * s["y"], 0.0).sum())
    apart = np.where(known, 0.0, s[""])
    a[:levels, missing_at] = a[missing_at, :levels] = np.bincount(at, apart, levels)
    a[missing_at, missing_at] = float(apart.sum())
    b[missing_at] = float(np.where(known, 0.0, s["y"]).sum())
    solution = _least_squares(a, b)
    slope = np.where(useful, solution[slope_at], 0.0)
    level = solution[:levels][group]
    return Fit(
        level=level - slope * centre,
        slope=slope,
        unknown=level + solution[missing_at],
        correlations=tuple(correlations),
        useful=useful,
    )


def _least_squares(a: Vector, b: Vector) -> Vector:
    """The shortest solution of the normal equations; columns without anything in them get nothing."""
    there = np.diag(a) > 0
    solution = np.zeros(len(b))
    if there.any():
        scale = 1 / np.sqrt(np.diag(a)[there])
        inner = a[np.ix_(there, there)]
        if np.linalg.matrix_rank(inner * np.outer(scale, scale), tol=1e-10, hermitian=True) == there.sum():
            solution[there] = scale * np.linalg.solve(inner * np.outer(scale, scale), scale * b[there])
        else:
            solution[there] = np.linalg.pinv(inner, rcond=1e-12, hermitian=True) @ b[there]
    return solution


def _correlations(sums: Weighted, codes: Codes, count: int, chosen: Flags) -> list[float | None]:
    """The weighted correlation of prediction and review in each domain; ``None`` from under 30 reviews or no spread."""
    at = codes[chosen]
    n = np.bincount(at, sums.rows.sums["n"][chosen], count)
    w, y, y2, p, p2, yp = (np.bincount(at, sums.first[name][chosen], count) for name in NAMES)
    found: list[float | None] = []
    for c in range(count):
        if n[c] < LEAST_REVIEWS or w[c] <= 0:
            found.append(None)
            continue
        my, mp = y[c] / w[c], p[c] / w[c]
        vy, vp = y2[c] / w[c] - my**2, p2[c] / w[c] - mp**2
        if vy <= CANCELLED * y2[c] / w[c] or vp <= CANCELLED * p2[c] / w[c]:
            found.append(None)
            continue
        found.append(float((yp[c] / w[c] - my * mp) / np.sqrt(vy * vp)))
    return found


def _means(
    codes: Codes, count: int, n: Vector, first: Sequence[Vector], second: Sequence[Vector], weights: Sequence[Vector]
) -> Means:
    """Weighted means of e with V = m/(m-1) sum (w^2 - w)(e - ebar)^2 / (sum w)^2.

    ``first`` and ``second`` hold the sums of w e and w e^2, and of w^2 e and w^2 e^2; ``weights`` those of w and w^2.
    """
    number, w, w2, we, we2, w2e, w2e2 = (
        np.bincount(codes, values, count).astype(np.float64) for values in (n, *weights, *first, *second)
    )
    there = number > 0
    mean = np.divide(we, w, out=np.zeros(count), where=there)
    spread = (w2e2 - we2) - 2 * mean * (w2e - we) + mean**2 * (w2 - w)
    spread = np.where(
        np.abs(spread) <= CANCELLED * np.maximum(np.abs(w2e2), mean**2 * w2), 0.0, np.maximum(spread, 0.0)
    )
    several = number > 1
    factor = np.divide(number, number - 1, out=np.zeros(count), where=several)
    return Means(
        n=number,
        weight=w,
        n_effective=np.divide(w**2, w2, out=np.zeros(count), where=there),
        mean=mean,
        variance=factor * np.divide(spread, w**2, out=np.zeros(count), where=there),
        all_certain=np.abs(w2 - w) <= CANCELLED * np.maximum(w2, 1.0),
    )


def quality(
    sums: Weighted,
    codes: Codes,
    count: int,
    *,
    model: Fit | None = None,
    frame: FrameRows | None = None,
    framed: Codes | None = None,
    spread: Spread | None = None,
) -> list[Reported]:
    """The mean score of each domain: the regression estimate where the predicted score helps, else the weighted mean.

    ``codes`` and ``framed`` name the domain of each row, -1 for none. What reviewers' strictness adds is not in it.
    With the window's ``spread`` small domains borrow from it.
    """
    inside = codes >= 0
    at, s1, s2 = codes[inside], _inside(sums.first, inside), _inside(sums.second, inside)
    n = sums.rows.sums["n"][inside]
    totals = np.bincount(at, s1["y"], count)
    sizes = np.zeros(count)
    figures: list[Figure] = []
    helped = np.zeros(count, dtype=np.bool_)
    terms: list[tuple[float, float] | None] = [None] * count
    if frame is not None and framed is not None:
        there = framed >= 0
        sizes = np.bincount(framed[there], frame.sums["parts"][there], count).astype(np.float64)
        if model is not None and model.useful.any() and at.size:
            expected = np.bincount(framed[there], model.of_all(frame)[there], count)
            constant, slope = (each[inside] for each in model.expected(sums.rows))
            first, second = (_residuals(each, constant, slope) for each in (s1, s2))
            means = _means(at, count, n, first, second, (s1[""], s2[""]))
            mean_of_all = np.divide(expected, sizes, out=np.zeros(count), where=sizes > 0)
            estimates = mean_of_all + means.mean
            figures = figures_of(means, estimates, *steadied(means, spread), 2, GREG_STEADIED if spread else GREG, 0.95)
            helped = (np.bincount(at, n * model.useful[sums.rows.queue[inside]], count) > 0) & (sizes > 0)
            for d in np.flatnonzero(helped).tolist():
                terms[d] = (float(mean_of_all[d]), float(means.mean[d]))
    if not helped.all():
        plain = _means(at, count, n, (s1["y"], s1["y2"]), (s2["y"], s2["y2"]), (s1[""], s2[""]))
        method = HAJEK_SHRUNK if spread else HAJEK
        means_alone = figures_of(plain, plain.mean, *steadied(plain, spread), 2, method, 0.95)
        figures = [figures[d] if helped[d] else each for d, each in enumerate(means_alone)]
    known = inside & sums.rows.known
    correlations = _correlations(sums, codes, count, known) if model is not None else [None] * count
    return [_reported(each, sizes[d], totals[d], correlations[d], terms[d]) for d, each in enumerate(figures)]


def spread_in(sums: Weighted, queues: int, model: Fit | None) -> Spread | None:
    """How much scores scatter inside the queues of a window round what the regression expects; queues by their code."""
    constant, slope = model.expected(sums.rows) if model is not None else (np.zeros(len(sums.rows)),) * 2
    first, second = (_residuals(each, constant, slope) for each in (sums.first, sums.second))
    weights = sums.first[""], sums.second[""]
    return spread_of(_means(sums.rows.queue, queues, sums.rows.sums["n"], first, second, weights))


def _inside(sums: Mapping[str, Vector], chosen: Flags) -> dict[str, Vector]:
    return {name: values[chosen] for name, values in sums.items()}


def _residuals(s: Mapping[str, Vector], constant: Vector, slope: Vector) -> tuple[Vector, Vector]:
    """Sums of e and e^2 for e = y - constant - slope p, from one set of weighted sums."""
    e = s["y"] - constant * s[""] - slope * s["p"]
    e2 = (
        s["y2"]
        - 2 * constant * s["y"]
        - 2 * slope * s["yp"]
        + constant**2 * s[""]
        + 2 * constant * slope * s["p"]
        + slope**2 * s["p2"]
    )
    return e, e2


def _reported(
    figure: Figure, size: float, total: float, correlation: float | None, term: tuple[float, float] | None
) -> Reported:
    mean_weight = figure.weight / figure.n if figure.n else 0.0
    return Reported(
        figure=figure,
        population=round(size),
        least_weight=mean_weight,
        largest_weight=mean_weight,
        weighted_sum=float(total),
        predicted_mean=term[0] if term else None,
        residual_mean=term[1] if term else None,
        correlation=correlation,
    )


def share(
    sums: Weighted,
    name: str,
    codes: Codes,
    count: int,
    *,
    reviewer_variances: Sequence[float] | Vector = (),
    frame: FrameRows | None = None,
    framed: Codes | None = None,
) -> list[Reported]:
    """The share of reviews that ``passed``, or that failed a ``critical``, in each domain, by Korn and Graubard."""
    inside = codes >= 0
    at = codes[inside]
    w, w2 = sums.first[""][inside], sums.second[""][inside]
    hit, hit2 = (each[inside] for each in sums.extra[name])
    means = _means(at, count, sums.rows.sums["n"][inside], (hit, hit), (hit2, hit2), (w, w2))
    figures = figures_of(means, means.mean, means.variance, np.maximum(means.n_effective - 1, 1), 2, HAJEK, 0.95)
    totals = np.bincount(at, hit, count)
    sizes = np.zeros(count)
    if frame is not None and framed is not None:
        there = framed >= 0
        sizes = np.bincount(framed[there], frame.sums["parts"][there], count).astype(np.float64)
    found = []
    for d, figure in enumerate(figures):
        known = figure
        if len(reviewer_variances) and figure.estimate not in (None, 0.0, 1.0) and figure.variance:
            known = replace(figure, reviewer_variance=float(reviewer_variances[d]))
        found.append(_reported(korn_graubard(known), sizes[d], totals[d], None, None))
    return found


def mean_of(rows: Rows, factor: Vector, codes: Codes, count: int) -> list[Figure]:
    """The weighted mean of any value x of which ``dx, d2x, dx2, d2x2`` are summed, in each domain."""
    inside = codes >= 0
    f, at = factor[inside], codes[inside]
    s = {name: rows.sums[name][inside] for name in ("n", "d", "d2", "dx", "d2x", "dx2", "d2x2")}
    means = _means(
        at,
        count,
        s["n"],
        (f * s["dx"], f * s["dx2"]),
        (f * f * s["d2x"], f * f * s["d2x2"]),
        (f * s["d"], f * f * s["d2"]),
    )
    return figures_of(means, means.mean, means.variance, np.maximum(means.n_effective - 1, 1), 2, HAJEK, 0.95)


def with_reviewers(reported: Reported, variance: float) -> Reported:
    """A figure with what reviewers' strictness adds to its interval."""
    return replace(reported, figure=with_strictness(reported.figure, variance))


def concentration_within(whole: Any, n_effective: Any) -> Any:
    """Expected sum of squared reviewer shares of a random part of a whole: H + (1 - H) / n.

    ``whole`` is H of the whole, ``n_effective`` the part's effective number of reviews. Parts are given to reviewers
    at random within those who may score them, so a part's shares scatter round the whole's as a multinomial sample's.

    References
    ----------
    Simpson (1949), Nature 163, 688: E sum (n_r/n)^2 = H + (1 - H)/n under multinomial sampling.
    """
    n = np.maximum(np.asarray(n_effective, dtype=np.float64), 1.0)
    return whole + (1 - whole) / n


def gap(a: Reported, b: Reported, reviewer_variance: float) -> Difference:
    """One domain minus another, with the variance of what their reviewers do not share."""
    return difference(a.figure, b.figure, reviewer_variance=reviewer_variance)
