"""Statements that are asked all day: compiled once for a database, run without the work that is done anew each time.

SQLAlchemy writes the SQL and knows the types. What it does at every execution besides (keys of its cache, contexts,
results that can do everything) takes several times as long as the database does for a handful of rows. A prepared
statement hands its SQL to the driver on the same connection, in the same transaction, and turns values as their types
say.
"""

import datetime as dt
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Delete,
    Dialect,
    Insert,
    LargeBinary,
    Select,
    Update,
    bindparam,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import replacement_traverse

from qa.core.orm import UtcDateTime

Processor = Callable[[Any], Any]
MOST_MADE = 1024  # rows of which a statement remembers what was made of them
MOMENTS = 512  # days and times of which a column remembers how the database writes them
OF_VALUES = "22"  # SQLSTATEs of what a value is, not of a rule that it breaks: their first line quotes it, too
Change = Insert | Update | Delete
Asked = Session | Connection  # whoever asks several times saves by asking the connection


class Prepared:
    """A ``select`` of plain columns; rows are named tuples, a name that comes twice goes by its place."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        columns = list(statement.selected_columns)
        self._types = [column.type for column in columns]
        row: Any = namedtuple("Row", [column.name for column in columns], rename=True)  # type: ignore[misc]
        self._make: Callable[[Sequence[Any]], Any] = partial(tuple.__new__, row)  # of as many values as it has names
        self._compiled: dict[str, _Compiled] = {}

    def all(self, asked: Asked, **values: Any) -> list[Any]:
        """Every row."""
        connection = asked if isinstance(asked, Connection) else asked.connection()
        name = connection.dialect.name
        compiled = self._compiled.get(name)
        if compiled is None:
            compiled = self._compiled[name] = _Compiled(self._statement, values, connection.dialect)
        cursor = executed(connection, compiled.sql, compiled.parameters(values))
        try:
            if compiled.turned is None:  # the driver names its types with the first answer
                kinds = [each[1] for each in cursor.description]
                compiled.turned = self._turning(_processors(self._types, kinds, connection.dialect))
            return list(map(compiled.turned, cursor.fetchall()))
        finally:
            cursor.close()

    def _turning(self, results: Sequence[tuple[int, Processor]]) -> Processor:
        """What makes a row of the driver's; ``results`` by place, of the columns that need something done."""
        make = self._make
        if not results:
            return make

        def turn(found: Sequence[Any]) -> Any:
            row = list(found)
            for place, process in results:
                row[place] = process(row[place])
            return make(row)

        return turn

    def one_or_none(self, asked: Asked, **values: Any) -> Any:
        """The only row, or nothing."""
        rows = self.all(asked, **values)
        if len(rows) > 1:
            raise ValueError(f"{len(rows)} rows where at most one was expected")
        return rows[0] if rows else None


def one_of(column: Any, name: str, count: int) -> ColumnElement[bool]:
    """Whether a column holds one of so many values to come: a statement for each count, which ``each_of`` fills."""
    return cast("ColumnElement[bool]", column.in_([bindparam(f"{name}_{n}") for n in range(count)]))


def each_of(name: str, values: Iterable[Any]) -> dict[str, Any]:
    """The values of ``one_of`` by their names."""
    return {f"{name}_{n}": value for n, value in enumerate(values)}


class PreparedPlain(Prepared):
    """The same with rows that are tuples: names cost more than all the rest where rows come by the hundred."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        super().__init__(statement)
        self._make = tuple


class PreparedMaking(Prepared):
    """The same of rows that come again and again: what is made of one is kept, and the same row gives the same again.

    It is asked for every time; only turning and making are saved. For what nobody changes once it is made.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], make: Processor) -> None:
        """``make`` gets a named tuple."""
        super().__init__(statement)
        row = self._make
        self._make = lambda found: make(row(found))

    def _turning(self, results: Sequence[tuple[int, Processor]]) -> Processor:
        turn = super()._turning(results)
        known = lru_cache(MOST_MADE)(turn)

        def remembered(found: Sequence[Any]) -> Any:
            try:
                return known(found)
            except TypeError:  # a driver that reads JSON itself gives what nothing can be looked up by
                return turn(found)

        return remembered


class PreparedChange:
    """An ``insert``, ``update`` or ``delete``; every value is given, none comes from a default in Python.

    What the session holds of these rows does not hear of it: for code that holds none.
    """

    def __init__(self, statement: Change | Callable[[Dialect], Change]) -> None:
        """``statement`` may differ by database: then it is made for one."""
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, asked: Asked, **values: Any) -> int:
        """How many rows it changed."""
        connection = asked if isinstance(asked, Connection) else asked.connection()
        compiled = self._for(connection, values)
        return _changed(connection, compiled.sql, compiled.parameters(values))

    def run_many(self, asked: Asked, rows: Sequence[dict[str, Any]]) -> None:
        """Once for each; nothing for none."""
        if not rows:
            return
        connection = asked if isinstance(asked, Connection) else asked.connection()
        compiled = self._for(connection, rows[0])
        _changed(connection, compiled.sql, [compiled.parameters(row) for row in rows], many=True)

    def run_rows(self, asked: Asked, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """The same for rows of values in the order of ``names``."""
        if not rows:
            return
        connection = asked if isinstance(asked, Connection) else asked.connection()
        compiled = self._for(connection, names)
        _changed(connection, compiled.sql, compiled.parameters_of_rows(names, rows), many=True)

    def _for(self, connection: Connection, values: Mapping[str, Any] | tuple[str, ...]) -> "_Compiled":
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            made = self._statement if isinstance(self._statement, Change) else self._statement(connection.dialect)
            named = dict.fromkeys(values) if isinstance(values, tuple) else values
            compiled = self._compiled[connection.dialect.name] = _Compiled(made, named, connection.dialect)
        return compiled


class PreparedInsert(PreparedChange):
    """The same of one row with an id: SQLite's driver knows the new one anyhow, PostgreSQL is asked for it."""

    def __init__(self, statement: Insert) -> None:
        asking = statement.returning(statement.table.c.id)
        super().__init__(lambda dialect: statement if dialect.name == "sqlite" else asking)

    def new_id(self, asked: Asked, **values: Any) -> int:
        """The id of the row that it adds."""
        connection = asked if isinstance(asked, Connection) else asked.connection()
        compiled = self._for(connection, values)
        cursor = executed(connection, compiled.sql, compiled.parameters(values))
        try:
            return int(cursor.lastrowid if connection.dialect.name == "sqlite" else cursor.fetchone()[0])
        finally:
            cursor.close()


def given(*columns: Column[Any]) -> dict[str, BindParameter[Any]]:
    """A value to come for each of these columns, by its name and of its type: for ``values()``."""
    return {column.name: bindparam(column.name, type_=column.type) for column in columns}


def _changed(connection: Connection, sql: str, parameters: Any, *, many: bool = False) -> int:
    cursor = executed(connection, sql, parameters, many=many)
    try:
        return int(cursor.rowcount)
    finally:
        cursor.close()


def executed(connection: Connection, sql: str, parameters: Any, *, many: bool = False) -> Any:
    """The driver's cursor after a statement.

    Who listens to statements hears of it, and an error is SQLAlchemy's, as for any other.
    """
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    try:
        if connection._has_events or connection.engine._has_events:  # as SQLAlchemy asks itself
            for listen in connection.dispatch.before_cursor_execute:
                listen(connection, cursor, sql, parameters, None, many)
        if many:
            cursor.executemany(sql, parameters)
        else:
            cursor.execute(sql, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        cursor.close()
        raise as_sqlalchemys(connection, sql, parameters, error) from error
    except BaseException:
        cursor.close()
        raise
    return cursor


def as_sqlalchemys(connection: Connection, sql: str, parameters: Any, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy would raise it; neither quotes a row or a value."""
    quote_nothing(error)
    return DBAPIError.instance(
        sql,
        parameters,
        error,
        connection.dialect.loaded_dbapi.Error,
        hide_parameters=connection.engine.hide_parameters,
        dialect=connection.dialect,
    )


def quote_nothing(error: BaseException) -> None:
    """Leave of PostgreSQL's words about a statement what rule it breaks: the lines below quote the row, with its texts.

    What they say stays in ``diag``, which nothing prints. SQLite names columns and constraints alone.
    """
    state = getattr(error, "sqlstate", None)
    if state is None:
        return
    first = f"{error}".partition("\n")[0]
    error.args = ("a value that does not fit" if state.startswith(OF_VALUES) else first,)


def _processors(types: Sequence[Any], kinds: Sequence[Any], dialect: Dialect) -> list[tuple[int, Processor]]:
    """What becomes of each value that comes back, by place, of the columns that need it."""
    return [
        (place, _remembering(each, process, dialect, back=True))
        for place, (each, kind) in enumerate(zip(types, kinds, strict=True))
        if (process := each.dialect_impl(dialect).result_processor(dialect, kind)) is not None
    ]


def _remembering(kind: Any, process: Processor, dialect: Dialect, *, back: bool) -> Processor:
    """The same, quicker for what comes again and again: days, times, and lists with nothing in them."""
    if type(kind) in (UtcDateTime, Date):  # in every column and statement alike, and nobody can change one
        return _moments(type(kind), dialect.name, back, process)
    if isinstance(kind, JSON) and not back:
        nothing = process([])
        return lambda value: nothing if value == [] else process(value)
    return process


_known_moments: dict[tuple[Any, ...], Processor] = {}


def _moments(kind: type[Any], dialect: str, back: bool, process: Processor) -> Processor:
    remembered = lru_cache(MOMENTS)(process)
    written = back and dialect == "sqlite"  # as text, which says it all
    known = remembered if kind is Date or written else _in_utc_alone(remembered, process)
    return _known_moments.setdefault((kind, dialect, back), known)


def _in_utc_alone(remembered: Processor, process: Processor) -> Processor:
    """Two moments of one zone are equal though an hour apart, where its clocks go back (``fold``, PEP 495)."""

    def turn(value: dt.datetime | None) -> Any:
        return remembered(value) if value is None or value.tzinfo is dt.UTC else process(value)

    return turn


class _Compiled:
    """The statement as one database takes it."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Change, values: Mapping[str, Any], dialect: Dialect
    ) -> None:
        compiled: Any = _with_its_own(statement).compile(dialect=dialect)
        _all_given(compiled)
        state = compiled.construct_expanded_state(values)  # the values of an IN, and of a limit, in their places
        self.sql = state.statement
        self.turned: Processor | None = None
        turned: dict[str, Processor] = {
            name: _remembering(bound.type, process, dialect, back=False)
            for name, bound in compiled.binds.items()
            if (process := bound.type.dialect_impl(dialect).bind_processor(dialect)) is not None
            and not isinstance(bound.type, Boolean | LargeBinary)  # both drivers take Python's own
        }
        held = {
            name: (state.processors | turned)[name](value) if name in state.processors or name in turned else value
            for name, value in state.parameters.items()
            if name not in values
        }
        # In the statement's order, or by name: what is to come with what becomes of it, and what could not be written.
        self._names = tuple(state.positiontup or ()) if compiled.positional else None
        places: Any = [(name, name) for name in values] if self._names is None else enumerate(self._names)
        self._turned = [(place, turned[name]) for place, name in places if name in turned and name not in held]
        self.parameters = _filling(dict if self._names is None else _in_order(self._names), held, self._turned)

    def parameters_of_rows(self, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> list[Any]:
        """The same of many rows, whose values come in the order of ``names``."""
        if self._names != names:
            return [self.parameters(dict(zip(names, row, strict=True))) for row in rows]
        whole = [[*row] for row in rows]
        for place, process in self._turned:
            for row in whole:
                row[place] = process(row[place])
        return whole


def _filling(
    ordered: Callable[[dict[str, Any]], Any], held: dict[str, Any], turned: Sequence[tuple[Any, Processor]]
) -> Callable[[dict[str, Any]], Any]:
    """What makes all values of a statement of those that come, as the driver takes them: by place or by name."""
    if not held and not turned:
        return ordered

    def fill(values: dict[str, Any]) -> Any:
        whole = ordered(values | held if held else values)
        for place, process in turned:
            whole[place] = process(whole[place])
        return whole

    return fill


def _in_order(names: Sequence[str]) -> Callable[[dict[str, Any]], list[Any]]:
    """What picks these values, in their order."""
    if len(names) < 2:
        return lambda values: [values[name] for name in names]
    pick = itemgetter(*names)
    return lambda values: [*pick(values)]


def _with_its_own(statement: Any) -> Any:
    """The statement with its own words and numbers written into it, so that only what differs is handed over.

    They are the program's: what anybody sends is a ``bindparam``, and never part of a statement that is kept.
    """

    def written(part: Any, **_: Any) -> Any:
        if not isinstance(part, BindParameter) or part.required:
            return None
        own: Any = part.value if part.expanding else [part.value]
        return part.render_literal_execute() if all(isinstance(each, str | int | float) for each in own) else None

    return replacement_traverse(statement, {}, cast("Any", written))


def _all_given(compiled: SQLCompiler) -> None:
    """A default that Python computes would be left out in silence."""
    left = [column.name for column in (*compiled.insert_prefetch, *compiled.update_prefetch)]
    if left:
        raise ValueError(f"a prepared statement names every value itself: {', '.join(left)}")
