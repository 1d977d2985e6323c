"""From a session to a better rubric: a draft of its next version, begun where people differed."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import CalibrationSession
from qa.core import audit
from qa.core.errors import ConflictError
from qa.rubric_library import drafts
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import drafts_of_session


def begin_change(
    session: Session, row: CalibrationSession, *, why: str, by: int, now: dt.datetime
) -> tuple[RubricVersion, bool]:
    """The draft of a revealed session, and whether it is a new one: while it is a draft there is one a session.

    It follows the newest published version of the session's rubric, so that no change since is lost.
    """
    session.refresh(row, with_for_update=True)  # two people pressing at once begin one draft
    if row.state == "scoring":
        raise ConflictError("Reveal the session first: until then nobody knows where people differ.")
    for version, _ in drafts_of_session(session, row.id):
        if version.state == "draft":
            return version, False
    made = drafts.clone_version(session, _newest(session, row), by=by, now=now, note=why[:2000], session_id=row.id)
    audit.record(
        session,
        action="calibration.change_rubric",
        object_type="calibration_session",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"draft": made.id},
    )
    return made, True


def _newest(session: Session, row: CalibrationSession) -> RubricVersion:
    scored = session.get_one(RubricVersion, row.rubric_version_id)
    return (
        session.scalars(
            select(RubricVersion)
            .where(RubricVersion.family_id == scored.family_id, RubricVersion.state == "published")
            .order_by(RubricVersion.major.desc(), RubricVersion.minor.desc())
            .limit(1)
        ).first()
        or scored
    )
