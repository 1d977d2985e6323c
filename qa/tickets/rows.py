"""Many rows at once: past the ORM's and Core's work on each row, which costs more than the insert itself.

SQLite takes prepared rows by ``executemany``, PostgreSQL by COPY.
"""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Dialect,
    Table,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from qa.core.orm import Base, UtcDateTime
from qa.core.prepared import as_sqlalchemys, executed

if TYPE_CHECKING:
    import psycopg

Row = dict[str, Any]
Processor = Callable[[Any], Any]


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """How the rows of a table are written: the statement, and what becomes of each value on its way."""

    statement: str
    named: Callable[[Row], tuple[Any, ...]]  # the values of the columns that rows name, in the statement's order
    processors: tuple[tuple[int, Processor], ...]  # by place, of the columns that need one
    defaults: tuple[Callable[[], Any], ...]  # of the columns that rows leave out, after the named ones

    def values(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """The rows as the statement takes them; worked on column by column, in a third of the time that rows take."""
        columns = list(zip(*map(self.named, rows), strict=True))
        for place, process in self.processors:
            columns[place] = tuple([None if each is None else process(each) for each in columns[place]])
        columns += [tuple([make() for _ in rows]) for make in self.defaults]
        return list(zip(*columns, strict=True))


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns."""
    if not rows:
        return
    prepared = _prepared(table_of(model), tuple(rows[0]), session.connection().dialect)
    _insert(session, prepared.statement, prepared.values(rows))


def insert_values(session: Session, model: type[Base], names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of plain values in the order of ``names``, which the database takes as they are; no default is."""
    if rows:
        _insert(session, _prepared(table_of(model), names, session.connection().dialect).statement, rows)


def _insert(session: Session, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        executed(connection, statement, values, many=True).close()
        return
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for each in values:
                copy.write_row(each)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemys(connection, statement, None, error) from error


@lru_cache(maxsize=256)
def _prepared(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Prepared:
    quote = dialect.identifier_preparer
    left_out = [column for column in table.c if column.name not in names and column.default is not None]
    columns = ", ".join(quote.quote(name) for name in (*names, *(column.name for column in left_out)))
    places = ", ".join("?" * (len(names) + len(left_out)))
    where = f"{quote.format_table(table)} ({columns})"
    sqlite = dialect.name == "sqlite"
    return _Prepared(
        statement=f"INSERT INTO {where} VALUES ({places})" if sqlite else f"COPY {where} FROM STDIN",  # noqa: S608
        named=itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],),
        processors=tuple(
            (place, process)
            for place, process in enumerate(_processor(table, name, dialect) for name in names)
            if process is not None
        ),
        defaults=tuple(_default(table, column.name, dialect) for column in left_out),
    )


def _processor(table: Table, name: str, dialect: Dialect) -> Processor | None:
    if isinstance(table.c[name].type, UtcDateTime):
        return _moments(dialect)
    if isinstance(table.c[name].type, Boolean):
        return None  # both drivers take truth values as they are
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect)


@lru_cache(maxsize=16)
def _moments(dialect: Dialect) -> Processor | None:
    """As the type writes a moment; put together from its day for SQLite, in a fifth of the time of ``isoformat``."""
    process = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    if process is None or dialect.name != "sqlite":
        return process
    others = lru_cache(maxsize=4096)(process)  # such as the one moment of an intake, in every row

    def written(moment: dt.datetime) -> Any:
        if moment.tzinfo is not dt.UTC or moment.microsecond:
            return others(moment)
        return f"{_day(moment.toordinal())} {TWO[moment.hour]}:{TWO[moment.minute]}:{TWO[moment.second]}.000000"

    return written


TWO = tuple(f"{number:02d}" for number in range(60))


@lru_cache(maxsize=4096)
def _day(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def _default(table: Table, name: str, dialect: Dialect) -> Callable[[], Any]:
    default: Any = table.c[name].default
    process = _processor(table, name, dialect) or (lambda value: value)
    if default.is_callable:
        return lambda: process(default.arg(None))
    return partial(lambda value: value, process(default.arg))


def take_ids(session: Session, model: type[Base], count: int) -> Sequence[int]:
    """Ids for rows that this transaction inserts next: it holds SQLite's database, or PostgreSQL's sequence."""
    if not count:
        return ()
    table = table_of(model)
    if session.get_bind().dialect.name == "sqlite":
        cursor = executed(session.connection(), _last_id(table), ())
        last = cursor.fetchone()[0]
        cursor.close()
        return range(last + 1, last + count + 1)
    next_ids = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return session.scalars(next_ids, {"name": table.name, "count": count}).all()


@cache
def _last_id(table: Table) -> str:
    return str(select(func.coalesce(func.max(table.c.id), literal_column("0"))))


def among(session: Session, tested: ColumnElement[Any] | Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column has one of many values, told as one parameter: hundreds cost more than the query itself."""
    if session.get_bind().dialect.name == "sqlite":
        told = func.json_each(literal(json.dumps(list(values)))).table_valued("value")
        return cast(ColumnElement[bool], tested.in_(select(told.c.value)))
    return cast(ColumnElement[bool], tested == any_(literal(list(values), ARRAY(tested.type))))


def update_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Update rows by their ``row_id``; all of them name the same columns."""
    if rows:
        table = table_of(model)
        session.execute(update(table).where(table.c.id == bindparam("row_id")), list(rows))
