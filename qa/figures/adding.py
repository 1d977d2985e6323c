"""Adding to weekly sums, in the order of the keys, so that two who add never wait in a ring."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from qa.core.orm import table_of
from qa.core.prepared import Asked, Prepared, PreparedChange, given
from qa.figures import packing
from qa.figures.models import Pack

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
        here = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in self.key]

        def insert(dialect: Dialect) -> Any:
            dialects: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
            return dialects[dialect.name](table).values(given(*table.columns))

        def write(dialect: Dialect) -> Insert:
            added = insert(dialect)
            written: Insert = added.on_conflict_do_update(
                index_elements=self.key, set_={"cells": added.excluded.cells, "sums": added.excluded.sums}
            )
            return written

        self.read = Prepared(select(table.c.cells, table.c.sums).where(*here).with_for_update())
        self.begin = PreparedChange(lambda dialect: insert(dialect).on_conflict_do_nothing(index_elements=self.key))
        self.write = PreparedChange(write)
        self.forget = PreparedChange(delete(table).where(*here))


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
    written, emptied = [], []
    for key in sorted(packs):
        found = dict(zip(told.key, key, strict=True))
        cells, block = packing.added(_held(connection, told, found), packs[key], len(model.SUMS), counts)
        if block:
            written.append(found | {"cells": cells, "sums": block})
        else:
            emptied.append(found)
    told.write.run_many(connection, written)
    told.forget.run_many(connection, emptied)


def _held(connection: Connection, told: _Statements, key: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """A pack as it is, while nobody else may change it.

    What is not there cannot be held: without an empty pack two who add a first cell would each write one without the
    other's. It may also have gone while this one waited for it.
    """
    row = told.read.one_or_none(connection, **key)
    while row is None and connection.dialect.name != "sqlite":  # which has one writer at any time
        told.begin.run(connection, **key, cells=packing.NO_CELLS, sums=b"")
        row = told.read.one_or_none(connection, **key)
    return row  # type: ignore[no-any-return]


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
