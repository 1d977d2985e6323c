"""Generalizability theory: where the variance of scores comes from, and how many raters a decision needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from calibration.crossed import crossed_squares
from calibration.quantiles import check_confidence
from calibration.ratings import Matrix, Vector, check_squares, numbers_of
from calibration.resampling import bootstrap_weights, percentile_interval
from calibration.results import Estimate

Design = Literal["p x r", "p x i x r", "p x (r:t)"]
Method = Literal["anova", "reml"]
Effect = tuple[int, ...]
NO_VARIANCE = "no variance: every score is the same"
MISSING_CELLS = "too many scores are missing to tell the sources of variance apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """The axes of a design and its effects as sets of axes; axis 0 is the object of measurement."""

    facets: tuple[str, ...]
    effects: Mapping[str, Effect]


LAYOUTS: dict[str, _Layout] = {
    "p x r": _Layout(facets=("p", "r"), effects={"p": (0,), "r": (1,), "pr": (0, 1)}),
    "p x i x r": _Layout(
        facets=("p", "i", "r"),
        effects={"p": (0,), "i": (1,), "r": (2,), "pi": (0, 1), "pr": (0, 2), "ir": (1, 2), "pir": (0, 1, 2)},
    ),
    "p x (r:t)": _Layout(
        facets=("p", "t", "r"), effects={"p": (0,), "t": (1,), "r:t": (1, 2), "pt": (0, 1), "pr:t": (0, 1, 2)}
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceComponent:
    """One source of variance. ``raw`` may be negative; ``variance`` is cut at 0, ``share`` is of their sum.

    ``mean_square`` and ``df`` are ``None`` where scores are missing and no single mean square exists.
    """

    name: str
    mean_square: float | None
    df: int | None
    raw: float
    variance: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a measurement with so many conditions of each facet would be worth.

    ``generalizability`` (relative) is for ranking, ``dependability`` (absolute) for judging against a mark.
    """

    sizes: tuple[tuple[str, int], ...]
    relative_error: float
    absolute_error: float
    generalizability: Estimate
    dependability: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralizabilityStudy:
    """Variance components of a design and its decisions; without components ``reason`` says why."""

    design: str
    method: str
    components: tuple[VarianceComponent, ...]
    decisions: tuple[Decision, ...]
    reason: str | None = None

    def component(self, name: str) -> VarianceComponent:
        """The component of that name."""
        for component in self.components:
            if component.name == name:
                return component
        raise KeyError(name)


def generalizability(
    scores: Any,
    *,
    design: Design | str = "p x r",
    decide: Sequence[Mapping[str, int]] = (),
    method: Method | str = "anova",
    confidence: float = 0.95,
    bootstrap: int = 0,
    rng: np.random.Generator | None = None,
) -> GeneralizabilityStudy:
    """Variance components of scores, and the coefficients that other numbers of raters would reach.

    ``design`` "p x r": scores are raters x items as everywhere here, the items are the persons p. "p x i x r": an array
    persons x items x raters. "p x (r:t)": persons x tasks x raters, other raters for each task. NaN is missing.
    ``decide`` names sizes, as ``{"r": 3}``; a facet left out keeps the size it has. All facets are random. ``method``
    "reml" is for complete p x r data. ``bootstrap`` resamples the persons of complete data for intervals.

    References
    ----------
    Brennan (2001), Generalizability Theory, ch. 3-5, and ch. 7.1 for missing scores (Henderson 1953, method 1; p x r by
    method 3). REML of balanced data by pooling: Thompson (1962), Annals of Mathematical Statistics 33, 273-289.
    """
    check_confidence(confidence)
    if design not in LAYOUTS:
        raise ValueError(f"design is one of {', '.join(LAYOUTS)}: {design!r}")
    if method not in ("anova", "reml"):
        raise ValueError(f"method is anova or reml: {method!r}")
    layout = LAYOUTS[design]
    cells = _checked(scores, design, len(layout.facets))
    complete = not np.isnan(cells).any()
    if not complete and (method == "reml" or bootstrap):
        raise ValueError(f"{'reml' if method == 'reml' else 'a bootstrap'} needs complete scores")
    if method == "reml" and design != "p x r":
        raise ValueError(f"reml is for p x r: {design!r}")
    if bootstrap < 0 or (bootstrap and rng is None):
        raise ValueError("a bootstrap needs a positive number of resamples and rng")
    name = f"variance components by {'REML' if method == 'reml' else 'analysis of variance'}"
    raw, squares, dfs, reason = _components(cells, layout, design, complete)
    if reason is not None:
        return GeneralizabilityStudy(design=design, method=name, components=(), decisions=(), reason=reason)
    if method == "reml":
        raw = _pooled(squares, dfs, cells.shape)
    variance = np.maximum(raw, 0.0)
    total = float(variance.sum())
    components = tuple(
        VarianceComponent(
            name=effect,
            mean_square=float(squares[place]) if complete else None,
            df=int(dfs[place]) if complete else None,
            raw=float(raw[place]),
            variance=float(variance[place]),
            share=float(variance[place]) / total if total > 0 else None,
        )
        for place, effect in enumerate(layout.effects)
    )
    draws = _resampled(cells, layout, bootstrap, rng) if bootstrap and rng is not None else None
    decisions = tuple(
        _decision(_sizes(choice, layout, cells.shape), variance, layout, draws, confidence, cells.shape[0])
        for choice in decide
    )
    return GeneralizabilityStudy(design=design, method=name, components=components, decisions=decisions)


def _checked(scores: Any, design: str, axes: int) -> NDArray[np.float64]:
    cells = numbers_of(scores)
    if cells.ndim != axes:
        raise ValueError(f"scores of {design} have {axes} axes: {cells.ndim}")
    if np.isinf(cells).any():
        raise ValueError("scores hold an infinite value")
    check_squares(cells[~np.isnan(cells)])
    cells = cells.T if design == "p x r" else cells
    for axis in range(axes):
        others = tuple(other for other in range(axes) if other != axis)
        cells = np.compress(~np.isnan(cells).all(axis=others), cells, axis=axis)
    return cells


def _components(
    cells: NDArray[np.float64], layout: _Layout, design: str, complete: bool
) -> tuple[Vector, Vector, Vector, str | None]:
    """Raw components, mean squares and degrees of freedom in the order of the effects, or why there are none."""
    nothing = np.zeros(0)
    if min(cells.shape, default=0) < 2:
        return nothing, nothing, nothing, "fewer than two conditions of a facet"
    there = ~np.isnan(cells)
    if np.ptp(cells[there]) == 0:
        return nothing, nothing, nothing, NO_VARIANCE
    centred = np.where(there, cells - cells[there].mean(), 0.0)
    if complete:
        sums = _squared_sums(centred[np.newaxis], layout, np.ones((1, cells.shape[0])))
        squares, dfs = _mean_squares(sums, layout, cells.shape)
        return np.linalg.solve(_expectations(layout, cells.shape), squares[0]), squares[0], dfs, None
    if design == "p x r":
        found = crossed_squares(cells.T)
        if found.df_error < 1 or found.df_items < 1 or found.df_raters < 1:
            return nothing, nothing, nothing, MISSING_CELLS
        items = (found.items - found.error) / found.k_items
        raters = (found.raters - found.error) / found.k_raters
        return np.array([items, raters, found.error]), nothing, nothing, None
    raw = _henderson_1(centred, there.astype(np.float64), layout)
    return raw, nothing, nothing, MISSING_CELLS if np.isnan(raw).any() else None


def _others(effect: Effect, axes: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(axes) if axis not in effect)


def _squared_sums(cells: NDArray[np.float64], layout: _Layout, weights: Matrix) -> Matrix:
    """Uncorrected sums of squares of the mean and of each effect, rows x (1 + effects), of complete data.

    ``cells`` has a leading axis of 1; a row of ``weights`` says how often each person counts.
    """
    persons, axes = cells.shape[1], cells.ndim - 1
    found = []
    for effect in ((), *layout.effects.values()):
        others = _others(effect, axes)
        level = float(np.prod([cells.shape[1 + axis] for axis in others]))
        if 0 in effect:
            own = cells[0].sum(axis=others) ** 2
            found.append(weights @ own.reshape(persons, -1).sum(axis=1) / level)
        else:
            rest = tuple(axis for axis in others if axis != 0)
            flat = cells[0].sum(axis=rest).reshape(persons, -1)
            found.append(((weights @ flat) ** 2).sum(axis=1) / level)
    return np.stack(found, axis=1)


def _below(effect: Effect, layout: _Layout) -> list[int]:
    """Places of the effects that are part of this one."""
    return [place for place, other in enumerate(layout.effects.values()) if set(other) < set(effect)]


def _mean_squares(sums: Matrix, layout: _Layout, shape: tuple[int, ...]) -> tuple[Matrix, Vector]:
    """Mean squares, rows x effects, and their degrees of freedom: each effect less the effects it contains."""
    squares: list[Vector] = []
    dfs: list[float] = []
    for place, effect in enumerate(layout.effects.values()):
        below = _below(effect, layout)
        squares.append(sums[:, place + 1] - sums[:, 0] - sum(squares[other] for other in below))
        dfs.append(float(np.prod([shape[axis] for axis in effect])) - 1 - sum(dfs[other] for other in below))
    return np.stack(squares, axis=1) / np.array(dfs), np.array(dfs)


def _expectations(layout: _Layout, shape: tuple[int, ...]) -> Matrix:
    """Expected mean squares: row effect, column component; the levels of the axes a component leaves out."""
    effects = list(layout.effects.values())
    matrix = np.zeros((len(effects), len(effects)))
    for row, effect in enumerate(effects):
        for column, other in enumerate(effects):
            if set(effect) <= set(other):
                matrix[row, column] = np.prod([shape[axis] for axis in _others(other, len(shape))])
    return matrix


def _henderson_1(cells: NDArray[np.float64], there: NDArray[np.float64], layout: _Layout) -> Vector:
    """Components from uncorrected sums of squares of the mean and each effect set equal to their expectations."""
    axes = cells.ndim
    effects: list[Effect] = [(), *layout.effects.values()]
    found, matrix = np.zeros(len(effects)), np.zeros((len(effects), len(effects)))
    for row, effect in enumerate(effects):
        others = _others(effect, axes)
        number = there.sum(axis=others)
        safe = np.maximum(number, 1.0)
        found[row] = (cells.sum(axis=others) ** 2 / safe).sum()
        for column, other in enumerate(effects):
            joint = there.sum(axis=_others(tuple(sorted({*effect, *other})), axes), keepdims=True) ** 2
            matrix[row, column] = (joint.sum(axis=others).reshape(number.shape) / safe).sum()
    if np.linalg.matrix_rank(matrix) < len(effects):
        return np.full(len(effects) - 1, np.nan)
    return np.asarray(np.linalg.solve(matrix, found))[1:]


def _pooled(squares: Vector, dfs: Vector, shape: tuple[int, ...]) -> Vector:
    """REML components of complete p x r data: mean squares below the residual's are pooled with it."""
    order = sorted((0, 1), key=lambda place: squares[place])
    pooled, df, error = float(squares[2] * dfs[2]), float(dfs[2]), float(squares[2])
    kept = [0, 1]
    for place in order:
        if squares[place] < error:
            pooled, df = pooled + float(squares[place] * dfs[place]), df + float(dfs[place])
            error = pooled / df
            kept.remove(place)
    result = np.array([0.0, 0.0, error])
    for place in kept:
        result[place] = max(0.0, (squares[place] - error) / shape[1 - place])
    return result


def _sizes(choice: Mapping[str, int], layout: _Layout, shape: tuple[int, ...]) -> dict[str, int]:
    sizes = dict(zip(layout.facets[1:], shape[1:], strict=True))
    for facet, size in choice.items():
        if facet not in sizes:
            raise ValueError(f"a decision is about {', '.join(sizes)}: {facet!r}")
        if size < 1:
            raise ValueError(f"a facet has at least one condition: {facet} = {size}")
        sizes[facet] = size
    return sizes


def _errors(sizes: Mapping[str, int], variance: Matrix, layout: _Layout) -> tuple[Vector, Vector, Vector]:
    """Variance of persons, relative and absolute error variance of each row of components."""
    relative, absolute = np.zeros(len(variance)), np.zeros(len(variance))
    for place, effect in enumerate(layout.effects.values()):
        if effect == (0,):
            continue
        part = variance[:, place] / float(np.prod([sizes[layout.facets[axis]] for axis in effect if axis != 0]))
        absolute += part
        if 0 in effect:
            relative += part
    return variance[:, 0], relative, absolute


def _decision(
    sizes: Mapping[str, int],
    variance: Vector,
    layout: _Layout,
    draws: Matrix | None,
    confidence: float,
    persons: int,
) -> Decision:
    own, relative, absolute = _errors(sizes, variance[np.newaxis], layout)
    drawn = None if draws is None else _errors(sizes, draws, layout)

    def coefficient(method: str, error: Vector, place: int) -> Estimate:
        room = float(own[0] + error[0])
        if room <= 0:
            return Estimate(estimate=None, method=method, n_items=persons, reason=NO_VARIANCE)
        result = Estimate(estimate=float(own[0]) / room, method=method, n_items=persons)
        if drawn is None:
            return result
        total = drawn[0] + drawn[place]
        values = np.divide(drawn[0], total, out=np.full(total.shape, np.nan), where=total > 0)
        interval = percentile_interval(values, confidence)
        return Estimate(
            estimate=result.estimate,
            std_error=float(np.nanstd(values, ddof=1)) if interval else None,
            interval=interval,
            n_items=persons,
            method=f"{method}; {values.size} resamples of the persons",
            reason=None if interval else "too few resamples have a defined value for an interval",
        )

    return Decision(
        sizes=tuple(sizes.items()),
        relative_error=float(relative[0]),
        absolute_error=float(absolute[0]),
        generalizability=coefficient("generalizability coefficient", relative, 1),
        dependability=coefficient("dependability coefficient", absolute, 2),
    )


def _resampled(cells: NDArray[np.float64], layout: _Layout, resamples: int, rng: np.random.Generator) -> Matrix:
    """Components, cut at 0, of resamples of the persons."""
    centred = (cells - cells.mean())[np.newaxis]
    expectations = np.linalg.inv(_expectations(layout, cells.shape))
    found = []
    for weights in bootstrap_weights(cells.shape[0], resamples, rng):
        sums = _squared_sums(centred, layout, weights)
        squares = _mean_squares(sums, layout, cells.shape)[0]
        found.append(np.maximum(squares @ expectations.T, 0.0))
    return np.concatenate(found)
