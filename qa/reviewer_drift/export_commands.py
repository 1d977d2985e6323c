"""``flask export drift``: the reviewers' board as a file."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from exports.drift_workbook import build
from qa.core import audit
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.people.queries import setting_at, the_programme, zone_of
from qa.reviewer_drift import runs, workbook


@click.command("drift")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
def drift_workbook(out: Path) -> None:
    """Write the newest judgement of all reviewers as a workbook."""
    session, now = db.session(), utcnow()
    programme = the_programme(session)
    run = runs.newest_run(session, programme.id)
    if run is None:
        raise NotFoundError("There is no run yet: `flask drift run` makes one.")
    zone = zone_of(setting_at(session, programme.id, now))
    data = workbook.data_of(session, run, made_by="command line", zone=zone, now=now)
    out.write_bytes(build(data))
    audit.record(
        session, action="export.drift", object_type="drift_run", object_id=run.id, actor_id=None, now=now, detail={}
    )
    session.commit()
    click.echo(f"{out}: {len(data.reviewers)} reviewers until the week of {data.through}.")
