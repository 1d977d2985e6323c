"""Statements that are asked all day: compiled once for a database, run without the work that is done anew each time.

SQLAlchemy writes the SQL and knows the types. What it does at every execution besides (keys of its cache, contexts,
results that can do everything) takes several times as long as the database does for a handful of rows. A prepared
statement hands its SQL to the driver on the same connection, in the same transaction, and turns values as their types
say.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
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
            compiled = self._compiled[name] = _Compiled(self._statement, self._types, values, connection.dialect)
        found = _fetched(connection, compiled.sql, compiled.parameters(values))
        make, processors = self._row._make, compiled.results
        if not processors:
            return list(map(make, found))
        rows = []
        for each in found:
            row = list(each)
            for place, process in processors:
                row[place] = process(row[place])
            rows.append(make(row))
        return rows

    def one_or_none(self, session: Session, **values: Any) -> Any:
        """The only row, or nothing."""
        rows = self.all(session, **values)
        if len(rows) > 1:
            raise ValueError(f"{len(rows)} rows where at most one was expected")
        return rows[0] if rows else None


def _fetched(connection: Connection, sql: str, parameters: Any) -> list[Any]:
    """The driver's rows; who listens to statements hears of it, and an error is SQLAlchemy's, as for any other."""
    cursor = connection.connection.cursor()
    try:
        for listen in connection.dispatch.before_cursor_execute:
            listen(connection, cursor, sql, parameters, None, False)
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            sql, parameters, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


class _Compiled:
    """The statement as one database takes it."""

    def __init__(
        self, statement: Select[Any], types: Sequence[Any], values: dict[str, Any], dialect: Dialect
    ) -> None:
        compiled = statement.params(values).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._constants = {name: bind.effective_value for name, bind in binds.items() if name not in values}
        self._binds = {
            name: process
            for name, bind in binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        for name, process in self._binds.items():
            if name in self._constants:
                self._constants[name] = process(self._constants[name])
        self._places = list(compiled.positiontup) if compiled.positional else None
        self.results: list[tuple[int, Processor]] = [
            (place, process)
            for place, process in enumerate(
                each.dialect_impl(dialect).result_processor(dialect, None) for each in types
            )
            if process is not None
        ]

    def parameters(self, values: dict[str, Any]) -> Any:
        given = {
            name: process(value) if (process := self._binds.get(name)) is not None else value
            for name, value in values.items()
        }
        if self._places is None:
            return self._constants | given
        return tuple(given[name] if name in given else self._constants[name] for name in self._places)
