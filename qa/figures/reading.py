"""Reading weekly sums as arrays: one statement a table, whole columns at once."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.orm import Base
from qa.figures.adding import sums_of

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A table's rows: keys as they are, sums as columns of numbers."""

    keys: dict[str, list[Any]]
    sums: dict[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(next(iter(self.keys.values())))

    def codes(self, name: str, known: dict[Any, int]) -> Codes:
        """A key as numbers; what is new gets the next number in ``known``."""
        return np.array([known.setdefault(value, len(known)) for value in self.keys[name]], dtype=np.int64)


def read(
    session: Session,
    model: type[Base],
    programme_id: int,
    *,
    keys: Sequence[str],
    since: dt.date,
    until: dt.date,
    teams: Collection[int] | None = None,
    **equal: Any,
) -> Read:
    """The rows of some weeks, both ends included; ``equal`` narrows by keys, ``teams`` where the table knows teams."""
    table = model.__table__
    sums = sums_of(model)
    where = [table.c.programme_id == programme_id, table.c.week >= since, table.c.week <= until]
    if teams is not None:
        where.append(table.c.team_id.in_(teams))
    for name, value in equal.items():
        where.append(table.c[name].in_(value) if isinstance(value, tuple | list | set) else table.c[name] == value)
    rows = session.execute(
        select(*(table.c[name] for name in keys), *(table.c[name] for name in sums)).where(*where)
    ).all()
    width, split = len(keys) + len(sums), len(keys)
    if not rows:
        return Read(keys={name: [] for name in keys}, sums={name: np.zeros(0) for name in sums})
    columns = list(zip(*rows, strict=True))
    numbers = np.fromiter(chain.from_iterable(columns[split:]), np.float64, len(rows) * (width - split))
    block = numbers.reshape(len(sums), len(rows))
    return Read(
        keys={name: list(columns[place]) for place, name in enumerate(keys)},
        sums={name: block[place] for place, name in enumerate(sums)},
    )
