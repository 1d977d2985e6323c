"""What plans would give before anything is kept: numbers of reviews, and how exact they make a figure. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.intervals import t_quantile
from qa.sampling.allocation import Cells, CellTable, Plan, table_of
from qa.sampling.draw import UNIT, allocate

QUARTER = 13  # weeks
LEAST = 2.0  # reviews before a mean has an interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One group of parts: how many there are, how many are reviewed, and how exact that is, in points."""

    name: str
    parts: int
    reviews: float
    week: float | None  # half the width of the 95 % interval after one week
    quarter: float | None  # and after a quarter of such weeks
    effective: float = 0.0  # reviews of equal chances that those of a week are worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All plans of a week together, and what each of them brings."""

    whole: Expected
    teams: tuple[Expected, ...]
    specialists: tuple[Expected, ...]
    plans: tuple[tuple[str, int, float], ...]  # key, parts it selects, reviews among them
    without: float  # reviews that the other plans would give without the previewed one


def preview(cells: Cells, plans: Sequence[Plan], sd: float, *, previewed: str | None = None) -> Preview:
    """What these plans together would draw from such a week; ``sd`` is the spread of scores, in points.

    Half a width is t sd sqrt((1 - f) / n_eff), with f the sampled share, n_eff = N^2 / sum(N_c / pi_c) the reviews that
    the unequal chances are worth (Kish 1965, Survey Sampling, eq. 11.7.6) and t of n_eff - 1 degrees of freedom.
    """
    if not sd > 0:
        raise ValueError(f"a standard deviation is positive: {sd}")
    table = table_of(cells)
    allocation = allocate(table, plans)
    sizes = np.asarray(table.sizes, dtype=np.float64)
    reviews = np.asarray(allocation.expected, dtype=np.float64) / UNIT
    others = [plan for plan in plans if plan.key != previewed]
    return Preview(
        whole=_expected("", sizes, reviews, sd),
        teams=_by(table, table.teams, sizes, reviews, sd),
        specialists=_by(table, table.specialists, sizes, reviews, sd),
        plans=tuple(
            (key, int(sizes[inside].sum()), float(reviews[inside].sum())) for key, inside in allocation.serving.items()
        ),
        without=float(allocate(table, others).size) if previewed is not None else 0.0,
    )


def _by(
    table: CellTable, names: Sequence[str], sizes: np.ndarray, reviews: np.ndarray, sd: float
) -> tuple[Expected, ...]:
    places: Mapping[str, list[int]] = {name: [] for name in sorted(set(names))}
    for place, name in enumerate(names):
        places[name].append(place)
    return tuple(_expected(name, sizes[where], reviews[where], sd) for name, where in places.items())


def _expected(name: str, sizes: np.ndarray, reviews: np.ndarray, sd: float) -> Expected:
    parts, drawn = float(sizes.sum()), float(reviews.sum())
    spread = float((sizes**2 / reviews).sum()) if len(sizes) and drawn else 0.0
    effective = parts**2 / spread if spread else 0.0
    share = drawn / parts if parts else 0.0
    return Expected(
        name=name,
        parts=int(parts),
        reviews=drawn,
        week=half_width(effective, share, sd),
        quarter=half_width(effective * QUARTER, share, sd),
        effective=effective,
    )


def half_width(effective: float, share: float, sd: float) -> float | None:
    """Half of a 95 % interval in points; ``None`` from fewer than two reviews' worth, 0 where all is reviewed."""
    if share >= 1:
        return 0.0
    if effective < LEAST:
        return None
    return t_quantile(0.975, effective - 1) * sd * math.sqrt((1 - share) / effective)
