"""One handle on the database, and how its transactions behave on each engine.

SQLite: WAL, foreign keys, full sync; a writing transaction begins IMMEDIATE behind one lock of the process, and waits
for another process in short steps. With the driver's own deferred transactions, concurrent read-then-write either loses
updates or fails as "locked" whatever the busy timeout, and without the lock sixteen writers sleep in SQLite's back-off.
"""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from flask import Flask, current_app, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as SessionOfExtension
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import ConnectionPoolEntry

from qa.core.orm import Base
from qa.core.prepared import quote_nothing
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

    def apart(self) -> Connection:
        """What ``apart`` below tells of."""
        if self._early is None:
            self._early = self._db.engine.connect()
        return self._early

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Engine | Connection:
        if bind is None and self._early is not None:
            return self._early
        return super().get_bind(mapper, clause, bind, **kwargs)

    def commit(self) -> None:
        if self._early is None or self.in_transaction():
            super().commit()  # of what it joined as well
        if self._early is not None:
            self._early.commit()  # the mapper may have begun and asked for nothing
        self._rest()

    def rollback(self) -> None:
        if self.in_transaction():
            super().rollback()
        self._rest()

    def close(self) -> None:
        if self.in_transaction() or self.identity_map:  # the mapper was asked for something
            super().close()
        self._rest()

    def _rest(self) -> None:
        """Undo what is not committed, and let others have the connection.

        One to SQLite is kept for the next transaction: it holds nobody up, and there may be as many as one likes.
        """
        if self._early is None:
            return
        if self._early.dialect.name == "sqlite" and not self._early.invalidated:
            self._early.rollback()
        else:
            self.give_back()

    def give_back(self) -> None:
        """Let others have the connection in any case."""
        if self._early is not None:
            self._early.close()
            self._early = None


class Sessions(scoped_session[SessionOfExtension]):
    """The session of each context; one that was closed serves a later context of its application, as good as new.

    To make one, and to fetch a connection for it, costs as much as two statements.
    """

    def __init__(self, make: Callable[[], SessionOfExtension], scope: Callable[[], Any]) -> None:
        super().__init__(cast("Any", lambda: self._at_rest() or make()), scope)

    def remove(self) -> None:
        session = self.registry.registry.pop(self.registry.scopefunc(), None)
        if session is None:
            return
        session.close()
        resting: deque[LateSession] = current_app.extensions[RESTING]
        if len(resting) < MOST_RESTING:
            resting.append(session)
        else:
            session.give_back()

    def _at_rest(self) -> SessionOfExtension | None:
        resting: deque[LateSession] = current_app.extensions[RESTING]
        try:
            return resting.pop()  # the one whose connection was used last
        except IndexError:
            return None


RESTING = "sessions_at_rest"
MOST_RESTING = 8  # as many as the threads of a server
db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"class_": LateSession, "join_transaction_mode": "control_fully"},
)
db.session = Sessions(db.session.session_factory, db.session.registry.scopefunc)
LOCK_WAIT_SECONDS = 30
LOCK_STEP_SECONDS = 0.0005  # between two looks whether another process still writes
PATIENT = f"PRAGMA busy_timeout={LOCK_WAIT_SECONDS * 1000}"
FULL = 2  # PRAGMA synchronous: a commit waits for the disk
_reading: ContextVar[bool] = ContextVar("reading", default=False)
_giving_way: ContextVar[bool] = ContextVar("giving_way", default=False)


class WriteLockTimeoutError(Exception):
    """Another transaction holds the database, for too long or in this very thread."""


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read: on SQLite they wait for nobody."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def apart(session: Session) -> Connection:
    """A connection to ask one thing by itself, between two transactions of a context's session.

    On SQLite nothing is begun for it, and nobody waits; ``rollback`` gives it back.
    """
    return cast("LateSession", session).apart()


@contextmanager
def giving_way() -> Iterator[None]:
    """Transactions begun inside let the next writer in before they wait for the disk; their commit ends after both.

    For long work in many small transactions, all of it in the database: what comes after a commit rests on it.
    """
    token = _giving_way.set(True)
    try:
        yield
    finally:
        _giving_way.reset(token)


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
        connect = {"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False}
        return {**shared, "connect_args": connect, "pool_size": 10, "max_overflow": 10 + MOST_RESTING}
    return {**shared, "pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def prepare(app: Flask) -> None:
    """Bind the handle to the application and set up its engine."""
    app.extensions[RESTING] = deque()
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        else:
            event.listen(db.engine, "handle_error", _quote_nothing)


def _quote_nothing(failed: ExceptionContext) -> None:
    """An error's words reach tracebacks, also by way of the one that SQLAlchemy has made of it by now."""
    driver, told = failed.original_exception, failed.sqlalchemy_exception
    before = f"{driver}"
    quote_nothing(driver)
    if told is not None:
        told.args = (f"{told.args[0]}".replace(before, f"{driver}"), *told.args[1:])


def _only_reads() -> bool:
    if _reading.get():
        return True
    return has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}


def _begin_immediate(driver: Any) -> None:
    """Begin to write, after a wait in short steps for another process that does.

    SQLite's own wait sleeps 1, 2, 5, 10, 15 ms and longer: whoever comes a moment too late waits three times as long
    as the other one writes. Every other statement keeps that wait; what it waits for (a recovery, the last
    connection's closing) is rare.
    """
    until: float | None = None
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                now = time.monotonic()
                until = now + LOCK_WAIT_SECONDS if until is None else until
                if now >= until:
                    message = f"another process has been writing for {LOCK_WAIT_SECONDS} s"
                    raise WriteLockTimeoutError(message) from error
            else:
                return
            time.sleep(LOCK_STEP_SECONDS)
    finally:
        driver.execute(PATIENT)


def _let_first(driver: Any, info: dict[str, Any], others: bool) -> None:
    """Whether others may write before the disk has what this connection writes."""
    if others and driver.execute("PRAGMA synchronous").fetchone()[0] != FULL:
        return  # somebody turned it down: a test
    info["gives_way"] = True  # first: whoever is interrupted here syncs once more than need be
    driver.execute(f"PRAGMA synchronous={'NORMAL' if others else 'FULL'}")
    info["gives_way"] = others


def _to_disk(driver: Any) -> None:
    """Wait until the disk has what is committed: it all lies in the journal, or was copied from there and synced."""
    _, _, path = driver.execute("PRAGMA database_list").fetchone()
    journal = os.open(f"{path}-wal", os.O_RDWR)
    try:
        getattr(os, "fdatasync", os.fsync)(journal)
    finally:
        os.close(journal)


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
            "synchronous=FULL",
            "cache_size=-16384",  # for what is written; what is read is mapped
            "mmap_size=268435456",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(PATIENT)
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
            if _giving_way.get() != info.get("gives_way", False):
                _let_first(driver, info, others=_giving_way.get())
            _begin_immediate(driver)
        except BaseException:
            _release(info)
            raise

    def commit(connection: Any) -> None:
        try:
            connection.driver_connection.commit()
        except BaseException:
            rollback(connection)  # SQLAlchemy takes a transaction whose commit failed for ended
            raise
        if holder and _release(connection.info) and connection.info.get("gives_way"):
            _to_disk(connection.driver_connection)  # of any other, what was committed is there

    def rollback(connection: Any) -> None:
        try:
            connection.driver_connection.rollback()
        except BaseException:
            connection.invalidate()  # nobody begins another transaction on it
            raise
        if holder:
            _release(connection.info)

    hooks = {"do_begin": begin, "do_commit": commit, "do_rollback": rollback}
    for name, hook in hooks.items():
        setattr(engine.dialect, name, hook)

    def _release(info: dict[str, Any]) -> bool:
        """Whether there was a turn to give back."""
        held: bool = info.pop("holds_write_lock", False)
        if held:
            holder.clear()
            write_lock.release()
        return held

    # A transaction that ended in neither way ends with its connection's use.
    @event.listens_for(engine, "checkin")
    def checkin(_: Any, record: ConnectionPoolEntry) -> None:
        _release(record.info)

    @event.listens_for(engine, "close")
    def close(_: Any, record: ConnectionPoolEntry) -> None:
        _release(record.info)
