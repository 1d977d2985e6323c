"""Many rows in one statement: past the ORM's bookkeeping, which costs more than the insert itself."""

from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from qa.core.orm import Base

Row = dict[str, Any]


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def insert_rows(session: Session, model: type[Base], rows: list[Row]) -> None:
    """Insert rows that all name the same columns."""
    if rows:
        session.execute(insert(table_of(model)), rows)


def update_rows(session: Session, model: type[Base], rows: list[Row]) -> None:
    """Update rows by their ``row_id``; all of them name the same columns."""
    if rows:
        table = table_of(model)
        session.execute(update(table).where(table.c.id == bindparam("row_id")), rows)
