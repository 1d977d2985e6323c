"""Reading meetings and series; private notes are read here alone, and only by their author."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from qa.coaching.meetings.models import CoachingMeeting, CoachingSeries, CoachingSeriesDay, PrivateNote
from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.people.models import User

# Of the table: aliases of the class would have every class of the application configured while it starts.
Lead, Specialist = User.__table__.alias(), User.__table__.alias()
STILL_RUNNING = dt.timedelta(hours=4)  # no meeting takes longer


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow:
    """A meeting with the names of its two people."""

    meeting: CoachingMeeting
    specialist: str
    lead: str

    def other(self, user_id: int) -> str:
        """The one of the two whom this person meets."""
        return self.lead if user_id == self.meeting.specialist_id else self.specialist


def _rows(session: Session, *where: ColumnElement[bool], newest: bool = False, limit: int = 200) -> list[MeetingRow]:
    at = CoachingMeeting.starts_at
    rows = session.execute(
        select(CoachingMeeting, Specialist.c.name, Lead.c.name)
        .join(Specialist, Specialist.c.id == CoachingMeeting.specialist_id)
        .join(Lead, Lead.c.id == CoachingMeeting.lead_id)
        .where(*where)
        .order_by(at.desc() if newest else at, CoachingMeeting.id)
        .limit(limit)
    )
    return [MeetingRow(meeting=meeting, specialist=specialist, lead=lead) for meeting, specialist, lead in rows]


def _mine(user_id: int) -> ColumnElement[bool]:
    return or_(CoachingMeeting.specialist_id == user_id, CoachingMeeting.lead_id == user_id)


def coming(session: Session, user_id: int, *, now: dt.datetime) -> list[MeetingRow]:
    """A person's planned meetings, the next first; one that has begun stays until it is ended."""
    return _rows(session, _mine(user_id), CoachingMeeting.state == "planned")


def past(session: Session, user_id: int, *, limit: int = 20) -> list[MeetingRow]:
    """A person's meetings that are over, the newest first."""
    return _rows(session, _mine(user_id), CoachingMeeting.state != "planned", newest=True, limit=limit)


def in_calendar(session: Session, user_id: int, *, since: dt.datetime) -> list[MeetingRow]:
    """What a person's calendar file holds: also what was called off, so that it leaves their calendar."""
    return _rows(session, _mine(user_id), CoachingMeeting.starts_at >= since)


def meetings_of(session: Session, specialist_id: int, *, limit: int = 20) -> list[MeetingRow]:
    """A specialist's meetings, the newest first."""
    return _rows(session, CoachingMeeting.specialist_id == specialist_id, newest=True, limit=limit)


def get_meeting_for(session: Session, coachable: Collection[int], meeting_id: int) -> MeetingRow:
    """A meeting with somebody whose coaching this person may see."""
    found = _rows(session, CoachingMeeting.id == meeting_id, CoachingMeeting.specialist_id.in_(coachable), limit=1)
    if not found:
        raise NotFoundError("There is no such meeting, or it is not yours to see.")
    return found[0]


def get_own_meeting(session: Session, actor: Actor, meeting_id: int) -> MeetingRow:
    """A meeting that this person sits in."""
    found = _rows(session, CoachingMeeting.id == meeting_id, _mine(actor.user_id), limit=1)
    if not found:
        raise NotFoundError("There is no such meeting, or you do not sit in it.")
    return found[0]


def private_note(session: Session, meeting_id: int, author_id: int) -> str:
    """What this author noted for themselves; nobody else's."""
    return (
        session.scalar(
            select(PrivateNote.text).where(PrivateNote.meeting_id == meeting_id, PrivateNote.author_id == author_id)
        )
        or ""
    )


def next_meetings(session: Session, specialist_ids: Collection[int], *, now: dt.datetime) -> dict[int, dt.datetime]:
    """When each of these specialists meets next, in one statement."""
    return dict(
        session.execute(
            select(CoachingMeeting.specialist_id, func.min(CoachingMeeting.starts_at))
            .where(
                CoachingMeeting.specialist_id.in_(specialist_ids),
                CoachingMeeting.state == "planned",
                CoachingMeeting.starts_at > now - STILL_RUNNING,
            )
            .group_by(CoachingMeeting.specialist_id)
        ).all()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    series: CoachingSeries
    specialist: str
    lead: str
    skipped: Sequence[CoachingSeriesDay] = ()  # days to come that were left out


def _series(session: Session, *where: ColumnElement[bool]) -> list[SeriesRow]:
    rows = session.execute(
        select(CoachingSeries, Specialist.c.name, Lead.c.name)
        .join(Specialist, Specialist.c.id == CoachingSeries.specialist_id)
        .join(Lead, Lead.c.id == CoachingSeries.lead_id)
        .where(*where)
        .order_by(CoachingSeries.next_on, CoachingSeries.id)
    ).all()
    skipped: dict[int, list[CoachingSeriesDay]] = {}
    for day in session.scalars(
        select(CoachingSeriesDay)
        .where(
            CoachingSeriesDay.series_id.in_([series.id for series, _, _ in rows]),
            CoachingSeriesDay.skipped.is_not(None),
        )
        .order_by(CoachingSeriesDay.day.desc())
    ):
        skipped.setdefault(day.series_id, []).append(day)
    return [
        SeriesRow(series=series, specialist=specialist, lead=lead, skipped=skipped.get(series.id, [])[:3])
        for series, specialist, lead in rows
    ]


def series_of(session: Session, user_id: int) -> list[SeriesRow]:
    """The series in which a person sits and that are not stopped."""
    mine = or_(CoachingSeries.specialist_id == user_id, CoachingSeries.lead_id == user_id)
    return _series(session, mine, CoachingSeries.state != "stopped")


def get_led_series(session: Session, actor: Actor, series_id: int) -> CoachingSeries:
    """A series that this person leads."""
    row = session.get(CoachingSeries, series_id)
    if row is None or row.lead_id != actor.user_id:
        raise NotFoundError("There is no such series, or somebody else leads it.")
    return row


def due_series(session: Session, programme_id: int, until: dt.date) -> Sequence[CoachingSeries]:
    """Running series with a day that comes near."""
    return session.scalars(
        select(CoachingSeries)
        .join(User, User.id == CoachingSeries.specialist_id)
        .where(User.programme_id == programme_id, CoachingSeries.state == "running", CoachingSeries.next_on <= until)
        .order_by(CoachingSeries.id)
    ).all()
