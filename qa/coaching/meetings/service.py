"""Planning a meeting, writing what was said, ending it."""

import datetime as dt
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qa.coaching import wording
from qa.coaching.meetings.models import CoachingMeeting, PrivateNote
from qa.coaching.models import CoachingPlan
from qa.core import audit
from qa.core.advancing import advance
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices

STALE = "Somebody else changed this meeting meanwhile. Load the page again and look at what is new."
_advance = partial(advance, stale=STALE)
SHORTEST, LONGEST = 10, 240  # minutes


def plan_meeting(
    session: Session,
    *,
    specialist_id: int,
    lead_id: int,
    starts_at: dt.datetime,
    minutes: int,
    place: str,
    agenda: str,
    by: int | None,
    now: dt.datetime,
) -> CoachingMeeting:
    """A meeting of a lead and a specialist; it belongs to the specialist's active plan, where there is one."""
    check_time(minutes)
    if starts_at <= now:
        raise InvalidInputError("A meeting is planned for a time to come.", {"starts_at": "lies in the past"})
    meeting = CoachingMeeting(
        specialist_id=specialist_id,
        lead_id=lead_id,
        plan_id=_active_plan(session, specialist_id),
        starts_at=starts_at,
        minutes=minutes,
        place=wording.line(place, field="place", most=200),
        agenda=wording.text(agenda, field="agenda"),
        created_at=now,
    )
    session.add(meeting)
    session.flush()
    _tell(session, meeting, "meeting_planned", by, now)
    _record(session, meeting, "meeting", by, now)
    return meeting


def check_time(minutes: int) -> None:
    if not SHORTEST <= minutes <= LONGEST:
        raise InvalidInputError(
            f"A meeting takes {SHORTEST} to {LONGEST} minutes.", {"minutes": f"{SHORTEST} to {LONGEST}"}
        )


def _active_plan(session: Session, specialist_id: int) -> int | None:
    return session.scalar(
        select(CoachingPlan.id)
        .where(CoachingPlan.specialist_id == specialist_id, CoachingPlan.state == "active")
        .order_by(CoachingPlan.id.desc())
        .limit(1)
    )


def move(
    session: Session,
    meeting: CoachingMeeting,
    *,
    starts_at: dt.datetime,
    minutes: int,
    place: str,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Another time or place; the other person is told."""
    check_time(minutes)
    where = wording.line(place, field="place", most=200)
    if starts_at <= now:
        raise InvalidInputError("A meeting is moved to a time to come.", {"starts_at": "lies in the past"})
    _advance(session, meeting, version, expected=("planned",), starts_at=starts_at, minutes=minutes, place=where)
    _tell(session, meeting, "meeting_moved", by, now)
    _record(session, meeting, "meeting_move", by, now)


def write(
    session: Session,
    meeting: CoachingMeeting,
    *,
    agenda: str,
    shared_notes: str,
    agreed: str,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """The agenda, the shared notes and what was agreed, one point a line: both people see them."""
    _advance(
        session,
        meeting,
        version,
        expected=("planned", "held"),
        agenda=wording.text(agenda, field="agenda"),
        shared_notes=wording.text(shared_notes, field="shared_notes"),
        agreed=wording.text(agreed, field="agreed"),
    )
    _record(session, meeting, "meeting_write", by, now)


def write_agenda(
    session: Session, meeting: CoachingMeeting, agenda: str, *, version: int, by: int, now: dt.datetime
) -> None:
    """What the specialist wants to talk about; the lead is told."""
    _advance(session, meeting, version, expected=("planned",), agenda=wording.text(agenda, field="agenda"))
    _tell(session, meeting, "meeting_agenda", by, now)
    _record(session, meeting, "meeting_write", by, now)


def note_privately(session: Session, meeting: CoachingMeeting, text: str, *, by: int, now: dt.datetime) -> None:
    """The author's own note; nobody else ever reads it, and no export holds it. An empty one is deleted."""
    if by == meeting.specialist_id:
        raise ConflictError("Private notes are the lead's own.")
    said = wording.text(text, field="private")
    note = session.scalar(select(PrivateNote).where(PrivateNote.meeting_id == meeting.id, PrivateNote.author_id == by))
    if not said:
        session.execute(delete(PrivateNote).where(PrivateNote.meeting_id == meeting.id, PrivateNote.author_id == by))
    elif note is None:
        session.add(PrivateNote(meeting_id=meeting.id, author_id=by, text=said, written_at=now))
    elif note.text != said:
        note.text, note.written_at = said, now
    session.flush()


def end(session: Session, meeting: CoachingMeeting, *, state: str, version: int, by: int, now: dt.datetime) -> None:
    """It was held, or it is called off; of a cancelled one the other person is told."""
    if state not in ("held", "cancelled"):
        raise InvalidInputError("A meeting was held, or it is called off.", {"state": "unknown"})
    if state == "held" and meeting.starts_at > now:
        raise ConflictError("This meeting has not begun yet.")
    _advance(session, meeting, version, expected=("planned",), state=state, ended_at=now)
    if state == "cancelled":
        _tell(session, meeting, "meeting_cancelled", by, now)
    notices.mark_read(session, by, "coaching_meeting", meeting.id, now=now)
    _record(session, meeting, f"meeting_{state}", by, now)


def _tell(session: Session, meeting: CoachingMeeting, kind: str, by: int | None, now: dt.datetime) -> None:
    """The two people, except who did it."""
    notices.notify(
        session,
        {meeting.specialist_id, meeting.lead_id} - {by},
        kind=kind,
        object_type="coaching_meeting",
        object_id=meeting.id,
        now=now,
    )


def _record(session: Session, meeting: CoachingMeeting, what: str, by: int | None, now: dt.datetime) -> None:
    audit.record(
        session,
        action=f"coaching.{what}",
        object_type="coaching_meeting",
        object_id=meeting.id,
        actor_id=by,
        now=now,
        detail={"specialist": meeting.specialist_id, "at": meeting.starts_at.isoformat()},
    )
    session.flush()
