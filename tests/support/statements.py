"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from tests.support.engines import ARRANGING

NOW_AND_THEN = "holdings_mark, (SELECT"  # what somebody holds: asked once after each change of it


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """The SQL statements that the application runs inside; those of the test's own session are not among them.

    Nor is the one that a person's first request after a change sends: what a test wrote before says nothing of a page.
    """
    statements: list[str] = []

    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.lstrip().upper()
        if connection.get_execution_options().get(ARRANGING) or words.startswith(("PRAGMA", "BEGIN")):
            return
        if NOW_AND_THEN not in statement:
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
