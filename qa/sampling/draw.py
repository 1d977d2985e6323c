"""The draw: expected counts rounded without bias, then a walk along permanent random numbers. Pure, integers only.

Coordinated sampling with permanent random numbers after Ohlsson (1995), in Cox et al., Business Survey Methods,
ch. 9; systematic rounding of cell counts after Cox (1987), JASA 82, 520-524. SQLite, PostgreSQL and any host agree,
because nothing here rounds in floating point after the expected counts are fixed.

``draw`` does all of it for a frame in memory. A large frame in a database needs only its cells: ``allocate``, then
``rounding``, then each of its ``walks`` as LIMIT and OFFSET along the index (period, cell, prn, part).
"""

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa.sampling.allocation import (
    MIX_FLOOR,
    SPECIALIST,
    Cells,
    CellTable,
    Mask,
    Plan,
    coded,
    domain_of,
    merge,
    stated,
    table_of,
)

UNIT = 1 << 40  # expected counts are kept in 1/2^40 of a part
PRN_SPACE = 1 << 52
WIDE = 1 << 22  # parts of a cell from which on its count in 1/2^40 parts needs more than 64 bits
FINGERPRINT_SPACE = 1 << 63
SEED_BYTES = 32
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One part of the frozen frame."""

    part_id: int
    cell: str
    prn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCell:
    """What became of one cell: ``expected`` in 1/2^40 parts, ``drawn`` parts, from rank ``start`` on."""

    key: str
    team: str
    specialist: str
    size: int
    fingerprint: int
    expected: int
    drawn: int
    start: int

    @property
    def inclusion_probability(self) -> float:
        return self.expected / (self.size * UNIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPart:
    """One part of the sample with the chance it had, in drawn order."""

    part_id: int
    cell: str
    inclusion_probability: float
    plans: tuple[str, ...]
    cell_drawn: int
    cell_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawResult:
    cells: tuple[DrawnCell, ...]
    parts: tuple[DrawnPart, ...]
    start: int  # U of the systematic rounding, 40 bits

    @property
    def size(self) -> int:
        return len(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What the plans mean for the cells of one frame, before any chance: the same for every seed."""

    cells: CellTable
    expected: Sequence[int] | Counts  # in 1/2^40 parts, by cell
    serving: Mapping[str, Mask]  # plan key -> the cells it selects
    size: int

    def plans_of(self, place: int) -> tuple[str, ...]:
        """The plans that a part of the cell at ``place`` serves."""
        return tuple(key for key, inside in self.serving.items() if inside[place])

    def inclusion_probability(self, place: int) -> float:
        return int(self.expected[place]) / (self.cells.sizes[place] * UNIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """Whole counts: ``order`` holds the cells' places as they were lined up, ``drawn`` the count by place."""

    order: Sequence[int]
    drawn: Sequence[int]
    start: int


class Walk(NamedTuple):
    """Take ``drawn`` parts of a cell from rank ``start`` on in (prn, id) order; past the end goes on at the front."""

    place: int
    cell: str
    size: int
    drawn: int
    start: int


def cell_key(*fields: str) -> str:
    """A cell's name: its fields joined by a bar; a bar inside a field is refused."""
    for text in fields:
        if "|" in text:
            raise ValueError(f"a field of a cell holds the separator: {text!r}")
    return "|".join(fields)


def prf(seed: bytes, label: str, cell: str = "") -> int:
    """64 bits that follow from the seed, a label and a cell: the start of SHA-256(seed, label, 0x1f, cell)."""
    return int.from_bytes(_prf_bytes(seed + label.encode() + b"\x1f", cell), "big")


def _prf_bytes(head: bytes, cell: str) -> bytes:
    return hashlib.sha256(head + cell.encode()).digest()[:8]


def commitment(seed: bytes, plan_digest: str) -> str:
    """What is published before the frame is counted: it binds the seed to the plans and tells neither."""
    return hashlib.sha256(_checked_seed(seed) + plan_digest.encode()).hexdigest()


def _checked_seed(seed: bytes) -> bytes:
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes: {len(seed)}")
    return seed


def allocate(cells: Cells, plans: Sequence[Plan], *, mix_floor: float = MIX_FLOOR) -> Allocation:
    """The expected counts of a frame under its plans, fixed to integers."""
    table = table_of(cells)
    if len({plan.key for plan in plans}) != len(plans):
        raise ValueError("a plan is there twice")
    serving = {plan.key: domain_of(plan, table) for plan in plans}
    size = 0
    expected: Sequence[int] | Counts = [0] * len(table)
    if len(table) and plans:
        probability, size = merge(
            [stated(plan, table, serving[plan.key]) for plan in plans], table.sizes, mix_floor=mix_floor
        )
        shares = np.asarray(table.sizes, dtype=np.float64) * probability * UNIT
        # Never above the cell; ceil, so that no eligible part falls to exactly 0.
        if max(table.sizes) < WIDE:
            whole = np.asarray(table.sizes, dtype=np.int64) * UNIT
            expected = np.minimum(np.ceil(shares).astype(np.int64), whole)
        else:
            expected = [min(math.ceil(share), n * UNIT) for share, n in zip(shares.tolist(), table.sizes, strict=True)]
    return Allocation(cells=table, expected=expected, serving=serving, size=size)


def rounding(allocation: Allocation, seed: bytes) -> Rounding:
    """Whole counts for all cells whose means are the expected counts, and whose total is fixed.

    Cells stand in the order (team, specialist, PRF): whatever stands together, above all a specialist's cells, gets
    the floor or the ceiling of what it expects.
    """
    order = _lined_up(allocation.cells, _checked_seed(seed))
    start = prf(seed, "start") >> 24
    counts: Sequence[int] | Counts
    if allocation.size < WIDE:
        # The same integers as below, all at once: their sum stays under 2^63.
        lined_up = np.asarray(allocation.expected, dtype=np.int64)[order]
        counts = np.diff((np.cumsum(lined_up) + start) // UNIT, prepend=0)
    else:
        counts = systematic([int(allocation.expected[place]) for place in order.tolist()], start)
    drawn = np.zeros(len(order), dtype=np.int64)
    drawn[order] = counts
    return Rounding(order=order.tolist(), drawn=drawn.tolist(), start=start)


def _lined_up(table: CellTable, seed: bytes) -> Counts:
    """The places of all cells by (team, specialist, PRF, key), compared as text."""
    head, sha256 = seed + b"cell\x1f", hashlib.sha256
    digests = b"".join([sha256(head + key).digest() for key in map(str.encode, table.keys)])
    lots = np.frombuffer(digests, dtype=">u8")[::4].astype(np.uint64)  # the first 8 of each one's 32 bytes
    specialists, teams = _ranks(*table.grouped(SPECIALIST)), _ranks(*coded(table.teams))
    order = np.lexsort((lots, specialists, teams))
    following = order[1:]
    met = (
        (lots[order[:-1]] == lots[following])
        & (specialists[order[:-1]] == specialists[following])
        & (teams[order[:-1]] == teams[following])
    )
    if met.any():  # 64 bits met: the key decides
        order = np.lexsort((_ranks(*coded(table.keys)), lots, specialists, teams))
    return order.astype(np.int64)


def _ranks(codes: Counts, values: Sequence[str]) -> Counts:
    """The place of each value among the sorted ones."""
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
    return ranks[codes]


def systematic(expected: Sequence[int], start: int) -> list[int]:
    """Whole counts in a row for expected counts in 1/2^40: over all 2^40 starts each count's mean is exact.

    References
    ----------
    Cox (1987), JASA 82, 520-524; Madow (1949), Ann. Math. Stat. 20, 333-354.
    """
    ends = [total // UNIT for total in accumulate(expected, initial=start)]
    return [after - before for before, after in pairwise(ends)]


def walks(allocation: Allocation, rounded: Rounding, seed: bytes) -> list[Walk]:
    """Where to take the parts of each cell that gives any, in drawn order."""
    table = allocation.cells
    keys, sizes, drawn = table.keys, table.sizes, rounded.drawn
    head, sha256 = seed + b"ring\x1f", hashlib.sha256
    return [
        Walk(
            place,
            key := keys[place],
            size := sizes[place],
            drawn[place],
            int.from_bytes(sha256(head + key.encode()).digest()[:8], "big") % size,  # ring_start, 4,000 times a draw
        )
        for place in rounded.order
        if drawn[place]
    ]


def ring_start(seed: bytes, cell: str, size: int) -> int:
    """By rank, not by value: only then every part has the same chance under one fixed frame key."""
    return prf(seed, "ring", cell) % size


def draw(cells: Cells, units: Sequence[Unit], plans: Sequence[Plan], seed: bytes) -> DrawResult:
    """The sample of a frame. The same seed, frame and plans always give the same sample."""
    allocation = allocate(cells, plans)
    table = allocation.cells
    members = _members(table, units)
    rounded = rounding(allocation, seed)
    drawn_cells = tuple(
        DrawnCell(
            key=key,
            team=table.teams[place],
            specialist=table.specialists[place],
            size=table.sizes[place],
            fingerprint=sum(unit.prn for unit in members[key]) % FINGERPRINT_SPACE,
            expected=int(allocation.expected[place]),
            drawn=rounded.drawn[place],
            start=ring_start(seed, key, table.sizes[place]),
        )
        for place, key in ((place, table.keys[place]) for place in rounded.order)
    )
    parts = tuple(
        DrawnPart(
            part_id=members[walk.cell][(walk.start + step) % walk.size].part_id,
            cell=walk.cell,
            inclusion_probability=allocation.inclusion_probability(walk.place),
            plans=serving,
            cell_drawn=walk.drawn,
            cell_size=walk.size,
        )
        for walk, serving in ((walk, allocation.plans_of(walk.place)) for walk in walks(allocation, rounded, seed))
        for step in range(walk.drawn)
    )
    return DrawResult(cells=drawn_cells, parts=parts, start=rounded.start)


def _members(table: CellTable, units: Sequence[Unit]) -> Mapping[str, list[Unit]]:
    """The parts of each cell in (prn, id) order; frame and cells have to tell the same story."""
    members: dict[str, list[Unit]] = {key: [] for key in table.keys}
    for unit in units:
        if unit.cell not in members:
            raise ValueError(f"part {unit.part_id} lies in an unknown cell {unit.cell!r}")
        if not 0 <= unit.prn < PRN_SPACE:
            raise ValueError(f"the random number of part {unit.part_id} is not 52 bits")
        members[unit.cell].append(unit)
    for key, size in zip(table.keys, table.sizes, strict=True):
        ring = members[key]
        if len(ring) != size:
            raise ValueError(f"cell {key!r} says {size} parts and holds {len(ring)}")
        ring.sort(key=lambda unit: (unit.prn, unit.part_id))
    return members


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Who stands in for parts that were never in the population, and the chance that the cell's parts had after all."""

    part_ids: tuple[int, ...]
    cell_size: int
    inclusion_probability: float


def replacement(cell: DrawnCell, ring: Sequence[Unit], ineligible: Collection[int]) -> Replacement:
    """The cell's sample once ``ineligible`` parts are struck from it: the next ones of the walk move up.

    ``ring`` is the whole cell as frozen, in any order. Fewer parts than drawn are left only when the cell is used up.
    """
    ordered = sorted(ring, key=lambda unit: (unit.prn, unit.part_id))
    if len(ordered) != cell.size:
        raise ValueError(f"cell {cell.key!r} says {cell.size} parts and holds {len(ordered)}")
    unknown = set(ineligible) - {unit.part_id for unit in ordered}
    if unknown:
        raise ValueError(f"part {min(unknown)} does not lie in cell {cell.key!r}")
    walk = [ordered[(cell.start + step) % cell.size].part_id for step in range(cell.size)]
    eligible = [part_id for part_id in walk if part_id not in ineligible]
    size = len(eligible)
    chance = min(1.0, cell.expected / (size * UNIT)) if size else 0.0
    return Replacement(part_ids=tuple(eligible[: cell.drawn]), cell_size=size, inclusion_probability=chance)
