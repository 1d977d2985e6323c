"""SQLite between processes: who waits looks often, who works at length lets others in before the disk is done."""

import os
import sqlite3
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from qa.core.db import LOCK_WAIT_SECONDS, WriteLockTimeoutError, db, giving_way
from tests.core.writers import in_background


@pytest.fixture
def other_process(sqlite_app: Flask) -> Iterator[sqlite3.Connection]:
    """A connection that knows nothing of this process's turns and has begun to write."""
    with sqlite_app.app_context():
        connection = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


class Clock:
    """Stands still but for those who sleep; ``at`` so many sleeps something happens."""

    def __init__(self, at: int = 0, do: Callable[[], object] = lambda: None) -> None:
        self.slept: list[float] = []
        self._at, self._do = at, do

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == self._at:
            self._do()


def test_a_writer_of_another_process_is_waited_for_in_short_steps(
    sqlite_app: Flask, other_process: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    clock = Clock(at=3, do=lambda: other_process.execute("COMMIT"))
    monkeypatch.setattr("qa.core.db.time", clock)

    with sqlite_app.app_context():
        db.session.execute(text("INSERT INTO t VALUES (1)"))
        db.session.commit()

    assert len(clock.slept) == 3
    assert max(clock.slept) < 0.001


def test_the_wait_for_another_process_ends_with_a_sentence_and_gives_the_turn_back(
    sqlite_app: Flask, other_process: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    clock = Clock()
    monkeypatch.setattr("qa.core.db.time", clock)
    monkeypatch.setattr("qa.core.db.LOCK_STEP_SECONDS", 0.5)

    with sqlite_app.app_context(), pytest.raises(WriteLockTimeoutError, match="another process"):
        db.session.execute(text("INSERT INTO t VALUES (1)"))
    other_process.execute("COMMIT")

    assert sum(clock.slept) == LOCK_WAIT_SECONDS
    with sqlite_app.app_context():
        db.session.execute(text("INSERT INTO t VALUES (2)"))
        assert db.session.scalars(text("SELECT x FROM t")).all() == [2]
        assert db.session.scalar(text("PRAGMA busy_timeout")) == 30_000


def test_who_gives_way_lets_others_write_while_it_waits_for_the_disk(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    synced: list[int] = []

    def sync(file: int) -> None:
        synced.append(os.fstat(file).st_ino)
        with in_background(sqlite_app, lambda: db.session.execute(text("INSERT INTO t VALUES (2)"))):
            pass

    monkeypatch.setattr("qa.core.db.os.fdatasync", sync)
    with sqlite_app.app_context():
        with giving_way():
            db.session.execute(text("INSERT INTO t VALUES (1)"))
            early = db.session.scalar(text("PRAGMA synchronous"))
            db.session.commit()
        seen = db.session.scalars(text("SELECT x FROM t ORDER BY x")).all()
        journal = os.stat(f"{db.engine.url.database}-wal").st_ino

    assert synced == [journal]
    assert early == 1
    assert seen == [1, 2]


def test_a_connection_that_gave_way_waits_for_the_disk_as_before(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch):
    with sqlite_app.app_context():
        with giving_way():
            db.session.execute(text("INSERT INTO t VALUES (1)"))
            db.session.rollback()
        monkeypatch.setattr("qa.core.db.os.fdatasync", lambda _: pytest.fail("nobody gives way"))
        db.session.execute(text("INSERT INTO t VALUES (2)"))
        synchronous = db.session.scalar(text("PRAGMA synchronous"))
        db.session.commit()

    assert synchronous == 2
