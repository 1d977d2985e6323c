"""The migrations and the models say the same, on both engines."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Inspector, create_engine, inspect, text

from qa import tables
from qa.config import MIGRATIONS, PROJECT
from qa.core.orm import Base
from tests.support.engines import empty_database

assert tables.people  # the metadata is whole once every room's tables are loaded


@pytest.fixture
def migrated(database_url: str) -> Iterator[Engine]:
    """What the migrations make."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def modelled(migrated: Engine, tmp_path: Path) -> Iterator[Engine]:
    """What the models would make by themselves, on the same engine."""
    with empty_database(migrated.dialect.name, tmp_path) as database_url:
        engine = create_engine(database_url)
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()


def test_alembic_finds_no_difference_between_migrations_and_models(migrated: Engine):
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        )

        differences = compare_metadata(context, Base.metadata)

    beside = ("alembic_version", "ticket_search")  # the full-text index is each engine's own
    assert [found for found in differences if not any(name in str(found) for name in beside)] == []


def test_the_migrations_make_the_tables_that_the_models_make(migrated: Engine, modelled: Engine):
    # Alembic compares neither checks nor the conditions of partial indexes: two databases side by side show them.
    made, meant = inspect(migrated), inspect(modelled)

    assert set(made.get_table_names()) - {"alembic_version"} == set(meant.get_table_names())
    assert {name: described(made, name) for name in meant.get_table_names()} == {
        name: described(meant, name) for name in meant.get_table_names()
    }


def test_every_constraint_has_a_name(migrated: Engine):
    # A broken rule is told by its name: the message of an unnamed one says nothing to anybody.
    inspector = inspect(migrated)

    nameless = [
        (table, kind)
        for table in inspector.get_table_names()
        if not table.startswith("ticket_search")
        for kind, found in described(inspector, table).items()
        if kind != "columns" and (None in found or "None" in found)
    ]

    assert not nameless


def test_there_is_one_newest_migration():
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_new_migrations_only_add_so_that_former_programs_go_on_beside_them():
    # Those up to 0036 came before anybody could upgrade without stopping.
    taking = re.compile(r"op\.(drop_\w+|rename_table|alter_column)|\.(drop_column|alter_column)\(")
    found = {}
    for path in Path(MIGRATIONS, "versions").glob("*.py"):
        upgrading = path.read_text(encoding="utf-8").partition("def upgrade")[2].partition("def downgrade")[0]
        if path.name[:4] > "0036" and taking.search(upgrading):
            found[path.name] = taking.findall(upgrading)

    assert found == {}


def test_no_migration_depends_on_what_the_application_becomes():
    texts = {path.name: path.read_text(encoding="utf-8") for path in Path(MIGRATIONS, "versions").glob("*.py")}

    assert texts
    assert [name for name, text in texts.items() if "import qa" in text or "from qa" in text] == []


def described(inspector: Inspector, table: str) -> dict[str, dict[Any, Any]]:
    """One table as its engine keeps it."""
    key = inspector.get_pk_constraint(table)
    unique = {found["name"]: sorted(found["column_names"]) for found in inspector.get_unique_constraints(table)}
    return {
        "columns": {
            column["name"]: (str(column["type"]), column["nullable"], column["default"])
            for column in inspector.get_columns(table)
        },
        "primary": {key["name"]: key["constrained_columns"]},
        "unique": unique,
        "foreign": {
            found["name"]: (found["constrained_columns"], found["referred_table"], found["options"])
            for found in inspector.get_foreign_keys(table)
        },
        "check": {
            found["name"]: " ".join(found["sqltext"].split()) for found in inspector.get_check_constraints(table)
        },
        "indexes": {
            found["name"]: (found["column_names"], found["unique"], str(options_of(found)))
            for found in inspector.get_indexes(table)
            if found["name"] not in unique
        },
    }


def options_of(index: Any) -> dict[str, str]:
    return {name: str(value) for name, value in sorted((index.get("dialect_options") or {}).items())}


def test_every_table_is_told_in_the_page_on_the_data_model() -> None:
    page = (PROJECT / "docs" / "data-model.md").read_text(encoding="utf-8")
    told = {
        name for line in page.splitlines() if line.startswith("| `") for name in line.split("|")[1].split("`")[1::2]
    }

    assert set(Base.metadata.tables) - told == set()


@pytest.mark.parametrize("table", ["assignment", "review", "review_revision", "ticket"])
def test_a_vocabulary_is_checked_without_making_a_table_of_its_words(migrated: Engine, table: str):
    # SQLite does that for a list of more than two, each time a row is checked: it took as long as writing the row.
    if migrated.dialect.name == "sqlite":
        explained = f"EXPLAIN INSERT INTO {table} DEFAULT VALUES"
        with migrated.connect() as connection:
            steps = {row.opcode for row in connection.execute(text(explained))}
        assert {"Halt", "MakeRecord"} <= steps
        assert "OpenEphemeral" not in steps
    else:  # which keeps a list as it is
        assert any("ANY" in check["sqltext"] for check in inspect(migrated).get_check_constraints(table))
