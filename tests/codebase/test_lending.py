"""Tests share PostgreSQL databases one after another: none may see what another left."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.support import engines


def run(url: str, *statements: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def value(url: str, query: str) -> object:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return connection.scalar(text(query))


INSERT = """
INSERT INTO programme (key, name, customer_word, created_at)
VALUES (gen_random_uuid()::text, 'Creators', 'creator', now()) RETURNING id
"""


def test_the_next_test_finds_no_row_and_counts_from_one() -> None:
    with engines.postgresql_database() as url:
        run(url, INSERT, INSERT)
    with engines.postgresql_database() as again:
        assert again == url  # the very same database
        assert value(again, "SELECT count(*) FROM programme") == 0
        assert value(again, "SELECT pg_relation_size('programme')") == 0  # no dead rows either
        assert value(again, INSERT) == 1
        assert value(again, "SELECT count(*) FROM alembic_version") == 1


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE left_behind (id integer)",
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        "DROP INDEX ix_ticket_queue",
        "CREATE FUNCTION public.two() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
    ],
)
def test_a_test_that_changed_the_schema_gives_its_database_to_nobody(change: str) -> None:
    with engines.postgresql_database() as url:
        run(url, change)
    with engines.postgresql_database() as next_one:
        assert next_one != url


def test_a_working_table_for_a_moment_is_no_change() -> None:
    with engines.postgresql_database() as url:
        run(url, "CREATE TEMPORARY TABLE staging (id integer) ON COMMIT DROP", INSERT)
    with engines.postgresql_database() as again:
        assert again == url
