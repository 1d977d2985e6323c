"""How likely each cell of a frame is drawn: what plans state, merged into one exact expected count. Pure.

Plans state inclusion probabilities per cell, the largest wins, a floor keeps every eligible part possible, and the
whole is raised so that the sample size is exactly fixed. Sums are exact (`math.fsum`) and everything else is a single
IEEE operation, so every host computes the same bits.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int64]

MIX_FLOOR = 0.2  # share of the mean probability below which no cell falls: it bounds the weights
EXACT = 1e-12
RISK_SIZES = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0)  # of risk class 0 to 5
RISK_ATTRIBUTE = "risk_class"
SPECIALIST = "specialist"
LEAST_IN_STRATUM = 2  # a stratum with one review has no spread
SPREAD_FLOOR = 3.0  # points
SPREAD_NEEDS = 5  # reviews in a stratum before its own spread is trusted
KINDS = ("quota_per_specialist", "simple", "stratified", "neyman", "risk", "census")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A part of the frame in which every part has the same chance."""

    key: str
    team: str
    specialist: str
    size: int
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded(Sequence[str]):
    """A column of text as numbers: ``codes`` holds for each cell the place of its value in ``values``."""

    codes: Codes
    values: list[str]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self.values[code] for code in self.codes[place].tolist()]
        return self.values[int(self.codes[place])]

    def __iter__(self) -> Iterator[str]:
        return map(self.values.__getitem__, self.codes.tolist())


def coded(column: Sequence[str]) -> tuple[Codes, list[str]]:
    """A column as numbers, and what they stand for in order of appearance."""
    if isinstance(column, Coded):
        return column.codes, column.values
    values = list(dict.fromkeys(column))
    places = {value: number for number, value in enumerate(values)}
    return np.fromiter(map(places.__getitem__, column), dtype=np.int64, count=len(column)), values


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTable:
    """The cells of a frame in columns; a large frame has tens of thousands of them."""

    keys: Sequence[str]
    teams: Sequence[str]
    specialists: Sequence[str]
    sizes: Sequence[int]
    attributes: Mapping[str, Sequence[str]]
    _grouped: dict[str, tuple[Codes, list[str]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        columns = (self.teams, self.specialists, self.sizes, *self.attributes.values())
        if any(len(column) != len(self.keys) for column in columns):
            raise ValueError("the columns of a cell table are of one length")
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("a cell is there twice")
        if self.sizes and min(self.sizes) <= 0:
            raise ValueError("a cell holds at least one part")

    def __len__(self) -> int:
        return len(self.keys)

    def grouped(self, name: str) -> tuple[Codes, list[str]]:
        """A column as numbers, and what they stand for in order of appearance; ``specialist`` is one of them."""
        if name not in self._grouped:
            self._grouped[name] = coded(self.specialists if name == SPECIALIST else self.attributes[name])
        return self._grouped[name]

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> "CellTable":
        """The columns of single cells; an attribute counts only when every cell carries it."""
        names = [name for name in (cells[0].attributes if cells else ()) if all(name in c.attributes for c in cells)]
        return cls(
            keys=[cell.key for cell in cells],
            teams=[cell.team for cell in cells],
            specialists=[cell.specialist for cell in cells],
            sizes=[cell.size for cell in cells],
            attributes={name: [cell.attributes[name] for cell in cells] for name in names},
        )


Cells = Sequence[Cell] | CellTable


def table_of(cells: Cells) -> CellTable:
    """The cells in columns, whichever way they came."""
    return cells if isinstance(cells, CellTable) else CellTable.of(cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What should be sampled of the cells it selects; ``amount`` means what ``kind`` says.

    ``quota_per_specialist``: parts of each specialist. ``simple``: parts in all. ``stratified``: parts of each
    stratum. ``neyman``: parts in all, more where ``spreads`` (standard deviation by stratum key, else
    ``pooled_spread``) is large. ``risk``: parts in all, more of high risk classes. ``census``: every part. ``strata``
    names the attributes whose values, joined by a bar, are the stratum's key.
    """

    key: str
    kind: str
    amount: int = 0
    where: Mapping[str, Sequence[str]]
    strata: tuple[str, ...] = ()
    spreads: Mapping[str, float] = field(default_factory=dict)
    pooled_spread: float = 1.0

    def selects(self, cell: Cell) -> bool:
        """Whether the cell lies in the plan's domain; an attribute that no cell carries is refused."""
        return bool(domain_of(self, CellTable.of([cell]))[0])


def domain_of(plan: Plan, cells: Cells) -> Mask:
    """Which cells a plan selects; a domain that is not a union of cells is refused."""
    table = table_of(cells)
    inside = np.ones(len(table), dtype=np.bool_)
    for name, allowed in plan.where.items():
        _check_column(plan, table, name)
        if allowed and len(table):
            codes, values = table.grouped(name)
            inside &= np.isin(np.array(values), allowed)[codes]
    return inside


def _check_column(plan: Plan, table: CellTable, name: str) -> None:
    if len(table) and name not in table.attributes:
        raise ValueError(f"plan {plan.key} selects on {name!r}, which the frame's cells do not carry")


def stated(plan: Plan, cells: Cells, inside: Mask | None = None) -> Vector:
    """The inclusion probability that one plan states for each cell; 0 outside its domain.

    ``inside`` is the domain where the caller has it already.
    """
    table = table_of(cells)
    if inside is None:
        inside = domain_of(plan, table)
    if plan.kind not in KINDS:
        raise ValueError(f"unknown kind of plan: {plan.kind!r}; known are {', '.join(KINDS)}")
    if plan.amount < 0:
        raise ValueError(f"the amount of plan {plan.key} is negative: {plan.amount}")
    probability = np.zeros(len(table))
    places = np.flatnonzero(inside)
    if not len(places):
        return probability
    sizes = np.asarray(table.sizes, dtype=np.float64)[places]
    if plan.kind == "census":
        probability[places] = 1.0
    elif plan.kind == "simple":
        probability[places] = min(1.0, plan.amount / sizes.sum())
    elif plan.kind == "risk":
        _check_column(plan, table, RISK_ATTRIBUTE)
        codes, values = table.grouped(RISK_ATTRIBUTE)
        probability[places] = _risk(plan, values, codes[places], sizes)
    else:
        probability[places] = _by_stratum(plan, table, places, sizes)
    return probability


def _by_stratum(plan: Plan, table: CellTable, places: Codes, sizes: Vector) -> Vector:
    """Quota, stratified and Neyman: an expected number for each stratum, spread evenly over its parts."""
    if plan.kind == "quota_per_specialist":
        code, names = table.grouped(SPECIALIST)
        code = code[places]
    else:
        code, names = _strata(plan, table, places)
    # Counts are whole numbers far below 2^53: their sums are exact in any order.
    totals = np.bincount(code, sizes, len(names)).astype(np.float64)
    present = np.flatnonzero(totals)
    wanted = np.zeros(len(names))
    if plan.kind == "neyman":
        spreads = np.array([plan.spreads.get(names[place], plan.pooled_spread) for place in present.tolist()])
        wanted[present] = neyman(plan.amount, totals[present], spreads)
    else:
        wanted[present] = np.minimum(float(plan.amount), totals[present])
    result: Vector = np.minimum(1.0, wanted[code] / totals[code])
    return result


def _strata(plan: Plan, table: CellTable, places: Codes) -> tuple[Codes, list[str]]:
    """The stratum of each place, and the strata's keys."""
    if not plan.strata:
        raise ValueError(f"plan {plan.key} names no strata")
    code = np.zeros(len(places), dtype=np.int64)
    names = [""]
    for position, name in enumerate(plan.strata):
        _check_column(plan, table, name)
        column, values = table.grouped(name)
        seen, code = np.unique(code * len(values) + column[places], return_inverse=True)
        joined = "|" if position else ""
        names = [f"{names[pair // len(values)]}{joined}{values[pair % len(values)]}" for pair in seen.tolist()]
    return code, names


def neyman(n: int, sizes: Vector, spreads: Vector) -> Vector:
    """Expected sample sizes of strata, real numbers: proportional to size times spread, between min(2, N) and N.

    The one multiple of N S for which the bounded sizes add up to ``n``; where the bounds alone leave no room, the
    bounds.

    References
    ----------
    Neyman (1934), JRSS 97, 558-625, p. 580.
    """
    if not (spreads > 0).all() or not np.isfinite(spreads).all():
        raise ValueError("a spread is a positive number")
    low = np.minimum(float(LEAST_IN_STRATUM), sizes)
    if n <= _total(low):
        return low
    if n >= _total(sizes):
        return sizes.copy()
    share = sizes * spreads
    # The total is linear in the multiple between the points where a stratum leaves or reaches a bound.
    bends = sorted({*(low / share).tolist(), *(sizes / share).tolist()})
    bottom, top = 0, len(bends) - 1
    while top - bottom > 1:
        middle = (bottom + top) // 2
        if _total(np.clip(bends[middle] * share, low, sizes)) <= n:
            bottom = middle
        else:
            top = middle
    start, end = bends[bottom], bends[top]
    free = (low / share <= start) & (sizes / share >= end)
    fixed = np.clip(start * share, low, sizes)
    multiple = (n - _total(fixed[~free])) / _total(share[free])
    return np.where(free, np.clip(multiple * share, low, sizes), fixed)


def stratum_spreads(residuals: Mapping[str, Sequence[float]]) -> tuple[dict[str, float], float]:
    """Standard deviation by stratum for ``neyman``, and the pooled one for strata with fewer than 5 reviews.

    ``residuals`` are those of the regression estimate, in points. Both keep a floor of 3 points; with no review at
    all the strata are equal.
    """
    pooled_squares = math.fsum(
        math.fsum((value - math.fsum(values) / len(values)) ** 2 for value in values)
        for values in residuals.values()
        if len(values) > 1
    )
    freedom = sum(len(values) - 1 for values in residuals.values() if len(values) > 1)
    pooled = max(SPREAD_FLOOR, math.sqrt(pooled_squares / freedom)) if freedom else SPREAD_FLOOR
    spreads = {}
    for name, values in residuals.items():
        if len(values) >= SPREAD_NEEDS:
            mean = math.fsum(values) / len(values)
            own = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
            spreads[name] = max(SPREAD_FLOOR, own)
    return spreads, pooled


def _risk(plan: Plan, classes: Sequence[str], codes: Codes, sizes: Vector) -> Vector:
    """Proportional to the size of the risk class; what would pass 1 is certain and the others share what remains."""
    try:
        measure = np.array([RISK_SIZES[_risk_class(value)] for value in classes])[codes]
    except (ValueError, IndexError) as error:
        raise ValueError(f"plan {plan.key}: a risk class is a whole number from 0 to 5") from error
    certain = np.zeros(len(sizes), dtype=np.bool_)
    probability = np.zeros(len(sizes))
    while True:
        left = plan.amount - sizes[certain].sum()
        present = (sizes * measure)[~certain].sum()  # whole numbers below 2^53: exact in any order
        probability[~certain] = max(left, 0.0) * measure[~certain] / present if present else 0.0
        over = ~certain & (probability > 1)
        probability[certain | over] = 1.0
        if not over.any():
            return probability
        certain |= over


def _risk_class(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(f"a risk class is not negative: {number}")
    return number


def merged(plans: Sequence[Plan], cells: Cells, *, mix_floor: float = MIX_FLOOR) -> tuple[Vector, int]:
    """One inclusion probability per cell over all plans, and the fixed sample size it adds up to.

    The largest probability wins; every eligible part keeps at least ``mix_floor`` times the mean; the rest is raised
    until the expected size is a whole number.
    """
    table = table_of(cells)
    if not len(table) or not plans:
        return np.zeros(len(table)), 0
    return merge([stated(plan, table) for plan in plans], table.sizes, mix_floor=mix_floor)


def merge(stated: Iterable[Vector], sizes: Sequence[int], *, mix_floor: float = MIX_FLOOR) -> tuple[Vector, int]:
    """``merged`` for probabilities that are stated already, one array over the cells for each plan."""
    if not 0 <= mix_floor <= 1:
        raise ValueError(f"the mix floor is a share: {mix_floor}")
    counts = np.asarray(sizes, dtype=np.float64)
    probability: Vector = np.minimum(1.0, np.max(list(stated), axis=0))
    expected = _total(counts * probability)
    if expected == 0:
        return probability, 0
    probability = np.maximum(probability, min(1.0, mix_floor * expected / counts.sum()))
    size = math.ceil(_total(counts * probability) - EXACT)
    return _raised(probability, counts, size), size


def _raised(probability: Vector, sizes: Vector, size: int) -> Vector:
    """Multiply what is below 1 by one factor, cap at 1, and repeat until the total is ``size``."""
    raised = probability.copy()
    for _ in range(len(raised) + 1):
        below = raised < 1
        missing = size - sizes[~below].sum()
        present = _total((sizes * raised)[below])
        if not below.any() or present == 0 or abs(missing - present) <= EXACT * max(size, 1):
            break
        raised[below] = np.minimum(1.0, raised[below] * (missing / present))
    return raised


def _total(values: Vector) -> float:
    """The exactly rounded sum: it depends on no host's order of additions."""
    return math.fsum(values.tolist())
