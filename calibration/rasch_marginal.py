"""Marginal maximum likelihood of the many-facet Rasch model: persons are a normal population, by the EM algorithm.

A cell's model depends on its rater, item and node alone, so the work per person is a sum over its rows and nodes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from calibration.rasch_table import Codes, Matrix, ScoreTable, Vector, curve_of, used_categories
from calibration.ratings import tally

MOST_ROUNDS = 200
SETTLED = 1e-7  # logits, and share of the variance, that a round still moves
LONGEST = 30.0
LEAST_VARIANCE = 1e-6
TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalFacet:
    """Raters or items, an entry per element."""

    measure: Vector
    error: Vector
    score: Vector
    count: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalFit:
    """Raters sum to zero, items keep their level under persons of mean 0."""

    raters: MarginalFacet
    items: MarginalFacet
    curve: Vector
    step_errors: Vector
    variance: float
    deviance: float
    reliability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Design:
    """Counts of the scores: ``seen`` persons x (rater, item), ``totals`` each person's sum."""

    seen: sparse.csr_array
    totals: Vector
    used: Codes
    nodes: Vector
    n_raters: int
    n_items: int
    rater_score: Vector
    item_score: Vector
    often: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """Expectation, variance and shares of the inner categories by (rater, item) x node; ``log_norm`` their scale."""

    log_norm: Matrix
    expected: Matrix
    variance: Matrix
    shares: Matrix


def fit_marginal(table: ScoreTable, nodes: Vector) -> MarginalFit | None:
    """The fit, or nothing where it does not settle.

    The level of the items moves slowly under the plain EM algorithm, so its rounds are extrapolated (Varadhan & Roland
    2008, Scandinavian Journal of Statistics 35, 335-353, scheme S3); a leap that makes the fit worse is taken back.
    """
    design = _design(table, nodes)
    point = np.zeros(design.n_raters + design.n_items + max(design.used.size - 2, 0) + 1)
    for _ in range(MOST_ROUNDS):
        once, _ = _round(design, point)
        twice, deviance = _round(design, once)
        if not np.isfinite(twice).all() or np.abs(twice).max() > LONGEST:
            return None
        first, second = once - point, twice - once
        if np.abs(second).max() < SETTLED:
            variance = _parts(design, twice)[3]
            # Persons who vary by less than the nodes are apart are not held by them.
            return None if variance < (nodes[1] - nodes[0]) ** 2 / 4 else _fit(design, *_parts(design, twice))
        bend = second - first
        stretch = max(1.0, float(np.linalg.norm(first)) / max(float(np.linalg.norm(bend)), TINY))
        leap, ahead = _round(design, point + 2 * stretch * first + stretch**2 * bend)
        point = leap if np.isfinite(leap).all() and ahead <= deviance else twice
    return None


def _parts(design: _Design, point: Vector) -> tuple[Vector, Vector, Vector, float]:
    """Severities, difficulties, curve of the inner categories and variance of the persons; the last kept as a log."""
    items = design.n_raters + design.n_items
    with np.errstate(over="ignore"):
        variance = float(np.exp(point[-1]))
    return point[: design.n_raters], point[design.n_raters : items], point[items:-1], variance


def _round(design: _Design, point: Vector) -> tuple[Vector, float]:
    """One round of the EM algorithm from a point, and the deviance there; not finite where there is none."""
    nowhere = np.full(point.size, np.nan)
    if not np.isfinite(point).all() or np.abs(point).max() > LONGEST:
        return nowhere, np.inf
    severity, difficulty, inner, variance = _parts(design, point)
    model = _model(design, severity, difficulty, inner)
    posterior, deviance = _posterior(design, model, severity, difficulty, inner, variance)
    step = _newton_step(design, model, design.seen.T @ posterior)
    if step is None or not np.isfinite(step).all():
        return nowhere, deviance
    step *= min(1.0, 1.0 / max(float(np.abs(step).max(initial=0.0)), TINY))
    second = float((posterior @ design.nodes**2).mean())
    moved = np.append(point[:-1] + step, np.log(max(second, LEAST_VARIANCE)))
    return moved, deviance


def _design(table: ScoreTable, nodes: Vector) -> _Design:
    rows, items = np.nonzero(~np.isnan(table.scores))
    value = table.scores[rows, items]
    person, rater, n_items = table.person[rows], table.rater[rows], table.scores.shape[1]
    shape = (table.n_persons, table.n_raters * n_items)
    used = used_categories(table.scores)
    return _Design(
        seen=sparse.csr_array((np.ones(value.size), (person, rater * n_items + items)), shape=shape),
        totals=tally(person, value, table.n_persons),
        used=used,
        nodes=nodes,
        n_raters=table.n_raters,
        n_items=n_items,
        rater_score=tally(rater, value, table.n_raters),
        item_score=tally(items, value, n_items),
        often=np.array([float((value == category).sum()) for category in used]),
    )


def _model(design: _Design, severity: Vector, difficulty: Vector, inner: Vector) -> _Model:
    place = (severity[:, np.newaxis] + difficulty).ravel()
    eta = design.nodes - place[:, np.newaxis]
    curve = np.concatenate([[0.0], inner, [0.0]])
    levels = design.used.astype(np.float64)
    logits = levels[:, np.newaxis, np.newaxis] * eta + curve[:, np.newaxis, np.newaxis]
    top = logits.max(axis=0)
    powers = np.exp(logits - top)
    whole = powers.sum(axis=0)
    shares = powers / whole
    expected = np.tensordot(levels, shares, axes=1)
    return _Model(
        log_norm=top + np.log(whole),
        expected=expected,
        variance=np.tensordot(levels**2, shares, axes=1) - expected**2,
        shares=shares[1:-1],
    )


def _posterior(
    design: _Design, model: _Model, severity: Vector, difficulty: Vector, inner: Vector, variance: float
) -> tuple[Matrix, float]:
    """Weight of each node for each person, and the deviance."""
    # Density times width, as other programs state the deviance; nodes hold nearly all of the normal population.
    width = float(design.nodes[1] - design.nodes[0])
    prior = -(design.nodes**2) / (2 * variance) + np.log(width) - np.log(2 * np.pi * variance) / 2
    logs = design.totals[:, np.newaxis] * design.nodes - design.seen @ model.log_norm + prior
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    whole = weights.sum(axis=1, keepdims=True)
    # What does not depend on the node joins the likelihood once for everybody.
    fixed = float(
        np.concatenate([[0.0], inner, [0.0]]) @ design.often
        - design.rater_score @ severity
        - design.item_score @ difficulty
    )
    likelihood = float((top + np.log(whole)).sum()) + fixed
    weights /= whole
    return weights, -2 * likelihood


def _newton_step(design: _Design, model: _Model, often: Matrix) -> Vector | None:
    """One Newton step of the completed data; ``often`` is how many persons of each node each cell has."""
    raters, items, inner = design.n_raters, design.n_items, len(model.shares)
    expected = (often * model.expected).sum(axis=1).reshape(raters, items)
    spread = (often * model.variance).sum(axis=1).reshape(raters, items)
    levels = design.used[1:-1].astype(np.float64)
    joint = [
        (often * share * (level - model.expected)).sum(axis=1).reshape(raters, items)
        for level, share in zip(levels, model.shares, strict=True)
    ]
    gradient = np.concatenate(
        [
            expected.sum(axis=1) - design.rater_score,
            expected.sum(axis=0) - design.item_score,
            design.often[1:-1] - np.array([float((often * share).sum()) for share in model.shares]),
        ]
    )
    size = raters + items + inner
    system = np.zeros((size, size))
    own = slice(raters, raters + items)
    system[:raters, :raters] = np.diag(spread.sum(axis=1)) + 1.0  # raters sum to zero
    system[:raters, own] = spread
    system[own, own] = np.diag(spread.sum(axis=0))
    for place, part in enumerate(joint):
        column = raters + items + place
        system[:raters, column] = -part.sum(axis=1)
        system[own, column] = -part.sum(axis=0)
        for other in range(place, inner):
            both = float((often * model.shares[place] * model.shares[other]).sum())
            alone = float((often * model.shares[place]).sum()) if other == place else 0.0
            system[column, raters + items + other] = alone - both
    upper = np.triu(system)
    system = upper + np.triu(upper, 1).T
    try:
        solved: Vector = linalg.solve(system, gradient, assume_a="pos", check_finite=False)
    except linalg.LinAlgError:
        return None
    return solved


def _fit(design: _Design, severity: Vector, difficulty: Vector, inner: Vector, variance: float) -> MarginalFit:
    model = _model(design, severity, difficulty, inner)
    posterior, deviance = _posterior(design, model, severity, difficulty, inner, variance)
    often = design.seen.T @ posterior
    means = posterior @ design.nodes
    spreads = posterior @ design.nodes**2 - means**2
    between = float(means.var())
    information = (often * model.variance).sum(axis=1).reshape(design.n_raters, design.n_items)
    count = np.asarray(design.seen.sum(axis=0)).reshape(design.n_raters, design.n_items)
    # The last rater and the last step are minus the sum of the others, so each of the others moves the last one too.
    by_rater = information.sum(axis=1)
    steps = np.array([float((often * share * (1 - share)).sum()) for share in _below_the_last(model.shares)])
    return MarginalFit(
        raters=MarginalFacet(
            measure=severity - severity.mean(),
            error=_with_last(1 / np.sqrt(by_rater[:-1] + by_rater[-1])),
            score=design.rater_score,
            count=count.sum(axis=1),
        ),
        items=MarginalFacet(
            measure=difficulty + severity.mean(),
            error=1 / np.sqrt(information.sum(axis=0)),
            score=design.item_score,
            count=count.sum(axis=0),
        ),
        curve=curve_of(design.used, inner),
        step_errors=_with_last(1 / np.sqrt(steps)),
        variance=variance,
        deviance=deviance,
        reliability=between / (between + float(spreads.mean())),
    )


def _below_the_last(inner_shares: Matrix) -> Matrix:
    """Share of the inner categories from each one on, (rater, item) x node each."""
    return np.cumsum(inner_shares[::-1], axis=0)[::-1]


def _with_last(errors: Vector) -> Vector:
    return np.append(errors, np.sqrt((errors**2).sum()))
