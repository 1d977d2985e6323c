"""Joint maximum likelihood of the many-facet Rasch model: Newton's method with the persons absorbed."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, sparse

from calibration.rasch_table import Codes, FacetFit, Matrix, ScoreTable, Vector, curve_of, used_categories

MOST_STEPS = 60
HALVINGS = 30
SETTLED = 1e-9  # logits a step still moves any parameter
LONGEST = 30.0  # logits: a measure beyond is on its way to infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFit:
    """Measures of every facet at the maximum."""

    persons: FacetFit
    raters: FacetFit
    items: FacetFit
    curve: Vector
    log_likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """Parameters: raters and items sum to zero, ``inner`` is the curve of the categories between the ends."""

    theta: Vector
    severity: Vector
    difficulty: Vector
    inner: Vector

    def moved(self, step: "_Point", share: float) -> "_Point":
        return _Point(
            theta=self.theta + share * step.theta,
            severity=self.severity + share * step.severity,
            difficulty=self.difficulty + share * step.difficulty,
            inner=self.inner + share * step.inner,
        )

    @property
    def largest(self) -> float:
        return max(
            float(np.abs(part).max(initial=0.0)) for part in (self.theta, self.severity, self.difficulty, self.inner)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Model of every cell at a point, rows x items; ``shares`` has one matrix per inner category."""

    expected: Matrix
    variance: Matrix
    shares: list[Matrix]
    log_likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """What stays the same from step to step. ``levels`` holds the place of each score among the used categories."""

    table: ScoreTable
    used: Codes
    there: Matrix
    values: Matrix
    counts: Vector

    @property
    def rater_rows(self) -> sparse.csr_array:
        rows = np.arange(self.table.rater.size)
        shape = (self.table.n_raters, rows.size)
        return sparse.csr_array((np.ones(rows.size), (self.table.rater, rows)), shape=shape)

    @property
    def person_rows(self) -> sparse.csr_array:
        rows = np.arange(self.table.person.size)
        shape = (self.table.n_persons, rows.size)
        return sparse.csr_array((np.ones(rows.size), (self.table.person, rows)), shape=shape)


def fit_joint(table: ScoreTable) -> JointFit | None:
    """The fit of scores without extremes in one connected group; nothing where the likelihood has no maximum.

    The likelihood is concave, so Newton's steps, halved where they overshoot, reach its one maximum.
    """
    used = used_categories(table.scores)
    there = ~np.isnan(table.scores)
    values = np.where(there, table.scores, 0.0)
    counts = np.array([float((table.scores == category).sum()) for category in used])
    scores = _Scores(table=table, used=used, there=there.astype(np.float64), values=values, counts=counts)
    persons, raters = scores.person_rows, scores.rater_rows
    point = _start(scores, persons)
    cells = _cells(scores, point)
    for _ in range(MOST_STEPS):
        step = _newton_step(scores, cells, persons, raters)
        if step is None:
            return None
        share = 1.0
        for _ in range(HALVINGS):
            ahead = point.moved(step, share)
            found = _cells(scores, ahead)
            if found.log_likelihood >= cells.log_likelihood - 1e-9:
                break
            share /= 2
        point, cells = ahead, found
        if point.largest > LONGEST:
            return None
        if step.largest < SETTLED:
            return _fit(scores, point, cells, persons, raters)
    return None


def _start(scores: _Scores, persons: sparse.csr_array) -> _Point:
    low, high = float(scores.used[0]), float(scores.used[-1])
    above = persons @ (scores.values - low * scores.there).sum(axis=1)
    number = persons @ scores.there.sum(axis=1)
    share = above / (number * (high - low))
    return _Point(
        theta=np.log(share / (1 - share)),
        severity=np.zeros(scores.table.n_raters),
        difficulty=np.zeros(scores.values.shape[1]),
        inner=np.zeros(max(scores.used.size - 2, 0)),
    )


def _cells(scores: _Scores, point: _Point) -> _Cells:
    table = scores.table
    eta = (point.theta[table.person] - point.severity[table.rater])[:, np.newaxis] - point.difficulty
    curve = np.concatenate([[0.0], point.inner, [0.0]])
    logits = [category * eta + own for category, own in zip(scores.used.tolist(), curve, strict=True)]
    top = logits[0]
    for other in logits[1:]:
        top = np.maximum(top, other)
    powers = [np.exp(own - top) for own in logits]
    whole = np.add.reduce(powers)
    shares = [power / whole * scores.there for power in powers]
    expected = sum(
        (category * share for category, share in zip(scores.used.tolist(), shares, strict=True)), np.zeros_like(eta)
    )
    squares = sum(
        (category**2 * share for category, share in zip(scores.used.tolist(), shares, strict=True)),
        np.zeros_like(eta),
    )
    normalised = (top + np.log(whole)) * scores.there
    likelihood = float((scores.values * eta).sum() + curve @ scores.counts - normalised.sum())
    return _Cells(expected=expected, variance=squares - expected**2, shares=shares[1:-1], log_likelihood=likelihood)


def _newton_step(scores: _Scores, cells: _Cells, persons: sparse.csr_array, raters: sparse.csr_array) -> _Point | None:
    """Solves the normal equations of one step: persons drop out in closed form, the rest is a small dense system."""
    table = scores.table
    n_raters, n_items, n_inner = table.n_raters, scores.values.shape[1], len(cells.shares)
    residual = scores.values - cells.expected
    by_row = cells.variance.sum(axis=1)
    inner = scores.used[1:-1].tolist()
    joint = [share * (category - cells.expected) for category, share in zip(inner, cells.shares, strict=True)]
    gradient_theta, information = persons @ residual.sum(axis=1), persons @ by_row
    # Borders between a person and the other parameters: severity and difficulty enter with a minus.
    to_raters = sparse.csr_array((-by_row, (table.person, table.rater)), shape=(table.n_persons, n_raters))
    rest = np.hstack([-(persons @ cells.variance), *[(persons @ part.sum(axis=1))[:, np.newaxis] for part in joint]])
    gradient = np.concatenate(
        [
            -(raters @ residual.sum(axis=1)),
            -residual.sum(axis=0),
            scores.counts[1:-1] - np.array([share.sum() for share in cells.shares]),
        ]
    )
    size = n_raters + n_items + n_inner
    system = np.zeros((size, size))
    items = slice(n_raters, n_raters + n_items)
    system[np.arange(n_raters), np.arange(n_raters)] = raters @ by_row
    system[:n_raters, items] = raters @ cells.variance
    system[items, items] = np.diag(cells.variance.sum(axis=0))
    for place, part in enumerate(joint):
        own = n_raters + n_items + place
        system[:n_raters, own] = -(raters @ part.sum(axis=1))
        system[items, own] = -part.sum(axis=0)
        for other in range(place, n_inner):
            both = cells.shares[place] * cells.shares[other]
            system[own, n_raters + n_items + other] = (cells.shares[place].sum() if other == place else 0) - both.sum()
    upper = np.triu(system)
    system = upper + np.triu(upper, 1).T
    scaled = sparse.dia_array((1 / information[np.newaxis], 0), shape=(information.size, information.size))
    border = to_raters.T @ scaled
    system[:n_raters, :n_raters] -= (border @ to_raters).toarray()
    cross = border @ rest
    system[:n_raters, n_raters:] -= cross
    system[n_raters:, :n_raters] -= cross.T
    system[n_raters:, n_raters:] -= rest.T @ (rest / information[:, np.newaxis])
    gradient[:n_raters] -= border @ gradient_theta
    gradient[n_raters:] -= rest.T @ (gradient_theta / information)
    # A shift of all raters or all items is the persons' shift: the sum to zero takes its place.
    system[:n_raters, :n_raters] += 1.0
    system[items, items] += 1.0
    try:
        solved = linalg.solve(system, gradient, assume_a="pos", check_finite=False)
    except linalg.LinAlgError:
        return None
    if not np.isfinite(solved).all():
        return None
    own_theta = (gradient_theta - to_raters @ solved[:n_raters] - rest @ solved[n_raters:]) / information
    return _Point(
        theta=own_theta,
        severity=solved[:n_raters],
        difficulty=solved[items],
        inner=solved[n_raters + n_items :],
    )


def _fit(
    scores: _Scores, point: _Point, cells: _Cells, persons: sparse.csr_array, raters: sparse.csr_array
) -> JointFit:
    squared = (scores.values - cells.expected) ** 2 * scores.there
    standardised = np.divide(squared, cells.variance, out=np.zeros_like(squared), where=cells.variance > 0)

    def facet(measure: Vector, gather: "sparse.csr_array | None") -> FacetFit:
        def total(cell: Matrix) -> Vector:
            found: Vector = cell.sum(axis=0) if gather is None else gather @ cell.sum(axis=1)
            return found

        information, count = total(cells.variance), total(scores.there)
        return FacetFit(
            measure=measure,
            error=1 / np.sqrt(information),
            infit=total(squared) / information,
            outfit=total(standardised) / count,
            score=total(scores.values),
            count=count,
        )

    centred = replace(
        point,
        severity=point.severity - point.severity.mean(),
        difficulty=point.difficulty - point.difficulty.mean(),
        theta=point.theta - point.severity.mean() - point.difficulty.mean(),
    )
    return JointFit(
        persons=facet(centred.theta, persons),
        raters=facet(centred.severity, raters),
        items=facet(centred.difficulty, None),
        curve=curve_of(scores.used, centred.inner),
        log_likelihood=cells.log_likelihood,
    )
