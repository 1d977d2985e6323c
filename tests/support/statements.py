"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from tests.support.engines import ARRANGING


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """The SQL statements that the application runs inside; those of the test's own session are not among them."""
    statements: list[str] = []

    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.lstrip().upper()
        if not connection.get_execution_options().get(ARRANGING) and not words.startswith(("PRAGMA", "BEGIN")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
