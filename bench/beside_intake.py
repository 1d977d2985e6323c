"""How long a reviewer's autosave takes while an export is taken in, over how long it takes alone.

    python -m bench.beside_intake [--tickets 1500] [--quiet-seconds 10]

The application is served as an operator serves it (SQLite, its jobs beside it). A reviewer saves answer after answer,
first alone, then while an export that somebody uploaded is taken in with redaction on and its words go into the search
index. The p95 of both is told, and their ratio beside its bar. Exit 0 only if it holds.
"""

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from flask import Flask
from sqlalchemy.orm import Session

from bench.autosaving import Draft, Reviewer, served
from bench.bars import Bar, at_most
from bench.exports import write_export
from qa.app import create_app
from qa.config import Settings
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.jobs import Job, JobState
from qa.tickets import keeping, service
from tests.support import engines
from tests.support import runs as testruns
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast, make_cast
from tests.support.client import open_session

SLOWER = 2.0  # p95 of autosaves beside the intake, over that without
LEAST_SAVES = 100  # beside the intake, for a p95 to mean something


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.beside_intake", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_500)
    parser.add_argument("--quiet-seconds", type=float, default=10.0)
    given = parser.parse_args(arguments)
    begun = testruns.begin()  # where the migrated template of a database lies
    try:
        with tempfile.TemporaryDirectory() as folder, engines.migrated_database("sqlite", Path(folder)) as url:
            bar = measured(url, Path(folder), given.tickets, given.quiet_seconds)
    finally:
        testruns.end(begun)
    print(bar.line())
    return 0 if bar.holds else 1


def measured(url: str, folder: Path, tickets: int, quiet: float) -> Bar:
    export = write_export(folder / "export", tickets)
    instance = folder / "instance"
    instance.mkdir()
    settings = Settings.for_tests(database_url=url, instance=instance)
    app = create_app(settings)
    with app.app_context():
        cast = make_cast(db.session())
        draft = prepared(db.session(), cast, settings)
        programme_id, admin_id = cast.programme.id, cast.ada.id
        db.session.remove()
    with served(url, settings.secret_key, instance) as port:
        reviewer = Reviewer(port, draft)
        until = time.monotonic() + quiet
        alone = reviewer.save_while(lambda: time.monotonic() < until)
        upload = Upload(app, settings, export, programme_id, admin_id)
        begun = time.perf_counter()
        beside = reviewer.save_while(upload.goes_on)
        took = time.perf_counter() - begun
    if beside.size < LEAST_SAVES:
        raise SystemExit(f"only {beside.size} saves beside the intake: give it more --tickets")
    one, two = (1_000 * float(np.percentile(taken, 95)) for taken in (alone, beside))
    print(
        f"autosave p95 {one:.1f} ms alone ({alone.size} saves), {two:.1f} ms ({beside.size} saves) while {tickets:,} "
        f"tickets came in, in {took:.0f} s"
    )
    return at_most("autosave p95 beside an intake, over that alone", two / one, SLOWER, 2)


def prepared(session: Session, cast: Cast, settings: Settings) -> Draft:
    """A part that a reviewer has begun to score."""
    handled = make_ticket(session, cast, resolved_at=utcnow() - dt.timedelta(days=3))
    assignment = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    draft = Draft(
        token=open_session(session, cast.rita, settings),
        assignment_id=assignment.id,
        conversation_revision_id=handled.revision.id,
    )
    session.commit()
    return draft


class Upload:
    """An export handed in as the page hands it in, and whether its job still goes on."""

    def __init__(self, app: Flask, settings: Settings, export: Path, programme_id: int, admin_id: int) -> None:
        self._app = app
        with app.app_context():
            session, ring = db.session(), KeyRing(settings.text_keys)
            files = [(path.name, path.open("rb")) for path in sorted(export.iterdir())]
            kept = keeping.keep_files(settings.instance / "uploads", files)
            for _, file in files:
                file.close()
            run = service.begin_upload(session, programme_id, "zendesk", kept, ring=ring, by=admin_id, now=utcnow())
            session.commit()
            self._job_id = run.job_id
            db.session.remove()
        self._looked, self._going = 0.0, True

    def goes_on(self) -> bool:
        """Looks twice a second; an intake that failed is an error."""
        if time.monotonic() - self._looked > 0.5:
            self._looked = time.monotonic()
            with self._app.app_context():
                job = db.session().get_one(Job, self._job_id)
                state, error = job.state, job.error
                db.session.remove()
            if state == JobState.FAILED:
                raise RuntimeError(f"the intake failed: {error}")
            self._going = state != JobState.DONE
        return self._going


if __name__ == "__main__":
    sys.exit(main())
