"""The base of all tables: names of constraints, column types that hold on both engines."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment in UTC; SQLite alone would hand back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


BigInt = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """All tables of the application."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        dt.datetime: UtcDateTime,
        bytes: LargeBinary,
        str: String,
        dict[str, Any]: Json,
        list[Any]: Json,
    }


def table_of(model: type[Base]) -> Table:
    """The table of a class, for statements of plain columns."""
    table: Any = model.__table__
    return cast(Table, table)


class WithId:
    """A row with a surrogate key that is never used again."""

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)


class _OneOf(ColumnElement[bool]):
    """A column holds one of these words."""

    inherit_cache = True

    def __init__(self, column: str, words: Sequence[str]) -> None:
        self.column, self.words = column, words


@compiles(_OneOf)
def _as_list(element: _OneOf, _: Any, **__: Any) -> str:
    allowed = ", ".join(f"'{word}'" for word in element.words)
    return f"{element.column} IN ({allowed})"


@compiles(_OneOf, "sqlite")
def _one_by_one(element: _OneOf, _: Any, **__: Any) -> str:
    # SQLite makes a table of a list of more than two, each time it checks a row: that takes as long as writing it.
    return " OR ".join(f"{element.column} = '{word}'" for word in element.words)


def one_of(column: str, values: Iterable[str], name: str | None = None) -> CheckConstraint:
    """A text column keeps to its vocabulary."""
    return CheckConstraint(_OneOf(column, [*values]), name=name or f"{column}_known")
