"""The migrations and the models say the same, on both engines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect

from qa import tables
from qa.app import MIGRATIONS
from qa.core.orm import Base

NAMED = ("unique", "foreign", "check", "index", "primary")
assert tables.people  # the metadata is whole once every table is imported


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url)
    yield made
    made.dispose()


def test_the_migrations_make_the_tables_that_the_models_name(engine: Engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        )

        differences = compare_metadata(context, Base.metadata)

    assert [difference for difference in flat(differences) if "alembic_version" not in str(difference)] == []


def test_every_constraint_has_the_name_that_the_models_give_it(engine: Engine):
    inspector = inspect(engine)
    wrong = {}
    for table in Base.metadata.sorted_tables:
        declared = declared_names(table)
        kept = kept_names(inspector, table.name)
        if declared != kept:
            wrong[table.name] = {"missing": sorted(declared - kept), "surplus": sorted(kept - declared)}

    assert not wrong


def test_there_is_one_newest_migration():
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_every_migration_names_plain_types_only():
    # A migration that imports the application changes its meaning when the application changes.
    texts = {path.name: path.read_text(encoding="utf-8") for path in Path(MIGRATIONS, "versions").glob("*.py")}

    assert texts
    assert [name for name, text in texts.items() if "import qa" in text or "from qa" in text] == []


def flat(differences: list[Any]) -> Iterator[Any]:
    for difference in differences:
        if isinstance(difference, list):
            yield from difference
        else:
            yield difference


def declared_names(table: Any) -> set[tuple[str, str]]:
    names = {("index", str(index.name)) for index in table.indexes}
    for constraint in table.constraints:
        kind = type(constraint).__name__.removesuffix("Constraint").removesuffix("Key").lower()
        # A boolean column brings its own unnamed check on some engines; ours are all named.
        if not (isinstance(constraint, CheckConstraint) and constraint.name is None):
            names.add((kind, str(Base.metadata.naming_convention and constraint_name(constraint))))
    return names


def constraint_name(constraint: Any) -> str:
    """The name after the convention has been applied, as the database shows it."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.sql.compiler import DDLCompiler

    dialect = postgresql.dialect()
    compiler: DDLCompiler = dialect.ddl_compiler(dialect, None)
    return str(compiler.preparer.format_constraint(constraint)).strip('"')


def kept_names(inspector: Any, table: str) -> set[tuple[str, str]]:
    unique = {found["name"] for found in inspector.get_unique_constraints(table)}
    names = {("unique", str(name)) for name in unique}
    names |= {("foreign", str(found["name"])) for found in inspector.get_foreign_keys(table)}
    names |= {("check", str(found["name"])) for found in inspector.get_check_constraints(table)}
    names |= {("index", str(found["name"])) for found in inspector.get_indexes(table) if found["name"] not in unique}
    names.add(("primary", str(inspector.get_pk_constraint(table)["name"])))
    return names
