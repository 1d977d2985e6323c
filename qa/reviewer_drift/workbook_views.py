"""The board as a file."""

from __future__ import annotations

import hashlib
import io

from flask import g, send_file
from flask.typing import ResponseReturnValue

from exports import drift_workbook as book
from qa.core import audit
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db, only_reading
from qa.core.errors import ConflictError
from qa.reviewer_drift import runs, workbook
from qa.reviewer_drift.fair_views import bp

__all__ = ["bp"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.post("/workbook")
@requires(Permission.DRIFT_RUN)
def export_board() -> ResponseReturnValue:
    """The newest run as a workbook; that it was made goes to the audit trail."""
    session, now = db.session(), utcnow()
    with only_reading(session):
        run = runs.newest_run(session, g.actor.programme_id)
        if run is None:
            raise ConflictError("There is no run yet: “Judge anew now” on the board makes one.")
        content = book.build(workbook.data_of(session, run, made_by=g.actor.name, zone=g.zone, now=now))
    audit.record(
        session,
        action="export.drift",
        object_type="drift_run",
        object_id=run.id,
        actor_id=g.actor.user_id,
        now=now,
        detail={"sha256": hashlib.sha256(content).hexdigest()},
    )
    name = f"reviewers-{run.through.isoformat()}.xlsx"
    db.session.commit()
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
