"""The handle on the database: nothing is lost, nothing is refused as locked, readers wait for nobody."""

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Integer, bindparam, column, func, insert, select, table, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import jobs
from qa.core.audit import AuditEvent
from qa.core.db import MOST_RESTING, WriteLockTimeoutError, db, reading
from qa.core.jobs import Job
from qa.core.orm import table_of
from qa.core.prepared import Prepared, PreparedChange, given
from qa.people.models import Membership
from tests.core.writers import count_up, in_background
from tests.support.cast import NOW

WRITERS = 16
TIMES = 15
PROJECT = Path(__file__).parents[2]
_jobs = table_of(Job)
ROWS = Prepared(select(column("x", Integer)).select_from(table("t")))
WITHOUT_PARENT = PreparedChange(insert(table("child", column("x", Integer))).values(x=bindparam("x")))
READ_DONE = Prepared(select(_jobs.c.done).where(_jobs.c.id == bindparam("job")))
COUNTED = PreparedChange(update(_jobs).where(_jobs.c.id == bindparam("job")).values(given(_jobs.c.done)))


@pytest.fixture
def job_id(session: Session) -> int:
    """A row that everybody counts up."""
    job = jobs.enqueue(session, "count", {}, by=None, now=NOW)
    session.commit()
    return job.id


def test_sixteen_writers_of_one_process_lose_nothing(app: Flask, session: Session, job_id: int):
    outcomes = count_up(app, job_id, threads=WRITERS, times=TIMES)

    assert outcomes == Counter(done=WRITERS * TIMES)
    assert session.get_one(Job, job_id).done == WRITERS * TIMES
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == WRITERS * TIMES


def test_sixteen_writers_of_two_processes_lose_nothing(settings: Settings, session: Session, job_id: int):
    half = str(WRITERS // 2)
    command = [sys.executable, "-m", "tests.core.writers", settings.database_url, str(settings.instance), str(job_id)]

    running = [
        subprocess.Popen([*command, half, str(TIMES)], cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outcomes: Counter[str] = sum((Counter(json.loads(one.communicate(timeout=120)[0])) for one in running), Counter())

    assert outcomes == Counter(done=WRITERS * TIMES)
    assert session.get_one(Job, job_id).done == WRITERS * TIMES


def test_what_fails_half_way_leaves_nothing_and_holds_nobody_up(app: Flask, session: Session, job_id: int):
    def fail_half_way() -> None:
        db.session.get_one(Job, job_id).done = 7
        db.session.flush()
        raise RuntimeError("half way")

    with app.app_context(), pytest.raises(RuntimeError):
        fail_half_way()

    outcomes = count_up(app, job_id, threads=1, times=1)

    assert outcomes == Counter(done=1)
    assert session.get_one(Job, job_id).done == 1


def test_what_was_written_is_kept_where_the_mapper_began_and_asked_for_nothing(
    app: Flask, session: Session, job_id: int
):
    with app.app_context():
        READ_DONE.one_or_none(db.session(), job=job_id)  # as whoever is asking is looked for
        db.session.begin_nested().commit()
        COUNTED.run(db.session(), job=job_id, done=5)
        db.session.commit()
        db.session().begin()
        COUNTED.run(db.session(), job=job_id, done=6)
        db.session.commit()

    assert session.get_one(Job, job_id).done == 6


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        pytest.param(lambda: db.session.commit(), (5, "done"), id="commit"),
        pytest.param(lambda: db.session.rollback(), (0, "waiting"), id="rollback"),
        pytest.param(lambda: db.session.remove(), (0, "waiting"), id="nothing"),
    ],
)
@pytest.mark.parametrize("first", ["prepared", "mapper"])
def test_what_the_mapper_changes_and_what_it_does_not_hear_of_are_one_transaction(
    app: Flask, session: Session, job_id: int, end: Callable[[], None], kept: tuple[int, str], first: str
):
    def prepared() -> None:
        assert COUNTED.run(db.session(), job=job_id, done=5) == 1

    def mapped() -> None:
        with db.session.begin_nested():
            db.session.get_one(Job, job_id).state = "done"

    with app.app_context():
        for change in (prepared, mapped) if first == "prepared" else (mapped, prepared):
            change()
        end()
        outcomes = count_up(app, job_id, threads=1, times=1)  # nobody is held up

    job = session.get_one(Job, job_id)
    assert outcomes == Counter(done=1)
    assert (job.done, job.state) == (kept[0] + 1, kept[1])


@pytest.mark.parametrize("kept", [True, False])
def test_a_transaction_without_the_mapper_ends_as_any_other(app: Flask, session: Session, job_id: int, kept: bool):
    with app.app_context():
        COUNTED.run(db.session(), job=job_id, done=5)
        (db.session.commit if kept else db.session.rollback)()
        COUNTED.run(db.session(), job=job_id, done=7)

    outcomes = count_up(app, job_id, threads=1, times=1)

    assert outcomes == Counter(done=1)
    assert session.get_one(Job, job_id).done == (6 if kept else 1)


def test_a_session_that_serves_a_later_context_brings_nothing_of_an_earlier_one(app: Flask, job_id: int):
    with app.app_context():
        first = db.session()
        held = db.session.get_one(Job, job_id)
        held.done = 7
        db.session.flush()
        db.session.add(Membership(user_id=1, team_id=1, valid_from=NOW.date()))

    with app.app_context():
        again = db.session()
        left = (again.in_transaction(), list(again.identity_map), list(again.new))
        done = db.session.get_one(Job, job_id).done

    assert again is first
    assert left == (False, [], [])
    assert held not in again
    assert done == 0


def test_sessions_at_rest_keep_few_connections(sqlite_app: Flask):
    with ExitStack() as many:
        for _ in range(MOST_RESTING + 2):
            many.enter_context(sqlite_app.app_context())
            with reading():
                db.session.execute(text("SELECT 1"))
                db.session.rollback()
                ROWS.all(db.session())

    with sqlite_app.app_context():
        assert db.engine.pool.checkedout() <= MOST_RESTING  # type: ignore[attr-defined]


def test_a_reader_sees_the_last_commit_while_a_writer_is_at_work(app: Flask, job_id: int):
    with (
        in_background(app, lambda: setattr(db.session.get_one(Job, job_id), "done", 7)),
        app.app_context(),
        reading(),
    ):
        seen = db.session.get_one(Job, job_id).done

    assert seen == 0


# The writer holds its transaction until the block ends: what is read inside waited for nobody.
def test_a_get_request_waits_for_no_writer(app: Flask, job_id: int, client):
    with in_background(app, lambda: setattr(db.session.get_one(Job, job_id), "done", 7)):
        response = client.get("/sign-in")

    assert response.status_code == 200


def test_writers_of_one_sqlite_process_take_turns(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qa.core.db.LOCK_WAIT_SECONDS", 0.05)

    with (
        in_background(sqlite_app, lambda: db.session.execute(text("INSERT INTO t VALUES (1)"))),
        sqlite_app.app_context(),
        pytest.raises(WriteLockTimeoutError),
    ):
        db.session.execute(text("INSERT INTO t VALUES (2)"))


def test_a_second_transaction_of_a_writing_thread_is_refused_at_once(sqlite_app: Flask):
    # It would wait for itself until the time is up: half a minute of silence instead of a sentence.
    with sqlite_app.app_context():
        db.session.execute(text("INSERT INTO t VALUES (1)"))

        with pytest.raises(WriteLockTimeoutError, match="commit"), Session(db.engine) as second:
            second.execute(text("INSERT INTO t VALUES (2)"))


def test_the_turn_to_write_is_given_back_when_a_connection_breaks(sqlite_app: Flask):
    with sqlite_app.app_context():
        db.session.execute(text("INSERT INTO t VALUES (1)"))
        db.session.connection().invalidate()
        db.session.rollback()

    with sqlite_app.app_context():
        db.session.execute(text("INSERT INTO t VALUES (2)"))
        db.session.commit()

        assert db.session.scalars(text("SELECT x FROM t")).all() == [2]


def test_a_commit_that_fails_leaves_nothing_and_holds_nobody_up(sqlite_app: Flask):
    with sqlite_app.app_context():
        db.session.execute(text("CREATE TABLE child (x INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"))
        db.session.execute(text("CREATE TABLE parent (x INTEGER PRIMARY KEY)"))
        db.session.commit()

    with sqlite_app.app_context():
        session = db.session()
        WITHOUT_PARENT.run(session, x=1)
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            session.commit()
        session.rollback()
        WITHOUT_PARENT.run(session, x=None)
        session.commit()

        assert db.session.scalars(text("SELECT x FROM child")).all() == [None]


def test_sqlite_is_set_up_to_keep_what_it_says_it_kept(sqlite_app: Flask):
    with sqlite_app.app_context(), reading():
        found = {
            name: db.session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }

    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}


def test_a_row_without_its_parent_is_refused_by_name(app: Flask):
    with app.app_context():
        db.session.add(Membership(user_id=1, team_id=1, valid_from=NOW.date()))

        with pytest.raises(IntegrityError, match=r"foreign key|FOREIGN KEY"):
            db.session.commit()


def test_a_broken_rule_is_told_by_its_name(app: Flask, job_id: int):
    with app.app_context():
        db.session.get_one(Job, job_id).state = "elsewhere"

        with pytest.raises(IntegrityError, match="ck_job_state_known"):
            db.session.commit()


def test_a_moment_comes_back_as_the_same_moment_in_utc(app: Flask, job_id: int):
    kathmandu = dt.timezone(dt.timedelta(hours=5, minutes=45))
    moment = dt.datetime(2026, 4, 8, 14, 45, 30, 123456, tzinfo=kathmandu)

    with app.app_context():
        db.session.get_one(Job, job_id).finished_at = moment
        db.session.commit()
        db.session.remove()
        found = db.session.get_one(Job, job_id).finished_at

    assert found == moment
    assert found is not None
    assert found.tzinfo is dt.UTC


def test_a_moment_without_its_zone_is_refused(app: Flask, job_id: int):
    with app.app_context():
        db.session.get_one(Job, job_id).finished_at = dt.datetime(2026, 4, 8, 9)  # noqa: DTZ001 - what is refused

        with pytest.raises(StatementError, match="time zone"):
            db.session.commit()
