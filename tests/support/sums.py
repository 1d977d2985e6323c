"""What weekly sums hold, for tests that ask the tables."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.orm import table_of
from qa.figures import packing
from qa.figures.models import Pack


def total_of(session: Session, model: type[Pack], face: str, name: str) -> float:
    """One sum over every cell of one face, of all programmes and weeks."""
    table, place = table_of(model), model.SUMS.index(name)
    packs = session.scalars(select(table.c.sums).where(table.c.face == face))
    return sum(float(packing.block_of(sums, len(model.SUMS))[:, place].sum()) for sums in packs)
