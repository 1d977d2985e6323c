"""Reading weekly sums as arrays: one statement a table, whole blocks of numbers at once."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from qa.core.orm import table_of
from qa.figures.adding import pack_key
from qa.figures.models import Pack
from qa.figures.packing import NUMBER, Cell, cells_of, numbers_of

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Packs as they lie in the table, and their cells one below the other as columns of numbers."""

    packs: dict[str, Sequence[Any]]  # keys of the packs
    texts: Sequence[str]  # the stored keys of their cells
    cell: Sequence[str]  # what a cell's key names
    sizes: Codes  # how many cells each pack has
    sums: dict[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return int(self.sizes.sum())

    def numbers(self, name: str) -> Codes:
        """A key that is a number, of each cell."""
        at = self.cell.index(name)
        return _joined([numbers_of(text, at) for text in self.texts])

    def found_in(self, name: str, known: dict[int, int]) -> Codes:
        """The place that ``known`` has for a key that is a number, of each cell; -1 for none."""
        numbers, order = np.array([*sorted(known), -1]), np.array([*(known[each] for each in sorted(known)), -1])
        asked = self.numbers(name)
        at = np.searchsorted(numbers[:-1], asked)
        return np.where(numbers[at] == asked, order[at], -1)

    def codes(self, name: str, known: dict[Any, int], only: Any = None) -> Codes:
        """A key of each cell as a number; what is new gets the next one in ``known``; -1 for all but ``only`` one."""

        def code(value: Any) -> int:
            return known.setdefault(value, len(known)) if only is None or value == only else -1

        if name in self.packs:
            return np.repeat(np.array([code(value) for value in self.packs[name]], dtype=np.int64), self.sizes)
        at = self.cell.index(name)
        return self.places(lambda cell: code(cell[at]))

    def places(self, place: Callable[[Cell], int]) -> Codes:
        """What ``place`` makes of each cell's key. Most packs of a team have the same cells: each is asked once."""
        known: dict[str, Codes] = {}
        for text in self.texts:
            if text not in known:
                known[text] = np.array([place(cell) for cell in cells_of(text)], dtype=np.int64)
        return _joined([known[text] for text in self.texts])


def _joined(parts: Sequence[Codes]) -> Codes:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _days(values: Sequence[Any]) -> list[dt.date]:
    """Weeks as days: SQLite has no type for them, and most packs are of the same few."""
    days = {value: value if isinstance(value, dt.date) else dt.date.fromisoformat(value) for value in set(values)}
    return [days[value] for value in values]


def read(
    session: Session,
    model: type[Pack],
    programme_id: int,
    *,
    since: dt.date,
    until: dt.date,
    teams: Collection[int] | None = None,
    **equal: Any,
) -> Read:
    """The packs of some weeks, both ends included, and of some ``teams`` or any other ``equal`` keys."""
    table = table_of(model)
    where = [table.c.programme_id == programme_id, table.c.week >= since, table.c.week <= until]
    if teams is not None:
        where.append(table.c.team_id.in_(teams))
    for name, value in equal.items():
        where.append(table.c[name].in_(value) if isinstance(value, tuple | list | set) else table.c[name] == value)
    names = [name for name in pack_key(model) if name not in ("programme_id", "face")]
    plain = (type_coerce(table.c[name], NullType) for name in (*names, "cells", "sums"))  # as the driver gives them
    rows = session.execute(select(*plain).where(*where)).all()
    *keys, texts, blocks = zip(*rows, strict=True) if rows else [()] * (len(names) + 2)
    width = len(model.SUMS)
    numbers = np.ascontiguousarray(np.frombuffer(b"".join(blocks), NUMBER).reshape(-1, width).T, dtype=np.float64)
    return Read(
        packs={name: _days(values) if name == "week" else values for name, values in zip(names, keys, strict=True)},
        texts=texts,
        cell=model.CELL,
        sizes=np.array([len(block) // (width * NUMBER.itemsize) for block in blocks], dtype=np.int64),
        sums=dict(zip(model.SUMS, numbers, strict=True)),
    )
