"""A session's deadline: moving it, and telling people that it comes or has passed."""

import datetime as dt

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from qa.calibration_sessions import service
from qa.calibration_sessions.models import CalibrationSession, SessionAssignment, SessionPart
from qa.core import audit
from qa.core.errors import InvalidInputError
from qa.notices import service as notices
from qa.notices.models import Notice
from qa.sampling.models import Assignment

BEFORE = dt.timedelta(days=1)


def extend(
    session: Session,
    row: CalibrationSession,
    due_on: dt.date,
    *,
    version: int,
    today: dt.date,
    by: int,
    now: dt.datetime,
) -> None:
    """Give everybody who has not scored yet until another day; they are told."""
    if due_on < today:
        raise InvalidInputError("The new day lies in the past.", {"due_on": "choose today or a later day"})
    was = row.due_on
    service.advance_session(session, row, version, expected=("scoring",), due_on=due_on)
    session.execute(
        update(Assignment)
        .where(Assignment.id.in_(_assignments(row.id)), Assignment.state == "open")
        .values(due_on=due_on)
        .execution_options(synchronize_session=False)
    )
    notices.notify(
        session,
        [user_id for user_id in _late(session, row.id) if user_id != by],
        kind="session_extended",
        object_type="calibration_session",
        object_id=row.id,
        now=now,
    )
    audit.record(
        session,
        action="calibration.extend",
        object_type="calibration_session",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"was": was.isoformat(), "is": due_on.isoformat()},
    )
    session.flush()


def remind(session: Session, programme_id: int, today: dt.date, *, now: dt.datetime) -> int:
    """Notices on the day before the deadline and on it to whoever has parts left, once after it to the facilitator."""
    told = 0
    rows = session.scalars(
        select(CalibrationSession)
        .where(
            CalibrationSession.programme_id == programme_id,
            CalibrationSession.state == "scoring",
            CalibrationSession.due_on <= today + BEFORE,
        )
        .order_by(CalibrationSession.id)
    ).all()
    for row in rows:
        overdue = row.due_on < today
        kind = "session_overdue" if overdue else "session_due"
        people = [row.facilitator_id] if overdue else _late(session, row.id)
        if overdue and _was_told(session, row):
            continue
        notices.notify(
            session,
            people,
            kind=kind,
            object_type="calibration_session",
            object_id=row.id,
            now=now,
            detail={"due_on": row.due_on.isoformat()},
        )
        told += len(people)
    session.flush()
    return told


def _assignments(session_id: int) -> Select[int]:
    return (
        select(SessionAssignment.assignment_id)
        .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
        .where(SessionPart.session_id == session_id)
    )


def _late(session: Session, session_id: int) -> list[int]:
    """Who has parts left."""
    return list(
        session.scalars(
            select(Assignment.reviewer_id)
            .where(Assignment.id.in_(_assignments(session_id)), Assignment.state == "open")
            .distinct()
            .order_by(Assignment.reviewer_id)
        )
    )


def _was_told(session: Session, row: CalibrationSession) -> bool:
    """Whether the facilitator knows already that this deadline has passed."""
    earlier = session.scalars(
        select(Notice.detail).where(
            Notice.user_id == row.facilitator_id,
            Notice.kind == "session_overdue",
            Notice.object_type == "calibration_session",
            Notice.object_id == str(row.id),
        )
    )
    return any(detail.get("due_on") == row.due_on.isoformat() for detail in earlier)
