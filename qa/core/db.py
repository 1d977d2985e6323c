"""One handle on the database, and how its transactions behave on each engine.

SQLite: WAL, foreign keys, full sync; a writing transaction begins IMMEDIATE behind one lock of the process.
With the driver's own deferred transactions, concurrent read-then-write either loses updates or fails as
"locked" whatever the busy timeout, and without the lock sixteen writers sleep in SQLite's back-off.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as SessionOfExtension
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from qa.core.orm import Base
from qa.core.turns import Turns


class LateSession(SessionOfExtension):
    """A session whose transaction needs no objects: it begins on a connection, and the mapper joins when it is asked.

    What the mapper keeps for a transaction (states, snapshots, weak dictionaries) costs more than the handful of
    prepared statements that most requests of the day consist of. Everything else is as in any session: one
    transaction, which ``commit``, ``rollback`` or ``close`` ends for both.
    """

    _early: Connection | None = None  # what was begun before the mapper was asked for anything

    def connection(self, *args: Any, **kwargs: Any) -> Connection:
        if args or kwargs or (self._early is None and self.in_transaction()):
            return super().connection(*args, **kwargs)
        if self._early is None:
            self._early = self._db.engine.connect()
        if not self._early.in_transaction():
            self._early.begin()
        return self._early

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Engine | Connection:
        if bind is None and self._early is not None:
            return self._early
        return super().get_bind(mapper, clause, bind, **kwargs)

    def commit(self) -> None:
        if self._early is None or self.in_transaction():
            super().commit()  # of what it joined as well
        else:
            self._early.commit()
        self._give_back()

    def rollback(self) -> None:
        if self.in_transaction():
            super().rollback()
        self._give_back()

    def close(self) -> None:
        super().close()
        self._give_back()

    def _give_back(self) -> None:
        """Let others have the connection; what is not committed is undone."""
        if self._early is not None:
            self._early.close()
            self._early = None


db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"class_": LateSession, "join_transaction_mode": "control_fully"},
)
LOCK_WAIT_SECONDS = 30
_reading: ContextVar[bool] = ContextVar("reading", default=False)


class WriteLockTimeoutError(Exception):
    """Another transaction of this process holds the database, for too long or in this very thread."""


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read: on SQLite they wait for nobody."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def only_reading(session: Session) -> Iterator[None]:
    """A transaction of its own that reads and ends with the block, so that nobody waits for what is made from it.

    What the session did before and did not commit is undone; objects are read anew by whoever uses them afterwards.
    """
    session.rollback()
    with reading():
        yield
        session.rollback()


def engine_options(database_url: str) -> dict[str, Any]:
    """How Flask-SQLAlchemy opens this database."""
    shared = {"hide_parameters": True}  # an error names the statement, never what somebody typed
    if make_url(database_url).get_backend_name() == "sqlite":
        return {**shared, "connect_args": {"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False}}
    return {**shared, "pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def prepare(app: Flask) -> None:
    """Bind the handle to the application and set up its engine."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _only_reads() -> bool:
    if _reading.get():
        return True
    return has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}


def _prepare_sqlite(engine: Engine) -> None:
    write_lock = Turns()
    holder: list[int] = []  # the thread that writes, if one does

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself: `begin` below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"busy_timeout={LOCK_WAIT_SECONDS * 1000}",
            "synchronous=FULL",
            "cache_size=-16384",  # for what is written; what is read is mapped
            "mmap_size=268435456",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # The dialect's own hook, not an event: one event of the engine makes every connection costlier than its work.
    def begin(connection: Any) -> None:
        driver = connection.driver_connection
        if _only_reads():
            driver.execute("BEGIN DEFERRED")
            return
        info = connection.info
        if not info.get("holds_write_lock"):
            if threading.get_ident() in holder:  # it would wait for itself until the time is up
                raise WriteLockTimeoutError("this thread writes in another transaction already: commit that one first")
            if not write_lock.acquire(timeout=LOCK_WAIT_SECONDS):
                raise WriteLockTimeoutError(f"no turn to write within {LOCK_WAIT_SECONDS} s")
            holder.append(threading.get_ident())
            info["holds_write_lock"] = True
        try:
            driver.execute("BEGIN IMMEDIATE")
        except BaseException:
            _release(info)
            raise

    engine.dialect.do_begin = begin  # type: ignore[assignment,method-assign]

    def _release(info: dict[str, Any]) -> None:
        if info.pop("holds_write_lock", False):
            holder.clear()
            write_lock.release()

    # The lock is given back when the connection returns to the pool: by then the commit is on disk.
    @event.listens_for(engine, "checkin")
    def checkin(_: Any, record: ConnectionPoolEntry) -> None:
        _release(record.info)

    @event.listens_for(engine, "close")
    def close(_: Any, record: ConnectionPoolEntry) -> None:
        _release(record.info)
