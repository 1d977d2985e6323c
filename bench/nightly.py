"""The nightly drift run over a million scorings in the application's own database (SQLite).

python -m bench.nightly [--scorings 1000000]

A simulated operation is stored as reviews with their answers; then the run is made as each night makes it: read,
judge every week, compute severities, keep the outcome. CPU and wall seconds beside the bar; the peer is the same
arithmetic on scorings that lie in memory already, so that the ratio tells what the database costs. Exit 0 only if the
bar holds.
"""

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.bars import at_most
from bench.stored_world import Home, store
from calibration.monitor import watch
from calibration.severity import severities
from calibration.simulate import World, simulate
from qa.app import create_app
from qa.config import Settings
from qa.core.db import db
from qa.reviewer_drift import runs
from tests.support import engines
from tests.support import runs as testruns
from tests.support.cast import make_cast

BAR = 60.0  # wall seconds on two cores
REVIEWERS, PER_REVIEWER_WEEK = 300, 34.7
QUARTER = 13


def main(arguments: Sequence[str] | None = None) -> int:
    begun = testruns.begin()  # where the migrated template of a database lies
    try:
        return measured(arguments)
    finally:
        testruns.end(begun)


def measured(arguments: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.nightly", description=__doc__)
    parser.add_argument("--scorings", type=int, default=1_000_000)
    given = parser.parse_args(arguments)
    weeks = max(QUARTER + 4, round(given.scorings / REVIEWERS / PER_REVIEWER_WEEK) + 1)
    operation = simulate(World(reviewers=REVIEWERS, weeks=weeks), np.random.default_rng(1))
    scorings = operation.scorings.take(np.arange(len(operation.scorings)) < given.scorings)
    with tempfile.TemporaryDirectory() as folder, engines.migrated_database("sqlite", Path(folder)) as url:
        app = create_app(Settings.for_tests(database_url=url, instance=Path(folder) / "instance"))
        with app.app_context():
            session = db.session()
            cast = make_cast(session)
            monday = dt.date(2020, 1, 6)
            home = Home(
                programme_id=cast.programme.id, source_id=cast.source.id, lead_id=cast.quinn.id,
                second_lead_id=cast.lena.id, monday=monday,
            )  # fmt: skip
            programme_id = home.programme_id
            session.commit()
            begun = time.perf_counter()
            store(session, scorings, home)
            db.session.remove()
            print(
                f"{len(scorings):,} scorings over {weeks} weeks stored in {time.perf_counter() - begun:.0f} s",
                flush=True,
            )
            now = dt.datetime.combine(monday + dt.timedelta(weeks=weeks, days=2), dt.time(3), tzinfo=dt.UTC)
            wall, spent = time.perf_counter(), time.process_time()
            kept = runs.run(db.session(), programme_id, by=None, now=now)
            wall, spent = time.perf_counter() - wall, time.process_time() - spent
    peer = time.process_time()
    for _ in watch(scorings, operation.scale):
        pass
    quarter = scorings.take(scorings.week >= weeks - QUARTER)
    severities(quarter, operation.scale)
    peer = time.process_time() - peer
    bars = [
        at_most(f"nightly run over {len(scorings):,} scorings, wall seconds", wall, BAR, 1),
        at_most("the same, CPU seconds", spent, BAR, 1),
    ]
    for bar in bars:
        print(bar.line())
    print(f"arithmetic alone, scorings in memory: {peer:.1f} CPU seconds; ratio {spent / peer:.2f}; run {kept.run_id}")
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
