"""How Alembic reaches the database and the models of this application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, DateTime

from qa.core.db import db
from qa.core.orm import UtcDateTime


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """A migration names plain SQL types, so that it never depends on what the application becomes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(_: Any, __: Any, ___: Any, inspected: Any, declared: Any) -> bool | None:
    """Our moments are DateTime columns; everything else is compared as usual."""
    if isinstance(declared, UtcDateTime):
        return not isinstance(inspected, DateTime)
    return None


def include_name(name: str | None, kind: str, _: Any) -> bool:
    """The full-text index is no table of the models."""
    return not (kind == "table" and name is not None and name.startswith("ticket_search"))


@contextmanager
def references_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by writing it anew and dropping the old one, which rows that refer to it would forbid.

    So references are not watched meanwhile, which only the driver can say, before the transaction begins; ``run``
    looks at all of them before it commits.
    """
    sqlite = connection.dialect.name == "sqlite"
    driver: Any = connection.connection.driver_connection
    if sqlite:
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        if sqlite:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    with db.engine.connect() as connection, references_checked_at_the_end(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            # Alembic takes SQLite for a database that cannot take back a changed table, and commits each step alone: an
            # upgrade that is killed would stay between two versions.
            transactional_ddl=True,
            render_item=render_item,
            compare_type=compare_type,
            include_name=include_name,
            **{
                key: value
                for key, value in current_app.extensions["migrate"].configure_args.items()
                if key not in {"render_as_batch", "compare_type"}
            },
        )
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise RuntimeError(f"a row of {broken[0]} refers to one of {broken[2]} that is not there")
        connection.commit()


run()
