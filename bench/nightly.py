"""The nightly drift run over a million scorings in the application's own database (SQLite), and autosaves beside it.

python -m bench.nightly [--scorings 1000000] [--quiet-seconds 20]

A simulated operation is stored as reviews with their answers; then the run is made as each night makes it: read,
judge every week, compute severities, keep the outcome. CPU and wall seconds beside the bar, and the most memory the
process held; the peer is the same arithmetic on scorings that lie in memory already, so that the ratio tells what the
database costs. Then the application is served, a reviewer saves answer after answer, first alone, then while the
server makes the same run as its nightly job. Exit 0 only if every bar holds.
"""

import argparse
import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from bench.autosaving import Draft, Reviewer, served
from bench.bars import Bar, at_most
from bench.stored_world import Home, store
from calibration.monitor import watch
from calibration.scorings import Scorings
from calibration.severity import severities
from calibration.simulate import SCALE, World, simulate
from qa.app import create_app
from qa.config import Settings
from qa.core import jobs
from qa.core.clock import monday_of, utcnow
from qa.core.db import db
from qa.core.jobs import Job, JobState
from qa.reviewer_drift import runs
from qa.reviewer_drift.jobs import DRIFT_JOB, ask
from tests.support import engines
from tests.support import runs as testruns
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import make_cast
from tests.support.client import open_session

BAR = 60.0  # wall seconds on two cores
SLOWER = 2.0  # p95 of autosaves beside the run, over that without
REVIEWERS, PER_REVIEWER_WEEK = 300, 34.7
QUARTER = 13


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.nightly", description=__doc__)
    parser.add_argument("--scorings", type=int, default=1_000_000)
    parser.add_argument("--quiet-seconds", type=float, default=20.0)
    given = parser.parse_args(arguments)
    begun = testruns.begin()  # where the migrated template of a database lies
    try:
        with tempfile.TemporaryDirectory() as folder, engines.migrated_database("sqlite", Path(folder)) as url:
            bars = measured(url, Path(folder), given.scorings, given.quiet_seconds)
    finally:
        testruns.end(begun)
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


def measured(url: str, folder: Path, wanted: int, quiet: float) -> list[Bar]:
    weeks = max(QUARTER + 4, round(wanted / REVIEWERS / PER_REVIEWER_WEEK) + 1)
    operation = simulate(World(reviewers=REVIEWERS, weeks=weeks), np.random.default_rng(1))
    scorings = operation.scorings.take(np.arange(len(operation.scorings)) < wanted)
    instance = folder / "instance"
    instance.mkdir()
    settings = Settings.for_tests(database_url=url, instance=instance)
    app = create_app(settings)
    with app.app_context():
        programme_id, draft = prepared(db.session(), scorings, weeks, settings)
        wall, spent = time.perf_counter(), time.process_time()
        kept = runs.run(db.session(), programme_id, by=None, now=utcnow())
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        db.session.remove()
        db.engine.dispose()
    peer = arithmetic(scorings, weeks)
    print(f"most memory held {memory:,.0f} MB; arithmetic alone, scorings in memory: {peer:.1f} CPU seconds;", end=" ")
    print(f"ratio {spent / peer:.2f}; run {kept.run_id}", flush=True)
    bars = [
        at_most(f"nightly run over {len(scorings):,} scorings, wall seconds", wall, BAR, 1),
        at_most("the same, CPU seconds", spent, BAR, 1),
    ]
    with served(url, settings.secret_key, instance) as port:
        reviewer = Reviewer(port, draft)
        until = time.monotonic() + quiet
        alone = reviewer.save_while(lambda: time.monotonic() < until)
        begun = time.perf_counter()
        beside = reviewer.save_while(Night(app, programme_id).goes_on)
        night = time.perf_counter() - begun
    one, two = (1_000 * float(np.percentile(taken, 95)) for taken in (alone, beside))
    print(
        f"autosave p95 {one:.1f} ms alone ({alone.size} saves), {two:.1f} ms beside the run ({beside.size} saves,",
        end=" ",
    )
    print(f"{night:.0f} s)")
    return [
        *bars,
        at_most("the run as the server's job, wall seconds", night, BAR, 1),
        at_most("autosave p95 beside it, over that alone", two / one, SLOWER, 2),
    ]


def prepared(session: Session, scorings: Scorings, weeks: int, settings: Settings) -> tuple[int, Draft]:
    """Everything stored, a part to be scored, and today's night marked as done, so that the clock starts none."""
    cast = make_cast(session)
    today = utcnow().date()
    home = Home(
        programme_id=cast.programme.id,
        source_id=cast.source.id,
        lead_id=cast.quinn.id,
        second_lead_id=cast.lena.id,
        monday=monday_of(today) - dt.timedelta(weeks=weeks),
    )
    handled = make_ticket(session, cast)
    assignment = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    draft = Draft(
        token=open_session(session, cast.rita, settings),
        assignment_id=assignment.id,
        conversation_revision_id=handled.revision.id,
    )
    for day in (today - dt.timedelta(days=1), today, today + dt.timedelta(days=1)):
        job = jobs.enqueue(
            session, DRIFT_JOB, {"programme": home.programme_id}, by=None, now=utcnow(),
            period=f"{home.programme_id}/{day.isoformat()}",
        )  # fmt: skip
        job.state = JobState.DONE
    session.commit()
    begun = time.perf_counter()
    store(session, scorings, home)
    db.session.remove()
    took = time.perf_counter() - begun
    print(f"{len(scorings):,} scorings over {weeks} weeks stored in {took:.0f} s", flush=True)
    return home.programme_id, draft


def arithmetic(scorings: Scorings, weeks: int) -> float:
    """CPU seconds of the watch and of severities without a database."""
    begun = time.process_time()
    for _ in watch(scorings, SCALE):
        pass
    severities(scorings.take(scorings.week >= weeks - QUARTER), SCALE)
    return time.process_time() - begun


class Night:
    """A run asked for as the clock does, and whether it still goes on."""

    def __init__(self, app: object, programme_id: int) -> None:
        self._app = app
        with app.app_context():  # type: ignore[attr-defined]
            job = ask(db.session(), programme_id, by=None, now=utcnow())
            db.session.commit()
            self._job_id = job.id
            db.session.remove()
        self._looked, self._going = 0.0, True

    def goes_on(self) -> bool:
        """Looks twice a second; a run that failed is an error."""
        if time.monotonic() - self._looked > 0.5:
            self._looked = time.monotonic()
            with self._app.app_context():  # type: ignore[attr-defined]
                job = db.session().get_one(Job, self._job_id)
                state, error = job.state, job.error
                db.session.remove()
            if state == JobState.FAILED:
                raise RuntimeError(f"the nightly job failed: {error}")
            self._going = state != JobState.DONE
        return self._going


if __name__ == "__main__":
    sys.exit(main())
