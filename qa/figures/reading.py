"""Reading weekly sums as arrays: one statement a table, whole blocks of numbers at once."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from qa.core.orm import table_of
from qa.core.prepared import PreparedPlain, each_of, one_of
from qa.figures.adding import pack_key
from qa.figures.models import Pack
from qa.figures.packing import NUMBER, Cell, cells_of, numbers_of

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Packs as they lie in the table, and their cells one below the other as columns of numbers."""

    packs: dict[str, Sequence[Any]]  # keys of the packs
    texts: Sequence[str]  # what their cells' keys are stored as, each once: most packs of a team have the same cells
    text: Sequence[int]  # which of these is each pack's
    cell: Sequence[str]  # what a cell's key names
    sizes: Codes  # how many cells each pack has
    sums: dict[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return int(self.sizes.sum())

    def numbers(self, name: str) -> Codes:
        """A key that is a number, of each cell."""
        at = self.cell.index(name)
        return self._of_cells([numbers_of(text, at) for text in self.texts])

    def found_in(self, name: str, known: dict[int, int]) -> Codes:
        """The place that ``known`` has for a key that is a number, of each cell; -1 for none."""
        numbers, order = np.array([*sorted(known), -1]), np.array([*(known[each] for each in sorted(known)), -1])
        asked = self.numbers(name)
        at = np.searchsorted(numbers[:-1], asked)
        return np.where(numbers[at] == asked, order[at], -1)

    def codes(self, name: str, known: dict[Any, int], only: Any = None) -> Codes:
        """A key of each cell as a number; what is new gets the next one in ``known``; -1 for all but ``only`` one."""
        if name in self.packs:
            return np.repeat(_codes(self.packs[name], known, only), self.sizes)
        at = self.cell.index(name)
        return self._of_cells([_codes([cell[at] for cell in cells_of(text)], known, only) for text in self.texts])

    def places(self, place: Callable[[Cell], int]) -> Codes:
        """What ``place`` makes of each cell's key."""
        return self._of_cells(
            [np.array([place(cell) for cell in cells_of(text)], dtype=np.int64) for text in self.texts]
        )

    def _of_cells(self, by_text: Sequence[Codes]) -> Codes:
        """What is known of the cells of each text, of every cell."""
        return np.concatenate([by_text[text] for text in self.text]) if self.text else np.zeros(0, dtype=np.int64)


def _codes(values: Sequence[Any], known: dict[Any, int], only: Any) -> Codes:
    code = {
        value: known.setdefault(value, len(known)) if only is None or value == only else -1
        for value in dict.fromkeys(values)
    }
    return np.array([code[value] for value in values], dtype=np.int64)


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
    asked = equal if teams is None else equal | {"team_id": tuple(teams)}
    several = {name: tuple(value) for name, value in asked.items() if isinstance(value, tuple | list | set)}
    one = {name: value for name, value in asked.items() if name not in several}
    statement = _statement(model, tuple(one), tuple((name, len(values)) for name, values in several.items()))
    for name, values in several.items():
        one |= each_of(name, values)
    rows = statement.all(session, programme_id=programme_id, since=since, until=until, **one)
    names = _keys(model)
    *keys, texts, blocks = zip(*rows, strict=True) if rows else [()] * (len(names) + 2)
    width = len(model.SUMS)
    numbers = np.ascontiguousarray(np.frombuffer(b"".join(blocks), NUMBER).reshape(-1, width).T, dtype=np.float64)
    place = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    return Read(
        packs={name: _days(values) if name == "week" else values for name, values in zip(names, keys, strict=True)},
        texts=tuple(place),
        text=[place[text] for text in texts],
        cell=model.CELL,
        sizes=np.array([len(block) // (width * NUMBER.itemsize) for block in blocks], dtype=np.int64),
        sums=dict(zip(model.SUMS, numbers, strict=True)),
    )


def _keys(model: type[Pack]) -> list[str]:
    return [name for name in pack_key(model) if name not in ("programme_id", "face")]


@lru_cache(maxsize=256)
def _statement(model: type[Pack], equal: tuple[str, ...], listed: tuple[tuple[str, int], ...]) -> PreparedPlain:
    """The packs by values of ``equal``, and by one of so many of each that is ``listed``."""
    columns = table_of(model).c
    where = [
        columns.programme_id == bindparam("programme_id"),
        columns.week >= bindparam("since"),
        columns.week <= bindparam("until"),
        *(columns[name] == bindparam(name) for name in equal),
        *(one_of(columns[name], name, count) for name, count in listed),
    ]
    plain = (
        type_coerce(columns[name], NullType).label(name) for name in (*_keys(model), "cells", "sums")
    )  # as the driver's
    return PreparedPlain(select(*plain).where(*where))
