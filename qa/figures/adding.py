"""Adding to weekly sums, in the order of the keys, so that two who add never wait in a ring."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from qa.core.orm import table_of
from qa.core.prepared import Asked, Prepared, PreparedChange, given
from qa.figures import packing
from qa.figures.models import FACES, Pack

Key = tuple[Any, ...]
Sums = Mapping[Key, Sequence[float]]


def pack_key(model: type[Pack]) -> list[str]:
    """The names of the columns that a pack is found by."""
    return [column.name for column in table_of(model).primary_key]


def keys_of(model: type[Pack]) -> list[str]:
    """What one set of sums is found by: the key of its pack, then that of its cell."""
    return [*pack_key(model), *model.CELL]


def sums_of(model: type[Pack]) -> list[str]:
    """The names of what is summed."""
    return list(model.SUMS)


class _Statements:
    """The statements of one table, compiled once."""

    def __init__(self, model: type[Pack]) -> None:
        table = table_of(model)
        self.key = pack_key(model)
        here = whole = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in self.key]

        def insert(dialect: Dialect) -> Any:
            dialects: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
            return dialects[dialect.name](table).values(given(*table.columns))

        def write(dialect: Dialect) -> Insert:
            added = insert(dialect)
            written: Insert = added.on_conflict_do_update(
                index_elements=self.key, set_={"cells": added.excluded.cells, "sums": added.excluded.sums}
            )
            return written

        self.together = "team_id" in self.key and "face" in self.key  # a review changes nearly every face of its team
        found = select(table.c.cells, table.c.sums)
        if self.together:
            here = [condition for name, condition in zip(self.key, here, strict=True) if name != "face"]
            found = select(table.c.face, *found.selected_columns).where(table.c.face.in_(FACES)).order_by(table.c.face)
        self.read = Prepared(found.where(*here).with_for_update())
        self.begin = PreparedChange(lambda dialect: insert(dialect).on_conflict_do_nothing(index_elements=self.key))
        self.write = PreparedChange(write)
        self.forget = PreparedChange(delete(table).where(*whole))

    def held(self, connection: Connection, key: Mapping[str, Any]) -> dict[Any, tuple[str, bytes]]:
        """The packs of a key by their face, or the only one, while nobody else may change them."""
        if not self.together:
            row = self.read.one_or_none(connection, **key)
            return {} if row is None else {None: row}
        asked = {name: value for name, value in key.items() if name != "face"}
        return {face: (cells, sums) for face, cells, sums in self.read.all(connection, **asked)}


_statements = lru_cache(_Statements)


def add(asked: Asked, model: type[Pack], sums: Sums) -> None:
    """Add each cell's sums to what its pack holds; whoever else adds to one of these packs waits for the commit."""
    if not sums:
        return
    told = _statements(model)
    width = len(told.key)
    packs: dict[Key, dict[Key, Sequence[float]]] = {}
    for key, values in sums.items():
        packs.setdefault(key[:width], {})[key[width:]] = values
    connection = asked if isinstance(asked, Connection) else asked.connection()
    counts = [model.SUMS.index(name) for name in model.COUNTS]
    place = told.key.index("face") if told.together else None
    known: dict[Key, dict[Any, tuple[str, bytes]]] = {}
    written, emptied = [], []
    for key in sorted(packs, key=lambda each: _order(each, place)):
        named = dict(zip(told.key, key, strict=True))
        others, face = _order(key, place)
        if others not in known:
            known = {others: told.held(connection, named)}
        while face not in known[others] and connection.dialect.name != "sqlite":  # which has one writer at any time
            # What is not there cannot be held: without an empty pack two who add a first cell would each write one
            # without the other's. It may also have gone while this one waited for it.
            told.begin.run(connection, **named, cells=packing.NO_CELLS, sums=b"")
            known[others] = told.held(connection, named)
        cells, block = packing.added(known[others].get(face), packs[key], len(model.SUMS), counts)
        if block:
            written.append(named | {"cells": cells, "sums": block})
        else:
            emptied.append(named)
    told.write.run_many(connection, written)
    told.forget.run_many(connection, emptied)


def _order(key: Key, face: int | None) -> tuple[Key, Any]:
    """The key without the face, and the face: in this order packs are held, all faces of a team's week together."""
    return (key, None) if face is None else ((*key[:face], *key[face + 1 :]), key[face])


def gathered(pairs: Iterable[tuple[Key, Sequence[float]]]) -> dict[Key, list[float]]:
    """Sums by key."""
    found: dict[Key, list[float]] = {}
    for key, values in pairs:
        known = found.get(key)
        if known is None:
            found[key] = list(values)
        else:
            for place, value in enumerate(values):
                known[place] += value
    return found


def minus(after: Sums, before: Sums) -> dict[Key, list[float]]:
    """What has to be added for the one to become the other; keys of which nothing changes are left out."""
    found = {key: list(values) for key, values in after.items()}
    for key, values in before.items():
        known = found.setdefault(key, [0] * len(values))
        for place, value in enumerate(values):
            known[place] -= value
    return {key: values for key, values in found.items() if any(values)}
