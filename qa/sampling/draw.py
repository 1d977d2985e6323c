"""The draw: expected counts rounded without bias, then a walk along permanent random numbers. Pure, integers only.

Coordinated sampling with permanent random numbers after Ohlsson (1995), in Cox et al., Business Survey Methods,
ch. 9; systematic rounding of cell counts after Cox (1987), JASA 82, 520-524. SQLite, PostgreSQL and any host agree,
because nothing here rounds in floating point after the expected counts are fixed.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.sampling.allocation import Cell, Plan, merged

UNIT = 1 << 40  # expected counts are kept in 1/2^40 of a part
PRN_SPACE = 1 << 52
FINGERPRINT_SPACE = 1 << 63
SEED_BYTES = 32


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


def cell_key(*fields: str) -> str:
    """A cell's name: its fields joined by a bar; a bar inside a field is refused."""
    for field in fields:
        if "|" in field:
            raise ValueError(f"a field of a cell holds the separator: {field!r}")
    return "|".join(fields)


def prf(seed: bytes, label: str, cell: str = "") -> int:
    """64 bits that follow from the seed, a label and a cell: the start of SHA-256(seed, label, 0x1f, cell)."""
    digest = hashlib.sha256(seed + label.encode() + b"\x1f" + cell.encode()).digest()
    return int.from_bytes(digest[:8], "big")


def commitment(seed: bytes, plan_digest: str) -> str:
    """What is published before the frame is counted: it binds the seed to the plans and tells neither."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes: {len(seed)}")
    return hashlib.sha256(seed + plan_digest.encode()).hexdigest()


def draw(cells: Sequence[Cell], units: Sequence[Unit], plans: Sequence[Plan], seed: bytes) -> DrawResult:
    """The sample of a frame. The same seed, frame and plans always give the same sample."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes: {len(seed)}")
    members = _members(cells, units)
    probabilities, _ = merged(plans, cells)
    ordered = sorted(
        zip(cells, probabilities, strict=True),
        key=lambda pair: (pair[0].team, pair[0].specialist, prf(seed, "cell", pair[0].key), pair[0].key),
    )
    start = prf(seed, "start") >> 24
    drawn_cells: list[DrawnCell] = []
    parts: list[DrawnPart] = []
    before = 0
    for cell, probability in ordered:
        # Never above the cell; ceil, so that no eligible part falls to exactly 0.
        expected = min(math.ceil(cell.size * float(probability) * UNIT), cell.size * UNIT)
        after = before + expected
        count = (after + start) // UNIT - (before + start) // UNIT
        before = after
        ring = members[cell.key]
        first = prf(seed, "ring", cell.key) % cell.size
        outcome = DrawnCell(
            key=cell.key,
            team=cell.team,
            specialist=cell.specialist,
            size=cell.size,
            fingerprint=sum(unit.prn for unit in ring) % FINGERPRINT_SPACE,
            expected=expected,
            drawn=count,
            start=first,
        )
        drawn_cells.append(outcome)
        serving = tuple(plan.key for plan in plans if plan.selects(cell))
        parts.extend(
            DrawnPart(
                part_id=ring[(first + step) % cell.size].part_id,
                cell=cell.key,
                inclusion_probability=outcome.inclusion_probability,
                plans=serving,
                cell_drawn=count,
                cell_size=cell.size,
            )
            for step in range(count)
        )
    return DrawResult(cells=tuple(drawn_cells), parts=tuple(parts), start=start)


def _members(cells: Sequence[Cell], units: Sequence[Unit]) -> Mapping[str, list[Unit]]:
    """The parts of each cell in (prn, id) order; frame and cells have to tell the same story."""
    members: dict[str, list[Unit]] = {cell.key: [] for cell in cells}
    if len(members) != len(cells):
        raise ValueError("a cell is there twice")
    for unit in units:
        if unit.cell not in members:
            raise ValueError(f"part {unit.part_id} lies in an unknown cell {unit.cell!r}")
        if not 0 <= unit.prn < PRN_SPACE:
            raise ValueError(f"the random number of part {unit.part_id} is not 52 bits")
        members[unit.cell].append(unit)
    for cell in cells:
        ring = members[cell.key]
        if len(ring) != cell.size:
            raise ValueError(f"cell {cell.key!r} says {cell.size} parts and holds {len(ring)}")
        ring.sort(key=lambda unit: (unit.prn, unit.part_id))
    return members
