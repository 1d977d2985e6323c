"""Statements that are asked all day: compiled once for a database, run without the work that is done anew each time.

SQLAlchemy writes the SQL and knows the types. What it does at every execution besides (keys of its cache, contexts,
results that can do everything) takes several times as long as the database does for a handful of rows. A prepared
statement hands its SQL to the driver on the same connection, in the same transaction, and turns values as their types
say.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Processor = Callable[[Any], Any]


class Prepared:
    """A ``select`` of plain columns; rows are named tuples, a name that comes twice goes by its place."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        columns = list(statement.selected_columns)
        self._types = [column.type for column in columns]
        self._row: Any = namedtuple("Row", [column.name for column in columns], rename=True)  # type: ignore[misc]
        self._compiled: dict[str, _Compiled] = {}

    def all(self, session: Session, **values: Any) -> list[Any]:
        """Every row."""
        connection = session.connection()
        name = connection.dialect.name
        compiled = self._compiled.get(name)
        if compiled is None:
            compiled = self._compiled[name] = _Compiled(self._statement, values, connection.dialect)
        found, kinds = _fetched(connection, compiled.sql, compiled.parameters(values))
        if compiled.results is None:  # the driver names its types with the first answer
            compiled.results = _processors(self._types, kinds, connection.dialect)
        make = self._row._make
        if not compiled.results:
            return list(map(make, found))
        rows = []
        for each in found:
            row = list(each)
            for place, process in compiled.results:
                row[place] = process(row[place])
            rows.append(make(row))
        return rows

    def one_or_none(self, session: Session, **values: Any) -> Any:
        """The only row, or nothing."""
        rows = self.all(session, **values)
        if len(rows) > 1:
            raise ValueError(f"{len(rows)} rows where at most one was expected")
        return rows[0] if rows else None


def _fetched(connection: Connection, sql: str, parameters: Any) -> tuple[list[Any], list[Any]]:
    """The driver's rows, and what it calls the columns' types.

    Who listens to statements hears of it, and an error is SQLAlchemy's, as for any other.
    """
    cursor = connection.connection.cursor()
    try:
        for listen in connection.dispatch.before_cursor_execute:
            listen(connection, cursor, sql, parameters, None, False)
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()), [each[1] for each in cursor.description]
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            sql, parameters, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


def _processors(types: Sequence[Any], kinds: Sequence[Any], dialect: Dialect) -> list[tuple[int, Processor]]:
    """What becomes of each value that comes back, by place, of the columns that need it."""
    return [
        (place, process)
        for place, (each, kind) in enumerate(zip(types, kinds, strict=True))
        if (process := each.dialect_impl(dialect).result_processor(dialect, kind)) is not None
    ]


class _Compiled:
    """The statement as one database takes it."""

    def __init__(self, statement: Select[Any], values: dict[str, Any], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        state = compiled.construct_expanded_state(values)  # the values of an IN, and of a limit, in their places
        self.sql = state.statement
        self.results: list[tuple[int, Processor]] | None = None
        self._turned: Mapping[str, Any] = state.processors
        self._held = self._in_words_of_the_driver(
            {name: value for name, value in state.parameters.items() if name not in values}
        )
        self._places = list(state.positiontup or ()) if compiled.positional else None

    def _in_words_of_the_driver(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: process(value) if (process := self._turned.get(name)) is not None else value
            for name, value in values.items()
        }

    def parameters(self, values: dict[str, Any]) -> Any:
        """All values of the statement, as the driver takes them: by place or by name."""
        whole = self._held | self._in_words_of_the_driver(values)
        return whole if self._places is None else tuple(whole[name] for name in self._places)
