"""A database of any former version becomes one of today, with all that was in it."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa import lazily, tables
from qa.config import MIGRATIONS
from qa.core.db import db
from qa.core.orm import Base
from tests.support.engines import ENGINES, empty_database, only_migrations
from tests.support.filling import Filler

pytestmark = pytest.mark.slow
lazily.load(tables)  # the metadata is whole once every room's tables are loaded
REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions()))]


@pytest.fixture(params=ENGINES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application that knows no more than the migrations, on an empty database."""
    with empty_database(request.param, tmp_path) as database_url, only_migrations(database_url) as app:
        yield app


def test_rows_of_every_former_version_are_there_after_the_upgrade(old: Flask) -> None:
    # Every table gets rows as each version has them that changes it: each migration finds what it has to carry.
    engine = db.engine
    filler = Filler(engine)
    for revision in REVISIONS:
        upgrade(revision=revision)
        filler.fill()

    assert differences(engine) == []
    with Session(engine) as session:
        kept = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
        for mapper in Base.registry.mappers:
            session.scalars(select(mapper.class_)).all()  # every value is one that the models can read
        if engine.dialect.name == "sqlite":
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert {name: count for name, count in kept.items() if count < filler.counts[name]} == {}
    assert {name for name, count in kept.items() if not count} == set()  # an empty table proves nothing


def test_packs_take_along_neither_parts_of_nobody_nor_what_nobody_reads(old: Flask) -> None:
    # A crowd is told by the number of a pack's cells: nobody would be one person more.
    upgrade(revision="0037")
    person = "INSERT INTO weekly_person_sum (programme_id, face, value, week, specialist_id, parts) VALUES "
    reviewer = (
        "INSERT INTO weekly_reviewer_sum (programme_id, face, value, week, reviewer_id, n, d, d_free, seconds) VALUES "
    )
    with db.engine.begin() as connection:
        for key in ("1, 'all', '', '2026-11-02'", "1, 'queue', 'login', '2026-11-02'"):
            rows = (f"({key}, {specialist}, 3)" for specialist in (0, 11, 12, 13, 14))
            connection.execute(text(person + ", ".join(rows)))
        connection.execute(text(person + "(1, 'team', '0', '2026-11-02', 0, 3)"))
        for key in ("1, 'all', '', '2026-11-02'", "1, 'queue', 'login', '2026-11-02'"):
            connection.execute(text(f"{reviewer}({key}, 21, 1, 2, 2, 300)"))

    upgrade(revision="0038")

    with db.engine.connect() as connection:
        people = connection.execute(text("SELECT face, cells, sums FROM weekly_person_pack ORDER BY face")).all()
        reviewers = connection.execute(text("SELECT face, cells FROM weekly_reviewer_pack")).all()
    four, threes = "[[11],[12],[13],[14]]", struct.pack("<4d", 3, 3, 3, 3)
    assert [(face, cells, bytes(sums)) for face, cells, sums in people] == [
        ("all", four, threes),
        ("queue", four, threes),
    ]
    assert [tuple(row) for row in reviewers] == [("queue", "[[21]]")]


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_a_vocabulary_that_is_checked_word_by_word_refuses_what_the_list_refused(old: Flask) -> None:
    upgrade(revision="0042")
    filler = Filler(db.engine)
    filler.fill()
    as_lists = texts_of_tables(db.engine)
    wrong = text("UPDATE assignment SET state = 'lost'")

    for change, revision in ((upgrade, "0043"), (downgrade, "0042")):
        change(revision=revision)

        with db.engine.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM assignment")) == filler.counts["assignment"]
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        with pytest.raises(IntegrityError, match="assignment_state_known"), db.engine.begin() as connection:
            connection.execute(wrong)

    assert texts_of_tables(db.engine) == as_lists
    assert "state IN ('open', 'submitted', 'handed_over', 'withdrawn')" in as_lists["assignment"]


def texts_of_tables(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        return {row.name: row.sql for row in found}


def differences(engine: Engine) -> list[object]:
    """What Alembic would still change."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Base.metadata})
        found = compare_metadata(context, Base.metadata)
    return [each for each in found if not any(name in str(each) for name in ("alembic_version", "ticket_search"))]
