"""``flask export calibration``: a session's report as a file."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from exports.calibration_workbook import build
from qa.calibration_sessions import naming, queries, workbook
from qa.calibration_sessions.models import CalibrationSession
from qa.calibration_sessions.rules import session_agreement
from qa.config import settings
from qa.core import audit
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, NotFoundError
from qa.people.queries import setting_at, zone_of
from qa.rubric_library.queries import rubric_of


@click.command("calibration")
@click.option("--session", "session_id", required=True, type=int, metavar="ID", help="as in the page's address")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
def calibration(session_id: int, out: Path) -> None:
    """Write the report of a revealed calibration session as a workbook."""
    session, now = db.session(), utcnow()
    row = session.get(CalibrationSession, session_id)
    if row is None:
        raise NotFoundError(f"There is no calibration session {session_id}.")
    if row.state == "scoring":
        raise ConflictError("The session is not revealed yet: until then nobody's scores are shown to anybody.")
    zone = zone_of(setting_at(session, row.programme_id, now))
    people, parts = queries.participants_of(session, row.id), queries.parts_of(session, row.id)
    known = [naming.Named(user_id=each.user.id, name=each.user.name, pseudonym=each.user.pseudonym) for each in people]
    names = (
        naming.shown_anonymously(known, me=0, session_id=row.id, key=settings().audit_key)
        if row.anonymous
        else naming.told_apart(naming.shown_as(known, me=0, named=True))
    )
    data = workbook.data_of(
        session,
        row,
        rubric=rubric_of(session, row.rubric_version_id),
        people=people,
        parts=parts,
        names=names,
        over_time=[
            (local_day(sat.row.revealed_at, zone), sat.row.title, session_agreement(sat.answers))
            for sat in queries.sat_with_the_rubric(session, row, CalibrationSession.programme_id == row.programme_id)
            if sat.row.revealed_at is not None
        ],
        made_by="command line",
        zone=zone,
        now=now,
    )
    content = build(data)
    out.write_bytes(content)
    audit.record(
        session,
        action="export.calibration",
        object_type="calibration_session",
        object_id=row.id,
        actor_id=None,
        now=now,
        detail={"scores": len(data.scores)},
    )
    session.commit()
    click.echo(f"{out}: {len(data.scores)} scores of “{row.title}”.")
