"""How likely each cell of a frame is drawn: what plans state, merged into one exact expected count. Pure.

The maths of statistics for one frame: plans state inclusion probabilities per cell, the largest wins, a floor keeps
every eligible part possible, and the whole is raised so that the sample size is exactly fixed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
MIX_FLOOR = 0.2  # share of the mean probability below which no cell falls: it bounds the weights
EXACT = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A part of the frame in which every part has the same chance."""

    key: str
    team: str
    specialist: str
    size: int
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What should be sampled of the cells it selects.

    ``kind`` is ``quota_per_specialist`` (``amount`` parts of each specialist) or ``census`` (all of them).
    """

    key: str
    kind: str
    amount: int = 0
    where: Mapping[str, Sequence[str]]

    def selects(self, cell: Cell) -> bool:
        """Whether the cell lies in the plan's domain; an attribute that no cell carries is refused."""
        for name, allowed in self.where.items():
            if name not in cell.attributes:
                raise ValueError(f"plan {self.key} selects on {name!r}, which the frame's cells do not carry")
            if allowed and cell.attributes[name] not in allowed:
                return False
        return True


KINDS = ("quota_per_specialist", "census")


def stated(plan: Plan, cells: Sequence[Cell]) -> Vector:
    """The inclusion probability that one plan states for each cell; 0 outside its domain.

    Quota q per specialist: min(1, q / N_s), N_s the specialist's parts in the domain.
    """
    if plan.kind not in KINDS:
        raise ValueError(f"unknown kind of plan: {plan.kind!r}; known are {', '.join(KINDS)}")
    if plan.amount < 0:
        raise ValueError(f"the amount of plan {plan.key} is negative: {plan.amount}")
    inside = np.array([plan.selects(cell) for cell in cells], dtype=bool)
    if plan.kind == "census":
        return inside.astype(np.float64)
    sizes: dict[str, int] = {}
    for cell, taken in zip(cells, inside, strict=True):
        if taken:
            sizes[cell.specialist] = sizes.get(cell.specialist, 0) + cell.size
    return np.array(
        [
            min(1.0, plan.amount / sizes[cell.specialist]) if taken and sizes[cell.specialist] else 0.0
            for cell, taken in zip(cells, inside, strict=True)
        ]
    )


def merged(plans: Sequence[Plan], cells: Sequence[Cell], *, mix_floor: float = MIX_FLOOR) -> tuple[Vector, int]:
    """One inclusion probability per cell over all plans, and the fixed sample size it adds up to.

    The largest probability wins; every eligible part keeps at least ``mix_floor`` times the mean; the rest is raised
    until the expected size is a whole number.
    """
    if not cells or not plans:
        return np.zeros(len(cells)), 0
    sizes = np.array([cell.size for cell in cells], dtype=np.float64)
    if (sizes <= 0).any():
        raise ValueError("a cell holds at least one part")
    probability = np.minimum(1.0, np.max([stated(plan, cells) for plan in plans], axis=0))
    expected = float(sizes @ probability)
    if expected == 0:
        return probability, 0
    probability = np.maximum(probability, min(1.0, mix_floor * expected / float(sizes.sum())))
    size = math.ceil(float(sizes @ probability) - EXACT)
    return _raised(probability, sizes, size), size


def _raised(probability: Vector, sizes: Vector, size: int) -> Vector:
    """Multiply what is below 1 by one factor, cap at 1, and repeat until the total is ``size``."""
    raised = probability.copy()
    for _ in range(len(raised) + 1):
        below = raised < 1
        missing = size - float(sizes[~below].sum())
        present = float(sizes[below] @ raised[below])
        if not below.any() or present == 0 or abs(missing - present) <= EXACT * max(size, 1):
            break
        raised[below] = np.minimum(1.0, raised[below] * (missing / present))
    return raised
