"""The chance that each drawn part had after all, once supplements and replacements are counted in.

A receipt tells the chances of its own draw and never changes. What figures weigh by is kept beside: over several draws
of a week a part's chance is that of being taken by any of them, and where parts are struck that were never in the
population, those that stay had the larger chance of a smaller cell.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.sampling.draw import UNIT
from qa.sampling.models import Draw, DrawnUnit, DrawReceipt, FrameExclusion, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChance:
    """One cell's parts in the population, and the chance each of them had."""

    size: int
    probability: float


def cells_of_receipt(document: bytes) -> dict[str, tuple[int, int]]:
    """Each cell's parts and expected count in 1/2^40 parts, as a receipt tells them."""
    return {cell[0]: (cell[2], cell[4]) for cell in json.loads(document)["cells"]}


def current(draws: list[Mapping[str, tuple[int, int]]], struck: Mapping[str, int]) -> dict[str, CellChance]:
    """Every cell's chance over all draws of its week; ``struck`` counts its parts outside the population. Pure.

    1 - prod (1 - E_d / N') over the draws d: they are independent of each other.
    """
    found = {}
    for cell in draws[0]:
        size = draws[0][cell][0] - struck.get(cell, 0)
        if size <= 0:
            continue
        missed = 1.0
        for each in draws:
            expected = each.get(cell, (0, 0))[1]
            missed *= 1 - min(1.0, expected / (size * UNIT))
        # One draw alone: its own number, bit for bit as on its receipt.
        alone = min(1.0, draws[0][cell][1] / (size * UNIT))
        found[cell] = CellChance(size=size, probability=alone if len(draws) == 1 else 1 - missed)
    return found


def chances_of(session: Session, period_id: int) -> dict[str, CellChance]:
    """Every cell's chance in a drawn week, from its receipts and what was struck since."""
    documents = session.scalars(
        select(DrawReceipt.document)
        .join(Draw, Draw.id == DrawReceipt.draw_id)
        .where(Draw.period_id == period_id)
        .order_by(Draw.n)
    ).all()
    struck: dict[str, set[int]] = {}
    for cell, part_id in session.execute(
        select(FrameExclusion.cell, FrameExclusion.part_id)
        .join(Draw, Draw.id == FrameExclusion.draw_id)
        .where(Draw.period_id == period_id)
    ):
        struck.setdefault(cell, set()).add(part_id)
    counted = {cell: len(parts) for cell, parts in struck.items()}
    return current([cells_of_receipt(document) for document in documents], counted)


def refresh(session: Session, period: Period) -> None:
    """Bring the drawn parts' chances and cell sizes up to date."""
    found = chances_of(session, period.id)
    draws = select(Draw.id).where(Draw.period_id == period.id)
    cells = session.execute(
        select(DrawnUnit.cell, DrawnUnit.cell_size, DrawnUnit.inclusion_probability)
        .where(DrawnUnit.draw_id.in_(draws))
        .distinct()
    ).all()
    changed = {
        row.cell
        for row in cells
        if row.cell in found and (row.cell_size, row.inclusion_probability) != _pair(found[row.cell])
    }
    for cell in sorted(changed):
        chance = found[cell]
        session.execute(
            update(DrawnUnit)
            .where(DrawnUnit.draw_id.in_(draws), DrawnUnit.cell == cell)
            .values(cell_size=chance.size, inclusion_probability=chance.probability)
            .execution_options(synchronize_session=False)
        )
    session.flush()


def _pair(chance: CellChance) -> tuple[int, float]:
    return chance.size, chance.probability
