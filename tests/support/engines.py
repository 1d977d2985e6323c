"""A migrated database for each test, on either engine, copied from one that the run migrates once."""

import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import Migrate, upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.pool import StaticPool

import qa
import qa.tables  # a table may name one of a room above its own: a test of one room alone needs them all
from qa import lazily
from qa.core import db as database
from qa.core.db import db
from tests.support import leases, postgresql, programs, runs

ENGINES = ("sqlite", "postgresql")
MIGRATED = "template_fairmark"
# For tests whose statements other tests send to both engines in every run.
postgresql_in_full_runs = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
ARRANGING = "arranging"  # marks the statements of a test's own session, which nobody counts
_numbers = itertools.count(1)
_compiled: dict[type, Any] = {}
_clean: list[str] = []  # this process's PostgreSQL databases that no test holds


def sqlite_template() -> Path:
    return runs.once("sqlite-template", _make_sqlite_template) / "template.db"


def _make_sqlite_template(folder: Path) -> None:
    folder.mkdir()
    migrate(f"sqlite:///{folder / 'template.db'}")
    engine = create_engine(f"sqlite:///{folder / 'template.db'}")
    with engine.connect() as connection:
        # Everything into the one file that tests copy.
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def cluster() -> Path:
    """The run's PostgreSQL server, started by the first test that needs it."""
    if programs.postgresql() is None:
        programs.missing("a PostgreSQL server (15 or newer)")
    return runs.once(postgresql.FOLDER, _start_cluster)


def _start_cluster(folder: Path) -> None:
    postgresql.stop(folder)
    postgresql.start(folder)
    with postgresql.administrator(folder) as connection:
        connection.execute(f"CREATE DATABASE {MIGRATED}")
    migrate(postgresql.url(folder, MIGRATED))
    leases.prepare(folder, MIGRATED)


def migrate(database_url: str) -> None:
    """Bring an empty database to the newest schema."""
    with only_migrations(database_url):
        upgrade()


@contextmanager
def only_migrations(database_url: str) -> Iterator[Flask]:
    """Inside, migrations can be run, without any room of the application."""
    app = Flask("migrations")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    database.prepare(app)
    Migrate(app, db, directory=str(Path(qa.__file__).parent / "migrations"), render_as_batch=True)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def sqlite_database(folder: Path, template: Path | None = None) -> Iterator[str]:
    """A fresh copy of the migrated file, or of another."""
    path = folder / "fairmark.db"
    shutil.copyfile(template or sqlite_template(), path)
    yield f"sqlite:///{path}"
    for left in folder.glob("fairmark.db*"):  # pytest keeps the folders of three runs: gigabytes otherwise
        left.unlink()


@contextmanager
def postgresql_database(*, template: str = MIGRATED) -> Iterator[str]:
    """A database as the migrations leave it, or a copy of another; ``template1`` gives an empty one."""
    folder = cluster()
    lent = template == MIGRATED
    if lent and _clean:
        name = _clean.pop()
    else:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with postgresql.administrator(folder) as connection:
            _create(connection, name, template)
    try:
        yield postgresql.url(folder, name)
    finally:
        if lent and leases.emptied(folder, name):
            _clean.append(name)
        else:
            leases.forget(name)
            with postgresql.administrator(folder) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    for attempt in range(50):
        try:
            # Copying files is quicker than logging pages: 35 against 92 ms, measured.
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        except psycopg.errors.ObjectInUse:  # another worker copies the template at this moment
            time.sleep(0.02 * (attempt + 1))
        else:
            return
    pytest.fail("the template database stayed in use")


@contextmanager
def empty_database(engine_name: str, folder: Path) -> Iterator[str]:
    """A database without any table."""
    if engine_name == "sqlite":
        yield f"sqlite:///{folder / 'empty.db'}"
        return
    with postgresql_database(template="template1") as database_url:
        yield database_url


@contextmanager
def migrated_database(engine_name: str, folder: Path) -> Iterator[str]:
    """A database with every table and no row."""
    with sqlite_database(folder) if engine_name == "sqlite" else postgresql_database() as database_url:
        yield database_url


@contextmanager
def built_database(engine_name: str, folder: Path, name: str, build: Callable[[str, Path], None]) -> Iterator[str]:
    """A copy of a database that ``build`` fills once a run on each engine: of what takes long to arrange."""
    if engine_name == "sqlite":
        template = runs.once(f"{name}-sqlite", lambda place: _build_sqlite(place, build)) / "template.db"
        with sqlite_database(folder, template) as database_url:
            yield database_url
        return
    runs.once(f"{name}-postgresql", lambda place: _build_postgresql(place, name, build))
    with postgresql_database(template=f"template_{name}") as database_url:
        yield database_url


def _build_sqlite(place: Path, build: Callable[[str, Path], None]) -> None:
    place.mkdir()
    shutil.copyfile(sqlite_template(), place / "template.db")
    build(f"sqlite:///{place / 'template.db'}", place / "instance")
    with arranging_engine(f"sqlite:///{place / 'template.db'}") as engine, engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _build_postgresql(place: Path, name: str, build: Callable[[str, Path], None]) -> None:
    place.mkdir()
    with postgresql.administrator(cluster()) as connection:
        _create(connection, f"template_{name}", MIGRATED)
    build(postgresql.url(cluster(), f"template_{name}"), place / "instance")


def share_compiled(engine: Engine) -> None:
    """Let statements that were compiled for an earlier engine of this kind serve this one.

    A new engine for each test compiles the same statements each time: a sixth of what a test of a page costs.
    """
    engine._compiled_cache = _compiled.setdefault(type(engine.dialect), engine._compiled_cache)


# What is compiled is kept by dialect; two dialects of a class are told apart by nothing that the tests set.
_dialects: Any = DefaultDialect
_dialects.__eq__ = lambda one, other: type(one) is type(other)
_dialects.__hash__ = lambda one: hash(type(one))


@contextmanager
def arranging_engine(database_url: str) -> Iterator[Engine]:
    """An engine beside the application's: for arranging and asserting, without the application's write lock."""
    lazily.load(qa.tables)  # an import alone only enters it: the application may not have read it yet
    sqlite = make_url(database_url).get_backend_name() == "sqlite"
    engine = create_engine(
        database_url,
        connect_args={"timeout": 10, "check_same_thread": False} if sqlite else {},
        execution_options={ARRANGING: True},
        # The session keeps its connection over its commits: a new one costs PostgreSQL more than most tests ask of it.
        **({"poolclass": StaticPool} if sqlite else {"pool_size": 1, "max_overflow": 20}),
    )
    share_compiled(engine)
    if sqlite:
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "before_cursor_execute", _begin_to_write)
        event.listen(engine, "savepoint", lambda connection, _: _begin_to_write(connection, None, "SAVEPOINT"))
    try:
        yield engine
    finally:
        engine.dispose()


def _begin_to_write(connection: Connection, _: Any, statement: str, *__: Any) -> None:
    # Only a write begins a transaction: like PostgreSQL's, each read then sees the last commit.
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction and not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
        driver.execute("BEGIN")


def _configure_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver's own transactions break savepoints
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=OFF")


def bytecode_cache() -> FileSystemBytecodeCache:
    """Compiled templates, shared by all applications of the run."""
    folder = runs.folder() / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))
