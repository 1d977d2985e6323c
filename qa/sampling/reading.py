"""A receipt in plain words and numbers, for somebody who never saw statistics. Pure."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from qa.sampling.allocation import Cell, CellTable, domain_of
from qa.sampling.attributes import read_key
from qa.sampling.draw import UNIT
from qa.sampling.receipts import plan_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """What one plan asked for and what it got."""

    key: str
    kind: str
    amount: int
    parts: int  # that it selects
    reviews: int  # drawn among them, by whichever plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptWords:
    """A receipt's numbers as its page tells them."""

    frame: int
    drawn: int
    cells: int
    specialists: int
    late: int
    carried: int
    without_rubric: int
    least_chance: float
    largest_chance: float
    certain: int  # drawn parts that had to be drawn
    plans: tuple[PlanRow, ...]
    draw: int
    reason: str | None
    seed: str
    commitment: str
    before: bool


def read(document: bytes) -> ReceiptWords:
    """The receipt as its page shows it."""
    told: dict[str, Any] = json.loads(document)
    cells = [
        Cell(
            key=key,
            team=team,
            specialist=key.partition("|")[0],
            size=size,
            attributes=read_key(key, team),
        )
        for key, team, size, *_ in told["cells"]
    ]
    chances = [expected / (size * UNIT) for _, _, size, _, expected, _, _ in told["cells"]]
    served = Counter(plan for part in told["parts"] for plan in part[3])
    table = CellTable.of(cells)
    plans = []
    for entry in told["plans"]:
        inside = domain_of(plan_of(entry), table)
        plans.append(
            PlanRow(
                key=entry["key"],
                kind=entry["kind"],
                amount=entry["amount"],
                parts=sum(size for size, chosen in zip(table.sizes, inside, strict=True) if chosen),
                reviews=served[entry["key"]],
            )
        )
    return ReceiptWords(
        frame=told["N"],
        drawn=told["n"],
        cells=len(cells),
        specialists=len({cell.specialist for cell in cells}),
        late=told["late"],
        carried=told["carried"],
        without_rubric=told["without_rubric"],
        least_chance=min(chances, default=0.0),
        largest_chance=max(chances, default=0.0),
        certain=sum(float(part[2]) == 1 for part in told["parts"]),
        plans=tuple(plans),
        draw=told["draw"],
        reason=told["reason"],
        seed=told["seed"],
        commitment=told["commitment"],
        before=told["commitment_note"].startswith("committed before"),
    )
