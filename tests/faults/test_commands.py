"""Commands that are killed: a draw happened wholly or not at all, and the schema is never between two versions."""

import datetime as dt
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from qa.config import MIGRATIONS, Settings
from qa.core.clock import week_key
from qa.core.db import db
from qa.sampling.models import Draw, FrameUnit, Period
from tests.faults import counting
from tests.faults.processes import Program
from tests.faults.soundness import assert_all_holds
from tests.sampling.weeks import make_plan
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.engines import ENGINES, empty_database, only_migrations
from tests.support.filling import Filler

pytestmark = pytest.mark.slow
WEEKS, PARTS = counting.times(1, 4), 60
KILLS = counting.times(3, 4)  # of each week's draw
UPGRADES = counting.times(2, 8)
OLDEST = "0001"


def test_a_killed_draw_happened_wholly_or_not_at_all(settings: Settings, session: Session, cast: Cast) -> None:
    publish_rubric(session, cast)
    make_plan(session, cast, amount=5)
    mondays = [NOW - dt.timedelta(weeks=1 + n) for n in range(WEEKS + 1)]
    for monday in mondays:
        for n in range(PARTS):
            agent = (cast.sam_agent, cast.olga_agent)[n % 2]
            make_ticket(session, cast, agent=agent, resolved_at=monday)
    session.commit()
    program, rng = Program(settings), random.Random(4)
    first, *others = (week_key(monday.date()) for monday in reversed(mondays))
    begun = time.monotonic()
    done = program.command("draw", "weekly", "--period", first)
    assert done.returncode == 0, done.stderr
    lasts = time.monotonic() - begun

    finished = 0
    for week in others:
        for _ in range(KILLS):
            program.begin("draw", "weekly", "--period", week)
            time.sleep(rng.uniform(0.6, 1.2) * lasts)
            program.kill()
            finished += drawn_whole(session, week)
        program.command("draw", "weekly", "--period", week)  # refused where a killed one was through already

    counting.note(kills=KILLS * WEEKS, draws=WEEKS + 1)
    print(f"{finished} of {KILLS * WEEKS} killed draws had come to their end")
    assert all(drawn_whole(session, week) for week in (first, *others))
    assert_all_holds(program, session)


@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_killed_upgrade_leaves_the_former_schema_whole_and_the_next_one_finishes_it(
    engine_name: str, tmp_path: Path
) -> None:
    newest, rng, finished = ScriptDirectory(str(MIGRATIONS)).get_current_head(), random.Random(5), 0
    with old_installation(engine_name, tmp_path, seed=0) as (program, database_url, counts):
        begun = time.monotonic()
        done = program.command("db", "upgrade")
        lasts = time.monotonic() - begun
        assert (done.returncode, lost_from(database_url, counts)) == (0, {}), done.stderr

    for n in range(UPGRADES):
        with old_installation(engine_name, tmp_path, seed=n + 1) as (program, database_url, counts):
            program.begin("db", "upgrade")
            time.sleep(rng.uniform(0.5, 1.1) * lasts)
            program.kill()
            after = version_of(database_url)
            done = program.command("db", "upgrade")

            assert after in (OLDEST, newest)
            assert (done.returncode, version_of(database_url)) == (0, newest), done.stderr
            assert lost_from(database_url, counts) == {}
        finished += after == newest
    counting.note(kills=UPGRADES, upgrades=UPGRADES)
    print(f"{finished} of {UPGRADES} killed upgrades had come to their end")


@contextmanager
def old_installation(engine_name: str, folder: Path, *, seed: int) -> Iterator[tuple[Program, str, dict[str, int]]]:
    """The program on a database of the first version with rows in every table, its address, and how many rows."""
    place = folder / str(seed)
    place.mkdir()
    with empty_database(engine_name, place) as database_url:
        with only_migrations(database_url):
            upgrade(revision=OLDEST)
            filler = Filler(db.engine, seed=seed)
            filler.fill(at_first=2)
        yield (
            Program(Settings.for_tests(database_url=database_url, instance=place / "instance")),
            database_url,
            dict(filler.counts),
        )


def version_of(database_url: str) -> str | None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


def lost_from(database_url: str, counts: Mapping[str, int]) -> dict[str, int]:
    """How many rows each table holds that has fewer than it had; an upgrade may add some, such as a job."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        now = {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in counts}
    return {name: count for name, count in now.items() if count < counts[name]}


def drawn_whole(session: Session, week: str) -> bool:
    """Whether a week is drawn, with everything that belongs to it; nothing of it is there where it is not."""
    session.rollback()
    period = session.scalar(select(Period).where(Period.key == week))
    if period is None:
        return False
    framed = session.scalar(select(func.count()).select_from(FrameUnit).where(FrameUnit.period_id == period.id))
    draws = session.scalars(select(Draw).where(Draw.period_id == period.id, Draw.drawn_at.is_not(None))).all()
    assert (len(draws), framed) in ((0, 0), (1, PARTS))
    return bool(draws)
