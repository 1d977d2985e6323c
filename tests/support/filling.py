"""Rows in every table of a schema as it stands, whatever version it is: what an upgrade has to bring along.

The values mean nothing. They are looked for at random until the database takes them: it knows its own rules, and an
older schema has others than the models of today.
"""

import datetime as dt
import itertools
import random
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, Connection, Engine, MetaData, Table, inspect, select
from sqlalchemy.exc import DBAPIError

TRIES = 600
NOT_OURS = ("alembic_version", "ticket_search", "sqlite_")
LISTS = frozenset({"tags"})  # JSON that a migration takes apart
DAY = dt.date(2026, 4, 6)
WORD_OF = re.compile(r"\(*\"?(\w+)\"?\)?(?:::\w+)*\)? (?:IN|= ANY) \([^=]*\)\)*|(\w+) = '\w+'(?: OR \2 = '\w+')*")
Row = dict[str, Any]


class Filler:
    """Adds rows to each table, each time a database has come to another schema."""

    def __init__(self, engine: Engine, seed: int = 1) -> None:
        self.engine = engine
        self.rng = random.Random(seed)
        self.numbers = itertools.count(1)
        self.counts: dict[str, int] = {}
        self._columns: dict[str, list[str]] = {}

    def fill(self, *, at_first: int = 3, more: int = 1) -> None:
        """So many rows in a table that is new, some more in one that has other columns now."""
        metadata = MetaData()
        words = self._words()
        with self.engine.connect() as connection:
            metadata.reflect(connection)
            for table in metadata.sorted_tables:
                if table.name.startswith(NOT_OURS):
                    continue
                columns = [f"{column.name} {column.type} {column.nullable}" for column in table.columns]
                if self._columns.get(table.name) == columns:
                    continue
                wanted = more if table.name in self._columns else at_first
                self._columns[table.name] = columns
                for _ in range(wanted):
                    done = self._add(connection, table, words.get(table.name, {}))
                    self.counts[table.name] = self.counts.get(table.name, 0) + done
            connection.commit()

    def _words(self) -> dict[str, dict[str, list[str]]]:
        """The words that a column may have, by table, as its check says."""
        looking = inspect(self.engine)
        found: dict[str, dict[str, list[str]]] = {}
        for (_, table), checks in looking.get_multi_check_constraints().items():
            for check in checks:
                match = WORD_OF.fullmatch(" ".join(check["sqltext"].split()))
                if match and "'" in check["sqltext"]:
                    found.setdefault(str(table), {})[match[1] or match[2]] = re.findall(r"'([^']*)'", check["sqltext"])
        return found

    def _add(self, connection: Connection, table: Table, words: dict[str, list[str]]) -> bool:
        """Add a row that the table takes; whether one was found."""
        known = {key.column.table.name: list(connection.scalars(select(key.column))) for key in table.foreign_keys}
        for values in self._guesses(table, words, known):
            try:
                with connection.begin_nested():
                    connection.execute(table.insert().values(values))
            except DBAPIError:
                continue
            return True
        return False

    def _guesses(self, table: Table, words: dict[str, list[str]], known: dict[str, list[Any]]) -> Iterator[Row]:
        columns = [column for column in table.columns if not numbered(column)]
        for _ in range(TRIES):
            row: Row = {}
            for column in columns:
                if column.nullable and self.rng.random() < 0.5:
                    row[column.name] = None
                    continue
                row[column.name] = self._value(column, words, known)
            if all(row[column.name] is not None or column.nullable for column in columns):
                yield row

    def _value(self, column: Column[Any], words: dict[str, list[str]], known: dict[str, list[Any]]) -> Any:
        for key in column.foreign_keys:
            there = known[key.column.table.name]
            return self.rng.choice(there) if there else None
        if column.name in words:
            return self.rng.choice(words[column.name])
        if isinstance(column.type, JSON):
            return [] if column.name in LISTS else {}
        kind = column.type.python_type
        number = next(self.numbers)
        if kind is bool:
            return self.rng.random() < 0.5
        if kind is int:
            return self.rng.choice([0, 1, 2, 5, 10, 20, 30, number])
        if kind is float:
            return self.rng.choice([0.25, 0.5, 0.75])
        if kind is bytes:
            return b"%d" % number
        if kind is dt.datetime:
            moment = dt.datetime.combine(DAY, dt.time(9), tzinfo=dt.UTC) + dt.timedelta(hours=self.rng.randint(0, 99))
            return moment if getattr(column.type, "timezone", False) else moment.replace(tzinfo=None)
        if kind is dt.date:
            return DAY + dt.timedelta(days=self.rng.randint(0, 9))
        return self.rng.choice(["", f"{column.name} {number}"]) if column.nullable else f"{column.name} {number}"


def numbered(column: Column[Any]) -> bool:
    """Whether the database numbers it."""
    key = column.table.primary_key.columns
    return column.name == "id" and list(key) == [column] and not column.foreign_keys
