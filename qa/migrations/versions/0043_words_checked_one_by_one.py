"""a column's vocabulary is checked word by word on SQLite, which makes a table of a list each time it is asked

Revision ID: 0043
Revises: 0042
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

WORD = "'[^']*'"
AS_LIST = re.compile(rf"CHECK \((\w+) IN \(({WORD}(?:, {WORD})*)\)\)")
ONE_BY_ONE = re.compile(rf"CHECK \(((\w+) = {WORD}(?: OR \2 = {WORD})*)\)")


def upgrade() -> None:
    _rewrite(lambda sql: AS_LIST.sub(_one_by_one, sql))


def downgrade() -> None:
    _rewrite(lambda sql: ONE_BY_ONE.sub(_as_list, sql))


def _one_by_one(found: re.Match[str]) -> str:
    return f"CHECK ({' OR '.join(f'{found[1]} = {word}' for word in re.findall(WORD, found[2]))})"


def _as_list(found: re.Match[str]) -> str:
    return f"CHECK ({found[2]} IN ({', '.join(re.findall(WORD, found[1]))}))"


def _rewrite(change: Callable[[str], str]) -> None:
    """Change the text of the tables alone: what they hold is as it was (https://sqlite.org/lang_altertable.html, 7)."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return  # PostgreSQL keeps a list as it is
    tables = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql <> ''"))
    changed = [{"name": name, "sql": new} for name, sql in tables.all() if (new := change(sql)) != sql]
    if not changed:
        return
    op.execute("PRAGMA writable_schema=ON")
    try:
        connection.execute(sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"), changed)
        version = connection.scalar(sa.text("PRAGMA schema_version"))
        op.execute(f"PRAGMA schema_version={version + 1}")  # whoever else has the database open reads the tables anew
    except sa.exc.OperationalError:
        # Some builds of SQLite let nobody change this text. The lists say the same there, only slower.
        return
    finally:
        op.execute("PRAGMA writable_schema=RESET")  # and so does this connection
    connection.execute(sa.text("SELECT 1 FROM review LIMIT 1")).all()  # which it does now, before anything is kept
