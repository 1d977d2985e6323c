"""Adding to weekly sums, in the order of the keys, so that two who add never wait in a ring."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Insert, and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from qa.core.orm import table_of
from qa.core.prepared import Asked, PreparedChange, PreparedPlain, given
from qa.figures import packing
from qa.figures.models import FACES, Pack

Key = tuple[Any, ...]
_Held = tuple[str, bytes]
AT_ONCE = 3  # packs of face and value that one statement reads: as many as a review changes
Sums = Mapping[Key, Sequence[float]]
Groups = Mapping[Key, Mapping[Key, Sums]]  # by what packs read at once share, by what tells these apart, by cell


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
    """The statements of one table, compiled once.

    A submit changes several packs of each table: all of one *group* are read at once. ``own`` are the columns that tell
    the packs of a group apart: the face of a team's week, face and value of anybody's, none where there is only one.
    """

    def __init__(self, model: type[Pack]) -> None:
        table = table_of(model)
        self.key = tuple(pack_key(model))
        by_team = "team_id" in self.key
        self.own = [name for name in self.key if name == "face" or (name == "value" and not by_team)]
        self.shared = [name for name in self.key if name not in self.own]  # the programme, and what follows
        self.whole = (*self.key, "cells", "sums")
        self.width = len(model.SUMS)

        def insert(dialect: Dialect) -> Any:
            dialects: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
            return dialects[dialect.name](table).values(given(*table.columns))

        def write(dialect: Dialect) -> Insert:
            added = insert(dialect)
            written: Insert = added.on_conflict_do_update(
                index_elements=self.key, set_={"cells": added.excluded.cells, "sums": added.excluded.sums}
            )
            return written

        def here(names: Iterable[str], n: str = "") -> ColumnElement[bool]:
            return and_(*(table.c[name] == bindparam(f"{name}{n}", type_=table.c[name].type) for name in names))

        own = [table.c[name] for name in self.own]
        found = select(*own, table.c.cells, table.c.sums)
        self.by_value = "value" in self.own
        if self.by_value:  # each by its whole key: by what they share alone SQLite would read all of the programme
            found = found.where(or_(*(and_(here(self.shared), here(self.own, str(n))) for n in range(AT_ONCE))))
        elif self.own:
            found = found.where(here(self.shared), table.c.face.in_(FACES))  # a review changes nearly every one
        else:
            found = found.where(here(self.shared))
        self.read = PreparedPlain(found.order_by(*own).with_for_update())
        self.read_alone = PreparedPlain(found)  # where nobody can wait for anybody
        self.begin = PreparedChange(lambda dialect: insert(dialect).on_conflict_do_nothing(index_elements=self.key))
        self.write = PreparedChange(write)
        self.changing = ("sums", *self.key)
        self.change = PreparedChange(update(table).where(here(self.key)).values(given(table.c.sums)))
        self.forget = PreparedChange(delete(table).where(here(self.key)))
        self.counts = [model.SUMS.index(name) for name in model.COUNTS]

    def grouped(self, sums: Sums) -> Groups:
        """What is added by group, by pack and by cell."""
        own, cell = 1 + len(self.own), len(self.key)
        groups: dict[Key, dict[Key, dict[Key, Sequence[float]]]] = {}
        for key, values in sums.items():
            packs = groups.setdefault(key[:1] + key[own:cell], {})
            packs.setdefault(key[1:own], {})[key[cell:]] = values
        return groups

    def readings(self, packs: Sequence[Key], *, alone: bool) -> Iterator[Sequence[Key]]:
        """A group's packs, in their order, by what is read at once; one by one where others may hold some of them."""
        size = len(packs) if not self.by_value else AT_ONCE if alone else 1
        for start in range(0, len(packs), size):
            yield packs[start : start + size]

    def held(self, connection: Connection, group: Key, packs: Sequence[Key], *, alone: bool) -> dict[Key, _Held]:
        """The packs of one reading, while nobody else may change them."""
        named = dict(zip(self.shared, group, strict=True))
        if self.by_value:
            for n in range(AT_ONCE):
                for name, value in zip(self.own, packs[min(n, len(packs) - 1)], strict=True):
                    named[f"{name}{n}"] = value
        width, read = len(self.own), self.read_alone if alone else self.read
        return {row[:width]: row[width:] for row in read.all(connection, **named)}


_statements = lru_cache(_Statements)


def add(asked: Asked, model: type[Pack], sums: Sums) -> None:
    """Add each cell's sums to what its pack holds; whoever else adds to one of these packs waits for the commit."""
    if sums:
        add_grouped(asked, model, _statements(model).grouped(sums))


def add_grouped(asked: Asked, model: type[Pack], groups: Groups) -> None:
    """The same of sums that come by group already."""
    told = _statements(model)
    connection = asked if isinstance(asked, Connection) else asked.connection()
    alone = connection.dialect.name == "sqlite"  # which has one writer at any time
    written, changed, emptied = [], [], []
    for group in sorted(groups):
        packs, programme, rest = groups[group], group[:1], group[1:]
        for read in told.readings(sorted(packs), alone=alone):
            held = told.held(connection, group, read, alone=alone)
            for own in read:
                key = programme + own + rest
                while own not in held and not alone:
                    # What is not there cannot be held: without an empty pack two who add a first cell would each write
                    # one without the other's. It may also have gone while this one waited for it.
                    told.begin.run_rows(connection, told.whole, [(*key, packing.NO_CELLS, b"")])
                    held = told.held(connection, group, read, alone=alone)
                known = held.get(own)
                cells, block = packing.added(known, packs[own], told.width, told.counts)
                if not block:
                    emptied.append(key)
                elif known is not None and cells == known[0]:  # of the same cells, as of nearly every review
                    changed.append((block, *key))
                else:
                    written.append((*key, cells, block))
    told.change.run_rows(connection, told.changing, changed)
    told.write.run_rows(connection, told.whole, written)
    told.forget.run_rows(connection, told.key, emptied)


def ungrouped(groups: Groups) -> Iterator[tuple[Key, Sequence[float]]]:
    """Each cell's sums by their whole key."""
    for group, packs in groups.items():
        for own, cells in packs.items():
            for cell, values in cells.items():
                yield group[:1] + own + group[1:] + cell, values


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
