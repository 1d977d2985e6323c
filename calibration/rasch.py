"""Many-facet Rasch model: how severe raters and how hard criteria are, in logits, with fit. An audit figure.

Every score weighs alike here and two readings of one ticket count as independent; the estimate that the league table
shows is ``calibration.severity``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from calibration.rasch_joint import JointFit, fit_joint
from calibration.rasch_marginal import MarginalFit, fit_marginal
from calibration.rasch_table import Codes, Matrix, ScoreTable, Vector
from calibration.ratings import tally

__all__ = ["MarginalRasch", "RaschElement", "RaschFit", "many_facet_rasch", "marginal_rasch"]

EXTREME = "only lowest or only highest scores: the measure is beyond any number"
UNSCORED = "no score that the model can use"
APART = "shares no person, however indirectly, with the largest group of raters: cannot tell"
NOT_CONVERGED = "no best fit: the scores vary too little, or too few of them link raters, persons and items"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaschElement:
    """A rater, item or person: ``measure`` in logits with its model standard error and fit.

    ``infit`` and ``outfit`` are mean squares, 1 where scores vary as the model expects, above where they surprise.
    ``score`` is the sum of ``count`` scores. Without a measure ``reason`` says why.
    """

    measure: float | None
    std_error: float | None = None
    infit: float | None = None
    outfit: float | None = None
    score: float = 0.0
    count: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaschFit:
    """A joint fit. One element per rater, item and person code; a higher measure is severer, harder or better.

    ``thresholds`` are the steps between neighbouring categories; ``None`` beside a category that nobody used.
    """

    raters: tuple[RaschElement, ...]
    items: tuple[RaschElement, ...]
    persons: tuple[RaschElement, ...]
    thresholds: tuple[float | None, ...]
    log_likelihood: float | None
    method: str
    reason: str | None = None


def many_facet_rasch(
    persons: Sequence[int] | NDArray[np.int64],
    raters: Sequence[int] | NDArray[np.int64],
    scores: Any,
    *,
    max_category: int | None = None,
) -> RaschFit:
    """Rating-scale model log(P_k / P_{k-1}) = theta_person - difficulty_item - severity_rater - tau_k, all jointly.

    ``scores`` is rows x items, whole numbers from 0, NaN where missing; ``persons`` and ``raters`` give each row's
    codes from 0. Raters, items and thresholds each sum to zero. Joint maximum likelihood without correction of its
    bias; standard errors 1 / sqrt(sum of model variances). Persons, raters and items with only the lowest or only the
    highest scores have no measure and are left out, and raters outside the largest connected group cannot be compared.

    References
    ----------
    Linacre (1994), Many-Facet Rasch Measurement, 2nd ed., ch. 1 and 6. Wright & Masters (1982), Rating Scale
    Analysis, ch. 5 (fit).
    """
    table, top = _table(persons, raters, scores, max_category)
    kept = _finite(table)
    if not kept.any():
        return _nothing(table, top, UNSCORED)
    group = _largest_group(table, kept)
    kept &= group[table.rater][:, np.newaxis]
    kept &= _finite(replace(table, scores=np.where(kept, table.scores, np.nan)))
    if not kept.any():
        return _nothing(table, top, UNSCORED)
    reduced, present = _reduced(table, kept)
    fit = fit_joint(reduced)
    if fit is None:
        return _nothing(table, top, NOT_CONVERGED)
    reasons = _reasons(table, group)
    return RaschFit(
        raters=_elements(fit, "raters", present[1], table.n_raters, reasons[1]),
        items=_elements(fit, "items", present[2], table.scores.shape[1], reasons[2]),
        persons=_elements(fit, "persons", present[0], table.n_persons, reasons[0]),
        thresholds=_thresholds(fit.curve, top),
        log_likelihood=fit.log_likelihood,
        method="many-facet Rasch, joint maximum likelihood",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalRasch:
    """A marginal fit: persons are a normal population with mean 0, so items keep their own level.

    Raters and steps sum to zero; the error of the last of them is the root of the sum of the others' squares.
    ``reliability`` is the share of the persons' variance that their expected values keep.
    """

    raters: tuple[RaschElement, ...]
    items: tuple[RaschElement, ...]
    steps: tuple[RaschElement, ...]
    person_variance: float | None
    deviance: float | None
    reliability: float | None
    method: str
    reason: str | None = None


def marginal_rasch(
    persons: Sequence[int] | NDArray[np.int64],
    raters: Sequence[int] | NDArray[np.int64],
    scores: Any,
    *,
    max_category: int | None = None,
    nodes: int = 21,
    reach: float = 6.0,
) -> MarginalRasch:
    """The same model with persons integrated out over ``nodes`` points from -``reach`` to ``reach`` logits.

    Standard errors 1 / sqrt(information of the completed data). Fit is the joint model's.

    References
    ----------
    Bock & Aitkin (1981), Psychometrika 46, 443-459. Adams, Wilson & Wang (1997), Applied Psychological Measurement
    21, 1-23.
    """
    if nodes < 3 or not reach > 0:
        raise ValueError(f"at least three nodes over a positive reach: {nodes}, {reach}")
    table, top = _table(persons, raters, scores, max_category)
    kept = ~np.isnan(table.scores)
    kept &= _varied(table, kept)
    method = "many-facet Rasch, marginal maximum likelihood"
    if not kept.any():
        return _no_margin(table, top, method, UNSCORED)
    reduced, present = _reduced(table, kept)
    fit = fit_marginal(reduced, np.linspace(-reach, reach, nodes))
    if fit is None:
        return _no_margin(table, top, method, NOT_CONVERGED)
    steps: list[RaschElement] = []
    for place, threshold in enumerate(_thresholds(fit.curve, top)):
        error = fit.step_errors[place] if threshold is not None and place < fit.step_errors.size else None
        reason = None if threshold is not None else UNSCORED
        steps.append(RaschElement(measure=threshold, std_error=None if error is None else float(error), reason=reason))
    return MarginalRasch(
        raters=_marginal_elements(fit, "raters", present[1], table.n_raters),
        items=_marginal_elements(fit, "items", present[2], table.scores.shape[1]),
        steps=tuple(steps),
        person_variance=fit.variance,
        deviance=fit.deviance,
        reliability=fit.reliability,
        method=method,
    )


def _table(persons: Any, raters: Any, scores: Any, max_category: int | None) -> tuple[ScoreTable, int]:
    matrix = np.asarray(scores, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"scores are rows x items: {matrix.ndim} dimensions")
    person, rater = np.asarray(persons), np.asarray(raters)
    for name, codes in (("persons", person), ("raters", rater)):
        if codes.shape != (len(matrix),):
            raise ValueError(f"{name} holds one code per row of scores: {codes.shape}")
        if codes.size and (not np.issubdtype(codes.dtype, np.integer) or codes.min() < 0):
            raise ValueError(f"{name} are whole numbers from 0")
    there = matrix[~np.isnan(matrix)]
    if there.size and (there.min() < 0 or (there != np.floor(there)).any() or np.isinf(there).any()):
        raise ValueError("scores are whole numbers from 0")
    seen = int(there.max()) if there.size else 0
    top = seen if max_category is None else max_category
    if seen > top:
        raise ValueError(f"a score of {seen} is above the highest category {top}")
    size = (int(person.max()) + 1 if person.size else 0, int(rater.max()) + 1 if rater.size else 0)
    table = ScoreTable(
        person=person.astype(np.int64),
        rater=rater.astype(np.int64),
        n_persons=size[0],
        n_raters=size[1],
        scores=matrix,
    )
    return table, top


def _facets(table: ScoreTable) -> tuple[tuple[Codes, int], ...]:
    """Code of each cell and number of codes: persons, raters, items."""
    rows, items = table.scores.shape
    return (
        (np.repeat(table.person, items), table.n_persons),
        (np.repeat(table.rater, items), table.n_raters),
        (np.tile(np.arange(items), rows), items),
    )


def _finite(table: ScoreTable) -> NDArray[np.bool_]:
    """The cells left once everything with only lowest or only highest scores is gone."""
    kept = ~np.isnan(table.scores)
    before = -1
    while kept.any() and kept.sum() != before:
        before = int(kept.sum())
        for code, size in _facets(table):
            low, high = float(table.scores[kept].min()), float(table.scores[kept].max())
            count, total = _sums(code, size, table.scores, kept)
            varied = (count > 0) & (total > low * count) & (total < high * count)
            kept = kept & varied[code].reshape(kept.shape)
            if not kept.any():
                return kept
    return kept


def _varied(table: ScoreTable, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """As ``_finite`` for raters and items alone: the population holds extreme persons."""
    result = kept.copy()
    before = -1
    while result.any() and result.sum() != before:
        before = int(result.sum())
        low, high = float(table.scores[result].min()), float(table.scores[result].max())
        for code, size in _facets(table)[1:]:
            count, total = _sums(code, size, table.scores, result)
            result &= ((total > low * count) & (total < high * count))[code].reshape(result.shape)
    return result


def _sums(code: Codes, size: int, scores: Matrix, kept: NDArray[np.bool_]) -> tuple[Vector, Vector]:
    flat = kept.ravel()
    count = np.bincount(code[flat], minlength=size).astype(np.float64)
    return count, tally(code[flat], scores.ravel()[flat], size)


def _largest_group(table: ScoreTable, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which raters belong to the largest group that shares persons, however indirectly."""
    rows = np.flatnonzero(kept.any(axis=1))
    size = table.n_persons + table.n_raters
    links = sparse.coo_array(
        (np.ones(rows.size), (table.person[rows], table.n_persons + table.rater[rows])), shape=(size, size)
    )
    group = csgraph.connected_components(links, directed=False)[1][table.n_persons :]
    weight = np.bincount(group[table.rater[rows]], kept[rows].sum(axis=1))
    largest: NDArray[np.bool_] = group == int(np.argmax(weight))
    return largest


def _reduced(table: ScoreTable, kept: NDArray[np.bool_]) -> tuple[ScoreTable, tuple[Codes, Codes, Codes]]:
    """The kept cells with codes numbered anew, and the old code of each new one."""
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    persons, person = np.unique(table.person[rows], return_inverse=True)
    raters, rater = np.unique(table.rater[rows], return_inverse=True)
    cut = np.ix_(rows, columns)
    reduced = ScoreTable(
        person=person,
        rater=rater,
        n_persons=persons.size,
        n_raters=raters.size,
        scores=np.where(kept[cut], table.scores[cut], np.nan),
    )
    return reduced, (persons, raters, columns)


def _reasons(table: ScoreTable, group: NDArray[np.bool_]) -> tuple[list[str], list[str], list[str]]:
    """Why an element that was left out has no measure."""
    kept = ~np.isnan(table.scores)
    apart = np.zeros(table.n_persons, dtype=np.bool_)
    apart[table.person[~group[table.rater]]] = True
    found: list[list[str]] = []
    for place, (code, size) in enumerate(_facets(table)):
        count, _ = _sums(code, size, table.scores, kept)
        alone = apart if place == 0 else (~group if place == 1 else np.zeros(size, dtype=np.bool_))
        pairs = zip(count, alone, strict=True)
        found.append([UNSCORED if not number else APART if lonely else EXTREME for number, lonely in pairs])
    return found[0], found[1], found[2]


def _elements(fit: JointFit, name: str, present: Codes, size: int, reasons: Sequence[str]) -> tuple[RaschElement, ...]:
    facet = getattr(fit, name)
    elements = [RaschElement(measure=None, reason=reason) for reason in reasons]
    columns = (facet.measure, facet.error, facet.infit, facet.outfit, facet.score, facet.count)
    for code, *values in zip(present.tolist(), *(column.tolist() for column in columns), strict=True):
        measure, error, infit, outfit, score, count = values
        elements[code] = RaschElement(
            measure=measure, std_error=error, infit=infit, outfit=outfit, score=score, count=int(count)
        )
    return tuple(elements[:size])


def _marginal_elements(fit: MarginalFit, name: str, present: Codes, size: int) -> tuple[RaschElement, ...]:
    facet = getattr(fit, name)
    elements = [RaschElement(measure=None, reason=EXTREME)] * size
    for place, code in enumerate(present.tolist()):
        elements[code] = RaschElement(
            measure=float(facet.measure[place]),
            std_error=float(facet.error[place]),
            score=float(facet.score[place]),
            count=int(facet.count[place]),
        )
    return tuple(elements)


def _thresholds(curve: Vector, top: int) -> tuple[float | None, ...]:
    """Steps between neighbours from the cumulative curve, which is -inf where a category was not used."""
    cumulative = np.full(top + 1, -np.inf)
    cumulative[: curve.size] = curve
    return tuple(
        low - high if np.isfinite(low) and np.isfinite(high) else None for low, high in pairwise(cumulative.tolist())
    )


def _nothing(table: ScoreTable, top: int, reason: str) -> RaschFit:
    none = RaschElement(measure=None, reason=reason)
    return RaschFit(
        raters=(none,) * table.n_raters,
        items=(none,) * table.scores.shape[1],
        persons=(none,) * table.n_persons,
        thresholds=(None,) * top,
        log_likelihood=None,
        method="many-facet Rasch, joint maximum likelihood",
        reason=reason,
    )


def _no_margin(table: ScoreTable, top: int, method: str, reason: str) -> MarginalRasch:
    none = RaschElement(measure=None, reason=reason)
    return MarginalRasch(
        raters=(none,) * table.n_raters,
        items=(none,) * table.scores.shape[1],
        steps=(none,) * top,
        person_variance=None,
        deviance=None,
        reliability=None,
        method=method,
        reason=reason,
    )
